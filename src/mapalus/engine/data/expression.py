"""Rules over several columns of one row: `terisi <= kapasitas`, `jumlah = laki_laki + perempuan`.

Grammar: comparisons (= <> != < <= > >=), `and`/`dan`, `or`/`atau`, `not`/`bukan`, + - * / and brackets; numbers,
'texts', date '2024-01-31', and names of fields (in `back quotes` where a name is not a plain word). A rule is not
applied to a row in which one of its cells has no value: an empty cell is the business of `required`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

__all__ = ["Binary", "Expression", "Literal", "Name", "Not", "evaluate", "parse_expression"]

_TOKEN = re.compile(
    r"\s*(?:(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<text>'(?:[^']|'')*')|(?P<quoted>`[^`]+`)"
    r"|(?P<sign><=|>=|<>|!=|==|[=<>+*/()-])|(?P<word>[^\W\d]\w*))"
)
_LONGEST = 2000
_DEEPEST = 50
_COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")
_SAME = {"==": "=", "!=": "<>"}
_WORDS = {"dan": "and", "atau": "or", "bukan": "not"}


@dataclass(frozen=True)
class Literal:
    """A number, a text or a date."""

    value: float | int | str | date

    def names(self) -> Iterator[str]:
        return iter(())


@dataclass(frozen=True)
class Name:
    """The value of a field in this row."""

    field: str

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
    """Two sides and what stands between them."""

    sign: str
    left: Expression
    right: Expression

    def names(self) -> Iterator[str]:
        yield from self.left.names()
        yield from self.right.names()


Expression = Literal | Name | Not | Binary


@cache
def parse_expression(text: str) -> Expression:
    """The rule as a tree; ValueError with a sentence where it is not one."""
    if len(text) > _LONGEST:
        raise ValueError("the rule is too long")
    parser = _Parser(list(_tokens(text)))
    tree = parser.logic("or")
    if parser.left:
        raise ValueError(f"'{parser.left[0][1]}' is not expected there")
    if not isinstance(tree, Not) and not (isinstance(tree, Binary) and tree.sign in (*_COMPARISONS, "and", "or")):
        raise ValueError("a rule compares something")
    return tree


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    text = text.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise ValueError(f"'{text[at:].strip()[:10]}' is not understood")
        at = found.end()
        kind = str(found.lastgroup)
        value = found.group(kind)
        if kind == "word" and value.lower() in ("and", "or", "not", *_WORDS):
            yield "logic", _WORDS.get(value.lower(), value.lower())
        else:
            yield kind, _SAME.get(value, value)


class _Parser:
    """Recursive descent over the tokens; `left` holds what is not yet read."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.left = tokens
        self.depth = 0

    def take(self, *values: str) -> str | None:
        if self.left and self.left[0][1] in values and self.left[0][0] in ("sign", "logic"):
            return self.left.pop(0)[1]
        return None

    def logic(self, sign: str) -> Expression:
        tree = self.logic("and") if sign == "or" else self.negation()
        while self.take(sign):
            tree = Binary(sign, tree, self.logic("and") if sign == "or" else self.negation())
        return tree

    def negation(self) -> Expression:
        if self.take("not"):
            return Not(self.negation())
        tree = self.sum()
        sign = self.take(*_COMPARISONS)
        return Binary(sign, tree, self.sum()) if sign else tree

    def sum(self) -> Expression:
        tree = self.product()
        while sign := self.take("+", "-"):
            tree = Binary(sign, tree, self.product())
        return tree

    def product(self) -> Expression:
        tree = self.atom()
        while sign := self.take("*", "/"):
            tree = Binary(sign, tree, self.atom())
        return tree

    def atom(self) -> Expression:
        self.depth += 1
        if self.depth > _DEEPEST * 10 or not self.left:
            raise ValueError("the rule ends too early" if not self.left else "the rule is too long")
        if self.take("("):
            tree = self.logic("or")
            if not self.take(")"):
                raise ValueError("a bracket is not closed")
            return tree
        if self.take("-"):
            return Binary("-", Literal(0), self.atom())
        kind, value = self.left.pop(0)
        if kind == "number":
            return Literal(float(value) if "." in value else int(value))
        if kind == "text":
            return Literal(value[1:-1].replace("''", "'"))
        if kind == "word" and value.lower() in ("date", "tanggal") and self.left and self.left[0][0] == "text":
            return Literal(date.fromisoformat(self.left.pop(0)[1][1:-1]))
        if kind in ("word", "quoted"):
            return Name(value.strip("`"))
        raise ValueError(f"'{value}' is not expected there")


def evaluate(tree: Expression, row: Mapping[str, Any], *, tolerance: float = 0.0, noise: float | None = None) -> Any:
    """The value for one row; None where a cell that it needs has no value or a sum cannot be done.

    `noise` is the relative error of binary fractions below which two sums are equal; None: compare exactly.
    """
    if isinstance(tree, Literal):
        return tree.value
    if isinstance(tree, Name):
        return row.get(tree.field)
    if isinstance(tree, Not):
        inner = evaluate(tree.inner, row, tolerance=tolerance, noise=noise)
        return None if inner is None else not inner
    left = evaluate(tree.left, row, tolerance=tolerance, noise=noise)
    right = evaluate(tree.right, row, tolerance=tolerance, noise=noise)
    if tree.sign in ("and", "or"):
        return _logic(tree.sign, left, right)
    if left is None or right is None:
        return None
    try:
        left, right = _comparable(left), _comparable(right)
        if noise is not None and isinstance(left, int | float) and isinstance(right, int | float):
            tolerance = max(tolerance, noise * max(1.0, abs(left), abs(right)))
        return _apply(tree.sign, left, right, tolerance)
    except (TypeError, ZeroDivisionError, OverflowError):
        return None


def _comparable(value: Any) -> Any:
    return datetime(value.year, value.month, value.day) if type(value) is date else value  # noqa: DTZ001 - only compared


def _logic(sign: str, left: Any, right: Any) -> bool | None:
    """Three-valued, as in SQL."""
    decisive = sign == "or"
    if left is decisive or right is decisive:
        return sign == "or"
    return None if left is None or right is None else sign == "and"


def _apply(sign: str, left: Any, right: Any, tolerance: float) -> Any:
    match sign:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return left / right
        case "=":
            return abs(left - right) <= tolerance if tolerance else left == right
        case "<>":
            return abs(left - right) > tolerance if tolerance else left != right
        case "<":
            return left < right - tolerance if tolerance else left < right
        case "<=":
            return left <= right + tolerance if tolerance else left <= right
        case ">":
            return left > right + tolerance if tolerance else left > right
        case ">=":
            return left >= right - tolerance if tolerance else left >= right
    raise ValueError(sign)
