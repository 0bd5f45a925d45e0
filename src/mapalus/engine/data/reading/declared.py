"""What a contract pins about reading: the standard Table Dialect, and the key `mapalus.reading`.

The Table Dialect of the resource (Data Package v2) is binding: `delimiter`, `quoteChar`, `doubleQuote`, `escapeChar`,
`header`, `headerRows`, `headerJoin`, `commentRows`, `commentChar`, `skipInitialSpace`, `sheetName`, `sheetNumber`,
`property` (path to the records of a JSON document); so is the resource's `encoding`. `mapalus.reading` adds what the
standard lacks:

| key | value | meaning |
| --- | --- | --- |
| `sheet` | name, or number from 1 | the sheet to read, like `sheetName` |
| `sheets` | `all`, or a list of names | these sheets are one table; one that is listed and missing gives a warning |
| `sheet_column` | name | a column that holds the name of the sheet |
| `header_row` | number | file row of the header |
| `header_rows` | list of numbers | file rows of a header of several rows, joined by a space |
| `skip_rows` | number | so many rows above the header are titles |
| `totals` | `drop` or `keep` | rows such as JUMLAH, TOTAL, Sub total, Rata-rata, wherever they stand |
| `footnotes` | `drop` or `keep` | rows below the table such as `Sumber: ...` |
| `fill_down` | list of columns | an empty cell takes the value of the cell above it (names merged downwards) |
| `groups` | name of a column, or `keep` | rows that head others (`Kecamatan Oba`): their text goes to that column |
| `unpivot` | `columns` (list, or a pattern for the whole name), `name`, `value` | columns such as years become rows |
| `records` | path such as `data.1` or `result.records` | where the records of a JSON document are, like `property` |
| `encoding`, `delimiter` | text | like those of the resource and its dialect |

Totals, where the contract says nothing: a total line that stands below the table is left out, with the warning
`total-row`, since it would count everything twice; any other total row stays data, with the same warning. A row that
bears the name of a region (INDONESIA, SULAWESI UTARA) is data. With `unpivot` every new record keeps the file row of
the row it came from; every named group of its pattern is a column of its own: `(?P<tahun>20..) (?P<jk>[LP])`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mapalus.engine.data.contract import Contract
from mapalus.engine.errors import Invalid
from mapalus.engine.text import _

__all__ = ["Declared", "Unpivot"]

_KEYS = {
    "sheet",
    "sheets",
    "sheet_column",
    "header_row",
    "header_rows",
    "skip_rows",
    "totals",
    "footnotes",
    "fill_down",
    "groups",
    "unpivot",
    "records",
    "encoding",
    "delimiter",
}


@dataclass(frozen=True)
class Unpivot:
    """Columns that become rows: their names go to `names` (one, or one per named group), their cells to `value`."""

    columns: tuple[str, ...]
    pattern: re.Pattern[str] | None
    names: tuple[str, ...]
    value: str

    def labels(self, title: str) -> tuple[str, ...]:
        """What stands in the columns `names` for the column of that title."""
        found = self.pattern.fullmatch(title) if self.pattern and self.pattern.groupindex else None
        return tuple(found[name] or "" for name in self.names) if found else (title,)


@dataclass(frozen=True)
class Declared:
    """Everything pinned about reading one file; None or empty where nothing is."""

    names: tuple[tuple[str, ...], ...] = ()  # per field: name, title, aliases
    delimiter: str | None = None
    quote: str | None = None
    double_quote: bool = True
    escape: str | None = None
    skip_space: bool = False
    comment: str = ""
    comment_rows: tuple[int, ...] = ()
    encoding: str | None = None
    header: bool | None = None
    header_rows: tuple[int, ...] = ()
    header_join: str = " "
    skip_rows: int | None = None
    sheet: str | int | None = None
    sheets: tuple[str, ...] | str | None = None
    sheet_column: str | None = None
    totals: str | None = None
    footnotes: str | None = None
    fill_down: tuple[str, ...] = ()
    groups: str | None = None
    unpivot: Unpivot | None = None
    records: str | None = None
    contract: Contract | None = None

    @classmethod
    def of(cls, contract: Contract | None, *, sheet: str | None = None) -> Declared:
        """What `contract` pins, with `sheet` of the caller before everything else."""
        if contract is None:
            return cls(sheet=sheet)
        dialect, reading = contract.dialect, _reading(contract)
        return cls(
            names=tuple(_names(field.name, field.title, field.mapalus) for field in contract.fields),
            delimiter=_sign(reading.get("delimiter", dialect.get("delimiter")), key="delimiter"),
            quote=_sign(dialect.get("quoteChar"), key="quoteChar", may_be_empty=True),
            double_quote=bool(dialect.get("doubleQuote", True)),
            escape=_sign(dialect.get("escapeChar"), key="escapeChar"),
            skip_space=bool(dialect.get("skipInitialSpace", False)),
            comment=str(dialect.get("commentChar", "") or ""),
            comment_rows=_numbers(dialect.get("commentRows"), key="commentRows"),
            encoding=reading.get("encoding") or _resource_encoding(contract),
            header=dialect.get("header"),
            header_rows=_header_rows(dialect, reading),
            header_join=str(dialect.get("headerJoin", " ")),
            skip_rows=_count(reading.get("skip_rows"), key="skip_rows"),
            sheet=sheet or reading.get("sheet") or dialect.get("sheetName") or dialect.get("sheetNumber"),
            sheets=None if sheet else _sheets(reading.get("sheets")),
            sheet_column=reading.get("sheet_column"),
            totals=_choice(reading, "totals"),
            footnotes=_choice(reading, "footnotes"),
            fill_down=_texts(reading.get("fill_down")),
            groups=_name(reading.get("groups"), key="groups"),
            unpivot=_unpivot(reading.get("unpivot")),
            records=reading.get("records", dialect.get("property")),
            contract=contract,
        )

    @property
    def unpivoted(self) -> tuple[str, ...]:
        """The columns that names of columns became."""
        return self.unpivot.names if self.unpivot else ()

    @property
    def reshapes(self) -> bool:
        """Whether rows or columns change on the way, so that the file cannot be scanned in place."""
        return bool(
            self.fill_down or self.groups or self.unpivot or self.comment or self.comment_rows or self.totals == "drop"
        )


def _reading(contract: Contract) -> Mapping[str, Any]:
    reading = contract.mapalus.get("reading") or {}
    if not isinstance(reading, Mapping):
        raise Invalid(_("`mapalus.reading` of the contract must be a mapping."))
    unknown = sorted(set(reading) - _KEYS)
    if unknown:
        raise Invalid(_("`mapalus.reading` does not know %(keys)s."), keys=", ".join(unknown))
    return reading


def _names(name: str, title: str, extra: Mapping[str, Any]) -> tuple[str, ...]:
    aliases = extra.get("aliases") or ()
    return (name, *([title] if title else []), *(str(alias) for alias in aliases))


def _resource_encoding(contract: Contract) -> str | None:
    descriptor = contract.descriptor
    resources = descriptor.get("resources")
    if isinstance(resources, list) and resources and isinstance(resources[0], Mapping):
        descriptor = resources[0]
    found = descriptor.get("encoding")
    return str(found) if found else None


def _header_rows(dialect: Mapping[str, Any], reading: Mapping[str, Any]) -> tuple[int, ...]:
    if "header_row" in reading:
        return _numbers([reading["header_row"]], key="header_row")
    if "header_rows" in reading:
        return _numbers(reading["header_rows"], key="header_rows")
    return _numbers(dialect.get("headerRows"), key="headerRows")


def _numbers(value: object, *, key: str) -> tuple[int, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, int) and item > 0 for item in value):
        raise Invalid(_("`%(key)s` of the contract must be a list of row numbers from 1."), key=key)
    return tuple(sorted(value))


def _sign(value: object, *, key: str, may_be_empty: bool = False) -> str | None:
    """One character, as a dialect names it."""
    if value is None or (value == "" and may_be_empty):
        return value
    if not isinstance(value, str) or len(value) != 1 or value in "\r\n":
        raise Invalid(_("`%(key)s` of the contract must be one character."), key=key)
    return value


def _count(value: object, *, key: str) -> int | None:
    if value is None or (isinstance(value, int) and value >= 0):
        return value
    raise Invalid(_("`%(key)s` of the contract must be a whole number from 0."), key=key)


def _texts(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(str(item) for item in value)


def _name(value: object, *, key: str) -> str | None:
    if value is None or (isinstance(value, str) and value.strip()):
        return value
    raise Invalid(_("`%(key)s` of the contract must be a text."), key=key)


def _sheets(value: Any) -> tuple[str, ...] | str | None:
    return value if value is None or value == "all" else _texts(value)


def _choice(reading: Mapping[str, Any], key: str) -> str | None:
    value = reading.get(key)
    if value not in (None, "drop", "keep"):
        raise Invalid(_("`%(key)s` of the contract must be drop or keep."), key=key)
    return value


def _unpivot(value: object) -> Unpivot | None:
    if value is None:
        return None
    if not isinstance(value, Mapping) or "columns" not in value:
        raise Invalid(_("`unpivot` of the contract needs `columns`, `name` and `value`."))
    columns = value["columns"]
    try:
        pattern = re.compile(columns) if isinstance(columns, str) else None
    except re.error as error:
        raise Invalid(
            _("The pattern in `unpivot` of the contract cannot be read: %(pattern)s."), pattern=columns
        ) from error
    groups = tuple(pattern.groupindex) if pattern else ()
    return Unpivot(
        columns=() if isinstance(columns, str) else tuple(str(item) for item in columns),
        pattern=pattern,
        names=groups or (str(value.get("name", "nama")),),
        value=str(value.get("value", "nilai")),
    )
