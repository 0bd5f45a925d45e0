"""`package_search`, answered from tables over the open datasets; only the packages of the page are made."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

from django.conf import settings

from mapalus.apps.catalogue import remembered
from mapalus.apps.catalogue.models import Dataset
from mapalus.apps.catalogue.overview import Entry, Overview, present
from mapalus.doors.api.ckan import shapes
from mapalus.doors.api.ckan.documents import Described, describe
from mapalus.doors.api.ckan.levels import Levels, union
from mapalus.doors.api.ckan.solr import WEIGHTS, BadQuery, read
from mapalus.doors.api.ckan.tables import Kind, Tables
from mapalus.doors.api.licenses import license_of
from mapalus.doors.api.open import open_datasets
from mapalus.engine import bitsets
from mapalus.engine.bitsets import Order
from mapalus.engine.search import stem
from mapalus.engine.text import slug

__all__ = [
    "ROWS_MAX", "Catalogue", "catalogue", "each_resource", "entries", "keys", "matching", "packages", "search", "shown",
    "values",
]  # fmt: skip

ROWS_MAX = 1000
_AT_ONCE = 500  # datasets read in one question
_ORDERS = 16  # kept
_PACKAGES = 1000  # kept; some 15 kB each
_SORTS: Mapping[str, Callable[[Described], str]] = {
    "name": lambda one: one.name.lower(),
    "title": lambda one: one.title.lower(),
    "title_string": lambda one: one.title.lower(),
    "id": lambda one: one["id"][0],
    "metadata_modified": lambda one: one.modified,
    "metadata_created": lambda one: one.created,
}
Sort = tuple[tuple[str, bool], ...]  # field, and whether the largest comes first


# --- the open datasets as tables ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Catalogue:
    """The open datasets of one state of the catalogue, with their tables."""

    overview: Overview
    tables: Tables
    mark: object  # settings the documents were made with
    _orders: dict[Sort, Order]

    def order(self, sort: Sort) -> Order:
        """All of them by fields; what is equal is ordered by identifier, so that pages never overlap."""
        found = self._orders.get(sort)
        if found is None:
            numbers = sorted(bitsets.numbers(self.tables.all), key=lambda number: self.tables.at(number)["id"][0])
            for name, is_descending in reversed(sort):
                key = _SORTS[name]
                numbers.sort(key=lambda number, key=key: key(self.tables.at(number)), reverse=is_descending)  # type: ignore[misc]
            while len(self._orders) >= _ORDERS:
                self._orders.pop(next(iter(self._orders)), None)
            found = self._orders[sort] = Order(numbers, _place_in(self.tables, sort))
        return found


_lock = Lock()
_kept = Catalogue(Overview(), Tables([], {}), None, {})
_MADE_BY = (
    __name__, Described.__module__, Tables.__module__, BadQuery.__module__, shapes.__name__, license_of.__module__,
    slug.__module__, bitsets.__name__, stem.__module__,
)  # fmt: skip


def catalogue() -> Catalogue:
    """As it stands now; only what changed since the last question is read."""
    global _kept
    overview, mark = present(), (str(settings.SAMPLE_DATA), settings.PROVINCE_CODE, str(settings.DATA_DIR))
    kept = _kept
    if kept.overview is not overview or kept.mark != mark:
        with _lock:
            kept = _kept
            if kept.mark != mark:
                kept = _first(overview, mark)
            if kept.overview is not overview:
                kept = _next(kept, overview)
            _kept = kept
    return kept


def _first(overview: Overview, mark: object) -> Catalogue:
    """Of a process: what one before it kept, as far as it is still so; else all of it, kept for the next."""
    nothing = Catalogue(Overview(), Tables([], {}), mark, {})
    if len(overview.entries) < remembered.WORTH:
        return nothing
    found = remembered.recall("packages", made_by=_MADE_BY)
    if found is not None and found[0] == (mark, overview.stamp[2]):
        documents, tables = found[1], Tables.unpacked(*found[2:])
        there = dict(enumerate(overview.by_number))
        out = [number for number, one in enumerate(documents) if one and not _is_same(there.get(number), one, overview)]
        known = set(bitsets.numbers(tables.all)) - set(out)
        new = [one for one in overview.entries.values() if one.is_readable and one.number not in known]
        if len(new) < remembered.WORTH:
            return Catalogue(overview, tables.changed(out, _described(overview, new)), mark, {})
    made = _next(nothing, overview)
    for kind, field in _ASKED:
        made.tables.table(kind, field)
    places = [one and (one.pk, overview.revisions[one.pk]) for one in overview.by_number]
    said = [place if document else None for place, document in zip(places, made.tables.documents, strict=False)]
    remembered.keep("packages", ((mark, overview.stamp[2]), said, *made.tables.packed()), made_by=_MADE_BY)
    return made


# what nearly every question asks
_ASKED = [*((Kind.WORD, field) for field in WEIGHTS), (Kind.VALUE, "organization"), (Kind.VALUE, "tags")]


def _is_same(entry: Entry | None, place: tuple[int, int], overview: Overview) -> bool:
    return entry is not None and entry.is_readable and place == (entry.pk, overview.revisions[entry.pk])


def _described(overview: Overview, entries: Sequence[Entry]) -> dict[int, Described]:
    found = _read([one.pk for one in entries if one.is_readable])
    return {overview.entries[dataset.pk].number: describe(dataset) for dataset in found}


def _next(before: Catalogue, overview: Overview) -> Catalogue:
    changed, gone = overview.since(before.overview)
    out = {entry.number for entry in gone}
    out |= {before.overview.entries[one.pk].number for one in changed if one.pk in before.overview.entries}
    out |= {one.number for one in changed}
    put = _described(overview, changed)
    tables = before.tables.changed([*out], put)
    touched = out | put.keys()
    orders = {}
    if len(touched) * 8 < len(tables.documents):
        orders = {
            sort: _going_on(order, before.tables, tables, touched, sort) for sort, order in [*before._orders.items()]
        }
    return Catalogue(overview, tables, before.mark, orders)


def _going_on(order: Order, before: Tables, tables: Tables, touched: Set[int], sort: Sort) -> Order:
    """What did not change stays where it is."""
    old = before.documents
    return order.changed(
        out=[number for number in touched if number < len(old) and old[number] is not None],
        put=[number for number in touched if number < len(tables.documents) and tables.documents[number] is not None],
        key=_place_in(tables, sort),
        old=_place_in(before, sort),
    )


def _place_in(tables: Tables, sort: Sort) -> Callable[[int], tuple[Any, ...]]:
    """Where the document of a number stands in an order."""
    keys = [(_SORTS[name], is_descending) for name, is_descending in sort]

    def place(number: int) -> tuple[Any, ...]:
        one = tables.at(number)
        values = (_Descending(key(one)) if is_descending else key(one) for key, is_descending in keys)
        return *values, one["id"][0]

    return place


@dataclass(frozen=True)
class _Descending:
    value: str

    def __lt__(self, other: _Descending) -> bool:
        return self.value > other.value


def _read(keys: Sequence[int]) -> Iterable[Dataset]:
    found = Dataset.objects.visible_to(None).select_related("unit", "current", "contract")
    found = found.defer("contract__text", "current__quality")
    for start in range(0, len(keys), _AT_ONCE):
        yield from found.filter(pk__in=keys[start : start + _AT_ONCE])


# --- packages -------------------------------------------------------------------------------------------------------

_shown: OrderedDict[tuple[Any, ...], dict[str, Any]] = OrderedDict()
_shown_lock = Lock()


def entries() -> list[Entry]:
    """The open datasets by name."""
    overview = present()
    order = overview.order("name", lambda _one: 0)
    return [overview.at(number) for number in order.part(overview.readable, 0, overview.readable.bit_count())]


def keys(*, sort: str) -> list[int]:
    """Primary keys of the open datasets, in an order as `package_search` takes it."""
    known = catalogue()
    return [known.overview.at(number).pk for number in known.order(_sorts(sort)).sequence]


def values(field: str) -> list[str]:
    """Every value of a field among the open datasets."""
    return catalogue().tables.table(Kind.VALUE, field).keys


def packages(wanted: Sequence[int], *, site: str) -> list[dict[str, Any]]:
    """Open datasets by their primary keys, in the order given, as `package_show` gives them."""
    overview = present()
    return _packages(overview, [overview.entries[pk] for pk in wanted if pk in overview.entries], site=site)


def each_resource(*, site: str) -> Iterator[dict[str, Any]]:
    """The files of all open datasets, by the dataset's name."""
    every = entries()
    for start in range(0, len(every), _AT_ONCE):
        for dataset in open_datasets().filter(pk__in=[one.pk for one in every[start : start + _AT_ONCE]]):
            yield from shapes.package(dataset, site=site)["resources"]


