"""What went into a number: of each input the version, the file by its hash, and the rows, some at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from mapalus.apps.catalogue.lineage import Lineage, Source, lineage
from mapalus.apps.catalogue.models import FigureStatus, Indicator, Version
from mapalus.apps.catalogue.origins import Origin
from mapalus.apps.catalogue.readings import Point, declaration_now
from mapalus.apps.catalogue.serving import served
from mapalus.apps.directory.models import Region
from mapalus.doors.command import why_formula, words
from mapalus.doors.ui import figures
from mapalus.engine.data import served as both
from mapalus.engine.data.indicator import Input
from mapalus.engine.data.lake import VersionFolder
from mapalus.engine.data.query import Query, search
from mapalus.engine.data.rows import Column, open_rows
from mapalus.engine.errors import NotFound, Problem
from mapalus.engine.ports import Actor

__all__ = ["ROWS", "Cell", "EarlierLine", "FileLine", "Head", "InputLine", "RowLine", "inputs_of", "titles_of"]

ROWS = 20  # of each input on one page
_COLUMNS = 6


@dataclass(frozen=True)
class FileLine:
    """One file as it was received: its hash, and, for whom that is no secret, what its sender called it."""

    name: str
    digest: str
    received_on: str


@dataclass(frozen=True)
class Cell:
    """One cell of a listed row, as published."""

    text: str
    is_number: bool = False


@dataclass(frozen=True)
class Head:
    """The title of a column of listed rows."""

    title: str
    is_number: bool


@dataclass(frozen=True)
class RowLine:
    """One row that went into the number. `line`: of the file, as its producer sees it."""

    line: str
    href: str
    digest: str  # of the file, where the rows are of several
    cells: Sequence[Cell]
    at: str = ""  # of a workbook: its sheet and the cells that count


@dataclass(frozen=True)
class EarlierLine:
    """One of the periods before that a window reaches over. `rows`: how many rows of its version count."""

    period: str
    href: str
    name: str
    value: str
    version: int
    version_href: str
    digest: str
    rows: str


@dataclass(frozen=True)
class InputLine:
    """One dataset that went into it, in one version. `others` of an indicator it stands on: its title and page."""

    name: str
    dataset_title: str
    dataset_href: str
    number: int
    version_href: str
    status: str
    published_at: datetime | None
    says: str
    period: str
    value: str
    numerator: str
    denominator: str
    is_share: bool
    rows: str
    files: Sequence[FileLine] = ()
    heads: Sequence[Head] = ()
    listed: Sequence[RowLine] = ()
    note: str = ""  # why no rows are listed, or what they leave out
    total: int = 0
    total_said: str = ""
    first: str = ""
    last: str = ""
    before: int = 0  # number of the page before; 0: none
    after: int = 0
    through_title: str = ""
    through_href: str = ""
    newer: str = ""  # rows of a stream that came since and count as well
    newer_href: str = ""
    stated: Sequence[str] = ()  # where its rows contradict each other: what they say
    earlier: Sequence[EarlierLine] = ()


def titles_of(version: Version | None) -> dict[str, str]:
    """Titles of the columns, from the contract with which the version was checked."""
    if version is None:
        return {}
    descriptor = version.contract.descriptor
    schema = descriptor.get("schema") or (descriptor.get("resources") or [{}])[0].get("schema") or {}
    return {str(f.get("name")): str(f.get("title") or f.get("name")) for f in schema.get("fields", [])}


def inputs_of(
    indicator: Indicator, value: Point | None, *, actor: Actor | None, region: str, page: int, dimension: str = ""
) -> list[InputLine]:
    """Down to the files and rows; empty where there is no value. A withheld one shows neither numbers nor rows."""
    try:
        found = lineage(
            indicator.code, actor=actor, period=value.period if value else "", region=region, dimension=dimension,
            limit=ROWS, offset=(page - 1) * ROWS,
        )  # fmt: skip
    except NotFound:
        return []
    is_withheld = value is not None and value.is_suppressed
    sources = list(_sources(found))
    # one earlier period is shown with its rows; more of them as a list, each with the page of its own rows
    earlier = [source for _one, source in sources if source.is_earlier]
    are_many = len({source.period for source in earlier}) > 1
    lines = [
        _line(one, source, page=page, is_withheld=is_withheld, is_through=one is not found)
        for one, source in sources
        if not (are_many and source.is_earlier)
    ]
    told = _with_names_of_regions(lines)
    if not are_many or not told or is_withheld:
        return told
    return [replace(told[0], earlier=[_earlier(source, found) for source in earlier]), *told[1:]]


def _earlier(source: Source, found: Lineage) -> EarlierLine:
    """A value of an earlier period that counts as well, with the page on which its rows stand."""
    asked = {"wilayah": found.region, "periode": source.period, "bagian": found.dimension}
    query = urlencode({key: value for key, value in asked.items() if value})
    return EarlierLine(
        period=words.period(source.period) if source.period else "",
        href=f"{reverse('command:why', args=[found.indicator.code])}?{query}",
        name=source.name,
        value=_number(source.value),
        version=source.version.number,
        version_href=source.address,
        digest=source.version.snapshot,
        rows=_number(source.total),
    )


def _sources(one: Lineage) -> Iterator[tuple[Lineage, Source]]:
    for source in one.sources:
        yield one, source
    for other in one.others:
        yield from _sources(other)


def _number(found: float | None) -> str:
    return "" if found is None else figures.number(found, language=words.language())


def _line(one: Lineage, source: Source, *, page: int, is_withheld: bool, is_through: bool) -> InputLine:
    version, dataset = source.version, source.dataset
    declared = declaration_now(one.indicator)
    part = next((item for item in declared.inputs if item.name == source.name), None) if declared else None
    titles = titles_of(version)
    is_sql = bool(declared and declared.sql)
    is_single = not is_sql and declared is not None and len(declared.inputs) < 2
    line = InputLine(
        name="" if is_single else source.name,
        dataset_title=dataset.title_here,
        dataset_href=reverse("portal:dataset", args=[dataset.name]),
        number=version.number,
        version_href=source.address,
        status=str(FigureStatus(version.status).label),
        published_at=version.published_at,
        says=why_formula.formula(part.formula, titles) if part and not is_sql else "",
        period=words.period(source.period) if source.period else "",
        value=_number(source.value),
        numerator=_number(source.numerator),
        denominator=_number(source.denominator),
        is_share=bool(part and part.formula.over),
        rows=_number(source.rows),
        files=_files(source),
        through_title=one.indicator.title_here if is_through else "",
        through_href=reverse("command:why", args=[one.indicator.code]) if is_through else "",
    )
    if is_withheld:
        bare = replace(line, value="", numerator="", denominator="", rows="")
        return replace(bare, note=_("withheld: the group is too small"))
    if is_sql or part is None:
        said = _("A statement reads the whole table: it is known which version, but not which rows counted how.")
        return replace(line, note=said, rows="")
    if not source.is_listable:
        return replace(line, note=_("The rows hang on columns that are not published, so they cannot be named."))
    return _with_rows(line, source, part, page)


def _files(source: Source) -> list[FileLine]:
    """Those of the rows that are listed; without rows, that of the version."""
    handin = source.version.handin
    known = {
        one.snapshot: FileLine(source.file_name(one.file), one.snapshot, one.received_on)
        for one in source.listed
        if one.snapshot
    }
    if not known and source.version.snapshot:
        name = source.file_name(handin.file_name) if handin else ""
        at = handin.received_at.date().isoformat() if handin else ""
        known[source.version.snapshot] = FileLine(name, source.version.snapshot, at)
    return list(known.values())


def _with_rows(line: InputLine, source: Source, part: Input, page: int) -> InputLine:
    heads, cells = _cells(source, part)
    dataset = source.dataset
    has_page = (dataset.is_open or dataset.is_counted_openly) and source.version.is_published
    are_many = len(line.files) > 1
    rows = [
        RowLine(
            line=_number(origin.line),
            href=f"{reverse('portal:row-origin', args=[dataset.name, origin.row])}?version={source.version.number}"
            if has_page
            else "",
            digest=origin.snapshot[:8] if are_many else "",
            cells=cells.get(origin.row, [Cell("")] * len(heads)),
            at=_at(origin, (*part.formula.columns, *part.formula.over)),
        )
        for origin in source.listed
    ]
    note = ""
    if source.total and not rows and page == 1:
        note = _("The published rows are counts of several rows of the file; they come from no single one.")
    elif not part.window.is_plain and not source.is_earlier:
        note = _("These are the rows of this period; those of the periods before it count as well.")
    first = (page - 1) * ROWS
    newer = _newer(source)
    return replace(
        line, newer=_number(newer) if newer else "", newer_href=f"{line.dataset_href}#tabel" if newer else "",
        heads=heads, listed=rows, note=note, total=source.total,
        total_said=_number(source.total), first=_number(first + 1), last=_number(first + len(rows)),
        before=page - 1 if page > 1 else 0, after=page + 1 if first + ROWS < source.total else 0,
        stated=_stated(cells) if part.formula.aggregate == "only" else (),
    )  # fmt: skip


def _at(origin: Origin, counted: Iterable[str]) -> str:
    """`D17, E17 (ATS by name)`; empty where the file is no workbook."""
    addresses = ", ".join(dict.fromkeys(origin.cells[name] for name in counted if name in origin.cells))
    return f"{addresses} ({origin.sheet})" if addresses and origin.sheet else addresses or origin.sheet


def _newer(source: Source) -> int:
    """How many rows a stream has brought since, where the version is the present one."""
    if source.version.pk != source.dataset.current_id:
        return 0
    with suppress(Problem):
        return both.newest_rows(served(source.version, is_present=True))
    return 0


def _stated(cells: Mapping[int, Sequence[Cell]]) -> list[str]:
    """What rows say that should all say the same: the last column is the one that is read."""
    return list(dict.fromkeys(row[-1].text for row in cells.values() if row and row[-1].text not in ("", "–")))


def _cells(source: Source, part: Input) -> tuple[list[Head], dict[int, list[Cell]]]:
    """What the listed rows say in the columns that count, as published: titles, and cells by `_id`."""
    ids = [origin.row for origin in source.listed]
    if not ids:
        return [], {}
    counted = (*part.formula.columns, *part.formula.over)
    keys = source.version.contract.descriptor.get("schema", {}).get("primaryKey") or ()
    others = (part.region, *part.period.values(), *part.dimensions, *part.formula.where,
              *(one.column for one in part.formula.conditions), part.formula.last_column,
              *([keys] if isinstance(keys, str) else keys))  # fmt: skip
    try:
        rows = open_rows(VersionFolder(source.version.path).rows)
        shown = _shown(rows.named(name) for name in dict.fromkeys(filter(None, others)) if name not in counted)
        read = _shown(rows.named(name) for name in dict.fromkeys(counted))
        columns = [*shown[: max(1, _COLUMNS - len(read))], *read][:_COLUMNS]
        asked = Query(
            filters={"_id": ids}, fields=("_id", *(one.name for one in columns)), limit=len(ids), include_total=False
        )
        records = search(rows.path, asked).records
    except Problem:
        return [], {}
    is_number = [column.stored in ("integer", "real") and column.name in counted for column in columns]
    found = {
        int(record[0]): [Cell(_said(cell, number), number) for cell, number in zip(record[1:], is_number, strict=True)]
        for record in records
    }
    heads = [Head(one.title or one.name, number) for one, number in zip(columns, is_number, strict=True)]
    return heads, found


def _shown(columns: Iterable[Column | None]) -> list[Column]:
    return [one for one in columns if one is not None and not one.masked and not one.suppressed]


def _said(cell: Any, is_number: bool) -> str:
    if cell is None or cell == "":
        return "–"
    if isinstance(cell, bool):
        return _("yes") if cell else _("no")
    return _number(cell) if is_number and isinstance(cell, int | float) else str(cell)[:80]


def _with_names_of_regions(lines: list[InputLine]) -> list[InputLine]:
    """Codes of regions in cells with their names beside them; one question for all."""
    asked = {cell.text for line in lines for row in line.listed for cell in row.cells if _is_code(cell.text)}
    names = dict(Region.objects.filter(code__in=asked).values_list("code", "name")) if asked else {}
    return [
        replace(
            line,
            listed=[replace(row, cells=[_named(cell, names) for cell in row.cells]) for row in line.listed],
        )
        for line in lines
    ]


def _named(cell: Cell, names: Mapping[str, str]) -> Cell:
    return replace(cell, text=f"{cell.text} {names[cell.text]}") if cell.text in names else cell


def _is_code(cell: str) -> bool:
    return cell[:2].isdecimal() and cell[2:3] == "." and cell.replace(".", "").isdecimal() and len(cell) in (5, 8, 13)
