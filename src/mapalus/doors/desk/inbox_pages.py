"""Pages of everything that waits, due first: hand-ins, files owed and cases walked together from a mark on.

Each kind is asked only for what comes after the mark, in its own order by (limit, key), and at most for one page; so a
page costs the same among a thousand cases and a million. Another kind of waiting thing is one more run.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce, Least
from django.utils import timezone

from mapalus.apps.cases.models import FAR, Case, CaseQuerySet
from mapalus.apps.catalogue.models import Dataset, HandIn, Owed, Source
from mapalus.apps.catalogue.reach import reach
from mapalus.apps.directory.roster import roster
from mapalus.apps.ledger.models import unit_of
from mapalus.doors.desk.inbox_contracts import waiting
from mapalus.doors.desk.inbox_items import Item, case_items, handin_item, owed_item, source_item
from mapalus.doors.desk.rail import HANDINS, Seat

__all__ = ["Asked", "Found", "due_before", "mine", "others"]

_OWED, _HANDIN, _CASE, _SOURCE, _CONTRACT = range(5)  # what comes first at one limit


@dataclass(frozen=True)
class Asked:
    """What one filters by; empty: everything."""

    text: str = ""
    kind: str = ""  # setoran, or the name of a pack
    unit: str = ""
    due: str = ""  # lewat, hari-ini, minggu
    after: str = ""

    @property
    def is_plain(self) -> bool:
        return not (self.text or self.kind or self.unit or self.due)


@dataclass(frozen=True)
class Found:
    items: list[Item]
    next: str  # mark of the next page; empty at the end


@dataclass(frozen=True, order=True)
class _Mark:
    due: datetime
    rank: int
    key: int

    def __str__(self) -> str:
        return f"{int(self.due.timestamp() * 1_000_000):x}.{self.rank}.{self.key}"


@dataclass(frozen=True)
class _Waiting:
    """`row` is empty for a case, which is read later."""

    mark: _Mark
    row: HandIn | Owed | Source | Item | None = None


def _read(mark: str) -> _Mark | None:
    try:
        due, rank, key = mark.split(".")
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(due, 16))
        return _Mark(moment, int(rank), int(key))
    except (ValueError, OverflowError):
        return None


def due_before(due: str, now: datetime) -> datetime | None:
    """Up to which moment a limit counts for this filter."""
    local = timezone.localtime(now)
    tomorrow = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return {"lewat": now, "hari-ini": tomorrow, "minggu": tomorrow + timedelta(days=6)}.get(due)


def mine(place: Seat, asked: Asked, *, size: int) -> Found:
    """What waits for this position and for those whose duties it has."""
    # Whose turn it is sees a case, restricted or not: the turn is the narrowest sight there is.
    cases = Case.objects.all()
    positions = reach(place.actor).positions
    runs: list[Iterator[_Waiting]] = []
    mark = _read(asked.after)
    if asked.kind in ("", HANDINS):
        turns = HandIn.objects.visible_to(place.actor).turn_of(place.actor)
        runs += [_owed(place, asked, mark), _handins(turns, place, asked, mark, size), _sources(place, asked, mark)]
        runs.append(_contracts(place, asked, mark))
    if asked.kind != HANDINS:
        runs += [_cases(cases.filter(turn=code), place, asked, mark, size) for code in sorted(positions)]
    return _page(runs, place, size, may_choose=True)


def others(place: Seat, asked: Asked, *, size: int) -> Found:
    """What waits for somebody else: of one's unit, what one assigned, what one follows."""
    positions, mark = reach(place.actor).positions, _read(asked.after)
    runs: list[Iterator[_Waiting]] = []
    if asked.kind in ("", HANDINS):
        found = HandIn.objects.visible_to(place.actor).open().exclude(turn__in=positions)
        runs.append(_handins(found, place, asked, mark, size))
    if asked.kind != HANDINS:
        seen = Case.objects.visible_to(place.actor).open().exclude(turn__in=positions)
        below = [code for code in roster(place.now).positions if code not in positions]
        parts = (
            seen.filter(unit=unit_of(place.actor)) if unit_of(place.actor) else seen.none(),
            seen.filter(turn__in=below, turn_of__in=positions),
            seen.filter(followers__position=place.actor.position),
        )
        runs += [_cases(part, place, asked, mark, size) for part in parts]
    return _page(runs, place, size, may_choose=False)


def _page(runs: list[Iterator[_Waiting]], place: Seat, size: int, *, may_choose: bool) -> Found:
    merged = heapq.merge(*runs, key=lambda one: one.mark)
    rows = list(islice(_once(merged), size + 1))
    more, rows = len(rows) > size, rows[:size]
    return Found(_items(rows, place, may_choose=may_choose), str(rows[-1].mark) if more else "")


def _once(found: Iterator[_Waiting]) -> Iterator[_Waiting]:
    """The same case may be of one's unit and followed; equal marks come one after the other."""
    last = None
    for one in found:
        if one.mark != last:
            yield one
        last = one.mark


