"""The addresses of the Action API, and the ones that clients of CKAN have bookmarked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import structlog
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect

from mapalus.apps.catalogue import use
from mapalus.doors.api.ckan import datastore
from mapalus.doors.api.ckan.actions import ACTIONS, status_show
from mapalus.doors.api.ckan.envelope import BadRequest, Call, envelope, parameters, refusal
from mapalus.doors.api.open import open_to_all, reader, site, token
from mapalus.doors.api.resources import FORMATS
from mapalus.engine.data.export import Format, export, media_type
from mapalus.engine.data.query import Query
from mapalus.engine.data.served import stream
from mapalus.engine.errors import Invalid, NotFound, Problem

__all__ = ["action", "api_version", "dataset", "dump", "organization", "resource", "util_status"]

log = structlog.get_logger()
# Lists name what is open, whoever asks; a harvester would take an error envelope here for an empty catalogue.
_THE_SAME_FOR_ALL = {"package_list", "package_search", "current_package_list_with_resources", "status_show"}


@open_to_all
def action(request: HttpRequest, name: str) -> HttpResponse:
    """`/api/3/action/<name>`, by GET or POST."""
    if name not in ACTIONS:
        return _bare(f"Bad request: Action name not known: {name}")
    try:
        if name not in _THE_SAME_FOR_ALL:
            reader()  # a token that does not count is told
        call = Call(site(request), parameters(request), request.headers.get("User-Agent", ""))
        return envelope(request, name, ACTIONS[name](call))
    except BadRequest as error:
        return _bare(str(error))
    except Problem as problem:
        return refusal(request, name, problem)


def _bare(text: str) -> HttpResponse:
    """CKAN answers these with a JSON text instead of an object."""
    return JsonResponse(text, safe=False, status=400, json_dumps_params={"ensure_ascii": False})


@open_to_all
def api_version(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"version": 3})


@open_to_all
def util_status(request: HttpRequest) -> HttpResponse:
    return JsonResponse(status_show(Call(site(request), {})))


@open_to_all
def dump(request: HttpRequest, resource_id: str) -> HttpResponseBase:
    """`/datastore/dump/<resource>`: all rows that fit, streamed. Plain CSV: this address is for machines."""
    try:
        call = Call(site(request), {**parameters(request), "resource_id": resource_id})
        kind = call.text("format", "csv")
        if kind not in datastore.known_formats():
            raise Invalid(fields={"format": f'"{kind}" is not one of csv, tsv, json, xml'})
        found, _version, rows = datastore.rows_of(resource_id, call.text("version"))
        query = _all_rows(datastore.query_of(call), call)
        if kind in ("csv", "tsv"):
            chunks: Iterator[bytes] = export(rows, Format(kind), query=query, bom=call.truth("bom"))
            content_type = media_type(Format(kind))
        else:
            columns, records = stream(rows, query)
            chunks = _json(columns, records) if kind == "json" else _xml(columns, records)
            content_type = "application/json; charset=utf-8" if kind == "json" else "text/xml; charset=utf-8"
    except BadRequest as bad:
        return HttpResponse(str(bad), status=400, content_type="text/plain")
    except NotFound:
        return HttpResponse("DataStore resource not found", status=404, content_type="text/plain")
    except Problem as problem:
        return refusal(request, "datastore_search", problem)
    use.count(found.pk, kind, agent=request.headers.get("User-Agent", ""), token=token())
    response = StreamingHttpResponse(chunks, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{resource_id}.{kind}"'
    return response


def _all_rows(query: Query, call: Call) -> Query:
    from dataclasses import replace

    return query if call.data.get("limit") not in (None, "") else replace(query, limit=0)


def _json(columns: Any, records: Iterator[tuple[Any, ...]]) -> Iterator[bytes]:
    fields = [{"id": column.name, "type": datastore.type_of(column)} for column in columns]
    yield f'{{\n  "fields": {json.dumps(fields)},\n  "records": ['.encode()
    between = "\n    "
    for record in records:
        yield (between + json.dumps(record, ensure_ascii=False)).encode()
        between = ",\n    "
    yield b"\n]}\n"


def _xml(columns: Any, records: Iterator[tuple[Any, ...]]) -> Iterator[bytes]:
    yield b"<data>\n"
    for record in records:
        cells = []
        for column, value in zip(columns, record, strict=True):
            if column.name == "_id":
                continue
            name = quoteattr(column.name)
            text = "".join(c if c >= " " or c in "\t\n\r" else "\ufffd" for c in str(value))
            cells.append(
                f"<value name={name} null='true'/>" if value is None else f"<value name={name}>{escape(text)}</value>"
            )
        yield f'<row _id="{record[0]}">{"".join(cells)}</row>\n'.encode()
    yield b"</data>\n"


@open_to_all
def dataset(request: HttpRequest, name: str) -> HttpResponseBase:
    """`/dataset/<name or id>`: the page of the portal."""
    from mapalus.doors.api.open import find

    found = find(name)
    if found is None:
        raise NotFound(message=name)
    return redirect(f"/data/{found.name}/")


@open_to_all
def resource(request: HttpRequest, name: str, resource_id: str, rest: str = "") -> HttpResponseBase:
    """`/dataset/<id>/resource/<id>[/download/<file>]`: the page, or the file."""
    from mapalus.doors.api.open import find, identifier

    found = find(name)
    suffix = next((s for s in FORMATS if found and identifier("dataset", found.name, s) == resource_id), None)
    if found is None or suffix is None:
        raise NotFound(message=name)
    return redirect(f"/data/{found.name}.{suffix}" if rest.startswith("download") else f"/data/{found.name}/")


@open_to_all
def organization(request: HttpRequest, name: str) -> HttpResponseBase:
    return redirect(f"/instansi/{name}/")
