"""Officials prove themselves twice, where the setting asks for it."""

from __future__ import annotations

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

__all__ = ["RequireSecondFactor"]


class RequireSecondFactor:
    """With MAPALUS_REQUIRE_MFA, whoever acts as a position first sets up a second factor; his account stays open."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        official = getattr(request, "actor", None) is not None
        if settings.REQUIRE_MFA and official and not self._is_spared(request) and not is_mfa_enabled(request.user):
            return redirect("mfa_index")
        return self.get_response(request)

    @staticmethod
    def _is_spared(request: HttpRequest) -> bool:
        return request.path.startswith((reverse("signin:account"), "/-/", settings.STATIC_URL))
