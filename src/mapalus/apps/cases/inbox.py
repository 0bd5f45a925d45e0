"""The inbox of a position: what is due first, page by page, the same speed among a thousand cases and a million.

Every question walks the index (turn, due_order, id) from where the last page ended. Several positions (a head who has
the duties of vacant ones) are asked one by one and merged, because no index is in order across them.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from itertools import islice
from typing import TYPE_CHECKING, Any

from mapalus.engine.errors import Invalid
from mapalus.engine.text import _

if TYPE_CHECKING:
    from mapalus.apps.cases.models import Case, CaseQuerySet

__all__ = ["MOST", "Counts", "Page", "counts", "page"]

MOST = 999  # nobody reads a number of waiting cases above this; counting on would cost time that grows
_LARGEST_PAGE = 200
_FILTERS = frozenset({"pack_name", "state", "region", "unit", "channel", "is_sample"})


@dataclass(frozen=True)
class Page:
    """Rows in order, and the mark with which the next page is asked for; empty at the end."""

    rows: tuple[Case, ...]
    next: str


@dataclass(frozen=True)
class Counts:
    """How much waits. Each number ends at `MOST` + 1, which is said as `999+`."""

    total: int
    overdue: int
    by_pack: dict[str, int]

    @staticmethod
    def say(number: int) -> str:
        return f"{MOST}+" if number > MOST else str(number)


def page(
    found: CaseQuerySet,
    positions: Collection[str],
    *,
    after: str = "",
    size: int = 50,
    overdue_at: datetime | None = None,
    text: str = "",
    **filters: Any,
) -> Page:
    """One page of the inbox. `filters`: pack_name, state, region, unit, channel; `overdue_at`: what was due by then.

    Raises `Invalid` for a mark or a filter that is not known.
    """
    if unknown := filters.keys() - _FILTERS:
        raise Invalid(fields=dict.fromkeys(unknown, _("This cannot be filtered by.")))
    size = max(1, min(size, _LARGEST_PAGE))
    asked = found.for_list().defer("situation", "values", "pack__files").filter(**filters)
    if text.strip():
        asked = asked.search(text)
    if overdue_at is not None:
        asked = asked.filter(due_order__lt=overdue_at)
    mark = _read(after) if after else None
    codes = sorted(set(positions))
    if len(codes) == 1:
        rows = [row for part in _walk(asked.filter(turn=codes[0]), mark, size + 1) for row in part]
    else:
        rows = _merged(asked, codes, mark, size + 1)
    more = len(rows) > size
    rows = rows[:size]
    return Page(tuple(rows), _mark(rows[-1]) if more else "")


def _merged(asked: CaseQuerySet, codes: Sequence[str], mark: tuple[datetime, int] | None, wanted: int) -> list[Case]:
    """Across positions: first only their places in the order, each from its index, then the rows that are shown."""
    runs = []
    for code in codes:
        places = asked.filter(turn=code).values_list("due_order", "pk")
        runs.append([place for part in _walk(places, mark, wanted) for place in part])
    keys = [key for _due, key in islice(heapq.merge(*runs), wanted)]
    found = {case.pk: case for case in asked.filter(pk__in=keys)}
    return [found[key] for key in keys if key in found]


def _walk(asked: Any, mark: tuple[datetime, int] | None, wanted: int) -> Iterator[list[Any]]:
    """In order from the mark on. Two short walks: an OR over both columns would walk all that is due at one moment."""
    if mark is None:
        yield list(asked.by_due()[:wanted])
        return
    due, key = mark
    first = list(asked.filter(due_order=due, pk__gt=key).by_due()[:wanted])
    yield first
    if len(first) < wanted:
        yield list(asked.filter(due_order__gt=due).by_due()[: wanted - len(first)])


def counts(found: CaseQuerySet, positions: Collection[str], *, now: datetime) -> Counts:
    """Exact up to `MOST`, and for more than that one step above it; never a walk over everything.

    Asked in the order of an index that holds all that is counted: without one a database may rather read the table.
    """
    from mapalus.apps.cases.models import PackVersion

    codes = sorted(set(positions))
    seen: list[tuple[str, datetime]] = []
    for code in codes:
        rows = found.filter(turn=code).order_by("pack_name", "due_order", "pk").values_list("pack_name", "due_order")
        seen += rows[: MOST + 1 - len(seen)]
    if len(seen) <= MOST:
        by_pack = Counter(name for name, _due in seen)
        return Counts(len(seen), sum(1 for _name, due in seen if due < now), dict(by_pack))
    names = PackVersion.objects.values_list("name", flat=True).distinct().order_by("name")
    counted = {name: bounded(found.filter(pack_name=name), codes) for name in names}
    return Counts(
        total=MOST + 1,
        overdue=bounded(found.filter(due_order__lt=now), codes),
        by_pack={name: number for name, number in counted.items() if number},
    )


def bounded(found: CaseQuerySet, positions: Collection[str]) -> int:
    """How many wait for these positions, up to `MOST` + 1."""
    number = 0
    for code in positions:
        if number <= MOST:
            number += len(found.filter(turn=code).by_due().values_list("pk")[: MOST + 1 - number])
    return number


def _mark(case: Case) -> str:
    return f"{int(case.due_order.timestamp() * 1000):x}.{case.due_order.microsecond % 1000}.{case.pk}"


def _read(mark: str) -> tuple[datetime, int]:
    try:
        millis, micros, key = mark.split(".")
        seconds, rest = divmod(int(millis, 16), 1000)
        moment = datetime.fromtimestamp(seconds, tz=timezone.utc)  # noqa: UP017
        return moment.replace(microsecond=rest * 1000 + int(micros)), int(key)
    except (ValueError, OverflowError, OSError):
        raise Invalid(fields={"after": _("This page mark is not known.")}) from None


def marks(rows: Collection[Case]) -> Iterator[str]:
    """The mark of each row, for tests and for jumping."""
    return (_mark(case) for case in rows)
