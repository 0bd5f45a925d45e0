"""The endpoints: for reading, of what is open and published."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Query, Status
from ninja.errors import HttpError, ValidationError

from mapalus import __version__
from mapalus.apps.catalogue import models, use
from mapalus.apps.catalogue.differences import ready
from mapalus.apps.catalogue.lineage import as_json, lineage
from mapalus.apps.catalogue.numbered import public_version
from mapalus.apps.catalogue.origins import origin_of
from mapalus.apps.catalogue.overview import Overview, present
from mapalus.apps.catalogue.readings import points
from mapalus.apps.catalogue.serving import served
from mapalus.apps.directory.models import Unit
from mapalus.doors.api.ckan.search import matching
from mapalus.doors.api.open import SAMPLE, find, open_datasets, reader, site, token
from mapalus.doors.api.resources import brief, resources, summary
from mapalus.doors.api.v1 import federated, schemas
from mapalus.doors.api.v1.rows_in import send_rows
from mapalus.doors.ui.problems import RETRY_AFTER
from mapalus.engine import clock
from mapalus.engine.data import changes
from mapalus.engine.data.query import Query as RowQuery
from mapalus.engine.data.served import search
from mapalus.engine.errors import Invalid, NotFound, Problem

__all__ = ["api", "problem_answer"]

api = NinjaAPI(
    title="Mapalus",
    version=__version__,
    description="Data of the province, for reading without a key.",
    docs_url=None,  # a page of our own: nothing is fetched from other hosts
    urls_namespace="api:v1",
)
_problems: dict[Any, Any] = {404: schemas.ProblemDetail, 422: schemas.ProblemDetail}


@api.get("/datasets", response={200: schemas.Datasets, **_problems}, tags=["datasets"], summary="Find datasets")
def list_datasets(request: HttpRequest, asked: Query[schemas.DatasetsAsked]) -> Any:
    """Open datasets by title; all of them without a filter."""
    catalogue, found = matching(asked.q, now=clock.now()) if asked.q else _all_open()
    if asked.agency:
        found &= catalogue.having("unit", asked.agency)
    if asked.theme:
        found &= _of_theme(catalogue, asked.theme.lower())
    numbers = catalogue.order("title", lambda one: one.title).part(found, asked.offset, asked.offset + asked.limit)
    keys = [catalogue.at(number).pk for number in numbers]
    there = {one.pk: one for one in open_datasets().filter(pk__in=keys)}
    return {"count": found.bit_count(), "items": [_dataset(request, there[key]) for key in keys if key in there]}


def _all_open() -> tuple[Overview, int]:
    catalogue = present()
    return catalogue, catalogue.readable


def _of_theme(catalogue: Overview, theme: str) -> int:
    found = 0
    for value in catalogue.filters["theme"] if catalogue.filters else ():
        found |= catalogue.having("theme", value) if value.lower() == theme else 0
    return found


@api.get(
    "/datasets/{name}",
    response={200: schemas.DatasetDetail, **_problems},
    tags=["datasets"],
    summary="What a dataset promises and holds",
)
def show_dataset(request: HttpRequest, name: str) -> Any:
    """A dataset with its fields, files, profile and quality."""
    dataset = _found(name)
    version = dataset.current
    facts = summary(version) if version else {}
    keys = ("name", "title", "type", "description", "masked", "suppressed")
    return {
        **_dataset(request, dataset),
        "fields": [
            {**{key: field[key] for key in keys}, "unit": str(field["mapalus"].get("unit") or "")}
            for field in facts.get("fields", ())
        ],
        "files": [
            {"format": one.label, "media_type": one.media_type, "url": f"{site(request)}{one.path}", "size": one.size}
            for one in resources(dataset)
        ],
        "profile": facts.get("profile", {}),
        "quality": facts.get("quality", {}),
    }


@api.get(
    "/datasets/{name}/versions",
    response={200: list[schemas.Version], **_problems},
    tags=["datasets"],
    summary="Every published version, the newest first",
)
def list_versions(request: HttpRequest, name: str) -> Any:
    """Versions never change; a correction is the next one."""
    found = models.Version.objects.visible_to(reader()).published().filter(dataset=_found(name)).order_by("-number")
    return [
        {
            "number": one.number,
            "period": one.period,
            "rows": one.rows_good,
            "status": one.status,
            "published_at": one.published_at,
            "quality": one.quality or summary(one).get("quality", {}),
        }
        for one in found
    ]


@api.get(
    "/datasets/{name}/rows",
    response={200: schemas.Rows, **_problems},
    tags=["datasets"],
    summary="Rows, filtered, sorted and paged",
)
def list_rows(request: HttpRequest, name: str, asked: Query[schemas.RowsAsked]) -> Any:
    """Rows as published: personal fields masked, small counts left empty."""
    dataset = _found(name)
    seen = public_version(dataset, asked.version, reader=reader())
    query = RowQuery(
        filters=_object(asked.filters),
        q=asked.q,
        fields=tuple(part.strip() for part in asked.fields.split(",") if part.strip()),
        sort=asked.sort,
        limit=asked.limit,
        offset=asked.offset,
    )
    found = search(served(seen, is_present=not asked.version), query)
    use.count(dataset.pk, use.API, agent=request.headers.get("User-Agent", ""), token=token())
    names = [column.name for column in found.columns]
    return {
        "dataset": name,
        "version": seen.number,
        "total": found.total or 0,
        "limit": asked.limit,
        "offset": asked.offset,
        "fields": names,
        "rows": [dict(zip(names, row, strict=True)) for row in found.records],
        "notice": _notice(),
    }


@api.post(
    "/datasets/{name}/rows",
    response={200: schemas.Taken, 401: schemas.ProblemDetail, 409: schemas.ProblemDetail, 429: schemas.ProblemDetail,
              503: schemas.ProblemDetail, **_problems},
    tags=["datasets"],
    summary="Send rows, one JSON object per line",
)  # fmt: skip
def post_rows(request: HttpRequest, name: str) -> Any:
    """NDJSON with a key (`Authorization: Bearer ...`). Answered once the rows are on the disk and may be read.

    Lines that break the contract are refused one by one and named; the others count. Under one `Idempotency-Key` rows
    are taken once, however often they are sent.
    """
    status, body = send_rows(request, name)
    return HttpResponse(json.dumps(body, ensure_ascii=False), status=status, content_type="application/json")


@api.get(
    "/datasets/{name}/rows/{row}/origin",
    response={200: schemas.Origin, 410: schemas.ProblemDetail, **_problems},
    tags=["datasets"],
    summary="Where a row comes from: the hash of the file as received, and the row in it",
)
def show_origin(request: HttpRequest, name: str, row: int, asked: Query[schemas.OriginAsked]) -> Any:
    """`row` is the `_id` of a row of that version. Counts of many rows come from no one row: 404."""
    seen = public_version(_found(name), asked.version, reader=reader())
    origin = origin_of(seen, row, is_present=not asked.version)
    if origin is None:
        raise NotFound
    return {
        "dataset": name,
        "version": seen.number,
        "row": row,
        "sha256": origin.snapshot,
        "line": origin.line,
        "received_on": origin.received_on,
        "is_waiting": origin.is_waiting,
        "sheet": origin.sheet,
        "cells": dict(origin.cells),
    }


@api.get(
    "/datasets/{name}/differences",
    response={200: schemas.Differences, 202: schemas.Differences, 410: schemas.ProblemDetail, **_problems},
    tags=["datasets"],
    summary="What differs between two versions, row by row",
)
def list_differences(request: HttpRequest, name: str, asked: Query[schemas.DifferencesAsked]) -> Any:
    """Matched by the primary key, as published. 202 while it is being worked out: ask again."""
    dataset = _found(name)
    by = reader()
    old, new = public_version(dataset, asked.old, reader=by), public_version(dataset, asked.new, reader=by)
    path = ready(old, new)
    if path is None:
        return Status(202, {"dataset": name, "old": old.number, "new": new.number, "is_ready": False})
    known = changes.summary(path)
    kind = changes.Kind(asked.kind) if asked.kind in set(changes.Kind) else None
    found = changes.page(path, kind=kind, changed=asked.field, limit=asked.limit, offset=asked.offset)
    return {
        "dataset": name,
        "old": old.number,
        "new": new.number,
        "is_ready": True,
        "by": list(known.by),
        "counts": known.counts,
        "fields": known.fields,
        "total": found.total,
        "rows": [
            {"kind": one.kind.value, "fields": list(one.fields), "old": one.old, "new": one.new} for one in found.rows
        ],
    }


@api.get("/agencies", response=list[schemas.Agency], tags=["agencies"], summary="Agencies with open datasets")
def list_agencies(request: HttpRequest) -> Any:
    """Agencies by name."""
    catalogue = present()
    counts = catalogue.counts("unit", catalogue.readable)
    units = Unit.objects.visible_to(None).filter(code__in=list(counts)).order_by("name")
    return [_agency(request, unit, counts[unit.code]) for unit in units]


@api.get("/agencies/{code}", response={200: schemas.Agency, **_problems}, tags=["agencies"], summary="One agency")
def show_agency(request: HttpRequest, code: str) -> Any:
    unit = Unit.objects.visible_to(None).filter(code=code).first()
    if unit is None:
        raise NotFound
    return _agency(request, unit, open_datasets().filter(unit=unit).count())


@api.get("/indicators", response=list[schemas.Indicator], tags=["indicators"], summary="What the province measures")
def list_indicators(request: HttpRequest) -> Any:
    """Indicators in the order of the board."""
    return [_indicator(one) for one in _indicators()]


@api.get(
    "/indicators/{code}",
    response={200: schemas.IndicatorDetail, **_problems},
    tags=["indicators"],
    summary="One indicator with its values",
)
def show_indicator(request: HttpRequest, code: str) -> Any:
    """Values of published versions, by period and region."""
    one = next((one for one in _indicators() if one.code == code), None)
    if one is None:
        raise NotFound
    return {
        **_indicator(one),
        "values": [
            {
                "period": point.period,
                "region": point.region,
                "dimension": point.dimension,
                "value": point.value,
                "status": point.status,
                "version": point.version,
                "is_incomplete": point.is_incomplete,
            }
            for point in points(one, now=clock.now())
        ],
        "newest": federated.covered(one, now=clock.now()),
        "districts": federated.districts_own(one),
    }


@api.get(
    "/indicators/{code}/why",
    response={200: schemas.Lineage, **_problems},
    tags=["indicators"],
    summary="Where a value comes from: versions, files by their hash, rows",
)
def explain_indicator(
    request: HttpRequest, code: str, period: str = "", region: str = "", dimension: str = "", limit: int = 20,
    offset: int = 0,
) -> Any:  # fmt: skip
    """Every input with its version, the SHA-256 of the file as received, and the rows of it that count.

    Without a period: the newest. At most 500 rows of each input at once, from `offset` on.
    """
    return as_json(
        lineage(
            code, actor=None, period=period, region=region, dimension=dimension,
            limit=max(0, min(limit, 500)), offset=max(0, min(offset, 10**9)),
        )
    )  # fmt: skip


# --- shapes ---------------------------------------------------------------------------------------------------------


def _found(name: str) -> models.Dataset:
    dataset = find(name)
    if dataset is None:
        raise NotFound
    return dataset


def _notice() -> str:
    return SAMPLE if settings.SAMPLE_DATA else ""


def _dataset(request: HttpRequest, dataset: models.Dataset) -> dict[str, Any]:
    version = dataset.current
    assert version is not None  # open datasets have a published version
    published = brief(str(version.path), version.pk).rows
    return {
        "name": dataset.name,
        "title": dataset.title,
        "description": dataset.description,
        "agency": dataset.unit.code,
        "themes": [str(theme) for theme in dataset.themes],
        "cadence": dataset.cadence,
        "license": dataset.license,
        "version": version.number,
        "period": version.period,
        "rows": version.rows_good if published is None else published,
        "published_at": version.published_at,
        "notice": _notice(),
        "url": f"{site(request)}/data/{dataset.name}/",
    }


def _agency(request: HttpRequest, unit: Unit, count: int) -> dict[str, Any]:
    url = f"{site(request)}/instansi/{unit.code}/"
    return {"code": unit.code, "name": unit.name, "datasets": count, "url": url}


def _indicators() -> list[models.Indicator]:
    """What stands on a published, open dataset."""
    seen = models.Indicator.objects.visible_to(None).filter(dataset__in=open_datasets())
    return list(seen.select_related("dataset").order_by("order", "code"))


def _indicator(one: models.Indicator) -> dict[str, Any]:
    return {
        "code": one.code,
        "title": one.title,
        "unit": one.unit,
        "better": one.better,
        "target": one.target,
        "source": one.source_label,
        "dataset": one.dataset.name,
    }


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text or "{}")
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise Invalid(fields={"filters": "Must be a JSON object"})
    return value


# --- problems -------------------------------------------------------------------------------------------------------


def problem_answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    """A Problem as `application/problem+json`."""
    body = {
        "type": f"{site(request)}/tentang/#masalah-{problem.code}",
        "title": problem.code,
        "status": problem.status,
        "detail": problem.say(language=getattr(request, "LANGUAGE_CODE", "id")),
        "fields": problem.fields if isinstance(problem, Invalid) else {},
    }
    answer = HttpResponse(
        json.dumps(body, ensure_ascii=False), status=problem.status, content_type="application/problem+json"
    )
    if problem.status == 503:
        answer.headers["Retry-After"] = RETRY_AFTER
    if problem.status == 429:
        answer.headers["Retry-After"] = "1"
    if problem.status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


@api.exception_handler(Problem)
def _on_problem(request: HttpRequest, error: Problem) -> HttpResponse:
    return problem_answer(request, error)


@api.exception_handler(ValidationError)
def _on_validation(request: HttpRequest, error: ValidationError) -> HttpResponse:
    fields = {str(one["loc"][-1]): str(one["msg"]) for one in error.errors}
    return problem_answer(request, Invalid(fields=fields))


@api.exception_handler(HttpError)
def _on_http(request: HttpRequest, error: HttpError) -> HttpResponse:
    problem = Problem(str(error))
    return problem_answer(request, problem)