def _items(rows: list[_Waiting], place: Seat, *, may_choose: bool) -> list[Item]:
    keys = [one.mark.key for one in rows if one.row is None]
    found = Case.objects.filter(pk__in=keys).for_list().defer("situation", "values", "pack__files")
    cases = {one.pk: one for one in found}
    shown = [cases[key] for key in keys if key in cases]
    drawn = dict(zip((one.pk for one in shown), case_items(shown, place, may_choose=may_choose), strict=True))
    items = []
    for one in rows:
        if isinstance(one.row, HandIn):
            items.append(handin_item(one.row, place))
        elif isinstance(one.row, Owed):
            items.append(owed_item(one.row, place))
        elif isinstance(one.row, Source):
            items.append(source_item(one.row, place))
        elif isinstance(one.row, Item):
            items.append(one.row)
        elif one.mark.key in drawn:
            items.append(drawn[one.mark.key])
    return items


# --- the runs --------------------------------------------------------------------------------------------------------


def _from(
    found: QuerySet[Any], field: str, mark: _Mark | None, rank: int, wanted: int, only: tuple[str, ...] = ()
) -> Iterator[Any]:
    """Rows after the mark by (`field`, key). Two short walks: an OR over both columns would walk all of one moment."""
    ordered = found.order_by(field, "pk")
    if only:
        ordered = ordered.values_list(*only)
    if mark is None:
        yield from ordered[:wanted]
        return
    count = 0
    if rank >= mark.rank:
        same = ordered.filter(**{field: mark.due}, **({"pk__gt": mark.key} if rank == mark.rank else {}))
        for row in same[:wanted]:
            count += 1
            yield row
    if count < wanted:
        yield from ordered.filter(**{f"{field}__gt": mark.due})[: wanted - count]


def _cases(found: CaseQuerySet, place: Seat, asked: Asked, mark: _Mark | None, size: int) -> Iterator[_Waiting]:
    if asked.kind:
        found = found.filter(pack_name=asked.kind)
    if asked.unit:
        found = found.filter(unit=asked.unit)
    if (until := due_before(asked.due, place.now)) is not None:
        found = found.filter(due_order__lt=until)
    if asked.text:
        found = found.search(asked.text)
    # Places in the order first, each from its index; the rows are read once it is known which are shown.
    for place_of in _from(found, "due_order", mark, _CASE, size + 1, only=("due_order", "pk")):
        yield _Waiting(_Mark(place_of[0], _CASE, place_of[1]))


def _handins(found: QuerySet[HandIn], place: Seat, asked: Asked, mark: _Mark | None, size: int) -> Iterator[_Waiting]:
    asked_for = HandIn.objects.filter(pk__in=found.values("pk")).for_reading()
    if asked.text:
        asked_for = asked_for.matching(asked.text)
    if asked.unit:
        asked_for = asked_for.filter(dataset__unit=asked.unit)
    if (until := due_before(asked.due, place.now)) is not None:
        asked_for = asked_for.filter(Q(due_at__lt=until) | Q(step_due_at__lt=until))
    ordered = asked_for.annotate(limit=Least(Coalesce("due_at", FAR), Coalesce("step_due_at", FAR)))
    for row in _from(ordered, "limit", mark, _HANDIN, size + 1):
        yield _Waiting(_Mark(row.limit_at or FAR, _HANDIN, row.pk), row)


def _contracts(place: Seat, asked: Asked, mark: _Mark | None) -> Iterator[_Waiting]:
    """Changes and contracts to decide or answer."""
    if asked.unit or asked.text:
        return
    until = due_before(asked.due, place.now)
    for one in waiting(place):
        key = _Mark(one.at, _CONTRACT, one.key)
        if (mark is None or key > mark) and (until is None or one.at < until):
            yield _Waiting(key, one.item)


def _owed(place: Seat, asked: Asked, mark: _Mark | None) -> Iterator[_Waiting]:
    """Periods that are owed by this position's unit and have not come; few, so they are sorted here."""
    if asked.text or not place.actor.may("catalogue.hand-in", Dataset, place.now):
        return
    found = Owed.objects.visible_to(place.actor).awaited().filter(dataset__unit__in=reach(place.actor).units)
    if asked.unit:
        found = found.filter(dataset__unit=asked.unit)
    until = due_before(asked.due, place.now)
    listed = found.count_reminders().for_reading()
    marked = sorted(((_Mark(one.due_at, _OWED, one.pk), one) for one in listed), key=lambda pair: pair[0])
    for key, one in marked:
        if (mark is None or key > mark) and (until is None or key.due < until):
            yield _Waiting(key, one)


def _sources(place: Seat, asked: Asked, mark: _Mark | None) -> Iterator[_Waiting]:
    """Sources one keeps that need somebody: vanished, or without an answer for long; few, so they are sorted here."""
    found = Source.objects.kept().kept_by(reach(place.actor).positions).troubled().for_reading()
    if asked.unit:
        found = found.filter(dataset__unit=asked.unit)
    if asked.text:
        found = found.filter(Q(title__icontains=asked.text) | Q(dataset__title__icontains=asked.text))
    until = due_before(asked.due, place.now)
    marked = sorted(((_Mark(one.troubled_since, _SOURCE, one.pk), one) for one in found), key=lambda pair: pair[0])
    for key, one in marked:
        if (mark is None or key > mark) and (until is None or key.due < until):
            yield _Waiting(key, one)
