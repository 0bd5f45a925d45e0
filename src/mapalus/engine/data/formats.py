"""How the text of a cell becomes a value: the lexical rules of Table Schema, in plain Python.

This is the reference: the table engine must read exactly what `reader` reads (tests compare the two).
Stricter than most software on purpose: no blanks around a value, no `1_000`, no 2020-1-1, no 31 February.
Source: https://datapackage.org/standard/table-schema/#field-types; XML Schema Part 2 for the lexical forms.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from mapalus.engine.data.contract import Field
from mapalus.engine.data.moments import DATETIME, Reader, read_date, read_datetime, read_time

__all__ = [
    "DATETIME",
    "DIGITS_MOST",
    "EMAIL",
    "INTEGER",
    "NUMBER",
    "URI",
    "UUID",
    "Reader",
    "bare",
    "bare_form",
    "boolean_words",
    "reader",
]

DIGITS_MOST = 38  # what a Parquet decimal holds
INTEGER = r"[+-]?[0-9]+"
NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
YEAR = r"[0-9]{4}"
YEARMONTH = r"[0-9]{4}-(?:0[1-9]|1[0-2])"
DURATION = (
    r"-?P(?:(?:[0-9]+Y)(?:[0-9]+M)?(?:[0-9]+D)?|(?:[0-9]+M)(?:[0-9]+D)?|(?:[0-9]+D)|(?=T))"
    r"(?:T(?:(?:[0-9]+H)(?:[0-9]+M)?(?:[0-9]+(?:\.[0-9]+)?S)?"
    r"|(?:[0-9]+M)(?:[0-9]+(?:\.[0-9]+)?S)?|(?:[0-9]+(?:\.[0-9]+)?S)))?"
)
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
EMAIL = rf"{_LOCAL}(?:\.{_LOCAL})*@{_LABEL}(?:\.{_LABEL})+"
URI = r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+"
UUID = r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"
BASE64 = r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"
STRINGS = {"email": EMAIL, "uri": URI, "uuid": UUID, "binary": BASE64}


def reader(item: Field) -> Reader:
    """The function that reads one cell of this column; ValueError here where the options make no sense."""
    return _MAKERS[item.type](item)


def _matching(pattern: str) -> Callable[[str], str]:
    form = re.compile(pattern)

    def read(text: str) -> str:
        if not form.fullmatch(text):
            raise ValueError(text)
        return text

    return read


def _string(item: Field) -> Reader:
    return str if item.format == "default" else _matching(STRINGS[item.format])


def _one_char(item: Field, key: str, default: str) -> str:
    value = item.options.get(key, default)
    if not isinstance(value, str) or len(value) > 1:
        raise ValueError(f"{key} must be one character")
    return value


# A currency word may lead; a sign or decimal point that belongs to the number may not be lost, so (5) and a long
# dash before a digit are not read.
_BARE_LEAD = r"(?:[^0-9+(−–-]*[A-Za-z]\.?)?[^0-9(−–]*?"


def bare_form(decimal: str, affixes: Sequence[str] = ()) -> str:
    """The expression whose first group is the number without what stands around it.

    With `affixes` (such as Rp, %, jiwa) only these may stand there; without, anything but letters that look like
    digits: 1O is a mistyped 10, never a 1.
    """
    sign = f"(?:{re.escape(decimal)})?" if decimal else ""
    if affixes:
        words = "|".join(re.escape(word) for word in affixes)
        return rf"\A\s*(?:(?:{words})\.?\s*)?([+-]?{sign}[0-9](?:[0-9.,]*[0-9])?)\s*(?:,-)?\s*(?:{words})?\s*\z"
    tail = r"(?:[OolI]*[^0-9OolI][^0-9]*)?"
    return rf"\A{_BARE_LEAD}([+-]?{sign}[0-9](?:.*[0-9])?){tail}\z"


def bare(text: str, *, decimal: str = ".", affixes: tuple[str, ...] = ()) -> str:
    """`Rp 1.200,-` -> `1.200`, `95%` -> `95`; the text itself where it holds no number."""
    found = _bare_pattern(decimal, affixes).match(text)
    return found.group(1) if found else text


@cache
def _bare_pattern(decimal: str, affixes: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(bare_form(decimal, affixes).replace(r"\z", r"\Z"), re.DOTALL)


# (5), 5- and the long minus: read only where the field says `signs: accounting`, else the sign would be a guess
_CURRENCY = r"(?:Rp|RP|rp|IDR|USD|US\$|\$|€)\.?\s*"
SIGNED_FORM = (
    rf"\A\s*(?:(?:{_CURRENCY})?\(\s*(?:{_CURRENCY})?([^()]*[0-9%][^()]*?)\s*\)"
    r"|[\x{2212}\x{2013}]\s*([^-].*)|((?:[^()-].*)?[0-9])\s*-"
    rf"|-\s*{_CURRENCY}([0-9].*))\s*\z"
)


def unsigned(text: str) -> str:
    """`(1.000)`, `1.000-` and `\u22121.000` with a hyphen before them; any other text as it is."""
    found = _SIGNED.match(text)
    return "-" + next(group for group in found.groups() if group) if found else text


_SIGNED = re.compile(SIGNED_FORM.replace(r"\z", r"\Z").replace(r"\x{2212}\x{2013}", "\u2212\u2013"), re.DOTALL)


def grouped_form(group: str, decimal: str) -> str:
    """Groups of three before the decimal sign, so that 12.5 is never taken for 125."""
    g = re.escape(group)
    tail = rf"(?:(?:{re.escape(decimal)}|[eE])[^{g}]*)?" if decimal else ""
    return rf"[+-]?[0-9]{{1,3}}(?:{g}[0-9]{{3}})+{tail}"


def plain_number(item: Field) -> Callable[[str], str]:
    """Takes away group and currency signs and makes the decimal sign a point."""
    decimal = _one_char(item, "decimalChar", ".") if item.type == "number" else ""
    group = _one_char(item, "groupChar", "")
    if decimal and decimal == group:
        raise ValueError("decimalChar and groupChar must differ")
    affixes = tuple(str(word) for word in item.mapalus.get("affixes") or ())
    is_bare = item.options.get("bareNumber", True) is not False
    is_signed = item.mapalus.get("signs") == "accounting"
    grouped = re.compile(grouped_form(group, decimal) if group else "", re.DOTALL)

    def plain(text: str) -> str:
        if is_signed:
            text = unsigned(text)
        if not is_bare and text not in _SPECIAL:
            text = bare(text, decimal=decimal, affixes=affixes)
        if group and group in text:
            if not grouped.fullmatch(text):
                raise ValueError(text)
            text = text.replace(group, "")
        if decimal and decimal != ".":
            if "." in text:
                raise ValueError(text)
            text = text.replace(decimal, ".")
        return text

    return plain


def _integer(item: Field) -> Reader:
    plain, form = plain_number(item), re.compile(INTEGER)

    def read(text: str) -> int:
        digits = plain(text)
        if not form.fullmatch(digits) or len(digits.lstrip("+-0")) > DIGITS_MOST:
            raise ValueError(text)
        return int(digits)

    return read


_SPECIAL = {"NaN": math.nan, "INF": math.inf, "-INF": -math.inf}


def _number(item: Field) -> Reader:
    plain, form = plain_number(item), re.compile(NUMBER)

    def read(text: str) -> float:
        if text in _SPECIAL:
            return _SPECIAL[text]
        digits = plain(text)
        if not form.fullmatch(digits):
            raise ValueError(text)
        value = float(digits)
        if math.isinf(value):
            raise ValueError(text)
        return value

    return read


def boolean_words(item: Field) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The texts that mean true, and those that mean false."""
    words = []
    for key, default in (
        ("trueValues", ("true", "True", "TRUE", "1")),
        ("falseValues", ("false", "False", "FALSE", "0")),
    ):
        value = item.options.get(key, default)
        if not isinstance(value, list | tuple) or not value:
            raise ValueError(f"{key} must be a list")
        words.append(tuple("true" if x is True else "false" if x is False else str(x) for x in value))
    if set(words[0]) & set(words[1]):
        raise ValueError("trueValues and falseValues must differ")
    return words[0], words[1]


