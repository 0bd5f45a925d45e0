"""The one place where the doors for people turn a Problem into a page, or into a banner for a fragment.

Anything that is no Problem is a bug: it gets a number, goes to the log with it, and the page says whose fault it is.
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import structlog
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from mapalus.engine.errors import Invalid, NotAllowed, NotFound, Problem, Unavailable
from mapalus.engine.text import translate

__all__ = [
    "ProblemMiddleware", "ProblemPage", "StaleForm", "bad_request", "not_allowed", "not_found", "our_fault",
    "stale_form",
]  # fmt: skip

log = structlog.get_logger()
# no letters or digits that sound or look alike on the telephone
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
RETRY_AFTER = "30"  # seconds
_WAIT = 503
_NEVER_AGAIN = ("csrfmiddlewaretoken", "password", "sandi", "secret", "credential")


class StaleForm(Problem):
    """A form whose token is not that of the browser: opened long ago, or before another sign-in."""

    code = "stale-form"
    status = 403
    text = gettext_noop("This form was open for too long and was not sent.")
    advice = gettext_noop("Send it once more. If this comes again, open the page anew.")


@dataclass(frozen=True)
class ProblemPage:
    """Context of ui/problem.html and of its fragment ui/_problem.html."""

    heading: str
    advice: str
    code: str
    status: int
    number: str = ""  # to quote when the fault is ours
    fields: Mapping[str, str] = field(default_factory=dict)
    again: tuple[tuple[str, str], ...] = ()  # what was sent and could not be kept now: one press sends it once more
    lost_files: bool = False  # files were among it, which a page cannot give back


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
    if page.status == _WAIT and request.method == "POST" and not fragment:
        page = replace(page, again=_sent(request), lost_files=bool(request.FILES))
    response = render(request, template, {"problem": page}, status=page.status)
    if page.status == _WAIT:
        response.headers["Retry-After"] = RETRY_AFTER
        response.headers["Cache-Control"] = "no-store"
    return response


def _sent(request: HttpRequest) -> tuple[tuple[str, str], ...]:
    """The fields of the form, without what nobody should find in a page: passwords, codes, tokens."""
    return tuple(
        (name, value)
        for name, values in request.POST.lists()
        if not any(word in name.lower() for word in _NEVER_AGAIN)
        for value in values
        if isinstance(value, str)
    )


def _as_problem(error: BaseException | None) -> Problem | None:
    """What an exception is to a person; None: a bug."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, Http404):
        return NotFound()
    if isinstance(error, PermissionDenied):
        return NotAllowed()
    if isinstance(error, OperationalError) and "locked" in str(error):
        return Unavailable()  # a single statement on SQLite that waited in vain
    return None


class ProblemMiddleware:
    """Answers a Problem that a view raised."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        problem = _as_problem(exception)
        return _answer(request, _page_of(problem)) if problem is not None else None


@login_not_required
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler404: no such address."""
    return _answer(request, _page_of(NotFound()))


@login_not_required
def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler403."""
    return _answer(request, _page_of(NotAllowed()))


@login_not_required
def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW. What was filled in is given back where our own page sent it, never what another site sent."""
    page = _page_of(StaleForm())
    if request.headers.get("Sec-Fetch-Site") == "same-origin":
        page = replace(page, again=_sent(request), lost_files=bool(request.FILES))
    log.warning("stale_form", reason=reason)
    return _answer(request, page)


@login_not_required
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400."""
    return _answer(request, _page_of(Problem()))


@login_not_required
def our_fault(request: HttpRequest) -> HttpResponse:
    """handler500: a bug. The number ties what the person says on the telephone to the log.

    What a middleware around ours could not do (a session that cannot be saved now) is a Problem all the same.
    """
    if (problem := _as_problem(sys.exc_info()[1])) is not None:
        return _answer(request, _page_of(problem))
    number = "G-" + "".join(secrets.choice(ALPHABET) for _place in range(4))
    # By its pattern: an address may hold the code of a case.
    path = request.resolver_match.route if request.resolver_match else request.path
    log.error("our_fault", number=number, path=path, exc_info=sys.exc_info())
    page = ProblemPage(
        heading=_("The fault is ours"),
        advice=_("What you had sent before is safe. Try again in a moment."),
        code="our-fault",
        status=500,
        number=number,
    )
    return _answer(request, page)
