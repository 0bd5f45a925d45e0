"""Rows of a published dataset, made of cases: what a pack declares under `mapalus.rows`, and only what is public.

Only published cases give rows, only fields that are public both now and in the version a case began with, and groups
smaller than the pack says are not told.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from mapalus.apps.cases.models import Case, CaseClock
from mapalus.apps.cases.packs import calendar_of, pack_of, process_of
from mapalus.apps.cases.who import APPLICANT
from mapalus.engine.expression import Expression, holds, parse
from mapalus.engine.packs.pack import Pack, Rows
from mapalus.engine.workdays import Calendar

__all__ = ["NUMBER", "column_of", "csv_of", "numbers_in", "rows_of"]

NUMBER, _COUNT = "$number", "$count"
_RATINGS = ("nilai", "nilai_layanan", "rating", "penilaian", "kepuasan")
_BATCH = 500


@dataclass(frozen=True)
class _Seen:
    """One case as a dataset may see it."""

    case: Case
    pack: Pack
    calendar: Calendar
    now: datetime

    @cached_property
    def clocks(self) -> list[CaseClock]:
        return list(self.case.clocks.all())

    @property
    def is_late(self) -> bool:
        """Some clock of the office is past its time, or was; what an applicant let pass is not its lateness."""
        return any(
            clock.is_late or (clock.ended_at is None and clock.due_at is not None and clock.due_at < self.now)
            for clock in self.clocks
            if not self._is_of_applicant(clock.name)
        )

    def _is_of_applicant(self, name: str) -> bool:
        process = process_of(self.pack)
        declared = process.clocks.get(name)
        state = process.states.get(declared.while_in) if declared is not None and declared.while_in else None
        return state is not None and state.turn == APPLICANT

    @property
    def closed_at(self) -> datetime | None:
        return self.case.closed_at if self.case.is_final else None

    @property
    def state_public(self) -> str:
        state = process_of(self.pack).states[self.case.state]
        return state.public or state.label

    def day(self, at: datetime | None) -> str | None:
        return self.calendar.local_date(at).isoformat() if at is not None else None

    @property
    def due_on(self) -> str | None:
        """The nearest limit that runs; of a closed case the last one that did."""
        if not self.case.is_final:
            return self.day(self.case.due_at)
        return self.day(max((clock.due_at for clock in self.clocks if clock.due_at is not None), default=None))

    @property
    def working_days(self) -> int | None:
        if self.closed_at is None:
            return None
        local = self.calendar.local_date
        return self.calendar.between(local(self.case.received_at), local(self.closed_at))

    @property
    def rating(self) -> int | None:
        found = (self.public(name) for name in _RATINGS)
        return next((value for value in found if isinstance(value, int) and not isinstance(value, bool)), None)

    def public(self, name: str) -> Any:
        """The value of a field, where the case's own version calls it public, too."""
        field = self.pack.form.by_name.get(name)
        return self.case.values.get(name) if field is not None and field.is_public else None


_SYSTEM: Mapping[str, Callable[[_Seen], Any]] = {
    NUMBER: lambda seen: seen.case.number,
    "$state": lambda seen: seen.case.state,
    "$state_public": lambda seen: seen.state_public,
    "$received_on": lambda seen: seen.day(seen.case.received_at),
    "$closed_on": lambda seen: seen.day(seen.closed_at),
    "$due_on": lambda seen: seen.due_on,
    "$is_late": lambda seen: seen.is_late,
    "$working_days": lambda seen: seen.working_days,
    "$unit": lambda seen: seen.case.unit or None,
    "$region": lambda seen: seen.case.region or None,
    "$channel": lambda seen: seen.case.channel or None,
    "$rating": lambda seen: seen.rating,
    _COUNT: lambda _seen: 1,
}


def rows_of(pack: Pack, rows: Rows, *, now: datetime) -> list[list[str]]:
    """The cells of the dataset, in the order of `rows.columns`. A group that is too small is left out."""
    condition = parse(rows.where) if rows.where else None
    kept = (seen for seen in _seen(pack, rows, now=now) if _meets(condition, seen, now))
    cells = [[text_of(_value(seen, source)) for source in rows.columns.values()] for seen in kept]
    return _grouped(rows, cells) if rows.by else cells


def column_of(rows: Rows, source: str) -> int | None:
    """The place of the column that a source fills; None where there is none."""
    return next((place for place, given in enumerate(rows.columns.values()) if given == source), None)


def csv_of(columns: Iterable[str], rows: Iterable[Sequence[str]]) -> bytes:
    """The file as it is handed in. Everything is quoted, so that no text is taken for a sign of the file."""
    box = io.StringIO()
    writer = csv.writer(box, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(columns)
    writer.writerows(rows)
    return box.getvalue().encode()


def numbers_in(content: bytes, place: int) -> set[str]:
    """The numbers of the cases in a file that `csv_of` wrote."""
    return {row[place] for row in list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))[1:] if row}


def text_of(value: Any) -> str:
    """A value as a cell. Empty: none; several: with a semicolon between them."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping) and set(value) == {"lat", "lon"}:
        return f"{value['lat']}, {value['lon']}"
    if isinstance(value, list | tuple):
        return ";".join(text_of(one) for one in value)
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return str(value).replace("\r\n", "\n").replace("\r", "\n").strip()


def _seen(pack: Pack, rows: Rows, *, now: datetime) -> Iterator[_Seen]:
    found = Case.objects.published().filter(pack_name=pack.name)
    if rows.hold_days:
        found = found.filter(published_at__lte=now - timedelta(days=rows.hold_days))
    found = found.for_list().prefetch_related("clocks").order_by("received_at", "pk")
    for case in found.iterator(chunk_size=_BATCH):
        own = pack_of(case.pack)
        yield _Seen(case, own, calendar_of(own), now)


def _value(seen: _Seen, source: str) -> Any:
    return _SYSTEM[source](seen) if source.startswith("$") else seen.public(source)


def _meets(condition: Expression | None, seen: _Seen, now: datetime) -> bool:
    if condition is None:
        return True
    # Internal values may decide which cases are told; personal ones are not here at all.
    given = {name: _SYSTEM[name](seen) if name.startswith("$") else seen.case.values.get(name)
             for name in condition.names()}  # fmt: skip
    return holds(condition, given, now=now.astimezone(seen.calendar.zone.tzinfo))


def _grouped(rows: Rows, cells: Iterable[Sequence[str]]) -> list[list[str]]:
    """Groups and how many cases each holds. A column that is neither says nothing: it would tell of single cases."""
    names = list(rows.columns)
    by = [names.index(name) for name in rows.by]
    counted = Counter(tuple(row[place] for place in by) for row in cells)
    return [
        [_of_group(place, source, by, group, count) for place, source in enumerate(rows.columns.values())]
        for group, count in sorted(counted.items())
        if count >= max(rows.min_group, 1)
    ]


def _of_group(place: int, source: str, by: Sequence[int], group: Sequence[str], count: int) -> str:
    if place in by:
        return group[by.index(place)]
    return str(count) if source == _COUNT else ""
