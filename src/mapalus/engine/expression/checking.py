"""Whether an expression makes sense before any value is there: its names exist, kinds fit, options are known."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from enum import StrEnum

from mapalus.engine.expression.parser import ExpressionProblem, Words
from mapalus.engine.expression.tree import Binary, Call, Expression, Items, Literal, Name, Not
from mapalus.engine.text import _

__all__ = ["Kind", "check", "kind_of", "kind_of_type"]


class Kind(StrEnum):
    """What an expression can be. `unknown`: nothing can be said, as of `null`; it fits everywhere."""

    BOOLEAN = "boolean"
    NUMBER = "number"
    TEXT = "text"
    DATE = "date"
    DATETIME = "datetime"
    LIST = "list"
    OTHER = "other"  # a point, a file, a table: only `is_empty` and `length` know it
    UNKNOWN = "unknown"


_KINDS = {
    Kind.NUMBER: ("integer", "number", "money", "year"),
    Kind.BOOLEAN: ("boolean",),
    Kind.DATE: ("date",),
    Kind.DATETIME: ("datetime",),
    Kind.LIST: ("multichoice", "list"),
    Kind.OTHER: ("point", "shape", "file", "table", "object", "geojson"),
}
_OF_TYPE = {name: kind for kind, names in _KINDS.items() for name in names}
_ORDERED = (Kind.NUMBER, Kind.TEXT, Kind.DATE, Kind.DATETIME)
_DAYS = (Kind.DATE, Kind.DATETIME)
# function -> kinds of each value given, kind of the answer
_FUNCTIONS: dict[str, tuple[tuple[tuple[Kind, ...], ...], Kind]] = {
    "today": ((), Kind.DATE),
    "now": ((), Kind.DATETIME),
    "date_of": ((_DAYS,), Kind.DATE),
    "days_between": ((_DAYS, _DAYS), Kind.NUMBER),
    "add_days": ((_DAYS, (Kind.NUMBER,)), Kind.DATE),
    "years_since": ((_DAYS,), Kind.NUMBER),
    "length": (((Kind.TEXT, Kind.LIST),), Kind.NUMBER),
    "is_empty": ((tuple(Kind),), Kind.BOOLEAN),
    "contains": (((Kind.TEXT, Kind.LIST), (Kind.TEXT, Kind.NUMBER)), Kind.BOOLEAN),
}


def kind_of_type(type_name: str) -> Kind:
    """The kind of a field's type; types that are written as text (`nik`, `choice`, `area`, ...) are text."""
    return _OF_TYPE.get(type_name, Kind.TEXT)


def check(
    tree: Expression,
    types: Mapping[str, str],
    *,
    gives: Kind | Iterable[Kind] = Kind.BOOLEAN,
    options: Mapping[str, Container[str]] | None = None,
) -> tuple[ExpressionProblem, ...]:
    """What is wrong, in the order of the text: names not in `types` (field -> type), kinds that do not fit, values that
    are no option of a choice. `gives` says what the whole must be."""
    checker = _Checker(types, options or {})
    found = checker.kind(tree)
    wanted = (gives,) if isinstance(gives, Kind) else tuple(gives)
    if not checker.problems and found not in (*wanted, Kind.UNKNOWN):
        checker.wrong(_("this gives %(kind)s, not %(wanted)s"), tree, kind=_words(found), wanted=_words(*wanted))
    return tuple(sorted(checker.problems, key=lambda problem: problem.column))


def kind_of(tree: Expression, types: Mapping[str, str]) -> Kind:
    """What the expression gives."""
    return _Checker(types, {}).kind(tree)


