"""What is wrong with a pack, collected: file, line, code and one sentence with what to write instead."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from mapalus.engine.errors import Invalid
from mapalus.engine.packs.codes import CODES, Severity
from mapalus.engine.text import _, translate

__all__ = ["BadPack", "Bag", "PackProblem", "Phrase", "nearest"]


@dataclass(frozen=True)
class PackProblem:
    """One thing that is wrong: in which file, on which line (from 1), and what to do."""

    file: str
    line: int
    code: str
    data: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def severity(self) -> Severity:
        return CODES[self.code].severity

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    @property
    def message(self) -> str:
        """The sentence and the advice, in the language of the process."""
        return self.say()

    def say(self, *, language: str | None = None) -> str:
        code = CODES[self.code]
        data = {key: _spoken(value, language) for key, value in self.data.items()}
        parts = [translate(part, language=language) % data for part in (code.text, code.advice) if part]
        said = " ".join(_END.sub(r"\1", part) for part in parts if part)
        return said[:1].upper() + said[1:] if self.code.startswith("yaml-") else said

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.code}: {self.message}"


_END = re.compile(r"(?<!\.)([?.])\.$")  # a reason that is a sentence itself brings its own end


def _spoken(value: object, language: str | None) -> object:
    say = getattr(value, "say", None)
    if callable(say):
        return say(language=language)
    return translate(value.text, language=language) if isinstance(value, Phrase) else value


@dataclass(frozen=True)
class Phrase:
    """Some words inside a sentence that are translated as well."""

    text: str


class BadPack(Invalid):
    """A pack that is not loaded. `problems` are all of them."""

    code = "bad-pack"
    text = _("The pack %(name)s has %(count)s problems. The first: %(first)s")

    def __init__(self, problems: Iterable[PackProblem], *, name: str = "") -> None:
        self.problems = tuple(problems)
        errors = [problem for problem in self.problems if problem.is_error]
        super().__init__(name=name, count=len(errors), first=str(errors[0]) if errors else "")


class Bag:
    """Where problems are collected; each place and kind once."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, int, str, str], PackProblem] = {}

    def add(self, code: str, file: str, line: int, **data: Any) -> None:
        key = (file, line, code, "|".join(str(data.get(part, "")) for part in ("key", "name", "value")))
        self._found.setdefault(key, PackProblem(file, line, code, data))

    def has(self, *codes: str) -> bool:
        return any(problem.code in codes for problem in self._found.values())

    def is_wrong(self, *files: str) -> bool:
        """Whether a file (or one below a folder `lists/`) has an error."""
        return any(problem.file.startswith(files) and problem.is_error for problem in self._found.values())

    @property
    def problems(self) -> tuple[PackProblem, ...]:
        """By file, line and code; errors and warnings together."""
        return tuple(sorted(self._found.values(), key=lambda item: (item.file, item.line, item.code)))


def nearest(word: object, known: Iterable[str]) -> Near | Known | str:
    """`Did you mean ...?`, or the words that are known when they are few; else nothing."""
    words = [str(item) for item in known]
    text = str(word)
    near = get_close_matches(text.lower(), [item.lower() for item in words], n=1, cutoff=0.6)
    if near:
        return Near(next(item for item in words if item.lower() == near[0]))
    return Known(", ".join(words)) if 0 < len(words) <= 40 else ""


@dataclass(frozen=True)
class Near:
    """A known word that is like the unknown one."""

    word: str

    def say(self, *, language: str | None = None) -> str:
        return translate(_("Did you mean %(word)s?"), language=language) % {"word": self.word}


@dataclass(frozen=True)
class Known:
    """All words that are known."""

    words: str

    def say(self, *, language: str | None = None) -> str:
        return translate(_("Known are: %(words)s."), language=language) % {"words": self.words}
