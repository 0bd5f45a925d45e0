"""What an expression is made of. Trees are values: frozen, comparable, without behaviour of their own."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

__all__ = ["Binary", "Call", "Expression", "Items", "Literal", "Name", "Not"]


@dataclass(frozen=True)
class Literal:
    """A number, a text, a date, true or false, or nothing (`null`)."""

    value: float | int | str | bool | date | None
    column: int = dataclasses.field(default=0, compare=False)

    def names(self) -> Iterator[str]:
        return iter(())


@dataclass(frozen=True)
class Name:
    """The value of a field; `$name` is one the platform gives. `column` (from 1) does not make a difference."""

    field: str
    column: int = dataclasses.field(default=0, compare=False)

    def names(self) -> Iterator[str]:
        yield self.field


@dataclass(frozen=True)
class Not:
    """The contrary."""

    inner: Expression

    def names(self) -> Iterator[str]:
        return self.inner.names()


@dataclass(frozen=True)
class Binary:
    """Two sides and what stands between them: `and or = <> < <= > >= in + - * /`."""

    sign: str
    left: Expression
    right: Expression
    column: int = dataclasses.field(default=0, compare=False)

    def names(self) -> Iterator[str]:
        yield from self.left.names()
        yield from self.right.names()


@dataclass(frozen=True)
class Items:
    """What stands in square brackets, for `in`."""

    items: tuple[Expression, ...]

    def names(self) -> Iterator[str]:
        for item in self.items:
            yield from item.names()


@dataclass(frozen=True)
class Call:
    """A function and what it is given."""

    function: str
    given: tuple[Expression, ...]
    column: int = dataclasses.field(default=0, compare=False)

    def names(self) -> Iterator[str]:
        for part in self.given:
            yield from part.names()


Expression = Literal | Name | Not | Binary | Items | Call
