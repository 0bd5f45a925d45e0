"""The index answers as reading every document would, also after it was changed many times."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapalus.engine.search import _SYNONYMS, Document, Hit, Index, stem, words

VOCABULARY = [
    "data", "penduduk", "kependudukan", "miskin", "kemiskinan", "jalan", "rusak", "sekolah", "rs", "rumah", "sakit",
    "ikan", "perikanan", "2025",
]  # fmt: skip
texts = st.lists(st.sampled_from(VOCABULARY), max_size=5).map(" ".join)
documents = st.builds(
    lambda key, high, low: Document(f"uji-{key}", {6.0: high, 1.0: low}), st.integers(0, 12), texts, texts
)


def read_every_one(found: Iterable[Document], question: str, limit: int) -> list[Hit]:
    """What the index promises, without an index."""
    from rapidfuzz import fuzz, process

    places: dict[str, dict[str, float]] = defaultdict(dict)
    for document in found:
        for weight, text in document.texts.items():
            for word in words(text):
                for form in (stem(word), word):
                    places[form][document.key] = max(places[form].get(document.key, 0.0), weight)
    scores: dict[str, list[float]] = defaultdict(list)
    asked = words(question)[:12]
    for word in asked:
        forms = [(word, 1.0), (stem(word), 0.9)]
        forms += [(form, 0.6) for other in _SYNONYMS.get(word, ()) for form in (other, stem(other))]
        if len(word) >= 3:
            forms += [(known, 0.7) for known in places if known.startswith(word)]
        if not any(form in places for form, _worth in forms) and len(word) >= 4:
            near = process.extract(word, sorted(places), scorer=fuzz.ratio, score_cutoff=76, limit=5)
            forms += [(known, 0.5) for known, _score, _place in near]
        best: dict[str, float] = {}
        for form, worth in forms:
            for key, weight in places.get(form, {}).items():
                best[key] = max(best.get(key, 0.0), weight * worth)
        for key, score in best.items():
            scores[key].append(score)
    needed = (len(asked) + 1) // 2
    hits = [Hit(key, sum(many), len(many)) for key, many in scores.items() if len(many) >= needed]
    return sorted(hits, key=lambda hit: (-hit.matched, -round(hit.score, 6), hit.key))[:limit]


def plain(hits: Iterable[Hit]) -> list[tuple[str, float, int]]:
    return [(hit.key, round(hit.score, 4), hit.matched) for hit in hits]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.lists(documents, max_size=4), st.lists(st.integers(0, 12), max_size=2)), max_size=6),
    st.lists(st.sampled_from([*VOCABULARY, "pend", "sek"]), min_size=1, max_size=5).map(" ".join),
    st.integers(1, 8),
)
@pytest.mark.slow
def test_an_index_that_was_changed_answers_as_reading_every_document(
    steps: list[tuple[list[Document], list[int]]], question: str, limit: int
) -> None:
    index = Index()
    known: dict[str, Document] = {}
    for put, drop in steps:
        index = index.changed(put=put, drop=[f"uji-{key}" for key in drop])
        for key in drop:
            known.pop(f"uji-{key}", None)
        known |= {document.key: document for document in put}
    assert len(index) == len(known)
    assert plain(index.search(question, limit=limit)) == plain(read_every_one(known.values(), question, limit))


def test_what_was_changed_leaves_the_index_before_as_it_was() -> None:
    first = Index.of([Document("a", {1.0: "penduduk"}), Document("b", {1.0: "jalan"})])
    second = first.changed(put=[Document("a", {1.0: "sekolah"})], drop=["b"])
    assert [hit.key for hit in first.search("penduduk")] == ["a"]
    assert [hit.key for hit in first.search("jalan")] == ["b"]
    assert second.search("penduduk") == []
    assert second.search("jalan") == []
    assert [hit.key for hit in second.search("sekolah")] == ["a"]


def test_a_slip_of_the_finger_is_forgiven() -> None:
    index = Index.of([Document("a", {1.0: "kependudukan"}), Document("b", {1.0: "jalan"})])
    assert [hit.key for hit in index.search("kependudkan")] == ["a"]
