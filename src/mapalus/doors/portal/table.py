"""The rows of a version as a page shows them: the first ones, those one looks for, and page after page of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings

from mapalus.apps.catalogue.models import Version
from mapalus.apps.catalogue.serving import served
from mapalus.apps.directory.models import Region
from mapalus.doors.portal import summaries
from mapalus.doors.portal.regions import names
from mapalus.engine.data.query import Found, Query, TooSlow
from mapalus.engine.data.rows import Column
from mapalus.engine.data.served import Served, search
from mapalus.engine.errors import NotFound

__all__ = ["Cell", "Table", "table"]

FIRST = 8  # rows before somebody asks for more
PER_PAGE = 25
_LONGEST = 100  # letters of a question
_PLACES = 400  # codes that one name may stand for: a kecamatan with all its villages


@dataclass(frozen=True)
class Cell:
    """One value as it is shown. `is_number` sets it to the right."""

    value: object
    is_number: bool


@dataclass(frozen=True)
class Table:
    """Some rows of a version. Masked values stay masked: they are masked in the file it reads."""

    columns: tuple[tuple[str, bool], ...]  # title, whether it holds numbers
    rows: tuple[tuple[Cell, ...], ...]
    total: int  # rows of the version
    found: int  # rows that fit what is asked for
    asked: str
    page: int  # 0: only the first rows are shown
    version: int | None  # where an old one is read
    is_too_slow: bool = False
    ids: tuple[int, ...] = ()  # `_id` of each row, as the API calls it

    @property
    def lines(self) -> tuple[tuple[int, tuple[Cell, ...]], ...]:
        return tuple(zip(self.ids, self.rows, strict=True))

    @property
    def first(self) -> int:
        return max(0, self.page - 1) * PER_PAGE + 1

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1

    @property
    def before(self) -> str:
        return self._at(self.page - 1) if self.page > 1 else ""

    @property
    def after(self) -> str:
        return self._at(self.page + 1) if self.has_more else ""

    @property
    def has_more(self) -> bool:
        return self.last < self.found

    def _at(self, page: int) -> str:
        asked = {"q": self.asked, "version": self.version, "hal": page}
        return "?" + urlencode({name: value for name, value in asked.items() if value}) + "#tabel"


def table(version: Version, *, asked: str, page: str, is_present: bool) -> Table | None:
    """The rows to show; None where the version has no file to read. `asked` and `page` are what the address says.

    `is_present`: no version was asked for by its number, so that rows which came since are there, too.
    """
    path = served(version, is_present=is_present)
    words = " ".join(asked.replace("\x00", " ").split())[:_LONGEST]
    number = _number(page) or (1 if words else 0)
    limit = PER_PAGE if number else FIRST
    too_slow = False
    try:
        everything = search(path, Query(limit=0))
        found = _found(path, words, _region_columns(version), limit=limit, offset=max(0, number - 1) * PER_PAGE)
    except NotFound:
        return None
    except TooSlow:
        found, too_slow = Found(everything.columns, [], 0), True
    columns = found.columns[1:]
    return Table(
        columns=tuple((column.title or column.name, _is_number(column)) for column in columns),
        rows=_cells(columns, [record[1:] for record in found.records], _region_columns(version)),
        ids=tuple(int(record[0]) for record in found.records),
        total=everything.total or 0,
        found=found.total or 0,
        asked=words,
        page=number,
        version=None if is_present else version.number,
        is_too_slow=too_slow,
    )


def _number(page: str) -> int:
    return min(int(page), 1_000_000) if page.isascii() and page.isdecimal() and len(page) < 8 else 0


def _is_number(column: Column) -> bool:
    return column.type in ("integer", "number")


def _region_columns(version: Version) -> tuple[str, ...]:
    said = summaries.summary(version)
    return tuple(str(one["name"]) for one in (said.fields if said else ()) if summaries.is_region(one))


def _found(path: Served, words: str, places: Sequence[str], *, limit: int, offset: int) -> Found:
    """Rows with these words; where there are none, rows of the regions that are called so."""
    found = search(path, Query(q=words, limit=limit, offset=offset))
    if found.total or not words or not places:
        return found
    codes = _codes(words)
    for column in places if codes else ():
        of_regions = search(path, Query(filters={column: codes}, limit=limit, offset=offset))
        if of_regions.total:
            return of_regions
    return found


def _codes(words: str) -> list[str]:
    """Codes of the province's regions of that name, with all that lies in a subdistrict of that name."""
    here = Region.objects.within(settings.PROVINCE_CODE)
    called = list(here.filter(name__icontains=words).order_by("level", "code").values_list("code", flat=True)[:20])
    codes: dict[str, None] = {}
    for code in called:
        codes.update(dict.fromkeys(here.within(code).values_list("code", flat=True)[:_PLACES]))
    return list(codes)[:_PLACES]


def _cells(
    columns: Sequence[Column], records: Sequence[Sequence[object]], places: Sequence[str]
) -> tuple[tuple[Cell, ...], ...]:
    regions = {place for place, column in enumerate(columns) if column.name in places}
    known = _named({str(record[place]) for record in records for place in regions if record[place] is not None})
    return tuple(
        tuple(
            Cell(f"{value} {known[str(value)]}", False)
            if place in regions and str(value) in known
            else Cell(value, _is_number(columns[place]))
            for place, value in enumerate(record)
        )
        for record in records
    )


def _named(codes: set[str]) -> Mapping[str, str]:
    """Names of the codes: districts from memory, what is smaller from the table of regions."""
    districts = names()
    rest = sorted(code for code in codes if code not in districts)
    found = dict(Region.objects.filter(code__in=rest).values_list("code", "name")) if rest else {}
    return {**{code: districts[code] for code in codes if code in districts}, **found}
