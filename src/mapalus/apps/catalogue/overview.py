"""The whole catalogue as everybody may know it, light enough to be kept in every process.

Lists, counts and searches are answered from here; whole rows of the database are read only for what a page shows. It
is never stale: every question first asks the database for the sum of what changes with every write
(`Dataset.revision`), and what was written since is read anew. Rights are not reckoned here: the database says which
datasets `known_to(None)` and `visible_to(None)` give.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any, NamedTuple

from django.db import connections
from django.db.models import Count, F, QuerySet, Sum

from mapalus.apps.catalogue import remembered
from mapalus.apps.catalogue.database import unless_written
from mapalus.apps.catalogue.models import Dataset
from mapalus.apps.directory.models import Unit
from mapalus.engine import bitsets
from mapalus.engine.bitsets import Order, Posting

__all__ = ["Entry", "Overview", "present", "stamp"]

_AT_ONCE = 500  # rows of one question
_NEWEST = 200  # datasets written last, which are looked at before all of them are
_STEPS = 32  # states before, of which it is known what was written after them
_LOWER = (1 << 44) - 1  # of a revision: what is added up
_MANY = 8  # an order of which less than an eighth changed goes on; else it is made anew
_FIELDS = (
    "pk", "name", "title", "title_en", "unit_id", "producer_id", "themes", "is_priority", "cadence", "classification",
    "due_at", "declared_at", "changed_at", "current__published_at",
)  # fmt: skip


class Entry(NamedTuple):
    """What lists need of one dataset. The same object for as long as nothing about it has changed."""

    number: int  # its bit
    pk: int
    name: str
    title: str
    title_en: str
    unit: str
    unit_name: str
    producer: str
    themes: tuple[str, ...]
    is_priority: bool
    cadence: str
    classification: str
    due_at: datetime | None
    declared_at: datetime
    changed_at: datetime
    published_at: datetime | None
    is_known: bool  # its name may be known to everybody
    is_readable: bool  # and its rows read

    @property
    def modified_at(self) -> datetime:
        """When anything about it changed: its description, or its published version."""
        return max(self.changed_at, self.published_at) if self.published_at else self.changed_at

    def values(self) -> list[tuple[str, str]]:
        """What it can be filtered by: name of the filter and value."""
        found = [("unit", self.unit), ("cadence", self.cadence), ("classification", self.classification)]
        found += [("theme", theme) for theme in dict.fromkeys(self.themes)]
        return [*found, ("priority", "ya")] if self.is_priority else found


Key = Callable[[Entry], Any]
_Stamp = tuple[int, int, tuple[tuple[str, str], ...]]


@dataclass(frozen=True)
class Overview:
    """One state of the catalogue. It never changes; `present` gives the next one."""

    stamp: _Stamp = (-1, 0, ())
    revisions: Mapping[int, int] = field(default_factory=dict)  # of every dataset, also of those nobody may know
    entries: Mapping[int, Entry] = field(default_factory=dict)  # by primary key: what anybody may know or read
    by_number: Sequence[Entry | None] = ()
    by_name: Mapping[str, Entry] = field(default_factory=dict)
    filters: Mapping[str, Mapping[str, Posting]] = field(default_factory=dict)  # filter -> value -> entries
    known: int = 0  # as bits
    readable: int = 0
    free: tuple[int, ...] = ()  # numbers no entry has
    _orders: dict[str, tuple[Order, Key]] = field(default_factory=dict)
    _steps: tuple[tuple[_Stamp, frozenset[int]], ...] = ()  # the states before, and the keys written after each

    def having(self, name: str, value: str) -> int:
        return bitsets.bits(self.filters.get(name, {}).get(value, ()))

    def counts(self, name: str, among: int) -> dict[str, int]:
        """The values of a filter, and how many of a set have each; none where nothing is left."""
        found = {value: (bitsets.bits(posting) & among).bit_count() for value, posting in self.filters[name].items()}
        return {value: count for value, count in found.items() if count} if among else {}

    def order(self, name: str, key: Key) -> Order:
        """All entries by a key, equal ones by name; made once. A name stands for one key, whoever asks."""
        found = self._orders.get(name)
        if found is None:
            ordered = sorted(self.entries.values(), key=lambda entry: (key(entry), entry.name))
            made = Order([entry.number for entry in ordered], place_in(self.by_number, key))
            found = self._orders[name] = made, key
        return found[0]

    def at(self, number: int) -> Entry:
        entry = self.by_number[number]
        if entry is None:
            raise KeyError(number)
        return entry

    def some(self, found: int) -> list[Entry]:
        """The entries of a set, in no order."""
        return [self.at(number) for number in bitsets.numbers(found)]

    def since(self, older: Overview) -> tuple[list[Entry], list[Entry]]:
        """What is new or other than in an older state, and what is there no more."""
        keys = self._written_since(older.stamp)
        new, old = self.entries, older.entries
        changed = [
            entry
            for pk in (new if keys is None else keys)
            if (entry := new.get(pk)) is not None and old.get(pk) is not entry
        ]
        return changed, [
            entry for pk in (old if keys is None else keys) if (entry := old.get(pk)) is not None and pk not in new
        ]

    def _written_since(self, stamp: _Stamp) -> set[int] | None:
        """None where that state is too long ago."""
        keys: set[int] = set()
        for before, written in reversed(self._steps):
            keys |= written
            if before == stamp:
                return keys
        return None

    def other_than(self, revisions: Mapping[int, int]) -> list[Entry]:
        """What was written since these were the revisions, by primary key."""
        there = self.revisions
        return [entry for pk, entry in self.entries.items() if revisions.get(pk) != there[pk]]


def place_in(by_number: Sequence[Entry | None], key: Key) -> Callable[[int], tuple[Any, str]]:
    """Where the entry of a number stands in an order by a key."""

    def place(number: int) -> tuple[Any, str]:
        entry = by_number[number]
        assert entry is not None
        return key(entry), entry.name

    return place


_lock = Lock()
_kept = Overview()


def stamp() -> _Stamp:
    """Another one whenever a dataset or the name of an agency was written. Two small questions at most."""
    return unless_written("overview", _stamp)


def _stamp() -> _Stamp:
    summed = Sum(F("revision").bitand(_LOWER))
    state = Dataset.objects.order_by().aggregate(count=Count("pk"), total=summed)
    return int(state["count"]), int(state["total"] or 0), _units()


def _units() -> tuple[tuple[str, str], ...]:
    return tuple(Unit.objects.order_by("code").values_list("code", "name"))


def present() -> Overview:
    """The catalogue as it stands now, also for a transaction that has not ended."""
    global _kept
    now = stamp()
    kept = _kept
    if kept.stamp == now:
        return kept
    with _lock:
        kept = _kept
        if kept.stamp != now:
            begun = _recalled() if kept.stamp[0] < 0 and now[0] >= remembered.WORTH else kept
            _kept = kept = _next(begun, now)
            if len(kept.entries) >= remembered.WORTH and not kept._steps:
                remembered.keep("overview", _packed(kept), made_by=[__name__])
    return kept


# --- kept for the next process --------------------------------------------------------------------------------------


def _packed(kept: Overview) -> tuple[Any, ...]:
    """As plain values; times in their own form."""
    entries = [
        (*entry[:12], *(one and one.isoformat() for one in entry[12:16]), *entry[16:])
        for entry in kept.entries.values()
    ]
    filters = {name: dict(values) for name, values in kept.filters.items()}
    return kept.stamp, dict(kept.revisions), entries, filters, kept.known, kept.readable, kept.free


def _recalled() -> Overview:
    """As a process before this one kept it; an empty one if none did."""
    found = remembered.recall("overview", made_by=[__name__])
    if found is None:
        return Overview()
    stamp, revisions, packed, filters, known, readable, free = found
    read = datetime.fromisoformat
    entries = {row[1]: Entry(*row[:12], *(one and read(one) for one in row[12:16]), *row[16:]) for row in packed}
    by_number: list[Entry | None] = [None] * (len(entries) + len(free))
    for entry in entries.values():
        by_number[entry.number] = entry
    names = {entry.name: entry for entry in entries.values()}
    return Overview(stamp, revisions, entries, by_number, names, filters, known, readable, free)


def _revisions(rows: QuerySet[Dataset]) -> dict[int, int]:
    """Straight from the cursor: these may be all the rows there are, and two numbers of each."""
    asked = rows.values_list("pk", "revision")
    with connections[asked.db].cursor() as cursor:
        cursor.execute(*asked.query.sql_with_params())
        return dict(cursor.fetchall())


def _next(before: Overview, now: _Stamp = (-1, 0, ())) -> Overview:
    """The state after another. `now`: the stamp it may be expected to have."""
    units = _units()
    last = _written_last(before, now)
    revisions = {**before.revisions, **last} if last is not None else _revisions(Dataset.objects.order_by())
    written = [*last] if last is not None else [pk for pk, _one in revisions.items() - before.revisions.items()]
    building = _Building(before, dict(units))
    if last is None:
        for pk in before.entries:
            if pk not in revisions:
                building.drop(pk)
    for start in range(0, len(written), _AT_ONCE):
        building.read(written[start : start + _AT_ONCE])
    if units != before.stamp[2]:
        building.rename()
    # what was read later than the revisions is read again, since the stamp is theirs
    total = now[1] if last is not None else sum(one & _LOWER for one in revisions.values())
    return building.made((len(revisions), total, units), revisions)


def _written_last(before: Overview, now: _Stamp) -> dict[int, int] | None:
    """What the newest revisions say was written since, if that explains the stamp; None: all have to be asked."""
    if before.stamp[0] < 0 or now[0] < 0:
        return None
    newest = _revisions(Dataset.objects.order_by("-revision")[:_NEWEST])
    found = {pk: one for pk, one in newest.items() if before.revisions.get(pk) != one}
    count = before.stamp[0] + sum(pk not in before.revisions for pk in found)
    total = before.stamp[1] + sum((one & _LOWER) - (before.revisions.get(pk, 0) & _LOWER) for pk, one in found.items())
    return found if (count, total) == now[:2] else None


class _Building:
    """The next state, made of what stays of the one before."""

    def __init__(self, before: Overview, units: Mapping[str, str]) -> None:
        self.before, self.units = before, units
        self.entries = dict(before.entries)
        self.by_number = list(before.by_number)
        self.by_name = dict(before.by_name)
        self.filters = {
            name: dict(before.filters.get(name, {}))
            for name in ("unit", "theme", "priority", "cadence", "classification")
        }
        self.known, self.readable = before.known, before.readable
        self.touched: set[int] = set()
        self.free = list(before.free)
        self.written: set[int] = set()  # keys

    def read(self, keys: Sequence[int]) -> None:
        rows = Dataset.objects.order_by().filter(pk__in=keys)
        known = set(rows.known_to(None).values_list("pk", flat=True))
        readable = set(rows.visible_to(None).values_list("pk", flat=True))
        for pk in keys:
            if pk in self.entries and pk not in known | readable:
                self.drop(pk)
        for row in rows.filter(pk__in=known | readable).values_list(*_FIELDS):
            self.put(row, is_known=row[0] in known, is_readable=row[0] in readable)

    def put(self, row: Sequence[Any], *, is_known: bool, is_readable: bool) -> None:
        pk, name, title, title_en, unit, producer, themes, is_priority, cadence, classification, *moments = row
        due_at, declared_at, changed_at, published_at = moments
        if pk in self.entries:
            self.drop(pk)  # its number is the last of the free ones now
        number = self.free.pop() if self.free else len(self.by_number)
        entry = Entry(
            number, pk, name, title, title_en, unit, self.units.get(unit, unit), producer, tuple(map(str, themes)),
            is_priority, cadence, classification, due_at, declared_at, changed_at, published_at, is_known, is_readable,
        )  # fmt: skip
        self._place(entry)
        for kind, value in entry.values():
            self.filters[kind][value] = bitsets.added(self.filters[kind].get(value, ()), number)
        self.known |= is_known << number
        self.readable |= is_readable << number

    def _place(self, entry: Entry) -> None:
        self.touched.add(entry.number)
        self.written.add(entry.pk)
        if entry.number == len(self.by_number):
            self.by_number.append(None)
        self.by_number[entry.number] = self.entries[entry.pk] = self.by_name[entry.name] = entry

    def drop(self, pk: int) -> None:
        entry = self.entries.pop(pk)
        self.touched.add(entry.number)
        self.written.add(pk)
        self.by_number[entry.number] = None
        if self.by_name.get(entry.name) is entry:
            del self.by_name[entry.name]
        for kind, value in entry.values():
            left = bitsets.removed(self.filters[kind][value], entry.number)
            self.filters[kind][value] = left
            if not left:
                del self.filters[kind][value]
        self.known &= ~(1 << entry.number)
        self.readable &= ~(1 << entry.number)
        self.free.append(entry.number)

    def rename(self) -> None:
        for entry in [*self.entries.values()]:
            name = self.units.get(entry.unit, entry.unit)
            if name != entry.unit_name:
                self._place(entry._replace(unit_name=name))

    def made(self, stamp: _Stamp, revisions: Mapping[int, int]) -> Overview:
        orders = {}
        steps: tuple[tuple[_Stamp, frozenset[int]], ...] = ()
        if len(self.touched) * _MANY < len(self.entries):
            orders = {name: (self._order(order, key), key) for name, (order, key) in [*self.before._orders.items()]}
            steps = (*self.before._steps[1 - _STEPS :], (self.before.stamp, frozenset(self.written)))
        return Overview(
            stamp,
            revisions,
            self.entries,
            self.by_number,
            self.by_name,
            self.filters,
            self.known,
            self.readable,
            tuple(self.free),
            orders,
            steps,
        )

    def _order(self, before: Order, key: Key) -> Order:
        """What did not change stays where it is."""
        old, new = self.before.by_number, self.by_number
        return before.changed(
            out=[number for number in self.touched if number < len(old) and old[number] is not None],
            put=[number for number in self.touched if new[number] is not None],
            key=place_in(new, key),
            old=place_in(old, key),
        )
