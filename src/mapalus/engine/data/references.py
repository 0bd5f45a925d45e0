"""Reference lists of foreign keys and code lists: small tables beside the contract, read with care.

A list is a CSV or Parquet file beside the contract, or a resource of the package (a path or rows written in it).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mapalus.engine.data.contract import Contract, ForeignKey
from mapalus.engine.data.formats import reader
from mapalus.engine.data.plan import Reference
from mapalus.engine.errors import Misconfigured
from mapalus.engine.text import _

__all__ = ["read_codes", "read_labels", "read_references"]

_MOST_BYTES = 500_000_000


def read_references(contract: Contract) -> tuple[Reference, ...]:
    """The foreign keys of the contract with the values they allow."""
    return tuple(_reference(contract, key) for key in contract.foreign_keys)


def _reference(contract: Contract, key: ForeignKey) -> Reference:
    if not key.resource or key.resource == contract.name:
        return Reference(key.fields, key.reference_fields, None, key.resource)
    table = _table(contract, key.resource, key.reference_fields)
    readers = [reader(contract.field(name)) for name in key.fields]
    values = set()
    for row in table:
        try:
            values.add(tuple(read(text) for read, text in zip(readers, row, strict=True)))
        except ValueError:
            continue  # a list may hold more than this field could ever say
    return Reference(key.fields, key.reference_fields, frozenset(values), key.resource)


def read_codes(contract: Contract) -> dict[str, dict[str, str]]:
    """For each field with a code list: every spelling and the code it stands for."""
    found = {}
    for item in contract.fields:
        declared = item.mapalus.get("codes")
        if isinstance(declared, Mapping) and "path" not in declared and "resource" not in declared:
            spelled = {str(name): str(code) for name, code in declared.items()}
            found[item.name] = {code: code for code in spelled.values()} | spelled
        elif declared:
            found[item.name] = _code_list(contract, declared)
    return found


def read_labels(contract: Contract, field: str) -> dict[str, str]:
    """What the codes of a field stand for, from its reference list; empty where the list has no labels."""
    for key in contract.foreign_keys:
        if key.fields == (field,) and key.resource not in ("", contract.name):
            rows = _table(contract, key.resource, key.reference_fields, optional=("label",))
            return {code: label for code, label in rows if label}
    return {}


def _code_list(contract: Contract, declared: Any) -> dict[str, str]:
    """Columns are code, label and aliases (divided by |), unless the contract names them otherwise."""
    options = {"path": declared} if isinstance(declared, str) else dict(declared)
    source = str(options.get("path") or options.get("resource"))
    names = [str(options.get(key, default)) for key, default in (("code", "code"), ("label", "label"))]
    spelled: dict[str, str] = {}
    rows = list(_table(contract, source, names, optional=(str(options.get("aliases", "aliases")),)))
    for code, label, aliases in rows:
        for name in (label, *aliases.split("|")):
            if name.strip():
                spelled.setdefault(name.strip(), code)
    spelled |= {row[0]: row[0] for row in rows if row[0]}
    return spelled


def _table(
    contract: Contract, source: str, names: Sequence[str], *, optional: Sequence[str] = ()
) -> Iterable[list[str]]:
    """The named columns of a list, as text; a missing optional column is empty."""
    at = contract.references.get(source, source)
    if isinstance(at, list):
        rows = (row for row in at if isinstance(row, Mapping))
        return [[_text(row.get(name)) for name in (*names, *optional)] for row in rows]
    path = _path(contract, str(at))
    header, rows_of_text = _parquet(path) if path.suffix == ".parquet" else _csv(path)
    for name in names:
        if name not in header:
            raise Misconfigured(
                _("The reference list %(path)s has no column %(name)s. Its columns are %(found)s."),
                path=path.name, name=name, found=", ".join(header),
            )  # fmt: skip
    places = [header.index(name) if name in header else -1 for name in (*names, *optional)]
    return ([row[n] if 0 <= n < len(row) else "" for n in places] for row in rows_of_text)


def _path(contract: Contract, name: str) -> Path:
    folder = contract.folder or Path()
    if "://" in name or Path(name).is_absolute() or ".." in Path(name).parts:
        raise Misconfigured(_("The reference list %(path)s must lie beside the contract."), path=name)
    path = folder / name
    try:
        size = path.stat().st_size
    except OSError as error:
        raise Misconfigured(_("The reference list %(path)s is not beside the contract."), path=name) from error
    if size > _MOST_BYTES:
        raise Misconfigured(_("The reference list %(path)s is too large."), path=name)
    return path


def _csv(path: Path) -> tuple[list[str], Iterable[list[str]]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Misconfigured(_("The reference list %(path)s is not UTF-8 text."), path=path.name) from error
    delimiter = max(",;\t|", key=text.partition("\n")[0].count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return [name.strip() for name in next(rows, [])], (row for row in rows if row)


def _parquet(path: Path) -> tuple[list[str], Iterable[list[str]]]:
    import duckdb

    with duckdb.connect() as connection:
        found = connection.execute("select columns(*)::varchar from read_parquet(?)", [str(path)])
        return [item[0] for item in found.description or ()], [[_text(x) for x in row] for row in found.fetchall()]


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
