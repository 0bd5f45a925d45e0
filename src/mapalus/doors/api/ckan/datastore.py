"""`datastore_search`, `datastore_info` and the dump: the rows of a dataset's present version."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from mapalus.apps.catalogue import use
from mapalus.apps.catalogue.models import Dataset, Version
from mapalus.apps.catalogue.numbered import public_version
from mapalus.apps.catalogue.serving import served
from mapalus.doors.api.ckan.envelope import Call
from mapalus.doors.api.open import find_resource, open_datasets, reader, resource_name, token
from mapalus.engine.data.lake import VersionFolder
from mapalus.engine.data.query import LARGEST, Found, Query
from mapalus.engine.data.rows import Column, open_rows
from mapalus.engine.data.sandbox import identifiers, select
from mapalus.engine.data.served import Served, number_of_rows, search
from mapalus.engine.errors import Invalid, NotFound

__all__ = ["datastore_info", "datastore_search", "datastore_search_sql", "query_of", "rows_of", "type_of"]

# Table Schema type -> type of CKAN's DataStore
_TYPES = {
    "integer": "int4",
    "year": "int4",
    "number": "numeric",
    "boolean": "bool",
    "date": "date",
    "datetime": "timestamp",
    "time": "time",
    "object": "json",
    "array": "json",
    "geojson": "json",
}
_KNOWN = {
    "resource_id", "id", "filters", "q", "full_text", "plain", "language", "distinct", "limit", "offset", "fields",
    "sort", "include_total", "total_estimation_threshold", "records_format", "include_next_page", "callback", "bom",
    "format", "version",
}  # fmt: skip


def rows_of(resource_id: str, version: str = "") -> tuple[Dataset, Version, Served]:
    """The dataset, version and rows behind a resource: its identifier, or the dataset's name as an alias.

    `version`, or `@N` behind the resource, asks for a version by its number; without one the rows are those of the
    present version with what a stream has brought since.
    """
    resource_id, _at, number = resource_id.partition("@")
    found = find_resource(resource_id)
    if found is None or found[0].current is None:
        raise NotFound(message=f'Resource "{resource_id}" was not found.')
    dataset, asked = found[0], version or number
    if not asked and dataset.current is not None and dataset.current.is_published:
        # who sees an open dataset sees what is published of it
        return dataset, dataset.current, served(dataset.current, is_present=True)
    found_version = public_version(dataset, asked, reader=reader())
    return dataset, found_version, served(found_version, is_present=not asked)


def query_of(call: Call) -> Query:
    """The question in the parameters of `datastore_search`. Raises `Invalid`."""
    filters = call.parsed("filters", {})
    if not isinstance(filters, dict):
        raise Invalid(fields={"filters": "Must be a JSON object"})
    return Query(
        filters=filters,
        q=_words(call),
        plain=call.truth("plain", default=True),
        distinct=call.truth("distinct"),
        fields=tuple(_listed(call, "fields")),
        sort=", ".join(_listed(call, "sort")),
        limit=min(call.number("limit", 100), LARGEST),
        offset=call.number("offset", 0),
        include_total=call.truth("include_total", default=True),
    )


def _words(call: Call) -> str | Mapping[str, Any]:
    """Text, or an object of texts per column, which in a URL is JSON."""
    value = call.data.get("q") or call.data.get("full_text")
    if isinstance(value, str) and value.lstrip().startswith("{"):
        value = call.parsed("q", value)
    if isinstance(value, dict):
        return value
    if isinstance(value, list):
        raise Invalid(fields={"q": "Must be a text or an object"})
    return "" if value is None else str(value)


def _listed(call: Call, name: str) -> list[str]:
    value = call.data.get(name)
    if value is None or value == "":
        return []
    parts = value if isinstance(value, list) else str(value).split(",")
    return [str(part).strip().strip('"') if name == "fields" else str(part).strip() for part in parts]


def datastore_search(call: Call) -> dict[str, Any]:
    """Rows of a resource."""
    unknown = sorted(set(call.data) - _KNOWN)
    if unknown:
        raise Invalid(fields={name: f'invalid value "{name}"' for name in unknown})
    resource_id = call.text("resource_id") or call.text("id") or call.required("resource_id")
    dataset, _version, rows = rows_of(resource_id, call.text("version"))
    form = call.text("records_format", "objects")
    if form not in ("objects", "lists", "csv", "tsv"):
        raise Invalid(fields={"records_format": f"Unknown format: {form}"})
    query = query_of(call)
    found = search(rows, query)
    use.count(dataset.pk, use.API, agent=call.agent, token=token())
    result: dict[str, Any] = {
        "resource_id": resource_id,
        "fields": [_field(column) for column in found.columns],
        "records": _records(found, form),
        "records_format": form,
        "include_total": query.include_total,
        "limit": query.limit,
        "filterops": ["in", "eq", "gt", "gte", "lt", "lte"],
        "_links": _links(call, resource_id, query),
    }
    if "total_estimation_threshold" in call.data:  # totals are exact, and known at once
        result["total_estimation_threshold"] = call.number("total_estimation_threshold", 0, least=None)
    for name in ("filters", "q", "sort", "offset", "distinct"):
        if call.data.get(name) not in (None, ""):
            result[name] = {"filters": query.filters, "q": query.q, "offset": query.offset}.get(name, call.data[name])
    if found.total is not None:
        result["total"] = found.total
        result["total_was_estimated"] = False
    return result


def _field(column: Column) -> dict[str, Any]:
    if column.name == "_id":
        return {"id": "_id", "type": "int"}
    info = {"label": column.title, "notes": column.description, "unit": column.unit}
    described = {key: value for key, value in info.items() if value}
    return {"id": column.name, "type": type_of(column), **({"info": described} if described else {})}


def type_of(column: Column) -> str:
    """The DataStore's type of a column; what is masked or stored as text is text."""
    if column.masked:
        return "text"
    kind = _TYPES.get(column.type, "text")
    return "numeric" if kind == "int4" and column.stored == "real" else kind