def _boolean(item: Field) -> Reader:
    yes, no = boolean_words(item)
    known = dict.fromkeys(yes, True) | dict.fromkeys(no, False)

    def read(text: str) -> bool:
        try:
            return known[text]
        except KeyError:
            raise ValueError(text) from None

    return read


def _year(_item: Field) -> Reader:
    form = re.compile(YEAR)

    def read(text: str) -> int:
        if not form.fullmatch(text):
            raise ValueError(text)
        return int(text)

    return read


def _strict_json(text: str) -> Any:
    def refuse(word: str) -> float:
        raise ValueError(word)

    try:
        return json.loads(text, parse_constant=refuse)
    except RecursionError as error:
        raise ValueError(text) from error


def _json(kind: type) -> Callable[[Field], Reader]:
    def make(_item: Field) -> Reader:
        def read(text: str) -> Any:
            found = _strict_json(text)
            if not isinstance(found, kind):
                raise ValueError(text)
            return found

        return read

    return make


def _list(item: Field) -> Reader:
    delimiter = _one_char(item, "delimiter", ",")
    kind = str(item.options.get("itemType", "string"))
    if kind not in ("string", "integer", "number", "boolean", "datetime", "date", "time"):
        raise ValueError(f"itemType {kind} is not known")
    read_one = reader(Field(name=item.name, type=kind))
    return lambda text: [read_one(part) for part in text.split(delimiter)]


