"""Saying who we are. Only the NAME of a secret is kept; its value is asked for when it is sent."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from mapalus.engine.errors import Misconfigured
from mapalus.engine.text import _
from mapalus.engine.web.addresses import with_params

__all__ = ["Auth", "AuthKind"]


class AuthKind(StrEnum):
    BEARER = "bearer"  # Authorization: Bearer SECRET
    BASIC = "basic"  # Authorization: Basic, `name` is the user
    HEADER = "header"  # a header of its own, called `name`
    QUERY = "query"  # a parameter of the address, called `name`


@dataclass(frozen=True)
class Auth:
    """secret: its name. name: the user, the header or the parameter. before: what stands before it in a header."""

    kind: AuthKind
    secret: str
    name: str = ""
    before: str = ""

    def headers(self, secret: Callable[[str], str]) -> dict[str, str]:
        """The headers that carry it. Raises `Misconfigured` when the secret is missing or is not one line."""
        if self.kind is AuthKind.QUERY:
            return {}
        value = self._value(secret)
        if self.kind is AuthKind.BEARER:
            return {"Authorization": f"Bearer {value}"}
        if self.kind is AuthKind.BASIC:
            return {"Authorization": "Basic " + base64.b64encode(f"{self.name}:{value}".encode()).decode()}
        return {self.name or "Authorization": f"{self.before}{value}"}

    def address(self, address: str, secret: Callable[[str], str]) -> str:
        """The address that carries it."""
        if self.kind is not AuthKind.QUERY:
            return address
        return with_params(address, {self.name: self._value(secret)})

    def without(self, address: str) -> str:
        """The address as it may be kept: some systems repeat the key in the link to their next page."""
        return with_params(address, {self.name: None}) if self.kind is AuthKind.QUERY else address

    def _value(self, secret: Callable[[str], str]) -> str:
        value = secret(self.secret).strip()
        if not value or not value.isprintable():
            raise Misconfigured(_("The secret %(secret)s is empty or has more than one line."), secret=self.secret)
        return value
