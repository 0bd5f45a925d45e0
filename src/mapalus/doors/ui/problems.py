"""The one place where the doors for people turn a Problem into a page, or into a banner for a fragment.

Anything that is no Problem is a bug: it gets a number, goes to the log with it, and the page says whose fault it is.
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import structlog
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _

from mapalus.engine.errors import Invalid, NotAllowed, NotFound, Problem
from mapalus.engine.text import translate

__all__ = ["ProblemMiddleware", "ProblemPage", "bad_request", "not_allowed", "not_found", "our_fault"]

log = structlog.get_logger()
# no letters or digits that sound or look alike on the telephone
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


@dataclass(frozen=True)
class ProblemPage:
    """Context of ui/problem.html and of its fragment ui/_problem.html."""

    heading: str
    advice: str
    code: str
    status: int
    number: str = ""  # to quote when the fault is ours
    fields: Mapping[str, str] = field(default_factory=dict)


def _said(message: str) -> str:
    """In the reader's language: the engine's catalogue first, then those of apps and doors."""
    said = translate(message, language=translation.get_language() or "id")
    return _(message) if said == message and message else said


def _page_of(problem: Problem) -> ProblemPage:
    words = problem.words(language=translation.get_language() or "id")
    return ProblemPage(
        heading=_said(problem.text) % words,
        advice=_said(problem.advice) % words,
        code=problem.code,
        status=problem.status,
        fields={name: _said(text) for name, text in problem.fields.items()} if isinstance(problem, Invalid) else {},
    )


def _answer(request: HttpRequest, page: ProblemPage) -> HttpResponse:
    fragment = request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"
    template = "ui/_problem.html" if fragment else "ui/problem.html"
    return render(request, template, {"problem": page}, status=page.status)


class ProblemMiddleware:
    """Answers a Problem that a view raised."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Http404):
            exception = NotFound()
        elif isinstance(exception, PermissionDenied):
            exception = NotAllowed()
        return _answer(request, _page_of(exception)) if isinstance(exception, Problem) else None


@login_not_required
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler404: no such address."""
    return _answer(request, _page_of(NotFound()))


@login_not_required
def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler403."""
    return _answer(request, _page_of(NotAllowed()))


@login_not_required
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400."""
    return _answer(request, _page_of(Problem()))


@login_not_required
def our_fault(request: HttpRequest) -> HttpResponse:
    """handler500: a bug. The number ties what the person says on the telephone to the log."""
    number = "G-" + "".join(secrets.choice(ALPHABET) for _place in range(4))
    log.error("our_fault", number=number, path=request.path, exc_info=sys.exc_info())
    page = ProblemPage(
        heading=_("The fault is ours"),
        advice=_("What you had sent before is safe. Try again in a moment."),
        code="our-fault",
        status=500,
        number=number,
    )
    return _answer(request, page)
