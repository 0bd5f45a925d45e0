"""The endpoints as addresses anybody may ask, and the page that documents them from their own schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern
from django.views.decorators.http import require_safe

from mapalus.doors.api.open import open_to_all, site
from mapalus.doors.api.v1 import federation, sources
from mapalus.doors.api.v1.api import api, problem_answer
from mapalus.engine.errors import NotFound

__all__ = ["Docs", "Operation", "Parameter", "docs", "missing", "patterns"]


def patterns() -> list[URLPattern]:
    """The endpoints, open to all."""
    assert sources  # its endpoint registers itself
    assert federation
    found = [pattern for pattern in api.urls[0] if isinstance(pattern, URLPattern)]
    for pattern in found:
        # OPTIONS, origins and sign-in are the same here as at every other machine address
        pattern.callback = open_to_all(pattern.callback)
    return found


@open_to_all
def missing(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Any other address below /api/v1/."""
    return problem_answer(request, NotFound())


@dataclass(frozen=True)
class Parameter:
    name: str
    place: str  # path or query
    type: str
    default: str
    description: str


@dataclass(frozen=True)
class Operation:
    """One endpoint, as the page shows it."""

    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    answer: str  # name of the schema


@dataclass(frozen=True)
class Docs:
    """Context of api/docs.html."""

    operations: tuple[Operation, ...]
    schemas: Mapping[str, tuple[Parameter, ...]]
    origin: str


@login_not_required
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """`/api/v1/docs`: made on the server from the OpenAPI document; nothing is fetched from other hosts."""
    schema: Mapping[str, Any] = api.get_openapi_schema(path_prefix="/api/v1/")
    operations = tuple(
        _operation(method, path, described)
        for path, methods in schema["paths"].items()
        for method, described in methods.items()
    )
    shapes = {
        name: tuple(_property(key, value) for key, value in shape.get("properties", {}).items())
        for name, shape in schema["components"]["schemas"].items()
    }
    return render(request, "api/docs.html", {"page": Docs(operations, shapes, site(request))})


def _operation(method: str, path: str, described: Mapping[str, Any]) -> Operation:
    parameters = tuple(
        Parameter(
            one["name"],
            one["in"],
            _type(one["schema"]),
            str(one["schema"].get("default", "")),
            str(one.get("description") or one["schema"].get("description") or ""),
        )
        for one in described.get("parameters", ())
    )
    content = described["responses"][200]["content"]["application/json"]["schema"]
    return Operation(
        method.upper(),
        path,
        str(described.get("summary", "")),
        str(described.get("description", "")),
        parameters,
        _type(content),
    )


def _property(name: str, shape: Mapping[str, Any]) -> Parameter:
    return Parameter(name, "", _type(shape), "", str(shape.get("description", "")))


def _type(shape: Mapping[str, Any]) -> str:
    if "$ref" in shape:
        return str(shape["$ref"]).rpartition("/")[2]
    if "anyOf" in shape:
        return " | ".join(_type(one) for one in shape["anyOf"])
    if shape.get("type") == "array":
        return f"[{_type(shape.get('items', {}))}]"
    return str(shape.get("format") or shape.get("type") or "any")
