"""Who asks an object storage: names of secrets, and a signature for each try."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from time import time

from mapalus.engine.errors import Misconfigured
from mapalus.engine.text import _
from mapalus.engine.web.signing import signed

__all__ = ["Signature"]


@dataclass(frozen=True)
class Signature:
    """key_id, secret: their names. Each try is signed anew, so that a long harvest does not outlive its signature."""

    key_id: str
    secret: str
    region: str

    def sign(
        self, method: str, address: str, body: bytes | None, secret: Callable[[str], str]
    ) -> tuple[str, dict[str, str]]:
        moment = datetime.fromtimestamp(time(), tz=UTC)
        return signed(
            method, address, moment=moment, region=self.region, key_id=_line(self.key_id, secret),
            key=_line(self.secret, secret),
        )  # fmt: skip


def _line(name: str, secret: Callable[[str], str]) -> str:
    value = secret(name).strip()
    if not value or not value.isascii() or not value.isprintable():
        raise Misconfigured(_("The secret %(secret)s is empty or has more than one line."), secret=name)
    return value
