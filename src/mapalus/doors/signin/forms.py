"""The library's forms with our labels, and without words inside the boxes: those vanish when one types."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django.forms import Field
from django.utils.translation import gettext_lazy as _

_LABELS = {
    "login": _("E-mail"),
    "email": _("E-mail"),
    "password": _("Your password"),
    "password1": _("Your new password"),
    "password2": _("Your new password once more"),
    "oldpassword": _("Present password"),
    "code": _("Code"),
    "remember": _("Keep me signed in on this device"),
}


class _Plain:
    """Labels by the name of the field; no placeholder, no help the page itself gives."""

    fields: dict[str, Field]

    def __init__(self, *args: Any, **known: Any) -> None:
        super().__init__(*args, **known)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = _LABELS.get(name, field.label)
            field.help_text = ""
            if name == "code":
                field.widget.attrs.update({"autocapitalize": "none", "spellcheck": "false"})


class SignInForm(_Plain, account.LoginForm):  # type: ignore[misc]
    pass


class RequestCodeForm(_Plain, account.RequestLoginCodeForm):  # type: ignore[misc]
    pass


class ConfirmCodeForm(_Plain, account.ConfirmLoginCodeForm):  # type: ignore[misc]
    pass


class ResetPasswordForm(_Plain, account.ResetPasswordForm):  # type: ignore[misc]
    pass


class ConfirmResetForm(_Plain, account.ConfirmPasswordResetCodeForm):  # type: ignore[misc]
    pass


class NewPasswordForm(_Plain, account.ResetPasswordKeyForm):  # type: ignore[misc]
    pass


class ChangePasswordForm(_Plain, account.ChangePasswordForm):  # type: ignore[misc]
    pass


class SetPasswordForm(_Plain, account.SetPasswordForm):  # type: ignore[misc]
    pass


class ReauthenticateForm(_Plain, account.ReauthenticateForm):  # type: ignore[misc]
    pass


class SecondFactorForm(_Plain, mfa.AuthenticateForm):  # type: ignore[misc]
    pass


class SecondFactorAgainForm(_Plain, mfa.ReauthenticateForm):  # type: ignore[misc]
    pass


class ActivateForm(_Plain, totp.ActivateTOTPForm):  # type: ignore[misc]
    pass
