"""Finding things by words: Indonesian stems, beginnings of words, and slips of the finger. In memory, no database.

Made for a few thousand documents (the entries of a catalogue), not for rows of data: those have an index of their own.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

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


@dataclass
class Index:
    """An inverted index over stems, built once and asked often; safe to share between threads once built."""

    _places: dict[str, dict[str, float]] = field(default_factory=lambda: defaultdict(dict))

    @classmethod
    def of(cls, documents: Iterable[Document]) -> Index:
        index = cls()
        for document in documents:
            for weight, text in document.texts.items():
                for word in words(text):
                    for form in {stem(word), word}:
                        known = index._places[form].get(document.key, 0.0)
                        index._places[form][document.key] = max(known, weight)
        index._places = dict(index._places)
        return index

    def search(self, question: str, *, limit: int = 100) -> list[Hit]:
        """The best documents first: those in which most words of the question were found, then by weight.

        A document that holds less than half of the words is not an answer.
        """
        asked = words(question)[:12]
        scores: dict[str, list[float]] = defaultdict(list)
        for word in asked:
            for key, score in self._find(word).items():
                scores[key].append(score)
        needed = (len(asked) + 1) // 2
        hits = [Hit(key, sum(found), len(found)) for key, found in scores.items() if len(found) >= needed]
        return sorted(hits, key=lambda hit: (-hit.matched, -hit.score, hit.key))[:limit]

    def _find(self, word: str) -> dict[str, float]:
        """Documents of one word: exact, by stem, by another word for it, by beginning, and only then by likeness."""
        found: dict[str, float] = {}
        for form, worth in self._forms(word):
            for key, weight in self._places.get(form, {}).items():
                found[key] = max(found.get(key, 0.0), weight * worth)
        return found

    def _forms(self, word: str) -> list[tuple[str, float]]:
        forms = [(word, 1.0), (stem(word), 0.9)]
        forms += [(form, 0.6) for other in _SYNONYMS.get(word, ()) for form in (other, stem(other))]
        if len(word) >= 3:
            forms += [(known, 0.7) for known in self._places if known.startswith(word)]
        if not any(form in self._places for form, _ in forms) and len(word) >= 4:
            forms += [(known, 0.5) for known in self._alike(word)]
        return forms

    def _alike(self, word: str) -> list[str]:
        from rapidfuzz import fuzz, process

        near = process.extract(word, list(self._places), scorer=fuzz.ratio, score_cutoff=76, limit=5)
        return [str(known) for known, _score, _index in near]
