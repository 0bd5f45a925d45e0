"""Behind a proxy of one's own: who asks is whom the proxy names last. Only there is its word believed."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from contextlib import suppress

from django.conf import settings
from django.http import HttpRequest, HttpResponse

__all__ = ["BehindProxy", "WatchedByAddress"]

_WATCHED = ("/-/ready", "/-/health", "/-/metrics")


class BehindProxy:
    """`REMOTE_ADDR` becomes the last address of `X-Forwarded-For`: the proxy wrote that one, anyone the others."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        last = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        with suppress(ValueError):  # it names nobody: the proxy itself asks
            request.META["REMOTE_ADDR"] = str(ipaddress.ip_address(last))
        return self.get_response(request)


class WatchedByAddress:
    """Whoever watches a process (`serve` itself, a proxy, Prometheus) asks by its address, not the name of the site."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.name = next((name for name in settings.ALLOWED_HOSTS if name != "*"), "localhost").lstrip(".")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info in _WATCHED:
            request.META["HTTP_HOST"] = self.name
        return self.get_response(request)
