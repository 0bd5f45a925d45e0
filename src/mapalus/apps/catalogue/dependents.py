"""Who a change of a dataset touches: indicators, boards, datasets that refer to it, who sends to it, who said so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

from mapalus.apps.catalogue.models import Consumer, ContractVersion, Dataset, Indicator, StreamKey
from mapalus.apps.catalogue.reading_tokens import readers_of
from mapalus.engine import clock
from mapalus.engine.data.indicator import read_yaml
from mapalus.engine.errors import Misconfigured

__all__ = ["Dependent", "of"]


@dataclass(frozen=True)
class Dependent:
    """One who depends on the data. `position` answers for it; empty: nobody can be asked, it is told all the same."""

    kind: str  # indicator, board, dataset, consumer, sender, reader
    key: str
    label: str
    position: str = ""


def of(dataset: Dataset) -> tuple[Dependent, ...]:
    """Everybody, by kind and name."""
    indicators = list(Indicator.objects.filter(dataset=dataset).order_by("code"))
    found = [Dependent("indicator", one.code, one.title, dataset.producer_code) for one in indicators]
    found += _boards({one.code for one in indicators})
    found += _datasets(dataset)
    found += [
        Dependent("consumer", str(one.pk), one.name, str(one.holder_id))
        for one in Consumer.objects.filter(dataset=dataset, ended_at__isnull=True)
    ]
    # an application that sends rows is the first to fail when a column goes or becomes another
    found += [
        Dependent("sender", str(one.pk), one.name, one.position)
        for one in StreamKey.objects.filter(dataset=dataset, revoked_at__isnull=True).order_by("name", "pk")
    ]
    # an application that reads with a token said who it is, so that it would be asked
    found += [
        Dependent("reader", str(one.pk), f"{one.name} ({one.label})", one.position)
        for one in readers_of(dataset, now=clock.now())
    ]
    return tuple(found)


def _boards(codes: set[str]) -> Iterator[Dependent]:
    for name, title, holder, shown in _declared(tuple(settings.PACKS)):
        if codes & shown:
            yield Dependent("board", name, title, holder)


@cache
def _declared(packs: tuple[Path, ...]) -> tuple[tuple[str, str, str, frozenset[str]], ...]:
    """Boards of the packs: name, title, position that looks after it, indicators. Read once, like the packs."""
    found = []
    for path in (path for pack in packs for path in sorted((pack / "boards").glob("*.yml"))):
        try:
            raw = read_yaml(path)
        except Misconfigured:
            continue  # said where boards are shown
        tiles = raw.get("tiles") or ()
        codes = {str(one.get("indicator")) if isinstance(one, dict) else str(one) for one in tiles}
        codes.add(str(raw.get("map") or ""))
        holder = str(raw.get("keeper") or "").removeprefix("pos:")
        found.append((path.stem, str(raw.get("title") or path.stem), holder, frozenset(codes - {""})))
    return tuple(found)


def _datasets(dataset: Dataset) -> Iterator[Dependent]:
    """Datasets in whose contract a key or a code list refers to this one."""
    others = ContractVersion.objects.filter(pk__in=Dataset.objects.exclude(contract=None).values("contract"))
    # the name is looked for as text first: few contracts mention another dataset
    mentioned = others.exclude(dataset=dataset).filter(text__contains=dataset.name).select_related("dataset")
    for one in mentioned:
        if dataset.name in _references(one):
            yield Dependent("dataset", one.dataset.name, one.dataset.title, one.dataset.producer_code)


def _references(contract: ContractVersion) -> set[str]:
    found: set[str] = set()
    for part in contract.descriptor.get("resources") or ():
        schema = part.get("schema") or {}
        found |= {str((one.get("reference") or {}).get("resource") or "") for one in schema.get("foreignKeys") or ()}
        for item in schema.get("fields") or ():
            marks = item.get("mapalus") or {}
            found |= {str(marks.get(key) or "") for key in ("codes", "code_list", "dataset")}
        counted = (part.get("mapalus") or {}).get("counted") or {}
        found.add(str(counted.get("from") or "") if isinstance(counted, dict) else "")
    return {Path(name).stem for name in found if name}
