"""The part of Solr's query language that harvesters and people send, read into whatever an algebra makes of it.

`field:value`, `field:"a b"`, `word*`, `-x`, `+x`, `NOT x`, `AND`, `OR`, brackets, `[a TO b]`, `{a TO b}`, `[a TO *]`,
`NOW`, `NOW-1DAY`, `*:*`. Terms beside each other are joined by AND; an OR between them binds only its neighbours.

Two algebras: `Tests` makes a test of one document, and says what is meant; `levels.Levels` answers for all documents at
once, and must say the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, Protocol, TypeVar

from mapalus.engine.data.words import cut, stem
from mapalus.engine.errors import Problem
from mapalus.engine.text import _

__all__ = ["TEXTS", "WEIGHTS", "Algebra", "BadQuery", "Document", "Span", "Words", "compile_query", "moment", "read"]

Document = Mapping[str, Sequence[str]]  # field -> its values; "text" holds everything that is searched
Test = Callable[[Document], float]  # 0: does not fit, else a score
T = TypeVar("T")

_DEPTH = 60
_LONGEST = 4000
_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*:")
_RANGE = re.compile(r"([\[{])\s*(\S+)\s+TO\s+(\S+?)\s*([\]}])")
_NOW = re.compile(r"^NOW(?:/\w+)?(?:([+-])(\d+)(YEAR|MONTH|DAY|HOUR|MINUTE)S?)?(?:/\w+)?$")
_SPAN = {"YEAR": 365 * 86400, "MONTH": 30 * 86400, "DAY": 86400, "HOUR": 3600, "MINUTE": 60}
# what a word is worth in which field when no field is named
WEIGHTS: Mapping[str, float] = {"name": 4.0, "title": 4.0, "tags": 2.0, "groups": 2.0, "text": 1.0}
TEXTS = frozenset({"title", "notes", "text", "author", "maintainer"})  # asked by word, not by value


class BadQuery(Problem):
    """A search expression that cannot be read."""

    code = "bad-query"
    status = 400
    text = _("The search expression cannot be read: %(reason)s.")


@dataclass(frozen=True)
class Words:
    """Words as `cut` gives them, all in one value: by stem, as a phrase, or as beginnings."""

    words: tuple[str, ...]
    is_phrase: bool = False
    is_prefix: bool = False

    @property
    def roots(self) -> list[str]:
        return [stem(word) for word in self.words]

    def fit(self, value: str) -> bool:
        if not self.words:
            return False
        there = cut(value)
        if self.is_prefix:
            return all(any(one.startswith(word) for one in there) for word in self.words)
        roots, known = self.roots, [stem(one) for one in there]
        if self.is_phrase:
            return any(known[place : place + len(roots)] == roots for place in range(len(known)))
        return all(root in known for root in roots)


@dataclass(frozen=True)
class Span:
    """From and to, as `moment` writes them; None is open."""

    least: str | None
    most: str | None
    with_least: bool
    with_most: bool

    def holds(self, value: str) -> bool:
        """Of a value as `moment` writes it."""
        if self.least is not None and (value < self.least or (value == self.least and not self.with_least)):
            return False
        return self.most is None or value < self.most or (value == self.most and self.with_most)


class Algebra(Protocol[T]):
    """What an expression is made into."""

    def everything(self) -> T: ...
    def all(self, parts: Sequence[T]) -> T: ...
    def any(self, parts: Sequence[T]) -> T: ...
    def other(self, part: T) -> T: ...
    def words(self, weights: Mapping[str, float], words: Words) -> T: ...
    def filled(self, field: str) -> T: ...
    def equal(self, field: str, value: str) -> T: ...
    def beginning(self, field: str, start: str) -> T: ...
    def within(self, field: str, span: Span) -> T: ...


class Tests:
    """A test that gives the score of one document."""

    __test__ = False  # its name misleads the runner of tests

    def everything(self) -> Test:
        return lambda _document: 1.0

    def all(self, parts: Sequence[Test]) -> Test:
        def test(document: Document) -> float:
            scores = [one(document) for one in parts]
            return sum(scores) if all(scores) else 0.0

        return test

    def any(self, parts: Sequence[Test]) -> Test:
        return lambda document: sum(one(document) for one in parts)

    def other(self, part: Test) -> Test:
        return lambda document: 0.0 if part(document) else 1.0

    def words(self, weights: Mapping[str, float], words: Words) -> Test:
        return lambda document: sum(
            weight * any(words.fit(value) for value in document.get(field, ())) for field, weight in weights.items()
        )

    def filled(self, field: str) -> Test:
        return lambda document: 1.0 if document.get(field) else 0.0

    def equal(self, field: str, value: str) -> Test:
        return lambda document: float(any(one.lower() == value for one in document.get(field, ())))

    def beginning(self, field: str, start: str) -> Test:
        return lambda document: float(any(one.lower().startswith(start) for one in document.get(field, ())))

    def within(self, field: str, span: Span) -> Test:
        return lambda document: float(any(span.holds(moment(one)) for one in document.get(field, ())))


@dataclass
class _Sign:
    kind: str  # "(", ")", "AND", "OR", "NOT", "+", "-", "term"
    field: str = ""
    text: str = ""
    phrase: bool = False


def compile_query(query: str, *, now: datetime) -> Test:
    """A test that gives the score of a document; raises `BadQuery`."""
    return read(query, now=now, by=Tests())


def read(query: str, *, now: datetime, by: Algebra[T]) -> T:
    """What an algebra makes of the expression; raises `BadQuery`."""
    if len(query) > _LONGEST:
        raise BadQuery(reason="too long")
    signs = _signs(query)
    if not signs:
        return by.everything()
    reader = _Reader(signs, now, by)
    made = reader.either(0)
    if reader.signs:
        raise BadQuery(reason="a bracket is not opened")
    return made


def _signs(query: str) -> list[_Sign]:
    """The expression in pieces."""
    result: list[_Sign] = []
    place = 0
    while place < len(query):
        char = query[place]
        if char.isspace():
            place += 1
        elif char in "()":
            result.append(_Sign(char))
            place += 1
        elif char in "+-!" and not query[place + 1 : place + 2].isspace():
            result.append(_Sign("NOT" if char == "!" else char))
            place += 1
        else:
            sign, place = _term(query, place)
            result.append(sign)
    return result


def _term(query: str, place: int) -> tuple[_Sign, int]:
    field = ""
    match = _FIELD.match(query, place)
    if match:
        field, place = match.group()[:-1], match.end()
    elif query.startswith("*:", place):
        field, place = "*", place + 2
    char = query[place : place + 1]
    if char == "(" and field:
        return _Sign("(", field=field), place + 1
    if char == '"':
        end = query.find('"', place + 1)
        if end < 0:
            raise BadQuery(reason="a quotation mark is not closed")
        return _Sign("term", field, query[place + 1 : end], phrase=True), end + 1
    if char in "[{" and char:
        found = _RANGE.match(query, place)
        if not found:
            raise BadQuery(reason="a range is not complete")
        return _Sign("term", field, found.group()), found.end()
    end = place
    while end < len(query) and not query[end].isspace() and query[end] not in "()":
        end += 2 if query[end] == "\\" else 1
    word = query[place:end]
    if not field and word in ("AND", "OR", "NOT", "&&", "||"):
        return _Sign({"&&": "AND", "||": "OR"}.get(word, word)), end
    if not word:
        raise BadQuery(reason="a value is missing")
    return _Sign("term", field, re.sub(r"\\(.)", r"\1", word)), end


class _Reader(Generic[T]):
    def __init__(self, signs: list[_Sign], now: datetime, by: Algebra[T]) -> None:
        self.signs = signs
        self.now = now
        self.by = by

    def either(self, depth: int, field: str = "") -> T:
        """AND between terms beside each other; OR joins its two neighbours."""
        if depth > _DEPTH:
            raise BadQuery(reason="nested too deeply")
        groups: list[list[T]] = []
        join = False
        while self.signs and self.signs[0].kind != ")":
            if self.signs[0].kind in ("AND", "OR"):
                join = self.signs.pop(0).kind == "OR"
                if not groups or not self.signs:
                    raise BadQuery(reason="AND or OR stands alone")
                continue
            test = self._one(depth, field)
            if join:
                groups[-1].append(test)
            else:
                groups.append([test])
            join = False
        if not groups:
            raise BadQuery(reason="nothing is asked")
        parts = [group[0] if len(group) == 1 else self.by.any(group) for group in groups]
        return parts[0] if len(parts) == 1 else self.by.all(parts)

    def _one(self, depth: int, field: str) -> T:
        if depth > _DEPTH:
            raise BadQuery(reason="nested too deeply")
        sign = self.signs.pop(0)
        if sign.kind in ("NOT", "-", "+"):
            if not self.signs or self.signs[0].kind == ")":
                raise BadQuery(reason="a term is missing")
            inner = self._one(depth + 1, field)
            return inner if sign.kind == "+" else self.by.other(inner)
        if sign.kind == "(":
            inner = self.either(depth + 1, sign.field or field)
            if not self.signs:
                raise BadQuery(reason="a bracket is not closed")
            self.signs.pop(0)
            return inner
        if sign.kind != "term":
            raise BadQuery(reason="a term is missing")
        return self._term(sign.field or field, sign.text, is_phrase=sign.phrase)

    def _term(self, field: str, text: str, *, is_phrase: bool) -> T:
        if field == "*" or (not field and text in ("*", "*:*")):
            return self.by.everything()
        if not is_phrase and text[:1] in "[{":
            return self.by.within(field, _span(field, text, now=self.now))
        words = Words(tuple(cut(text)), is_phrase, is_prefix=text.endswith("*") and not is_phrase)
        if not field:
            return self.by.words(WEIGHTS, words)
        if text == "*" and not is_phrase:
            return self.by.filled(field)
        if field in TEXTS:
            return self.by.words({field: 1.0}, words)
        if words.is_prefix:
            return self.by.beginning(field, text[:-1].lower())
        return self.by.equal(field, text.lower())


def _span(field: str, text: str, *, now: datetime) -> Span:
    found = _RANGE.match(text)
    if not found or not field:
        raise BadQuery(reason="a range needs a field")
    return Span(_limit(found[2], now), _limit(found[3], now), found[1] == "[", found[4] == "]")


def _limit(text: str, now: datetime) -> str | None:
    if text == "*":
        return None
    match = _NOW.match(text)
    if match is None:
        return moment(text.strip('"'))
    at = now.astimezone(UTC)
    if match[1]:
        span = timedelta(seconds=min(int(match[2]), 10_000) * _SPAN[match[3]])
        try:
            at = at + span if match[1] == "+" else at - span
        except OverflowError:
            raise BadQuery(reason="no calendar goes so far") from None
    return moment(at.strftime("%Y-%m-%dT%H:%M:%S.%f"))


def moment(text: str) -> str:
    """Times in one form, so that texts compare: microseconds, no zone; anything else stays."""
    match = re.match(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z?$", text)
    return f"{match[1]}.{(match[2] or '').ljust(6, '0')[:6]}" if match else text.lower()
