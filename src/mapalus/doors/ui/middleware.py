"""What every page passes: its language, and its packing for the way to the browser."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.text import compress_string

__all__ = ["LANGUAGES", "LanguageMiddleware", "PackedPages"]

LANGUAGES = ("id", "en")


_WORTH = 1_000  # bytes; a smaller answer goes in one piece anyway
_FILLER = 100  # bytes of chance at most, so that the length of a packed page does not tell what is in it (BREACH)


class PackedPages:
    """Pages and their fragments are packed (gzip): on a slow line that is a second less. Files go as they are."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not _is_page(response):
            return response
        patch_vary_headers(response, ("Accept-Encoding",))
        if "gzip" not in request.headers.get("Accept-Encoding", ""):
            return response
        response.content = compress_string(response.content, max_random_bytes=_FILLER)
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(response.content))
        mark = response.headers.get("ETag", "")
        if mark.startswith('"'):  # the same page, not the same bytes
            response.headers["ETag"] = f"W/{mark}"
        return response


def _is_page(response: HttpResponse) -> bool:
    return (
        not response.streaming
        and response.headers.get("Content-Type", "").startswith("text/html")
        and "Content-Encoding" not in response.headers
        and len(response.content) >= _WORTH
    )


class LanguageMiddleware:
    """Cheap phones come set to English whoever holds them, so `Accept-Language` says nothing here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        with translation.override(chosen if chosen in LANGUAGES else settings.LANGUAGE_CODE):
            language = translation.get_language() or settings.LANGUAGE_CODE
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        patch_vary_headers(response, ("Cookie",))
        response.headers.setdefault("Content-Language", language)
        return response
