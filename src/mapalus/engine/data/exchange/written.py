"""What came of writing a contract in another form, and what did not fit into it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mapalus.engine.text import _, translate

__all__ = ["Lost", "Read", "Written"]

_SAID = _("%(where)s: %(what)s cannot be carried.")


@dataclass(frozen=True)
class Lost:
    """Something of the contract that the other form has no place for."""

    where: str  # field, or the contract
    what: str  # its key

    def say(self, *, language: str | None = None) -> str:
        return translate(_SAID, language=language) % {"where": self.where, "what": self.what}


@dataclass(frozen=True)
class Written:
    """A document in another form."""

    document: Mapping[str, Any]
    lost: tuple[Lost, ...] = ()


@dataclass(frozen=True)
class Read:
    """A contract as a Data Package descriptor, read from another form."""

    descriptor: Mapping[str, Any] = field(default_factory=dict)
    lost: tuple[Lost, ...] = ()