def _records(found: Found, form: str) -> Any:
    if form == "objects":
        names = [column.name for column in found.columns]
        return [{name: _value(value) for name, value in zip(names, row, strict=True)} for row in found.records]
    if form == "lists":
        return [[_value(value) for value in row] for row in found.records]
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter="," if form == "csv" else "\t", lineterminator="\n").writerows(found.records)
    return buffer.getvalue()


def _value(value: Any) -> Any:
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _links(call: Call, resource_id: str, query: Query) -> dict[str, str]:
    """What CKAN sent until 2.11; old clients page by it."""
    kept = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in call.data.items()
        if name not in ("offset", "resource_id", "id")
    }

    def address(offset: int) -> str:
        more = {"offset": str(offset)} if offset else {}
        return "/api/3/action/datastore_search?" + urlencode({"resource_id": resource_id, **kept, **more})

    return {"start": address(0), "next": address(query.offset + query.limit)}


def datastore_info(call: Call) -> dict[str, Any]:
    """Columns and size of a resource."""
    resource_id = call.text("id") or call.required("resource_id")
    dataset, version, read = rows_of(resource_id, call.text("version"))
    path = VersionFolder(version.path).rows
    rows = open_rows(path)
    return {
        "id": resource_id,
        "meta": {
            "id": resource_id,
            "count": number_of_rows(read),
            "size": path.stat().st_size,
            "db_size": path.stat().st_size,
            "idx_size": 0,
            "table_type": "BASE TABLE",
            "aliases": [dataset.name],
        },
        "fields": [_described(column) for column in rows.columns],
    }


def _described(column: Column) -> dict[str, Any]:
    schema = {
        "native_type": type_of(column),
        "notnull": False,
        "index_name": None,
        "is_index": not column.masked,
        "uniquekey": False,
    }
    return {**_field(column), "schema": schema}


def datastore_search_sql(call: Call) -> dict[str, Any]:
    """Run one SELECT over resources of the DataStore. Resources are quoted: `SELECT * FROM "<resource id>"`.

    `"<resource id>@N"` is the version of that number; `version` is that of all resources without one.
    """
    statement = call.required("sql")
    named = _named(identifiers(statement), call.text("version"))
    tables = {name: rows for name, (_dataset, rows) in named.items()}
    found = select(statement, tables)
    for dataset, _rows in named.values():
        use.count(dataset.pk, use.API, agent=call.agent)
    records = [{name: _value(value) for name, value in zip(found.columns, row, strict=True)} for row in found.records]
    known = {column.name: column for one in tables.values() for column in open_rows(one.rows).columns}
    result: dict[str, Any] = {
        "sql": statement,
        "fields": [_guessed(name, known.get(name), found.records, place) for place, name in enumerate(found.columns)],
        "records": records,
    }
    return result | ({"records_truncated": True} if found.is_truncated else {})


def _named(words: Sequence[str], version: str) -> dict[str, tuple[Dataset, Served]]:
    """Of the words of a statement those that name an open resource, by identifier or by the dataset's name."""
    wanted: dict[str, tuple[str, str]] = {}  # as written, only once in whatever case -> name of the dataset, version
    met: set[str] = set()
    for word in words:
        resource, _at, number = word.lower().partition("@")
        name = resource_name(resource)
        if name and word.lower() not in met:
            met.add(word.lower())
            wanted[word] = (name, number or version)
    there = {one.name: one for one in open_datasets().filter(name__in={name for name, _number in wanted.values()})}
    return {
        word: (there[name], _served(there[name], current, number))
        for word, (name, number) in wanted.items()
        if name in there and (current := there[name].current) is not None
    }


def _served(dataset: Dataset, current: Version, number: str) -> Served:
    if number:
        return served(public_version(dataset, number), is_present=False)
    return served(current, is_present=True)


def _guessed(name: str, column: Column | None, records: Sequence[tuple[Any, ...]], place: int) -> dict[str, Any]:
    """A column that goes by the name of a field is taken for it; of any other the values tell the type."""
    if name == "_id" or column is not None:
        return {"id": name, "type": "int" if column is None else type_of(column)}
    kinds = {type(row[place]) for row in records[:100]} - {type(None)}
    return {"id": name, "type": "int4" if kinds == {int} else "numeric" if kinds and kinds <= {int, float} else "text"}


def known_formats() -> Sequence[str]:
    return ("csv", "tsv", "json", "xml")
