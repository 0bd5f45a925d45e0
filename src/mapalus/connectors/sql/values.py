"""Values of a database as JSON, losing nothing: digits as they are, moments with their zone, NULL apart from empty."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

__all__ = [
    "Binary",
    "Writer",
    "as_text",
    "hexed",
    "is_number_writer",
    "mysql_writers",
    "native_writers",
    "postgresql_writers",
]

Writer = Callable[[Any], str]  # a value that is not None, as a JSON text
Binary = Callable[[str], Writer]  # what happens to the bytes of a column with this name

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?\Z")
_text = json.JSONEncoder(ensure_ascii=False).encode


def as_text(value: str) -> str:
    """A JSON text; what is no Unicode in the database becomes the mark for that."""
    return _text(value)


def _number(value: Any) -> str:
    """The digits of the database; what JSON does not call a number (NaN, Infinity) as text."""
    text = str(value)
    return text if _NUMBER.match(text) else _text(text)


def _moment(value: Any) -> str:
    """ISO 8601: `2024-01-31 10:00:00+00` with a T and a whole offset."""
    text = str(value)
    if len(text) > 10 and text[10] == " ":
        text = text[:10] + "T" + text[11:]
        if text[-3] in "+-":
            text += ":00"
    return _text(text)


def _utc_moment(value: Any) -> str:
    text = str(value).replace(" ", "T", 1)
    return _text(text if text.startswith("0000") else text + "+00:00")


def _json(value: Any) -> str:
    """A document as it is, on one line."""
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return _text(text)
    # Line breaks stand between tokens only: inside strings they are escaped.
    return text.replace("\r", " ").replace("\n", " ")


def is_number_writer(writer: Writer) -> bool:
    """Whether a column is one of numbers by its type."""
    return writer is _number


def hexed(value: Any) -> str:
    """Bytes as their digits."""
    return _text(value.removeprefix("\\x") if isinstance(value, str) else bytes(value).hex())


def _money(value: Any) -> str:
    """`-$1,234.50`, as the locale C writes it, is a number."""
    return _number(re.sub(r"[$,]", "", str(value)))


def _numbers(value: Any) -> str:
    """An array of numbers as a list of them, nested however deep."""
    if isinstance(value, list):
        return "[" + ", ".join("null" if one is None else _numbers(one) for one in value) + "]"
    return _number(value)


_POSTGRESQL: dict[int, Writer] = {
    **dict.fromkeys((20, 21, 23, 26, 700, 701, 1700), _number),
    16: lambda value: "true" if value == "t" else "false",
    **dict.fromkeys((1114, 1184), _moment),
    **dict.fromkeys((114, 3802), _json),
    790: _money,
    **dict.fromkeys((1005, 1007, 1016, 1021, 1022, 1231), _numbers),
}
_MYSQL: dict[int, Writer] = {
    **dict.fromkeys((0, 1, 2, 3, 4, 5, 8, 9, 13, 246), _number),
    7: _utc_moment,
    12: _moment,
    16: lambda value: str(int.from_bytes(value, "big")),
    245: _json,
}


def postgresql_writers(description: Sequence[Any], binary: Binary) -> list[Writer]:
    """By type of the column; what an extension adds comes as its own text."""
    return [
        binary(column.name) if column.type_code == 17 else _POSTGRESQL.get(column.type_code, _array)
        for column in description
    ]


def _array(value: Any) -> str:
    """Text, or a list where the driver has taken an array apart."""
    return _text(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def mysql_writers(description: Sequence[Any], binary: Binary) -> list[Writer]:
    """By type of the column; whether a BLOB is one shows in its values."""
    return [_MYSQL.get(column[1]) or _either(binary(column[0])) for column in description]


def _either(binary: Writer) -> Writer:
    return lambda value: binary(value) if isinstance(value, bytes) else _text(value)


def native_writers(description: Sequence[Any], binary: Binary) -> list[Writer]:
    """By value: SQLite has types of values, and SQL Server's driver makes Python's out of its own."""
    return [_native(binary(column[0])) for column in description]


def _native(binary: Writer) -> Writer:
    def write(value: Any) -> str:
        if isinstance(value, str):
            return _text(value)
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, float):
            return repr(value) if math.isfinite(value) else _text(str(value))
        if isinstance(value, int):
            return str(value)
        if isinstance(value, Decimal):
            return _number(format(value, "f"))
        if isinstance(value, bytes | bytearray | memoryview):
            return binary(value)
        return _text(value.isoformat() if hasattr(value, "isoformat") else str(value))

    return write
