"""Where such reports went before: a proposal with its reasons, learned from decisions, never a decision.

A naive Bayes count over words that anybody can check by hand: in how many decided cases a word occurred, and where
those went. `Counts` is what a table keeps; `propose` weighs; every proposal names the words that carried it and their
counts. What a pack knows beforehand (its lists say: `sd` is a kabupaten's, `smk` the province's) counts as one case.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

__all__ = ["Counts", "Proposal", "Reason", "propose", "taught", "untaught"]

_SMOOTH = 2.0  # cases by which a place with few decisions is drawn to what is usual
_PRIOR = 0.6  # how much it counts that a place gets many cases at all
_REASONS = 4


@dataclass(frozen=True)
class Counts:
    """`words[word][label]`: decided cases with that word that went there; `totals[label]`: all that went there."""

    words: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    totals: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Reason:
    """A word of the text: of `of` decided cases that had it, `seen` went where it is proposed."""

    word: str
    seen: int
    of: int


@dataclass(frozen=True)
class Proposal:
    """A place to send it to. `share`: how the weight is divided among all places, 0 to 1; no probability of truth."""

    label: str
    share: float
    reasons: tuple[Reason, ...]
    is_clear: bool  # at least half of the weight, and twice the next one


def taught(counts: Counts, *, words: Iterable[str], label: str, weight: float = 1.0) -> Counts:
    """With one more decided case."""
    table = {word: dict(labels) for word, labels in counts.words.items()}
    for word in words:
        row = table.setdefault(word, {})
        row[label] = row.get(label, 0.0) + weight
    totals = dict(counts.totals)
    totals[label] = totals.get(label, 0.0) + weight
    return Counts(table, totals)


def untaught(counts: Counts, *, words: Iterable[str], label: str) -> Counts:
    """Without a case that was taught before, because it was decided anew."""
    return taught(counts, words=words, label=label, weight=-1.0)


def propose(words: Iterable[str], counts: Counts, *, limit: int = 3) -> tuple[Proposal, ...]:
    """The likeliest places first; nothing where no word of the text is known."""
    asked = sorted({word for word in words if any(count > 0 for count in counts.words.get(word, {}).values())})
    totals = {label: total for label, total in counts.totals.items() if total > 0}
    if not asked or not totals:
        return ()
    whole = sum(totals.values())
    weights = {label: _weight(label, asked, counts, total, whole) for label, total in totals.items()}
    top = max(weights.values())
    parts = {label: math.exp(weight - top) for label, weight in weights.items()}
    sum_of_parts = sum(parts.values())
    shares = sorted(((part / sum_of_parts, label) for label, part in parts.items()), key=lambda one: (-one[0], one[1]))
    next_share = shares[1][0] if len(shares) > 1 else 0.0
    return tuple(
        Proposal(
            label=label,
            share=round(share, 3),
            reasons=_reasons(label, asked, counts),
            is_clear=place == 0 and share >= 0.5 and share >= 2 * next_share,
        )
        for place, (share, label) in enumerate(shares[:limit])
        if _reasons(label, asked, counts)
    )


def _weight(label: str, asked: Iterable[str], counts: Counts, total: float, whole: float) -> float:
    """The logarithm of: how often there at all, times how much likelier there than elsewhere each word is.

    A word that was never seen there says nothing against it: with few decisions that is chance more often than not.
    """
    weight = math.log(total / whole) * _PRIOR
    for word in asked:
        labels = counts.words[word]
        seen = labels.get(label, 0.0)
        if seen > 0:
            usual = sum(count for count in labels.values() if count > 0) / whole
            weight += max(math.log((seen / usual + _SMOOTH) / (total + _SMOOTH)), 0.0)
    return weight


def _reasons(label: str, asked: Iterable[str], counts: Counts) -> tuple[Reason, ...]:
    """The words that speak for it most: those that went nowhere else, and often."""
    found = []
    for word in asked:
        labels = counts.words[word]
        seen, of = labels.get(label, 0.0), sum(count for count in labels.values() if count > 0)
        if seen > 0:
            found.append((seen / of * math.log(1 + seen), Reason(word, round(seen), round(of))))
    found.sort(key=lambda one: (-one[0], one[1].word))
    return tuple(reason for _score, reason in found[:_REASONS])
