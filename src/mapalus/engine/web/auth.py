"""Saying who we are. Only the NAME of a secret is kept; its value is asked for when it is sent."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from mapalus.engine.errors import Misconfigured
from mapalus.engine.text import _
from mapalus.engine.web.addresses import with_params

__all__ = ["Auth", "AuthKind", "Entry"]


class Entry(Protocol):
    """Any way of saying who we are; `Auth` has the usual ones, a connector may bring its own."""

    @property
    def secret(self) -> str:
        """The name of the secret, for the sentence that says it is wrong."""

    def sign(
        self, method: str, address: str, body: bytes | None, secret: Callable[[str], str]
    ) -> tuple[str, dict[str, str]]:
        """The address and the headers of one question, made anew for each try."""


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

    def sign(
        self, method: str, address: str, body: bytes | None, secret: Callable[[str], str]
    ) -> tuple[str, dict[str, str]]:
        """The address and the headers that carry it. Raises `Misconfigured` when the secret is missing or unusable."""
        value = self._value(secret)
        if self.kind is AuthKind.QUERY:
            return with_params(address, {self.name: value}), {}
        if self.kind is AuthKind.BEARER:
            return address, {"Authorization": f"Bearer {value}"}
        if self.kind is AuthKind.BASIC:
            packed = base64.b64encode(f"{self.name}:{value}".encode()).decode()
            return address, {"Authorization": f"Basic {packed}"}
        return address, {self.name or "Authorization": f"{self.before}{value}"}

    def without(self, address: str) -> str:
        """The address as it may be kept: some systems repeat the key in the link to their next page."""
        return with_params(address, {self.name: None}) if self.kind is AuthKind.QUERY else address

    def _value(self, secret: Callable[[str], str]) -> str:
        value = secret(self.secret).strip()
        if not value or not value.isprintable():
            raise Misconfigured(_("The secret %(secret)s is empty or has more than one line."), secret=self.secret)
        return value
