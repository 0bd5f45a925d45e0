"""Which documents hold what: tables from values, words or moments of a field to the numbers of documents.

A table is made when it is first asked for, and goes on from one state of the catalogue to the next by what changed.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from enum import StrEnum
from functools import cached_property
from typing import Any

from mapalus.doors.api.ckan.documents import FIELDS, Described
from mapalus.doors.api.ckan.solr import moment
from mapalus.engine import bitsets
from mapalus.engine.bitsets import Posting
from mapalus.engine.data.words import cut
from mapalus.engine.search import stem

__all__ = ["Kind", "Table", "Tables"]


class Kind(StrEnum):
    """What of a field's values a table is keyed by."""

    VALUE = "value"
    LOWER = "lower"
    WORD = "word"
    MOMENT = "moment"


_KEYS: Mapping[Kind, Callable[[str], Iterable[str]]] = {
    Kind.VALUE: lambda value: (value,),
    Kind.LOWER: lambda value: (value.lower(),),
    Kind.WORD: cut,
    Kind.MOMENT: lambda value: (moment(value),),
}


class Table:
    """Keys of one kind and field, each with the documents that have it. Never changes; `changed` gives the next."""

    def __init__(self, postings: dict[str, Posting]) -> None:
        self.postings = postings

    @classmethod
    def of(cls, entries: Iterable[tuple[int, Iterable[str]]]) -> Table:
        found: dict[str, list[int]] = {}
        for number, keys in entries:
            for key in keys:
                found.setdefault(key, []).append(number)
        few = bitsets.FEW
        return cls({key: tuple(many) if len(many) <= few else bitsets.of(many) for key, many in found.items()})

    @cached_property
    def keys(self) -> list[str]:
        """Sorted."""
        return sorted(self.postings)

    @cached_property
    def _by_root(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for word in self.postings:
            found.setdefault(stem(word), []).append(word)
        return found

    def bits(self, key: str) -> int:
        return bitsets.bits(self.postings.get(key, ()))

    def union(self, keys: Iterable[str]) -> int:
        few: list[int] = []
        found = 0
        for key in keys:
            posting = self.postings[key]
            if isinstance(posting, int):
                found |= posting
            else:
                few.extend(posting)
        return found | bitsets.of(few)

    def rooted(self, root: str) -> int:
        """Of a table of words: the documents with a word of this stem."""
        return self.union(self._by_root.get(root, ()))

    def beginning(self, start: str) -> int:
        return self.union(self._run(start, lambda key: key.startswith(start)))

    def _run(self, least: str, goes_on: Callable[[str], bool]) -> Iterator[str]:
        for place in range(bisect_left(self.keys, least), len(self.keys)):
            if not goes_on(self.keys[place]):
                return
            yield self.keys[place]

    def between(self, least: str | None, holds: Callable[[str], bool], most: str | None) -> int:
        run = self._run(least or "", lambda key: most is None or key <= most)
        return self.union(key for key in run if holds(key))

    def changed(self, out: Sequence[tuple[int, set[str]]], put: Sequence[tuple[int, set[str]]]) -> Table:
        postings = dict(self.postings)
        for number, keys in out:
            for key in keys:
                postings[key] = bitsets.removed(postings[key], number)
        for number, keys in put:
            for key in keys:
                postings[key] = bitsets.added(postings.get(key, ()), number)
        touched = {key for _number, keys in (*out, *put) for key in keys}
        made = Table(postings)
        gone = [key for key in touched if not postings[key]]
        for key in gone:
            del postings[key]
        made._go_on(self, new=[key for key in touched if key in postings and key not in self.postings], gone=gone)
        return made

    def _go_on(self, before: Table, *, new: Sequence[str], gone: Sequence[str]) -> None:
        """What was worked out for the table before, where it was."""
        if "keys" in before.__dict__:
            keys = list(before.keys)
            for key in gone:
                place = bisect_left(keys, key)
                if place < len(keys) and keys[place] == key:
                    del keys[place]
            for key in new:
                insort(keys, key)
            self.__dict__["keys"] = keys
        if "_by_root" in before.__dict__:
            roots = dict(before._by_root)
            for key in gone:
                if key in before.postings:
                    roots[stem(key)] = [word for word in roots[stem(key)] if word != key]
            for key in new:
                roots[stem(key)] = [*roots.get(stem(key), ()), key]
            self.__dict__["_by_root"] = roots


class Tables:
    """The documents of one state of the catalogue by number, and the tables made over them."""

    def __init__(
        self, documents: Sequence[Described | None], tables: dict[tuple[Kind, str], Table], every: int = 0
    ) -> None:
        self.documents = documents
        self.all = every  # as bits
        self._tables = tables

    def packed(self) -> tuple[list[Any], list[Any], int]:
        """Documents, tables and all numbers as plain values."""
        names = [field.name for field in fields(Described)]
        documents = [one and tuple(getattr(one, name) for name in names) for one in self.documents]
        tables = [(kind.value, field, table.postings) for (kind, field), table in self._tables.items()]
        return documents, tables, self.all

    @classmethod
    def unpacked(cls, documents: list[Any], tables: list[Any], every: int) -> Tables:
        """What `packed` gave."""
        return cls(
            [one and Described(*one) for one in documents],
            {(Kind(kind), field): Table(postings) for kind, field, postings in tables},
            every,
        )

    def table(self, kind: Kind, field: str) -> Table:
        """Empty for a field that no dataset has."""
        if field not in FIELDS:
            return Table({})
        found = self._tables.get((kind, field))
        if found is None:
            entries = ((number, _keys(kind, field, one)) for number, one in enumerate(self.documents) if one)
            found = self._tables[kind, field] = Table.of(entries)
        return found

    def at(self, number: int) -> Described:
        document = self.documents[number]
        if document is None:
            raise KeyError(number)
        return document

    def changed(self, out: Sequence[int], put: Mapping[int, Described]) -> Tables:
        """With documents taken out, and others put in at their numbers."""
        documents = list(self.documents)
        documents += [None] * (max((*out, *put), default=-1) + 1 - len(documents))
        old = {number: one for number in {*out, *put} if (one := documents[number]) is not None}
        for number in out:
            documents[number] = None
        for number, one in put.items():
            documents[number] = one
        tables: dict[tuple[Kind, str], Table] = {}
        if (len(out) + len(put)) * 8 < len(documents):  # else making them anew is less work
            for (kind, field), table in list(self._tables.items()):
                gone = [(number, _keys(kind, field, one)) for number, one in old.items()]
                tables[kind, field] = table.changed(
                    gone, [(number, _keys(kind, field, one)) for number, one in put.items()]
                )
        return Tables(documents, tables, self.all & ~bitsets.of(out) | bitsets.of(put))


def _keys(kind: Kind, field: str, document: Described) -> set[str]:
    make = _KEYS[kind]
    return {key for value in document.get(field, ()) for key in make(value)}
