"""JSON, NDJSON and GeoJSON. Row n is the n-th record; in NDJSON it is the line.

Nested objects become columns with dots in their names, lists stay as JSON text, numbers keep the digits of the file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from mapalus.engine.data.reading.body import from_records, tabulate
from mapalus.engine.data.reading.container import not_a_table
from mapalus.engine.data.reading.declared import Declared
from mapalus.engine.data.reading.limits import MAX_JSON_BYTES, too_large
from mapalus.engine.data.reading.natives import Native
from mapalus.engine.data.reading.raw import Notes, RawRow
from mapalus.engine.data.reading.spooling import write_spool
from mapalus.engine.data.reading.tolerant import lines_of
from mapalus.engine.data.table import Dialect, Scan
from mapalus.engine.errors import Refused
from mapalus.engine.text import _

__all__ = ["first_filled", "is_ndjson", "looks_like_json", "read_json", "read_ndjson"]

_DEEPEST = 8  # levels of envelope that are searched for records
_COLUMNS = 16_384
_LOOKED_AT = 20  # lines by which it is known whether each is a record
_USUAL = {"records", "data", "rows", "results", "items", "features", "value", "values"}


_SCRIPT = re.compile(
    r"\s*(?:(?://[^\n]*\n|/\*.*?\*/)\s*)*(?:(?:(?:var|let|const)\s+)?[A-Za-z_$][\w$.]*\s*(?:=|\())?\s*(?=[\[{])",
    re.DOTALL,
)


class _Number(str):
    """Digits as they stand in the file."""

    __slots__ = ()


def looks_like_json(start: str) -> bool:
    """Whether a text begins as a JSON array or object does, perhaps in a script."""
    text = start.lstrip("\ufeff \t\r\n")
    if (found := _SCRIPT.match(text[:2000])) and found.end():
        text = text[found.end() :]
    if not text or text[0] not in "[{":
        return False
    after = text[1:].lstrip()
    return (
        not after
        or after[0] in ('{["}]' if text[0] == "[" else '"}')
        or (text[0] == "[" and after[0] in "-0123456789ntf")
    )


def is_ndjson(lines: Sequence[str]) -> bool:
    """Whether each line is a record by itself: the first one is, or most of the first ones are."""
    filled = [line for line in lines if line.strip()][:_LOOKED_AT]
    if len(filled) < 2:
        return False
    kinds = [_kind_of(line) for line in filled]
    if filled[0].lstrip("\ufeff ").startswith("{"):
        return kinds[0] is dict or 2 * kinds.count(dict) > len(kinds)
    return kinds[0] is list and kinds[1] is list


def _kind_of(line: str) -> type | None:
    """The kind of the value that a line is by itself; None where it is none."""
    try:
        return type(json.loads(line.lstrip("\ufeff")))
    except (ValueError, RecursionError):
        return None


def read_json(path: Path, *, declared: Declared, scratch: Path) -> Scan:
    """The list of records in a JSON document, wherever its envelope holds it."""
    if path.stat().st_size > MAX_JSON_BYTES:
        raise too_large(_("A JSON document may have at most %(limit)s MB."), limit=MAX_JSON_BYTES >> 20)
    notes = Notes()
    document, encoding = _loaded(path, notes)
    if isinstance(document, Mapping) and not declared.records:
        document = _side_by_side(document) or document
    if isinstance(document, Mapping) and "features" in document:
        _tell_system(document.get("crs"), notes)
    if isinstance(document, Mapping) and document.get("type") == "Topology" and "arcs" in document:
        raise not_a_table(_("This is TopoJSON, whose lines lie apart from its places; save it as GeoJSON."))
    if isinstance(document, Mapping) and document.get("type") == "Feature":
        document = [document]
    found = _pinned(document, declared.records) if declared.records else _found(document, notes)
    items = _named_beside(document, _unwrapped(found))
    if not items:
        raise Refused("empty-file", _("The list of records in the document is empty."))
    dialect = Dialect(encoding=encoding)
    if any(isinstance(item, Mapping) for item in items) or not any(isinstance(item, list) for item in items):
        titles, rows = _table_of_objects(items)
        body = from_records(titles, rows, declared=declared, notes=notes, header_row=None)
    else:
        grid = ((number, _row_of(item), "") for number, item in enumerate(items, start=1))
        body = tabulate(grid, declared=declared, notes=notes, ragged=True)
    return write_spool(body, notes=notes, scratch=scratch, dialect=dialect, contract=declared.contract)


def read_ndjson(path: Path, *, declared: Declared, scratch: Path) -> Scan:
    """One object a line. A line that is none is a row with a `parse-error`, its text in the first column.

    Where the lines are lists, the first one is the header, as in a delimited text.
    """
    notes = Notes()
    if first_filled(path).startswith("["):
        grid = ((number, _row_of(value) if text is None else [text], "" if text is None else "parse-error")
                for number, value, text in _values(path, notes))  # fmt: skip
        table = tabulate(grid, declared=declared, notes=notes, ragged=True)
        return write_spool(table, notes=notes, scratch=scratch, dialect=Dialect(), contract=declared.contract)
    columns: dict[str, None] = {}
    for _number, record, _text in _lines(path, notes):
        columns.update(dict.fromkeys(record))
        if len(columns) > _COLUMNS:
            raise too_large(_("The table has more than %(limit)s columns."), limit=_COLUMNS)
    if not columns:
        raise Refused("not-tabular", _("No line of the file is a JSON object."))

    def rows() -> Iterator[RawRow]:
        for number, record, text in _lines(path, notes):
            if text:
                yield number, [text, *[""] * (len(columns) - 1)], "parse-error"
            else:
                yield number, [record.get(column, "") for column in columns], ""

    body = from_records(list(columns), rows(), declared=declared, notes=notes, header_row=None)
    return write_spool(body, notes=notes, scratch=scratch, dialect=Dialect(), contract=declared.contract)


def _lines(path: Path, notes: Notes) -> Iterator[tuple[int, dict[str, str], str]]:
    """Number, flat record, and the text of a line that is no record."""
    for number, value, text in _values(path, notes):
        if isinstance(value, Mapping):
            yield number, _flat(_unwrapped([value])[0] if value.get("type") == "Feature" else value), ""
        else:
            yield number, {}, text if text is not None else _cell(value) or "null"


def _values(path: Path, notes: Notes) -> Iterator[tuple[int, Any, str | None]]:
    """Number and value of each filled line, and the text of a line that is no JSON."""
    for number, line in enumerate(lines_of(path, encoding="utf-8-sig"), start=1):
        text = line.strip()
        if not text:
            continue
        try:
            yield number, _decode(text, notes), None
        except (ValueError, RecursionError):
            yield number, None, text.encode("utf-8", "replace").decode()


def first_filled(path: Path) -> str:
    """The first line that is not blank."""
    lines = (line.lstrip("\ufeff \t") for line in lines_of(path, encoding="utf-8-sig"))
    return next((line for line in lines if line.strip()), "")


def _decode(text: str, notes: Notes) -> Any:
    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        record = dict(items)
        if len(record) < len(items):
            notes.warn("duplicate-key", _("A record names the same key twice; the last value is read."))
        return record

    def number(digits: str) -> _Number:
        notes.number(digits)
        return _Number(digits)

    return json.loads(text, parse_float=number, parse_int=_Number, parse_constant=_Number, object_pairs_hook=pairs)


def _loaded(path: Path, notes: Notes) -> tuple[Any, str]:
    data = path.read_bytes()
    encoding: str = json.detect_encoding(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text, encoding = data.decode("cp1252", "replace"), "cp1252"
        notes.guess("encoding", encoding, _("The file is not UTF-8."), 0.6)
    text = _unscripted(text, notes)
    try:
        return _decode(text, notes), encoding.removesuffix("-sig")
    except RecursionError:
        raise Refused("too-large", _("The JSON document is nested too deeply.")) from None
    except json.JSONDecodeError as error:
        if error.msg == "Extra data" and (several := _one_after_another(text, notes)):
            return several, encoding.removesuffix("-sig")
        if text.rstrip()[-1:] not in ("]", "}") or error.msg.startswith("Unterminated") or error.pos >= len(text):
            raise Refused(
                "truncated",
                _("The JSON document ends in the middle: it is cut short."),
                advice=_("Send it again from the original."),
            ) from None
        raise Refused("not-tabular", _("The JSON document is broken in line %(line)s."), line=error.lineno) from None
    except ValueError:
        raise Refused("too-large", _("A number in the JSON document has too many digits.")) from None


def _unscripted(text: str, notes: Notes) -> str:
    """The document in a script: `callback([...]);`, `var data = [...]`, remarks above it."""
    found = _SCRIPT.match(text)
    if found is None or not found.end():
        return text
    notes.guess("records", found.group().strip()[:40], _("The document stands in a script."), 0.8)
    return text[found.end() :].rstrip().removesuffix(";").rstrip().removesuffix(")")


def _tell_system(declared: object, notes: Notes) -> None:
    """GeoJSON is in degrees of WGS 84 (RFC 7946); older files may name another system, whose numbers are no degrees."""
    name = str((declared.get("properties") or {}).get("name", "")) if isinstance(declared, Mapping) else ""
    if name and not re.search(r"CRS84|4326", name):
        notes.warn(
            "coordinate-system",
            _("The places are in the coordinate system %(name)s, not in degrees; they are read as they stand."),
            name=name[:80],
        )


def _one_after_another(text: str, notes: Notes) -> list[Any]:
    """Objects that follow each other without commas; nothing where there is something else among them."""
    decoder = json.JSONDecoder(parse_float=_Number, parse_int=_Number, parse_constant=_Number)
    found: list[Any] = []
    place = 0
    while place < len(text):
        try:
            value, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            return []
        if not isinstance(value, Mapping):
            return []
        found.append(value)
        place += len(text[place:]) - len(text[place:].lstrip()) if text[place : place + 1].isspace() else 0
    notes.guess("records", "", _("The objects of the file follow each other; each is a record."), 0.8)
    return found


def _pinned(document: Any, path: str) -> list[Any]:
    value = document
    for step in path.strip("/$.").replace("/", ".").split("."):
        if isinstance(value, Mapping) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            value = None
            break
    if not isinstance(value, list):
        raise Refused(
            "not-tabular", _("The document has no list of records at %(path)s, where the contract says."), path=path
        )
    return value


def _side_by_side(document: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """Records out of a document that holds one list of values per column, all of one length."""
    lists = list(document.values())
    if len(lists) < 2 or not all(isinstance(item, list) and item for item in lists):
        return None
    if len({len(item) for item in lists}) > 1 or any(isinstance(cell, (Mapping, list)) for cell in chain(*lists)):
        return None
    return [dict(zip(document, cells, strict=True)) for cells in zip(*lists, strict=True)]


def _named_beside(document: Any, items: list[Any]) -> list[Any]:
    """Lists of values as records, where their names stand in a list of their own: `{columns: [...], data: [[...]]}`."""
    if not isinstance(document, Mapping) or not items or not all(isinstance(item, list) for item in items):
        return items
    widths = {len(item) for item in items}
    for names in document.values():
        if isinstance(names, list) and {len(names)} == widths and all(isinstance(name, str) for name in names):
            return [dict(zip(names, item, strict=True)) for item in items] if len(set(names)) == len(names) else items
    return items


def _found(document: Any, notes: Notes) -> list[Any]:
    """The list that holds most records, nearest to the top on a tie."""
    if isinstance(document, list) and not _is_paging(document):
        return document
    best: tuple[float, str, list[Any]] = (0.0, "", [])
    empty = False
    level: list[tuple[str, Any]] = [("", document)]
    for depth in range(_DEEPEST):
        following: list[tuple[str, Any]] = []
        for path, value in level[:2000]:
            if isinstance(value, list):
                known = path.rpartition(".")[2].casefold() in _USUAL
                empty = empty or (known and not value)
                weight = _weight(value) / (1 + depth) * (1000 if known else 1)
                if weight > best[0] and not _is_paging(value):
                    best = (weight, path, value)
                elif _is_paging(value):
                    following += [(f"{path}.{place}".lstrip("."), item) for place, item in enumerate(value)]
            elif isinstance(value, Mapping):
                following += [(f"{path}.{name}".lstrip("."), item) for name, item in value.items()]
        level = following
    if empty and best[0] < 1000:
        return []
    if best[0] < 1 and (keyed := _keyed_somewhere(document, notes)):
        return keyed
    if best[0] < 1:
        raise Refused(
            "not-tabular",
            _("The JSON document holds no list of records."),
            advice=_("Hand in a list of objects, one per row."),
        )
    notes.guess("records", best[1], _("That list in the document holds most."), 0.8)
    return best[2]


def _keyed_somewhere(document: Any, notes: Notes) -> list[Any]:
    """The records of the first object that holds one object per record, or one list per column; nearest to the top."""
    level: list[tuple[str, Any]] = [("", document)]
    for _depth in range(_DEEPEST):
        for path, value in level[:2000]:
            if isinstance(value, Mapping) and (found := _side_by_side(value) or _by_key(value)):
                notes.guess("records", path, _("The keys of that object in the document name its records."), 0.7)
                return found
        level = [
            (f"{path}.{name}".lstrip("."), item)
            for path, value in level[:2000] if isinstance(value, Mapping)
            for name, item in value.items()
        ]  # fmt: skip
    return []


def _by_key(document: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """Records out of an object of objects: `{7171: {...}, 7172: {...}}`, or one object per column, by number of row."""
    inner = list(document.values())
    if len(inner) < 2 or not all(isinstance(item, Mapping) and item for item in inner):
        return None
    every, common = set().union(*inner), set(inner[0]).intersection(*inner)
    if 2 * len(common) < len(every):
        return None
    if every == {str(number) for number in range(len(every))}:
        return [{name: item.get(str(number)) for name, item in document.items()} for number in range(len(every))]
    are_codes = all(key.replace(".", "").isdecimal() for key in document)
    name = next(
        name for name in (("kode",) if are_codes else ()) + ("kunci", "kunci_objek", "kunci objek") if name not in every
    )
    return [{name: key, **item} for key, item in document.items()]


def _is_paging(value: list[Any]) -> bool:
    """`[{page: 1, ...}, [rows]]`: an envelope, not a table."""
    return len(value) == 2 and isinstance(value[0], Mapping) and isinstance(value[1], list)


def _weight(value: list[Any]) -> float:
    inner = [item for item in value if isinstance(item, (Mapping, list))]
    if not inner:
        return 0.01 if value else 0.0
    return len(inner) + sum(len(item) for item in inner[:100]) / min(100, len(inner))


def _unwrapped(items: list[Any]) -> list[Any]:
    """Features as their properties, with the geometry beside them."""
    first = next((item for item in items if isinstance(item, Mapping)), None)
    inner = next(
        (name for name in ("properties", "attributes") if first and isinstance(first.get(name), Mapping)), None
    )
    if inner is None or not (first and set(first) <= {"type", "id", "bbox", "geometry", inner} | _at_keys(first)):
        return items
    return [
        {**(item.get(inner) or {}), **({"geometry": _written(item["geometry"])} if item.get("geometry") else {})}
        if isinstance(item, Mapping)
        else item
        for item in items
    ]


def _at_keys(item: Mapping[str, Any]) -> set[str]:
    return {name for name in item if name.startswith("@") or name == "geometry_name"}


def _table_of_objects(items: Sequence[Any]) -> tuple[list[str], Iterator[RawRow]]:
    columns: dict[str, None] = {}
    for item in items:
        if isinstance(item, Mapping):
            columns.update(dict.fromkeys(_flat(item)))
            if len(columns) > _COLUMNS:
                raise too_large(_("The table has more than %(limit)s columns."), limit=_COLUMNS)
    names = list(columns) or ["nilai"]

    def rows() -> Iterator[RawRow]:
        for number, item in enumerate(items, start=1):
            if isinstance(item, Mapping):
                record = _flat(item)
                yield number, [record.get(name, "") for name in names], ""
            else:
                yield number, [_cell(item), *[""] * (len(names) - 1)], "parse-error" if columns else ""

    return names, rows()


def _row_of(item: Any) -> list[str]:
    return [_cell(value) for value in item] if isinstance(item, list) else [_cell(item)]


def _flat(record: Mapping[str, Any], prefix: str = "", depth: int = 0) -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in record.items():
        label = f"{prefix}{name}"
        if isinstance(value, Mapping) and value and depth < _DEEPEST:
            flat.update(_flat(value, f"{label}.", depth + 1))
        else:
            flat[label] = _cell(value)
    return flat


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str) and not isinstance(value, _Number):
        return str(value).encode("utf-8", "replace").decode()
    if isinstance(value, bool):
        return Native("true" if value else "false", value)
    if isinstance(value, _Number):
        return Native(value, float(value))
    return _written(value)


def _written(value: Any) -> str:
    """JSON text again, with the digits of the file."""
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, Mapping):
        inner = ", ".join(f"{json.dumps(name, ensure_ascii=False)}: {_written(item)}" for name, item in value.items())
        return "{" + inner + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_written, value)) + "]"
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode()
