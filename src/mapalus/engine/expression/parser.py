"""Reading an expression: comparisons, `and`/`dan`, `or`/`atau`, `not`/`bukan`, `in`/`dalam`, sums, some functions.

    parse("klasifikasi != 'wbs' dan length(uraian) >= 20")

Names are those of fields (in `back quotes` where a name is not a plain word), `$name` what the platform knows; texts
stand in single or double quotes; days are written date '2026-01-31'. `parse_row_rule` reads the smaller language of
contracts: no functions, no lists, no `true` or `null`, texts in single quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from mapalus.engine.expression.tree import Binary, Call, Expression, Items, Literal, Name, Not
from mapalus.engine.text import _, translate

__all__ = ["FUNCTIONS", "ExpressionProblem", "Words", "parse", "parse_row_rule"]

# name -> fewest and most values given
FUNCTIONS: dict[str, tuple[int, int]] = {
    "today": (0, 0),
    "now": (0, 0),
    "date_of": (1, 1),
    "days_between": (2, 2),
    "add_days": (2, 2),
    "years_since": (1, 1),
    "length": (1, 1),
    "is_empty": (1, 1),
    "contains": (2, 2),
}
_LONGEST = 2000
_NESTED = 50
_PARTS = {True: 500, False: 200}  # of a row rule, of an expression of a pack
_COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")
_SAME = {"==": "=", "!=": "<>"}
_LOGIC = {"and": "and", "or": "or", "not": "not", "dan": "and", "atau": "or", "bukan": "not"}
_IN = {"in": "in", "dalam": "in"}
_VALUES: dict[str, bool | None] = {
    "true": True, "benar": True, "false": False, "salah": False, "null": None, "kosong": None,
}  # fmt: skip
_ROW_TOKEN = re.compile(
    r"\s*(?:(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<text>'(?:[^']|'')*')|(?P<quoted>`[^`]+`)"
    r"|(?P<sign><=|>=|<>|!=|==|[=<>+*/()-])|(?P<word>[^\W\d]\w*))"
)
_TOKEN = re.compile(
    r"\s*(?:(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<text>'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\")|(?P<quoted>`[^`]+`)"
    r"|(?P<sign><=|>=|<>|!=|==|[=<>+*/()\[\],-])|(?P<word>\$?[^\W\d]\w*))"
)


class ExpressionProblem(ValueError):
    """What is wrong with an expression, and at which `column` (from 1). `code` is stable; `say` translates."""

    def __init__(self, text: str, *, column: int, code: str = "expression", **data: object) -> None:
        self.text = text
        self.data = data
        self.column = column
        self.code = code
        super().__init__(self.say(language="en"))

    def say(self, *, language: str | None = None) -> str:
        """The sentence, in one language (default: that of the process)."""
        data = {
            key: value.say(language=language) if isinstance(value, Words) else value for key, value in self.data.items()
        }
        return translate(self.text, language=language) % data


@dataclass(frozen=True)
class Words:
    """Words inside a sentence that are translated as well; several are alternatives."""

    texts: tuple[str, ...]

    def say(self, *, language: str | None = None) -> str:
        return " / ".join(translate(text, language=language) for text in self.texts)


@lru_cache(maxsize=4096)
def parse(text: str) -> Expression:
    """The expression as a tree; ExpressionProblem with a sentence and a column where it is not one."""
    return _read(text, row=False)


@lru_cache(maxsize=4096)
def parse_row_rule(text: str) -> Expression:
    """A rule over one row of a table as a tree; it compares something."""
    tree = _read(text, row=True)
    if not isinstance(tree, Not) and not (isinstance(tree, Binary) and tree.sign in (*_COMPARISONS, "and", "or")):
        raise ExpressionProblem(_("a rule compares something"), column=1)
    return tree


def _read(text: str, *, row: bool) -> Expression:
    if len(text) > _LONGEST:
        raise ExpressionProblem(_("the rule is too long"), column=1)
    parser = _Parser(list(_tokens(text, row=row)), end=len(text.rstrip()) + 1, row=row)
    tree = parser.logic("or")
    if parser.left:
        raise parser.unexpected(parser.left[0])
    return tree


@dataclass(frozen=True)
class _Token:
    kind: str  # number, text, quoted, sign, word, logic
    value: str
    column: int


def _tokens(text: str, *, row: bool) -> Iterator[_Token]:
    at = 0
    text = text.rstrip()
    form = _ROW_TOKEN if row else _TOKEN
    words = _LOGIC if row else _LOGIC | _IN
    while at < len(text):
        found = form.match(text, at)
        if found is None:
            rest = text[at:].lstrip()
            raise ExpressionProblem(
                _("'%(part)s' is not understood"), column=len(text) - len(rest) + 1, part=rest[:10].rstrip()
            )
        at = found.end()
        kind = str(found.lastgroup)
        value = found.group(kind)
        column = found.start(kind) + 1
        if kind == "word" and value.lower() in words:
            yield _Token("logic", words[value.lower()], column)
        else:
            yield _Token(kind, _SAME.get(value, value), column)


class _Parser:
    """Recursive descent over the tokens; `left` holds what is not yet read."""

    def __init__(self, tokens: list[_Token], *, end: int, row: bool) -> None:
        self.left = tokens
        self.end = end
        self.row = row
        self.parts = 0
        self.nested = 0

    def unexpected(self, token: _Token) -> ExpressionProblem:
        return ExpressionProblem(_("'%(part)s' is not expected there"), column=token.column, part=token.value)

    def take(self, *values: str) -> _Token | None:
        if self.left and self.left[0].value in values and self.left[0].kind in ("sign", "logic"):
            return self.left.pop(0)
        return None

    def logic(self, sign: str) -> Expression:
        tree = self.logic("and") if sign == "or" else self.negation()
        while token := self.take(sign):
            tree = Binary(sign, tree, self.logic("and") if sign == "or" else self.negation(), token.column)
        return tree

    def negation(self) -> Expression:
        if token := self.take("not"):
            self.enter(token)
            inner = Not(self.negation())
            self.nested -= 1
            return inner
        tree = self.sum()
        if token := self.take(*_COMPARISONS, "in"):
            return Binary(token.value, tree, self.sum(), token.column)
        if len(self.left) > 1 and self.left[0].value == "not" and self.left[1].value == "in":
            token = self.left[0]
            del self.left[:2]
            return Not(Binary("in", tree, self.sum(), token.column))
        return tree

    def sum(self) -> Expression:
        tree = self.product()
        while token := self.take("+", "-"):
            tree = Binary(token.value, tree, self.product(), token.column)
        return tree

    def product(self) -> Expression:
        tree = self.atom()
        while token := self.take("*", "/"):
            tree = Binary(token.value, tree, self.atom(), token.column)
        return tree

    def enter(self, token: _Token) -> None:
        """One level deeper."""
        self.nested += 1
        if self.nested > _NESTED:
            raise ExpressionProblem(_("the rule is nested too deeply"), column=token.column)

    def atom(self) -> Expression:
        self.parts += 1
        if not self.left:
            raise ExpressionProblem(_("the rule ends too early"), column=self.end)
        if self.parts > _PARTS[self.row]:
            raise ExpressionProblem(_("the rule is too long"), column=self.left[0].column)
        token = self.left.pop(0)
        if token.kind == "sign":
            return self.opened(token)
        match token.kind:
            case "number":
                return Literal(float(token.value) if "." in token.value else int(token.value), token.column)
            case "text":
                return Literal(_unquoted(token.value), token.column)
            case "quoted":
                return Name(token.value.strip("`"), token.column)
            case "word":
                return self.word(token)
        raise self.unexpected(token)

    def opened(self, token: _Token) -> Expression:
        """What a sign may begin: a bracket, a list, a negative number."""
        self.enter(token)
        try:
            if token.value == "(":
                tree = self.logic("or")
                if not self.take(")"):
                    raise ExpressionProblem(_("a bracket is not closed"), column=token.column)
                return tree
            if token.value == "-":
                return Binary("-", Literal(0), self.atom(), token.column)
            if token.value == "[":
                return Items(self.listed("]", token))
            raise self.unexpected(token)
        finally:
            self.nested -= 1

    def word(self, token: _Token) -> Expression:
        value = token.value
        if value.lower() in ("date", "tanggal") and self.left and self.left[0].kind == "text":
            return Literal(self.day(self.left.pop(0)), token.column)
        if not self.row:
            if self.left and self.left[0].value == "(" and self.left[0].kind == "sign":
                return self.called(token)
            if value.lower() in _VALUES:
                return Literal(_VALUES[value.lower()], token.column)
        return Name(value, token.column)

    def day(self, token: _Token) -> date:
        try:
            return date.fromisoformat(_unquoted(token.value))
        except ValueError as error:
            raise ExpressionProblem(
                _("'%(part)s' is not a day; a day is written 2026-01-31"), column=token.column, part=token.value
            ) from error

    def called(self, token: _Token) -> Call:
        if token.value not in FUNCTIONS:
            raise ExpressionProblem(
                _("there is no function %(name)s; there are %(allowed)s"),
                column=token.column,
                code="unknown-function",
                name=token.value,
                allowed=", ".join(FUNCTIONS),
            )
        bracket = self.left.pop(0)
        self.enter(bracket)
        given = self.listed(")", bracket, may_be_empty=True)
        self.nested -= 1
        fewest, most = FUNCTIONS[token.value]
        if not fewest <= len(given) <= most:
            raise ExpressionProblem(
                _("%(name)s takes %(most)s values, not %(given)s"),
                column=token.column,
                code="wrong-number-of-values",
                name=token.value,
                most=most,
                given=len(given),
            )
        return Call(token.value, given, token.column)

    def listed(self, end: str, begun: _Token, *, may_be_empty: bool = False) -> tuple[Expression, ...]:
        if may_be_empty and self.take(end):
            return ()
        items = [self.logic("or")]
        while self.take(","):
            items.append(self.logic("or"))
        if not self.take(end):
            raise ExpressionProblem(_("a bracket is not closed"), column=begun.column)
        return tuple(items)


def _unquoted(text: str) -> str:
    mark = text[0]
    return text[1:-1].replace(mark * 2, mark)
