"""The style sheet, the two switches (language, theme) and the gallery."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from mapalus.doors.ui import stylesheet
from mapalus.doors.ui.context import THEMES
from mapalus.doors.ui.middleware import LANGUAGES

__all__ = ["language", "style", "theme"]

YEAR = 365 * 24 * 3600


@login_not_required
@require_GET
def style(request: HttpRequest, version: str) -> HttpResponse:
    """The one style sheet. An address of an earlier release gets the present sheet, and may not keep it."""
    sheet = stylesheet.sheet()
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(sheet.packed if packed else sheet.text, content_type="text/css; charset=utf-8")
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    keep = version == sheet.version and not settings.DEBUG
    response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable" if keep else "no-cache"
    return response


# The two switches change nothing but a cookie of taste, so they need no token, and pages without a form stay cacheable.
@login_not_required
@csrf_exempt
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Remember the language (`id` or `en`) and go back."""
    return _remember(request, settings.LANGUAGE_COOKIE_NAME, "language", LANGUAGES)


@login_not_required
@csrf_exempt
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember the theme (`light` or `dark`) and go back."""
    return _remember(request, "theme", "theme", THEMES)


def _remember(request: HttpRequest, cookie: str, field: str, allowed: tuple[str, ...]) -> HttpResponse:
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        target = "/"
    response = HttpResponseRedirect(target)
    value = request.POST.get(field, "")
    if value in allowed:
        response.set_cookie(cookie, value, max_age=YEAR, samesite="Lax", secure=request.is_secure(), httponly=True)
    return response
