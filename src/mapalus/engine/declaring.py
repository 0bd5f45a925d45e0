"""What is wrong with a declaration, collected as it is read: each with its place and the nearest known word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from mapalus.engine.errors import Misconfigured
from mapalus.engine.text import _

__all__ = ["Bag", "DeclarationProblem"]


@dataclass(frozen=True)
class DeclarationProblem:
    """One thing that is wrong, and where: keys and positions from the top of the file."""

    path: tuple[object, ...]
    text: str
    data: Mapping[str, Any]

    def say(self, *, language: str | None = None) -> str:
        return Misconfigured(self.text, advice="", **self.data).say(language=language)

    def __str__(self) -> str:
        return self.say()


class Bag(list[DeclarationProblem]):
    """What is wrong with one document, as it is found."""

    def wrong(self, path: tuple[object, ...], text: str, **data: object) -> None:
        self.append(DeclarationProblem(path, text, data))

    def unknown(self, path: tuple[object, ...], value: object, known: Iterable[str]) -> None:
        """A word that nothing reads, with the nearest that something reads."""
        words = sorted(known)
        near = get_close_matches(str(value).lower(), words, n=1, cutoff=0.5)
        if near:
            self.wrong(path, _("%(value)s is not known here; did you mean %(near)s?"), value=value, near=near[0])
        else:
            told = ", ".join(words)
            self.wrong(path, _("%(value)s is not known here; known are: %(known)s"), value=value, known=told)

    def one_of(self, path: tuple[object, ...], value: object, known: Iterable[str]) -> None:
        self.wrong(path, _("%(value)s does not fit; it is one of %(known)s"), value=value, known=", ".join(known))