def shown(dataset: Dataset, *, site: str) -> dict[str, Any]:
    """One dataset, made once for as long as nothing about it changes. Not to be changed by the reader."""
    key = _key(dataset.pk, dataset.revision, dataset.unit.name, site)
    with _shown_lock:
        if key in _shown:
            _shown.move_to_end(key)
            return _shown[key]
    made = shapes.package(dataset, site=site)
    with _shown_lock:
        _shown[key] = made
        while len(_shown) > _PACKAGES:
            _shown.popitem(last=False)
    return made


def _key(pk: int, revision: int, unit_name: str, site: str) -> tuple[Any, ...]:
    return pk, revision, unit_name, site, settings.SAMPLE_DATA, settings.PROVINCE_CODE, str(settings.DATA_DIR)


def _packages(overview: Overview, entries: Sequence[Entry], *, site: str) -> list[dict[str, Any]]:
    """In the order given; those nobody asked for lately are read."""
    keys = {one.pk: _key(one.pk, overview.revisions[one.pk], one.unit_name, site) for one in entries}
    with _shown_lock:
        made = {pk: _shown[key] for pk, key in keys.items() if key in _shown}
    missing = [pk for pk in keys if pk not in made]
    for start in range(0, len(missing), _AT_ONCE):
        for dataset in open_datasets().filter(pk__in=missing[start : start + _AT_ONCE]):
            made[dataset.pk] = shown(dataset, site=site)
    return [made[pk] for pk in keys if pk in made]


