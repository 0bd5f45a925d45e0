"""The library's forms with our labels, and without words inside the boxes: those vanish when one types."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as keys
from django.core.exceptions import ValidationError
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
    "name": _("What you call this key"),
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


class _Doubting:
    """What a key answers are a stranger's bytes: whatever they make the library stumble over is a wrong answer."""

    def clean(self) -> dict[str, Any]:
        with _as_wrong_answer():
            found: dict[str, Any] = super().clean() or {}  # type: ignore[misc]
            return found


class _DoubtingOfCredential:
    def clean_credential(self) -> Any:
        with _as_wrong_answer():
            return super().clean_credential()  # type: ignore[misc]


@contextmanager
def _as_wrong_answer() -> Iterator[None]:
    try:
        yield
    except ValidationError:
        raise
    except Exception as stumbled:
        raise ValidationError(_("The key's answer does not fit. Try again.")) from stumbled


class AddKeyForm(_Plain, _Doubting, keys.AddWebAuthnForm):  # type: ignore[misc]
    pass


class EditKeyForm(_Plain, keys.EditWebAuthnForm):  # type: ignore[misc]
    pass


class KeyForm(_DoubtingOfCredential, keys.AuthenticateWebAuthnForm):  # type: ignore[misc]
    pass


class KeyAgainForm(_DoubtingOfCredential, keys.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    pass