def _geopoint(item: Field) -> Reader:
    def read(text: str) -> tuple[float, float]:
        if item.format == "default":
            parts: Any = [part.strip(" ") for part in text.split(",")]
            if not all(re.fullmatch(NUMBER, part) for part in parts):
                raise ValueError(text)
        else:
            parts = _strict_json(text)
            if item.format == "object":
                if not isinstance(parts, dict) or set(parts) != {"lon", "lat"}:
                    raise ValueError(text)
                parts = [parts["lon"], parts["lat"]]
        if not isinstance(parts, list) or len(parts) != 2 or any(isinstance(part, bool) for part in parts):
            raise ValueError(text)
        try:
            longitude, latitude = (float(part) for part in parts)
        except TypeError as error:
            raise ValueError(text) from error
        if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
            raise ValueError(text)
        return longitude, latitude

    return read


_GEOMETRIES = ["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"]


def _is_geojson(found: object) -> bool:
    if not isinstance(found, dict):
        return False
    kind = found.get("type")
    if kind in _GEOMETRIES:
        return isinstance(found.get("coordinates"), list)
    if kind == "GeometryCollection":
        return isinstance(found.get("geometries"), list) and all(map(_is_geojson, found["geometries"]))
    if kind == "Feature":
        return "geometry" in found and (found["geometry"] is None or _is_geojson(found["geometry"]))
    if kind == "FeatureCollection":
        return isinstance(found.get("features"), list) and all(map(_is_geojson, found["features"]))
    return False


def _geojson(item: Field) -> Reader:
    def read(text: str) -> Any:
        found = _strict_json(text)
        is_topology = isinstance(found, dict) and found.get("type") == "Topology"
        if not (is_topology if item.format == "topojson" else _is_geojson(found)):
            raise ValueError(text)
        return found

    return read


_MAKERS: dict[str, Callable[[Field], Reader]] = {
    "string": _string,
    "any": lambda _item: str,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "date": read_date,
    "time": read_time,
    "datetime": read_datetime,
    "year": _year,
    "yearmonth": lambda _item: _matching(YEARMONTH),
    "duration": lambda _item: _matching(DURATION),
    "object": _json(dict),
    "array": _json(list),
    "list": _list,
    "geopoint": _geopoint,
    "geojson": _geojson,
}
