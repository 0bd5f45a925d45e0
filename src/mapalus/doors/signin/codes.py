"""Entering the code that came by mail or telephone; a late or often wrong one is said in one sentence."""

from __future__ import annotations

from typing import Any

from allauth.account.views import ConfirmLoginCodeView
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

__all__ = ["EnterCode", "enter_code"]


class EnterCode(ConfirmLoginCodeView):  # type: ignore[misc]
    """As the library has it; where it only sends one back to the beginning, it says why."""

    stage: Any = None
    _process: Any = None

    def dispatch(self, request: HttpRequest, *args: Any, **known: Any) -> HttpResponseBase:
        response: HttpResponseBase = super().dispatch(request, *args, **known)
        if response.headers.get("Location") != reverse("account_request_login_code"):
            return response
        is_late = self._process is None
        messages.error(request, _("This code is no longer valid.") if is_late else _("Three times a wrong code."))
        by_phone = self.stage is not None and bool(self.stage.state.get("phone"))
        return redirect("portal:mine" if by_phone else "account_request_login_code")


enter_code = login_not_required(EnterCode.as_view())
