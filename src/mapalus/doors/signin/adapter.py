"""What the account library says and allows here. No sentence tells whether an account exists."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mapalus.apps.directory import phones
from mapalus.apps.notices import sending
from mapalus.engine import clock

__all__ = ["AccountAdapter", "MFAAdapter"]


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs himself up; the words are ours."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is closed. Ask the administrator of your unit."),
        "email_password_mismatch": _(
            "The address and the password do not fit together. Check both, or ask for a code."
        ),
        "incorrect_code": _("This code does not fit. Take the newest one we sent."),
        "incorrect_password": _("This password does not fit."),
        "enter_current_password": _("The present password does not fit."),
        "too_many_login_attempts": _("Too many attempts. Wait five minutes, or ask for a code by e-mail."),
        "rate_limited": _("Too many requests. Wait a few minutes."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_phone(self, user: Any) -> tuple[str, bool] | None:
        return phones.has_number(user)

    def get_user_by_phone(self, phone: str) -> Any:
        return phones.with_number(phone)

    def set_phone_verified(self, user: Any, phone: str) -> None:
        phones.prove(user, phone, now=clock.now())

    def send_verification_code_sms(self, user: Any, phone: str, code: str, **known: Any) -> None:
        sending.send_code(phone, code, minutes=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT // 60)

    def format_email_subject(self, subject: str) -> str:
        return f"Mapalus: {subject}"

    def add_message(self, request: HttpRequest, level: int, *args: Any, **known: Any) -> None:
        """The library's own messages stay unsaid: the page that follows says what happened."""


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code does not fit. Wait for the next one in your app."),
    }

    def generate_authenticator_name(self, user: Any, type: str) -> str:
        return gettext("Key")

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Keys belong to the name of this installation's address, not to a row of a table of sites."""
        return {"id": context.request.get_host().partition(":")[0], "name": "Mapalus"}

    def get_totp_issuer(self) -> str:
        return "Mapalus"
