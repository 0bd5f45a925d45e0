"""How a call of the Action API comes in and how its answer goes out: parameters, envelopes, errors, as CKAN does it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse, QueryDict

from mapalus.doors.api.open import site
from mapalus.engine.errors import Invalid, NotAllowed, NotFound, Problem

__all__ = ["BadRequest", "Call", "envelope", "parameters", "refusal"]

log = structlog.get_logger()
_CALLBACK = re.compile(r"^[A-Za-z_$][\w$.]{0,80}$")
_BODY = 2 * 1024**2  # bytes


class BadRequest(Exception):
    """What CKAN answers with a bare JSON text and 400."""


@dataclass(frozen=True)
class Call:
    """One call: the address of the province, and the parameters as they came (texts from a URL, JSON from a body)."""

    site: str
    data: Mapping[str, Any]
    agent: str = ""  # what the program calls itself: tells robots from readers, and is written nowhere

    def text(self, name: str, default: str = "") -> str:
        value = self.data.get(name)
        return default if value is None or isinstance(value, list | dict) else str(value)

    def number(self, name: str, default: int, *, least: int | None = 0) -> int:
        """A whole number. Raises `Invalid` with CKAN's words."""
        value = self.data.get(name)
        if value is None or value == "":
            return default
        try:
            number = int(str(value))
        except ValueError:
            raise Invalid(fields={name: "Invalid integer"}) from None
        if least is not None and number < least:
            raise Invalid(fields={name: "Must be a natural number"})
        return number

    def truth(self, name: str, *, default: bool = False) -> bool:
        value = self.data.get(name)
        return default if value is None else str(value).lower() in ("true", "yes", "t", "y", "1")

    def parsed(self, name: str, default: Any = None) -> Any:
        """A value that is JSON in a URL, or JSON already. Raises `Invalid`."""
        value = self.data.get(name)
        if value is None or value == "":
            return default
        if isinstance(value, str):
            try:
                return json.loads(value)
            except (ValueError, RecursionError):
                raise Invalid(fields={name: "Cannot parse JSON"}) from None
        return value

    def required(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise Invalid(fields={name: "Missing value"})
        return value


def parameters(request: HttpRequest) -> dict[str, Any]:
    """The parameters of a call. Raises `BadRequest`."""
    if request.method in ("GET", "HEAD"):
        return _query(request.GET)
    if len(request.body) > _BODY:
        raise BadRequest("Bad request: the body is too large")
    kind = request.content_type or ""
    if kind in ("application/x-www-form-urlencoded", "multipart/form-data") and request.body:
        form = _query(request.POST)
        if len(form) == 1 and next(iter(form.values())) in ("", "1"):
            # old clients send JSON without saying so
            return _object(next(iter(form)))
        if form:
            return form
    return _object(request.body.decode("utf-8", "replace")) if request.body else {}


def _query(values: QueryDict) -> dict[str, Any]:
    listed = {name: values.getlist(name) for name in values}
    return {name: many if len(many) > 1 else many[0] for name, many in listed.items()}


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"Bad request: JSON Error: Error decoding JSON data. Error: {type(error).__name__}") from None
    if not isinstance(value, dict):
        raise BadRequest("Bad request: Request data JSON decoded to something that is not a dictionary.")
    return value


def envelope(request: HttpRequest, name: str, result: Any) -> HttpResponse:
    """Success."""
    body = json.dumps({"help": _help(request, name), "success": True, "result": result}, ensure_ascii=False)
    callback = request.GET.get("callback", "") if request.method == "GET" else ""
    if callback and _CALLBACK.match(callback):
        # the comment keeps a file that begins with the caller's words from being taken for something else
        return _kept(HttpResponse(f"/**/{callback}({body});", content_type="application/javascript; charset=utf-8"))
    return _kept(HttpResponse(body, content_type="application/json;charset=utf-8"))


def refusal(request: HttpRequest, name: str, problem: Problem) -> HttpResponse:
    """An error, in one of CKAN's kinds: clients look at `__type` alone."""
    status, error = _error(problem)
    body = {"help": _help(request, name), "success": False, "error": error}
    response = HttpResponse(json.dumps(body, ensure_ascii=False), status=status)
    response.headers["Content-Type"] = "application/json;charset=utf-8"
    return _kept(response)


def _error(problem: Problem) -> tuple[int, dict[str, Any]]:
    if isinstance(problem, Invalid):
        fields = {name: [text] for name, text in problem.fields.items()}
        return 409, {**(fields or {"message": problem.say(language="en")}), "__type": "Validation Error"}
    if isinstance(problem, NotFound):
        name = problem.data.get("message")
        return 404, {"message": f"Not found: {name}" if name else "Not found", "__type": "Not Found Error"}
    if isinstance(problem, NotAllowed):
        return 403, {"message": "Access denied", "__type": "Authorization Error"}
    if problem.status == 401:
        return 403, {"message": f"Access denied: {problem.say(language='en')}", "__type": "Authorization Error"}
    if problem.code == "bad-query":
        return 400, {
            "message": f"Search Query is invalid: {problem.data.get('reason')}",
            "__type": "Search Query Error",
        }
    if problem.code == "too-slow":
        return 409, {"message": problem.say(language="en"), "__type": "Search Error"}
    return problem.status, {"message": problem.say(language="en"), "__type": "Internal Server Error"}


def _help(request: HttpRequest, name: str) -> str:
    return f"{site(request)}/api/3/action/help_show?name={name}"


def _kept(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
    return response
