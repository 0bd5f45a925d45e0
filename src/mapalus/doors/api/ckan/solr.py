"""The part of Solr's query language that harvesters and people send, as a test of one document.

`field:value`, `field:"a b"`, `word*`, `-x`, `+x`, `NOT x`, `AND`, `OR`, brackets, `[a TO b]`, `{a TO b}`, `[a TO *]`,
`NOW`, `NOW-1DAY`, `*:*`. Terms beside each other are joined by AND; an OR between them binds only its neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mapalus.engine.data.words import cut, stem
from mapalus.engine.errors import Problem
from mapalus.engine.text import _

__all__ = ["BadQuery", "Document", "compile_query"]

Document = Mapping[str, Sequence[str]]  # field -> its values; "text" holds everything that is searched
Test = Callable[[Document], float]  # 0: does not fit, else a score

_DEPTH = 60
_LONGEST = 4000
_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*:")
_RANGE = re.compile(r"([\[{])\s*(\S+)\s+TO\s+(\S+?)\s*([\]}])")
_NOW = re.compile(r"^NOW(?:/\w+)?(?:([+-])(\d+)(YEAR|MONTH|DAY|HOUR|MINUTE)S?)?(?:/\w+)?$")
_SPAN = {"YEAR": 365 * 86400, "MONTH": 30 * 86400, "DAY": 86400, "HOUR": 3600, "MINUTE": 60}
# what a word is worth in which field when no field is named
_WEIGHTS = {"name": 4.0, "title": 4.0, "tags": 2.0, "groups": 2.0, "text": 1.0}


class BadQuery(Problem):
    """A search expression that cannot be read."""

    code = "bad-query"
    status = 400
    text = _("The search expression cannot be read: %(reason)s.")


@dataclass
class _Sign:
    kind: str  # "(", ")", "AND", "OR", "NOT", "+", "-", "term"
    field: str = ""
    text: str = ""
    phrase: bool = False


def compile_query(query: str, *, now: datetime) -> Test:
    """A test that gives the score of a document; raises `BadQuery`."""
    if len(query) > _LONGEST:
        raise BadQuery(reason="too long")
    signs = _signs(query)
    if not signs:
        return lambda _document: 1.0
    reader = _Reader(signs, now)
    test = reader.either(0)
    if reader.signs:
        raise BadQuery(reason="a bracket is not opened")
    return test


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


class _Reader:
    def __init__(self, signs: list[_Sign], now: datetime) -> None:
        self.signs = signs
        self.now = now

    def either(self, depth: int, field: str = "") -> Test:
        """AND between terms beside each other; OR joins its two neighbours."""
        if depth > _DEPTH:
            raise BadQuery(reason="nested too deeply")
        groups: list[list[Test]] = []
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
        return _all([_any(group) for group in groups])

    def _one(self, depth: int, field: str) -> Test:
        if depth > _DEPTH:
            raise BadQuery(reason="nested too deeply")
        sign = self.signs.pop(0)
        if sign.kind in ("NOT", "-", "+"):
            if not self.signs or self.signs[0].kind == ")":
                raise BadQuery(reason="a term is missing")
            inner = self._one(depth + 1, field)
            return inner if sign.kind == "+" else _not(inner)
        if sign.kind == "(":
            inner = self.either(depth + 1, sign.field or field)
            if not self.signs:
                raise BadQuery(reason="a bracket is not closed")
            self.signs.pop(0)
            return inner
        if sign.kind != "term":
            raise BadQuery(reason="a term is missing")
        return _field_test(sign.field or field, sign.text, phrase=sign.phrase, now=self.now)


def _all(tests: Sequence[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]

    def test(document: Document) -> float:
        scores = [one(document) for one in tests]
        return sum(scores) if all(scores) else 0.0

    return test


def _any(tests: Sequence[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]
    return lambda document: sum(one(document) for one in tests)


def _not(inner: Test) -> Test:
    return lambda document: 0.0 if inner(document) else 1.0


def _field_test(field: str, text: str, *, phrase: bool, now: datetime) -> Test:
    if field == "*" or (not field and text in ("*", "*:*")):
        return lambda _document: 1.0
    if not phrase and text[:1] in "[{":
        return _range_test(field, text, now=now)
    if not field:
        return _word_test(text, phrase=phrase)
    if text == "*" and not phrase:
        return lambda document: 1.0 if document.get(field) else 0.0
    if field in ("title", "notes", "text", "author", "maintainer"):
        return _words_in(field, text, phrase=phrase, weight=1.0)
    if text.endswith("*") and not phrase:
        start = text[:-1].lower()
        return lambda document: float(any(value.lower().startswith(start) for value in document.get(field, ())))
    wanted = text.lower()
    return lambda document: float(any(value.lower() == wanted for value in document.get(field, ())))


def _word_test(text: str, *, phrase: bool) -> Test:
    """A word without a field: wherever it stands, worth more in name and title."""
    tests = [_words_in(field, text, phrase=phrase, weight=weight) for field, weight in _WEIGHTS.items()]
    return lambda document: sum(test(document) for test in tests)


def _words_in(field: str, text: str, *, phrase: bool, weight: float) -> Test:
    prefix = text.endswith("*") and not phrase
    words = cut(text)
    if not words:
        return lambda _document: 0.0
    roots = [stem(word) for word in words]

    def fits(value: str) -> bool:
        there = cut(value)
        if prefix:
            return all(any(one.startswith(word) for one in there) for word in words)
        known = [stem(one) for one in there]
        if phrase:
            return any(known[place : place + len(roots)] == roots for place in range(len(known)))
        return all(root in known for root in roots)

    return lambda document: weight * any(fits(value) for value in document.get(field, ()))


def _range_test(field: str, text: str, *, now: datetime) -> Test:
    found = _RANGE.match(text)
    if not found or not field:
        raise BadQuery(reason="a range needs a field")
    least, most = _limit(found[2], now), _limit(found[3], now)
    with_least, with_most = found[1] == "[", found[4] == "]"

    def within(value: str) -> bool:
        value = _moment(value)
        if least is not None and (value < least or (value == least and not with_least)):
            return False
        return most is None or value < most or (value == most and with_most)

    return lambda document: float(any(within(value) for value in document.get(field, ())))


def _limit(text: str, now: datetime) -> str | None:
    if text == "*":
        return None
    match = _NOW.match(text)
    if match is None:
        return _moment(text.strip('"'))
    moment = now.astimezone(UTC)
    if match[1]:
        span = timedelta(seconds=min(int(match[2]), 10_000) * _SPAN[match[3]])
        moment = moment + span if match[1] == "+" else moment - span
    return _moment(moment.strftime("%Y-%m-%dT%H:%M:%S.%f"))


def _moment(text: str) -> str:
    """Times in one form, so that texts compare: microseconds, no zone; anything else stays."""
    match = re.match(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z?$", text)
    return f"{match[1]}.{(match[2] or '').ljust(6, '0')[:6]}" if match else text.lower()
