"""Systems quote in their errors what they were asked, the key among it: it is taken out before anybody reads it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mapalus.engine.errors import Problem
from mapalus.engine.harvest.connector import Harvest, Offering, Shelf, Source, Surroundings

__all__ = ["HushedShelf", "HushedSource"]

_SHORTEST = 4  # letters; less is no secret, and would tear words apart


@contextmanager
def _hushed(surroundings: Surroundings, name: str) -> Iterator[None]:
    try:
        yield
    except Problem as problem:
        value = _value(surroundings, name)
        if len(value) >= _SHORTEST:
            known = problem.data.items()
            problem.data = {key: said.replace(value, "•••") if isinstance(said, str) else said for key, said in known}
            problem.args = (problem.say(language="en"),)
        raise


def _value(surroundings: Surroundings, name: str) -> str:
    try:
        return surroundings.secret(name).strip() if name else ""
    except Exception:  # whatever the environment says: this is about another problem
        return ""


@dataclass(frozen=True)
class HushedSource:
    """A source whose problems do not repeat the secret of this name."""

    source: Source
    surroundings: Surroundings
    secret: str

    def check(self) -> None:
        with _hushed(self.surroundings, self.secret):
            self.source.check()

    def harvest(self, *, mark: str, into: Path) -> Harvest | None:
        with _hushed(self.surroundings, self.secret):
            return self.source.harvest(mark=mark, into=into)


@dataclass(frozen=True)
class HushedShelf:
    """A shelf whose problems do not repeat the secret of this name."""

    shelf: Shelf
    surroundings: Surroundings
    secret: str

    def check(self) -> None:
        with _hushed(self.surroundings, self.secret):
            self.shelf.check()

    def offered(self) -> Iterator[Offering]:
        with _hushed(self.surroundings, self.secret):
            yield from self.shelf.offered()
