"""Behind a proxy of one's own: who asks is whom the proxy names last. Only there is its word believed."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from contextlib import suppress

from django.http import HttpRequest, HttpResponse

__all__ = ["BehindProxy"]


class BehindProxy:
    """`REMOTE_ADDR` becomes the last address of `X-Forwarded-For`: the proxy wrote that one, anyone the others."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        last = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        with suppress(ValueError):  # it names nobody: the proxy itself asks
            request.META["REMOTE_ADDR"] = str(ipaddress.ip_address(last))
        return self.get_response(request)
