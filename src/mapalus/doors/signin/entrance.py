"""The sign-in page."""

from __future__ import annotations

from typing import Any

from allauth.account.views import LoginView

from mapalus.doors.signin.oidc import providers
from mapalus.doors.signin.sample import Figure, figures, is_open

__all__ = ["SignIn", "sign_in"]


class SignIn(LoginView):  # type: ignore[misc]
    """As the library has it; in a sample province also the people of the story, one click each."""

    def get_context_data(self, **known: Any) -> dict[str, Any]:
        cast: tuple[Figure, ...] = figures(leading=True) if is_open(self.request) else ()
        found: dict[str, Any] = super().get_context_data(**known)
        return {**found, "cast": cast, "providers": providers()}


sign_in = SignIn.as_view()
