"""Changes that a source brought, laid upon the version they follow: the result is a whole table again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mapalus.apps.catalogue import marks, places
from mapalus.apps.catalogue.models import HandIn
from mapalus.engine.data import snapshot
from mapalus.engine.data.lake import VersionFolder
from mapalus.engine.errors import Conflict
from mapalus.engine.text import _

if TYPE_CHECKING:
    from mapalus.engine.data.check import Outcome
    from mapalus.engine.data.merge import Merged

__all__ = ["laid"]


def laid(handin: HandIn, outcome: Outcome, *, part: Mapping[str, Any], workshop: Path) -> Merged | None:
    """The rows of the next version; None for a hand-in that is a whole table itself.

    Raises `Conflict` where the contract has no primary key: nobody could tell a changed row from a new one.
    """
    harvest = marks.changes_of(handin)
    if harvest is None:
        return None
    from mapalus.engine.data.merge import Change, merge  # late: it brings the table engine

    contract = outcome.contract
    if not contract.primary_key:
        raise Conflict(
            _("The source brings only what changed, and the contract has no primary key to find it by."),
            advice=_("Declare a primary key in the contract, or let the source bring everything each time."),
        )
    base = marks.base_of(harvest)
    return merge(
        VersionFolder(base.path) if base else None, changes=[Change(outcome.good, part)], contract=contract,
        out=workshop / "merged.parquet",
        deleted=_renamed(harvest.deleted, outcome, workshop) if harvest.deleted else None,
    )  # fmt: skip


def _renamed(sha256: str, outcome: Outcome, workshop: Path) -> Path:
    """The keys that are gone, by the names of the contract: the source says them by its own."""
    columns, titles = outcome.scan.columns, outcome.scan.titles or outcome.scan.columns
    names: dict[str, str] = {}
    for field in outcome.contract.primary_key:
        at = outcome.places.get(field)
        if at is not None:
            names |= {columns[at]: field, titles[at]: field}
        names[field] = field
    out = workshop / "deleted.ndjson"
    source = snapshot.find(places.snapshots(), sha256).path
    with source.open(encoding="utf-8") as lines, out.open("w", encoding="utf-8") as file:
        for line in lines:
            if line.strip():
                said = {names[name]: value for name, value in json.loads(line).items() if name in names}
                file.write(json.dumps(said, ensure_ascii=False) + "\n")
    return out