# --- the search -----------------------------------------------------------------------------------------------------


def matching(query: str, *, now: datetime) -> tuple[Overview, int]:
    """The open datasets an expression finds, as bits of the overview. Raises `BadQuery`."""
    known = catalogue()
    return known.overview, union(read(query, now=now, by=Levels(known.tables)))


def search(
    *,
    site: str,
    now: datetime,
    q: str,
    fq: Sequence[str],
    sort: str,
    rows: int,
    start: int,
    facets: Sequence[str],
    facet_limit: int,
    facet_mincount: int,
) -> dict[str, Any]:
    """The result of `package_search`. Raises `BadQuery`."""
    known = catalogue()
    by = Levels(known.tables)
    kept = known.tables.all
    for one in fq:
        if one.strip():
            kept &= union(read(one, now=now, by=by))
    found = {score: documents & kept for score, documents in read(q, now=now, by=by).items() if documents & kept}
    every = union(found)
    page = _page(known, found, _sorts(sort), start, start + rows)
    counted = {name: _counts(known.tables, name, every, facet_mincount) for name in facets}
    return {
        "count": every.bit_count(),
        "facets": {name: dict(_limited(counts, facet_limit)) for name, counts in counted.items()},
        "results": _packages(known.overview, [known.overview.at(number) for number in page], site=site),
        "sort": sort,
        "search_facets": {
            name: {"title": name, "items": _items(known.tables, name, _limited(counts, facet_limit), every)}
            for name, counts in counted.items()
        },
    }


def _sorts(sort: str) -> Sort:
    parts: dict[str, bool] = {}
    for part in [part.split() for part in sort.split(",") if part.strip()]:
        name, way = part[0], (part[1].lower() if len(part) > 1 else "asc")
        if name not in (*_SORTS, "score", "views_recent") or way not in ("asc", "desc") or len(part) > 2:
            raise BadQuery(reason=f"cannot sort by {' '.join(part)}")
        if name != "views_recent":  # nobody counts them
            parts.setdefault(name, way == "desc")  # a field that stands again changes nothing
    return tuple(parts.items())


def _page(known: Catalogue, found: Mapping[float, int], sort: Sort, start: int, stop: int) -> list[int]:
    names = [name for name, _is_descending in sort]
    plain = tuple(part for part in sort if part[0] != "score")
    if "score" not in names or len(found) < 2:
        return known.order(plain).part(union(found), start, stop)
    if names[0] != "score":
        return _mixed(known, found, sort)[start:stop]
    picked: list[int] = []
    order = known.order(plain)
    for score in sorted(found, reverse=sort[0][1]):
        picked += order.part(found[score], start, stop)
        count = found[score].bit_count()
        start, stop = max(0, start - count), stop - count
        if stop <= 0:
            break
    return picked


def _mixed(known: Catalogue, found: Mapping[float, int], sort: Sort) -> list[int]:
    """The score decides between equal values of another field: all that was found is sorted."""
    place = [name for name, _is_descending in sort].index("score")
    scores = {number: score for score, documents in found.items() for number in bitsets.numbers(documents)}
    numbers = known.order(sort[place + 1 :]).part(union(found), 0, len(scores))
    numbers.sort(key=scores.__getitem__, reverse=sort[place][1])
    for name, is_descending in reversed(sort[:place]):
        key = _SORTS[name]
        numbers.sort(key=lambda number, key=key: key(known.tables.at(number)), reverse=is_descending)  # type: ignore[misc]
    return numbers


def _counts(tables: Tables, name: str, every: int, least: int) -> dict[str, int]:
    """Of each value of a field, how many of what was found have it."""
    postings = tables.table(Kind.VALUE, name).postings
    counts = {value: (bitsets.bits(posting) & every).bit_count() for value, posting in postings.items()}
    return {value: count for value, count in counts.items() if count and count >= least}


def _limited(counts: Mapping[str, int], limit: int) -> list[tuple[str, int]]:
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return ordered if limit < 0 else ordered[:limit]


def _items(tables: Tables, name: str, counts: Sequence[tuple[str, int]], every: int) -> list[dict[str, Any]]:
    table = tables.table(Kind.VALUE, name)
    return [
        {"name": value, "display_name": _title(tables, name, value, table.bits(value) & every), "count": number}
        for value, number in counts
    ]


def _title(tables: Tables, name: str, value: str, having: int) -> str:
    """What people call a value, as the first dataset that has it says."""
    if name == "license_id":
        return license_of(value).title
    if name not in ("organization", "groups"):
        return value
    first = tables.at((having & -having).bit_length() - 1)
    if name == "organization":
        return first.unit_name
    return next((theme for theme in first.themes if slug(theme) == value), value)
