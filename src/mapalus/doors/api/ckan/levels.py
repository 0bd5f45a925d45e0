"""The second algebra of `solr`: all documents at once, as sets of bits by their score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mapalus.doors.api.ckan.solr import Algebra, Span, Words
from mapalus.doors.api.ckan.tables import Kind, Tables
from mapalus.engine import bitsets

__all__ = ["Found", "Levels", "union"]

Found = Mapping[float, int]  # score -> the documents with exactly it; a document without a score is in none

_ONE_VALUE = frozenset({"name", "title", "notes", "author", "maintainer"})


def union(found: Found) -> int:
    every = 0
    for documents in found.values():
        every |= documents
    return every


class Levels(Algebra[Found]):
    """Answers as `solr.Tests` would for each document, from tables; phrases are tested where they may fit."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables

    def everything(self) -> Found:
        return {1.0: self.tables.all}

    def all(self, parts: Sequence[Found]) -> Found:
        known: Found = {0.0: self.tables.all}
        for part in parts:
            made: dict[float, int] = {}
            for score, documents in known.items():
                for more, others in part.items():
                    if both := documents & others:
                        made[score + more] = made.get(score + more, 0) | both
            known = made
        return known

    def any(self, parts: Sequence[Found]) -> Found:
        known: dict[float, int] = {0.0: self.tables.all}
        for part in parts:
            known = _more(known, part)
        return {score: documents for score, documents in known.items() if score and documents}

    def other(self, part: Found) -> Found:
        return {1.0: self.tables.all & ~union(part)}

    def words(self, weights: Mapping[str, float], words: Words) -> Found:
        found = [{weight: self._holding(field, words)} for field, weight in weights.items()]
        return self.any(found)

    def _holding(self, field: str, words: Words) -> int:
        if not words.words:
            return 0
        table = self.tables.table(Kind.WORD, field)
        found = self.tables.all
        for word in words.words if words.is_prefix else words.roots:
            found &= table.beginning(word) if words.is_prefix else table.rooted(word)
        if len(words.words) == 1 or (field in _ONE_VALUE and not words.is_phrase):
            return found
        # more than one word: whether in one value, and in this order, the documents tell
        documents = ((number, self.tables.at(number)) for number in bitsets.numbers(found))
        return bitsets.of(number for number, one in documents if any(words.fit(value) for value in one.get(field, ())))

    def filled(self, field: str) -> Found:
        table = self.tables.table(Kind.VALUE, field)
        return {1.0: table.union(table.postings)}

    def equal(self, field: str, value: str) -> Found:
        return {1.0: self.tables.table(Kind.LOWER, field).bits(value)}

    def beginning(self, field: str, start: str) -> Found:
        return {1.0: self.tables.table(Kind.LOWER, field).beginning(start)}

    def within(self, field: str, span: Span) -> Found:
        return {1.0: self.tables.table(Kind.MOMENT, field).between(span.least, span.holds, span.most)}


def _more(known: Mapping[float, int], part: Found) -> dict[float, int]:
    """Each set once more by what one part adds to its score."""
    made: dict[float, int] = {}
    for score, documents in known.items():
        rest = documents
        for more, others in part.items():
            if both := rest & others:
                made[score + more] = made.get(score + more, 0) | both
                rest ^= both
        if rest:
            made[score] = made.get(score, 0) | rest
    return made