@dataclass
class _Checker:
    types: Mapping[str, str]
    options: Mapping[str, Container[str]]
    problems: list[ExpressionProblem] = field(default_factory=list)

    def wrong(self, text: str, tree: Expression, code: str = "wrong-kind", **data: object) -> Kind:
        self.problems.append(ExpressionProblem(text, column=_column(tree), code=code, **data))
        return Kind.UNKNOWN

    def kind(self, tree: Expression) -> Kind:
        match tree:
            case Literal(value):
                return _of_literal(value) if value != "" else self.wrong(_("compare with is_empty, not with ''"), tree)
            case Name(name):
                return kind_of_type(self.types[name]) if name in self.types else self.unknown(tree)
            case Not(inner):
                return self.expect(inner, (Kind.BOOLEAN,), Kind.BOOLEAN)
            case Items(items):
                kinds = {self.kind(item) for item in items} - {Kind.UNKNOWN}
                return self.wrong(_("the values in [ ] are of one kind"), items[0]) if len(kinds) > 1 else Kind.LIST
            case Call(function, given):
                wanted, answer = _FUNCTIONS[function]
                for part, kinds_allowed in zip(given, wanted, strict=True):
                    self.expect(part, kinds_allowed, answer)
                return answer
            case Binary(sign):
                return self.binary(sign, tree)
        return Kind.UNKNOWN

    def unknown(self, tree: Name) -> Kind:
        near = get_close_matches(tree.field, self.types, n=1)
        text = _("there is no field %(name)s; is it %(near)s?") if near else _("there is no field %(name)s")
        return self.wrong(text, tree, "unknown-name", name=tree.field, near=near[0] if near else "")

    def expect(self, tree: Expression, wanted: tuple[Kind, ...], answer: Kind) -> Kind:
        found = self.kind(tree)
        if found not in (*wanted, Kind.UNKNOWN):
            text = _("%(part)s is %(kind)s, not %(wanted)s")
            self.wrong(text, tree, part=_shown(tree), kind=_words(found), wanted=_words(*wanted))
        return answer

    def binary(self, sign: str, tree: Binary) -> Kind:
        if sign in ("and", "or"):
            self.expect(tree.left, (Kind.BOOLEAN,), Kind.BOOLEAN)
            return self.expect(tree.right, (Kind.BOOLEAN,), Kind.BOOLEAN)
        if sign in ("+", "-", "*", "/"):
            self.expect(tree.left, (Kind.NUMBER,), Kind.NUMBER)
            return self.expect(tree.right, (Kind.NUMBER,), Kind.NUMBER)
        if sign == "in":
            return self.within(tree)
        left, right = self.kind(tree.left), self.kind(tree.right)
        if Kind.UNKNOWN not in (left, right):
            self.comparable(tree, left, right)
        self.option(tree.left, tree.right)
        self.option(tree.right, tree.left)
        return Kind.BOOLEAN

    def comparable(self, tree: Binary, left: Kind, right: Kind) -> None:
        if left != right:
            text = _("%(left)s is not compared with %(right)s")
            if {left, right} == {Kind.DATE, Kind.DATETIME}:
                text = _("%(left)s is not compared with %(right)s; write date_of(...)")
            elif {left, right} == {Kind.DATE, Kind.TEXT}:
                text = _("%(left)s is not compared with %(right)s; a day is written date '2026-01-31'")
            self.wrong(text, tree, left=_words(left), right=_words(right))
        elif left not in _ORDERED and (left is not Kind.BOOLEAN or tree.sign not in ("=", "<>")):
            self.wrong(_("%(left)s is not compared with '%(sign)s'"), tree, left=_words(left), sign=tree.sign)

    def within(self, tree: Binary) -> Kind:
        left, right = self.kind(tree.left), self.kind(tree.right)
        if right not in (Kind.LIST, Kind.TEXT, Kind.UNKNOWN):
            self.wrong(_("'in' asks for a list such as ['a', 'b'], not %(kind)s"), tree.right, kind=_words(right))
        if isinstance(tree.right, Items):
            for item in tree.right.items:
                kind = self.kind(item)
                if Kind.UNKNOWN not in (left, kind):
                    self.comparable(Binary("=", tree.left, item, _column(item)), left, kind)
                self.option(tree.left, item)
        elif left not in (Kind.TEXT, Kind.NUMBER, Kind.UNKNOWN):
            self.wrong(
                _("%(part)s is %(kind)s, which is in no list"), tree.left, part=_shown(tree.left), kind=_words(left)
            )
        else:
            self.option(tree.right, tree.left)
        return Kind.BOOLEAN

    def option(self, tree: Expression, other: Expression) -> None:
        """A choice is compared with its options only."""
        if isinstance(tree, Name) and isinstance(other, Literal) and isinstance(other.value, str):
            known = self.options.get(tree.field)
            if known is not None and other.value not in known:
                text = _("'%(value)s' is no option of %(name)s")
                self.wrong(text, other, "unknown-option", value=other.value, name=tree.field)


def _of_literal(value: object) -> Kind:
    if value is None:
        return Kind.UNKNOWN
    if isinstance(value, bool):
        return Kind.BOOLEAN
    if isinstance(value, int | float):
        return Kind.NUMBER
    return Kind.DATE if isinstance(value, date) else Kind.TEXT


_WORDS = {
    Kind.BOOLEAN: _("yes or no"),
    Kind.NUMBER: _("a number"),
    Kind.TEXT: _("a text"),
    Kind.DATE: _("a day"),
    Kind.DATETIME: _("a moment"),
    Kind.LIST: _("a list"),
    Kind.OTHER: _("something of its own"),
    Kind.UNKNOWN: _("unknown"),
}


def _words(*kinds: Kind) -> Words:
    return Words(tuple(_WORDS[kind] for kind in kinds))


def _shown(tree: Expression) -> str:
    if isinstance(tree, Name):
        return tree.field
    if isinstance(tree, Call):
        return f"{tree.function}()"
    return repr(tree.value) if isinstance(tree, Literal) else "this"


def _column(tree: Expression) -> int:
    """Where it stands: its own column, or that of its first part."""
    match tree:
        case Not(inner):
            return _column(inner)
        case Items(items):
            return _column(items[0])
        case _:
            return tree.column or 1
