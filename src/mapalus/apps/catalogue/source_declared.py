"""A source that a contract declares (`mapalus: {source: {...}}`): added, changed and taken away with it, as acts.

mapalus:
  source:
    system: SKDR Kemenkes        # as people call it
    connector: rest              # absent: its files are handed in
    options: {address: https://...}
    schedule: setiap hari 02.00
    keeper: dinkes.data          # absent: the producing position
    publishes: setoran           # or langsung
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mapalus.apps.catalogue import source_acts
from mapalus.apps.catalogue.contracts import Kept
from mapalus.apps.catalogue.models import Dataset, SourceKind, SourceWay
from mapalus.apps.directory.models import Position
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.errors import Invalid
from mapalus.engine.ports import Actor
from mapalus.engine.text import _

__all__ = ["follow"]

KEYS = ("system", "connector", "options", "schedule", "keeper", "publishes")


@dataclass(frozen=True)
class Declared:
    """What a contract says of its source."""

    system: str
    connector: str
    options: Mapping[str, Any]
    schedule: str
    keeper: Position
    way: SourceWay


def follow(dataset: Dataset, kept: Kept, *, by: Actor, now: datetime) -> None:
    """Bring the declared source of a dataset in line with its contract. Raises `Invalid` for what does not fit."""
    declared = _read(kept.contract.mapalus.get("source"), dataset)
    known = dataset.sources.kept().exclude(declared_in="").first()
    if known is not None and (declared is None or bool(known.connector) != bool(declared.connector)):
        reason = _("The contract does not declare it any more.")
        source_acts.forget_source(known, reason=reason, by=PLATFORM, now=now)
        known = None
    if declared is None:
        return
    if known is None:
        kind = SourceKind.CONNECTOR if declared.connector else SourceKind.UPLOAD
        known = source_acts.add_source(
            dataset, kind=kind, connector=declared.connector, options=declared.options, schedule=declared.schedule,
            keeper=declared.keeper, title=declared.system, declared_in=kept.sha256, by=by, now=now,
        )  # fmt: skip
    elif known.declared_in != kept.sha256:
        known = source_acts.change_source(
            known, connector=declared.connector if declared.connector else None,
            options=declared.options if declared.connector else None, schedule=declared.schedule,
            keeper=declared.keeper, title=declared.system, declared_in=kept.sha256, by=by, now=now,
        )  # fmt: skip
    if known.kind == SourceKind.CONNECTOR and known.way != declared.way:
        reason = _("As the contract declares.")
        source_acts.trust_source(known, way=declared.way, reason=reason, by=by, now=now)


def _read(said: object, dataset: Dataset) -> Declared | None:
    if said is None:
        return None
    if not isinstance(said, Mapping) or (unknown := sorted(set(said) - set(KEYS))):
        keys = ", ".join(unknown) if isinstance(said, Mapping) else ""
        raise Invalid(
            _("The source in the contract of %(name)s says something unknown: %(keys)s."),
            fields={"source": _("One of: ") + ", ".join(KEYS)}, name=dataset.name, keys=keys,
        )  # fmt: skip
    code = str(said.get("keeper") or dataset.producer_code).removeprefix("pos:")
    keeper = Position.objects.filter(pk=code).first()
    if keeper is None:
        raise Invalid(fields={"source": _("There is no position %(code)s.")}, code=code)
    way = str(said.get("publishes") or SourceWay.HANDIN)
    if way not in SourceWay.values:
        raise Invalid(fields={"source": _("One of: ") + ", ".join(SourceWay.values)})
    options = said.get("options") or {}
    if not isinstance(options, Mapping):
        raise Invalid(fields={"source": _("`options` names the settings, one by one.")})
    return Declared(
        system=str(said.get("system") or dataset.national_link), connector=str(said.get("connector") or ""),
        options=options, schedule=str(said.get("schedule") or ""), keeper=keeper, way=SourceWay(way),
    )  # fmt: skip
