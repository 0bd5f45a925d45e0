"""Finding things by words: Indonesian stems, beginnings of words, and slips of the finger. In memory, no database.

Made for some ten thousand documents (the entries of a catalogue), not for rows of data: those have an index of their
own. Documents are bits of integers (`engine/bitsets`): a word which all of them hold costs no more than a rare one.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, insort
from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from mapalus.engine import bitsets
from mapalus.engine.bitsets import Order, Posting

if TYPE_CHECKING:
    from snowballstemmer import stemmer as _Stemmer  # noqa: N812

__all__ = ["Document", "Hit", "Index", "stem", "words"]

_WORD = re.compile(r"[a-z0-9]+")
_STOP = frozenset("dan di ke dari yang untuk pada menurut per atau dengan the of and in for by to".split())  # noqa: SIM905
# said in the street -> written in the catalogue
_SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "miskin": ("kemiskinan",),
    "rs": ("rumah", "sakit"),
    "puskesmas": ("fasilitas", "kesehatan"),
    "dbd": ("demam", "berdarah"),
    "turis": ("wisatawan",),
    "wisman": ("wisatawan",),
    "anggaran": ("belanja", "apbd"),
    "internet": ("sinyal",),
    "population": ("penduduk",),
    "road": ("jalan",),
    "school": ("sekolah",),
    "health": ("kesehatan",),
    "fish": ("ikan", "perikanan"),
    "tourism": ("wisata", "kunjungan"),
    "budget": ("belanja", "anggaran"),
    "poverty": ("kemiskinan",),
    "disaster": ("bencana",),
    "signal": ("sinyal",),
}


@dataclass(frozen=True)
class Document:
    """What is searched of one thing: text by weight (`{5.0: title, 1.0: description}`), and the thing's key."""

    key: str
    texts: Mapping[float, str]


@dataclass(frozen=True)
class Hit:
    key: str
    score: float
    matched: int  # words of the question that were found


def words(text: str) -> list[str]:
    """Lowercase words without marks and without the small words of the language."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return [word for word in _WORD.findall(plain) if word not in _STOP]


@lru_cache(maxsize=1)
def _stemmer() -> _Stemmer:
    import snowballstemmer

    return snowballstemmer.stemmer("indonesian")


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The Indonesian stem of a word as `words` gives it: pelayanan -> layan."""
    return str(_stemmer().stemWord(word))


_Forms = Mapping[float, tuple[str, ...]]  # of one document: the forms of its words by what they weigh


def _forms_of(document: Document) -> _Forms:
    weights: dict[str, float] = {}
    for weight, text in document.texts.items():
        for word in set(words(text)):
            for form in (stem(word), word):
                weights[form] = max(weights.get(form, 0.0), weight)
    found: dict[float, list[str]] = {}
    for form, weight in weights.items():
        found.setdefault(weight, []).append(form)
    return {weight: tuple(forms) for weight, forms in found.items()}


class Index:
    """An inverted index over stems. It never changes: `changed` gives the next one, so threads may share any."""

    def __init__(self) -> None:
        self._places: dict[str, dict[float, Posting]] = {}  # form -> what it weighs -> in which documents
        self._words: list[str] = []  # every form, sorted
        self._sorted_keys: list[str] = []
        self._keys: list[str | None] = []  # number of a document -> its key
        self._held: dict[str, tuple[int, _Forms]] = {}  # key -> its number, and what it is found by
        self._free: list[int] = []  # numbers without a document
        self._all = 0  # every document, as bits

    @classmethod
    def of(cls, documents: Iterable[Document]) -> Index:
        return cls().changed(put=documents)

    def __len__(self) -> int:
        return len(self._held)

    def changed(self, *, put: Iterable[Document] = (), drop: Iterable[str] = ()) -> Index:
        """The index with documents put in, or in the place of those of their keys, and others taken out."""
        made = Index()
        made._places, made._keys = dict(self._places), list(self._keys)
        made._held, made._free, made._all = dict(self._held), list(self._free), self._all
        touched: set[str] = set()  # forms whose dict is this index's own already
        keys: set[str] = set()
        for key in drop:
            keys.add(key)
            made._take_out(key, touched)
        for document in put:
            keys.add(document.key)
            made._take_out(document.key, touched)
            made._put_in(document, made._free.pop() if made._free else len(made._keys), touched)
        made._words = _sorted(self._words, made._places, touched)
        made._sorted_keys = _sorted(self._sorted_keys, made._held, keys)
        made._go_on(self, keys)
        return made

    def packed(self) -> tuple[Any, ...]:
        """All of it as plain values: texts, numbers, tuples, lists, dicts."""
        return self._places, self._words, self._sorted_keys, self._keys, self._held, self._free, self._all

    @classmethod
    def unpacked(cls, values: tuple[Any, ...]) -> Index:
        """The index `packed` was asked for."""
        made = cls()
        made._places, made._words, made._sorted_keys, made._keys, made._held, made._free, made._all = values
        return made

    @property
    def keys(self) -> Collection[str]:
        return self._held.keys()

    def _own(self, form: str, touched: set[str]) -> dict[float, Posting]:
        if form not in touched:
            touched.add(form)
            self._places[form] = dict(self._places.get(form, {}))
        return self._places.setdefault(form, {})

    def _take_out(self, key: str, touched: set[str]) -> None:
        number, forms = self._held.pop(key, (None, {}))
        if number is None:
            return
        self._keys[number] = None
        self._free.append(number)
        self._all &= ~(1 << number)
        for weight, found in forms.items():
            for form in found:
                places = self._own(form, touched)
                places[weight] = bitsets.removed(places[weight], number)
                if not places[weight]:
                    del places[weight]
                if not places:
                    del self._places[form]

    def _put_in(self, document: Document, number: int, touched: set[str]) -> None:
        if number == len(self._keys):
            self._keys.append(None)
        forms = _forms_of(document)
        self._keys[number] = document.key
        self._held[document.key] = number, forms
        self._all |= 1 << number
        for weight, found in forms.items():
            for form in found:
                places = self._own(form, touched)
                places[weight] = bitsets.added(places.get(weight, ()), number)

    @cached_property
    def _by_key(self) -> Order:
        return Order([self._held[key][0] for key in self._sorted_keys], self._key_of)

    def _key_of(self, number: int) -> str:
        return str(self._keys[number])

    def _go_on(self, before: Index, keys: Set[str]) -> None:
        """The order of the index before, where there is one: only what was touched may stand elsewhere."""
        if "_by_key" in before.__dict__ and len(keys) * 8 < len(before._held):
            self.__dict__["_by_key"] = before._by_key.changed(
                out=[before._held[key][0] for key in keys if key in before._held],
                put=[self._held[key][0] for key in keys if key in self._held],
                key=self._key_of,
                old=before._key_of,
            )

    def search(self, question: str, *, limit: int = 100) -> list[Hit]:
        """The best documents first: those in which most words of the question were found, then by weight.

        A document that holds less than half of the words is not an answer.
        """
        asked = words(question)[:12]
        needed = (len(asked) + 1) // 2
        # (words found, score) -> the documents that have exactly that
        known = {(0, 0.0): self._all} if asked else {}
        for place, word in enumerate(asked):
            left = len(asked) - place - 1
            known = {at: found for at, found in _split(known, self._find(word)).items() if at[0] + left >= needed}
        hits: list[Hit] = []
        for matched, score in sorted((at for at in known if at[0]), key=lambda at: (-at[0], -at[1])):
            best = self._by_key.part(known[matched, score], 0, limit - len(hits))
            hits.extend(Hit(str(self._keys[number]), score, matched) for number in best)
            if len(hits) >= limit:
                break
        return hits

    def _find(self, word: str) -> list[tuple[float, int]]:
        """Documents of one word by their score, the highest first, each document once.

        Exact, by stem, by another word for it, by beginning, and only then by likeness.
        """
        found: dict[float, int] = {}
        for form, worth in self._forms(word):
            for weight, posting in self._places.get(form, {}).items():
                score = weight * worth
                found[score] = found.get(score, 0) | bitsets.bits(posting)
        levels, seen = [], 0
        for score in sorted(found, reverse=True):
            levels.append((score, found[score] & ~seen))
            seen |= found[score]
        return levels

    def _forms(self, word: str) -> list[tuple[str, float]]:
        forms = [(word, 1.0), (stem(word), 0.9)]
        forms += [(form, 0.6) for other in _SYNONYMS.get(word, ()) for form in (other, stem(other))]
        if len(word) >= 3:
            forms += [(known, 0.7) for known in self._beginning(word)]
        if not any(form in self._places for form, _ in forms) and len(word) >= 4:
            forms += [(known, 0.5) for known in self._alike(word)]
        return forms

    def _beginning(self, word: str) -> Iterator[str]:
        for place in range(bisect_left(self._words, word), len(self._words)):
            if not self._words[place].startswith(word):
                return
            yield self._words[place]

    def _alike(self, word: str) -> list[str]:
        from rapidfuzz import fuzz, process

        near = process.extract(word, self._words, scorer=fuzz.ratio, score_cutoff=76, limit=5)
        return [str(known) for known, _score, _index in near]


def _sorted(before: list[str], there: Mapping[str, object], touched: Set[str]) -> list[str]:
    """The names there are, sorted, from those there were: only what was touched may have come or gone."""
    if not touched:
        return before
    if len(touched) * 8 > len(before):
        return sorted(there)
    known = list(before)
    for name in touched:
        place = bisect_left(known, name)
        was = place < len(known) and known[place] == name
        if name in there and not was:
            insort(known, name)
        elif was and name not in there:
            del known[place]
    return known


def _split(known: Mapping[tuple[int, float], int], levels: list[tuple[float, int]]) -> dict[tuple[int, float], int]:
    """Each set of documents once more by what one word gives them. Scores are rounded, so that equal ones meet."""
    made: dict[tuple[int, float], int] = {}
    for (matched, score), found in known.items():
        rest = found
        for more, documents in levels:
            both = rest & documents
            if both:
                at = matched + 1, round(score + more, 6)
                made[at] = made.get(at, 0) | both
                rest ^= both
        if rest:
            made[matched, score] = made.get((matched, score), 0) | rest
    return made
