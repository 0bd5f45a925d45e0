"""Where such cases went before: learned from decisions through the hook `belajar-arah`, proposed, never decided.

A pack asks for it with `hook: belajar-arah` in the acts that decide where a case goes. What is learned are counts of
words (see `engine.routing`), beside what the pack's own lists know beforehand: their column `kata`. Secret cases teach
nothing: their words are nobody's to see.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F

from mapalus.apps.cases import outbox
from mapalus.apps.cases.models import Case, CaseEffect, Lesson, RouteWord
from mapalus.apps.cases.packs import pack_of
from mapalus.engine.forms import FieldType
from mapalus.engine.packs.pack import Pack
from mapalus.engine.plainwords import plain_words
from mapalus.engine.routing import Counts, Proposal, propose

__all__ = ["KIND", "OUTSIDE", "UNIT", "Proposals", "declare", "learn", "proposals", "proposals_for"]

HOOK = "hook:belajar-arah"
UNIT, KIND = "unit", "kind"
OUTSIDE = "luar:"
DISTRICT = "luar:kabkota"
_ALL = ""  # the word that counts every case
_MOST_WORDS = 200  # of a text
_UNIT_FIELD, _KIND_FIELD, _OUTSIDE_FIELD = "unit_tujuan", "klasifikasi", "instansi_luar"


@dataclass(frozen=True)
class Proposals:
    """Where it might go, and what kind it might be; each with the words that carry it."""

    units: tuple[Proposal, ...]
    kinds: tuple[Proposal, ...]


def declare() -> None:
    outbox.register(HOOK, lambda effect, now: learn(effect.case, effect=effect, now=now))


def learn(case: Case, *, now: datetime, effect: CaseEffect | None = None) -> None:
    """Count a decided case; one that was counted before is taken back first. The same twice is the same."""
    known = Lesson.objects.filter(case=case).first()
    label, kind = _decided(case)
    if known is not None:
        _count(case.pack_name, known.words, known.label, known.kind, by=-1)
        known.delete()
    if case.is_secret or not label:
        return
    found = sorted(words_of(pack_of(case.pack), case.values))[:_MOST_WORDS]
    Lesson.objects.create(case=case, label=label, kind=kind, words=found)
    _count(case.pack_name, found, label, kind, by=1)


def _decided(case: Case) -> tuple[str, str]:
    """Where it went: the unit, or the authority outside; every district counts as one kind of place."""
    kind = str(case.values.get(_KIND_FIELD) or "")
    outside = str(case.values.get(_OUTSIDE_FIELD) or "").strip()
    if case.state == "bukan_wewenang" and outside:
        is_district = outside.lower().startswith(("kabupaten", "kab.", "kota"))
        return (DISTRICT if is_district else f"{OUTSIDE}{outside}"[:120]), kind
    return case.unit, kind


def words_of(pack: Pack, values: Mapping[str, Any]) -> frozenset[str]:
    """The words of what the applicant wrote and everybody may read, and his own choice of a category."""
    texts, found = [], set()
    for field in pack.form.fields:
        value = values.get(field.name)
        if field.name not in pack.form.step_of or not field.is_public or not value:
            continue
        if field.type in (FieldType.STRING, FieldType.TEXT):
            texts.append(str(value))
        elif field.type is FieldType.CHOICE:
            found.add(f"{field.name}:{value}")
    return plain_words(*texts) | found


def _count(pack: str, words: Iterable[str], label: str, kind: str, *, by: int) -> None:
    for aspect, where in ((UNIT, label), (KIND, kind)):
        if not where:
            continue
        rows = [
            RouteWord(pack_name=pack, aspect=aspect, word=word[:80], label=where) for word in sorted({*words, _ALL})
        ]
        RouteWord.objects.bulk_create(rows, ignore_conflicts=True)
        RouteWord.objects.filter(
            pack_name=pack, aspect=aspect, label=where, word__in=[row.word for row in rows]
        ).update(count=F("count") + by)


# --- proposing -------------------------------------------------------------------------------------------------------


def proposals(case: Case) -> Proposals:
    """Where this case might go, without what it taught itself."""
    lesson = Lesson.objects.filter(case=case).first()
    return proposals_for(pack_of(case.pack), case.values, but=lesson)


def proposals_for(pack: Pack, values: Mapping[str, Any], *, but: Lesson | None = None) -> Proposals:
    """Where a report with these values might go: asks the table for its own words only, whatever was learned."""
    words = sorted(words_of(pack, values))[:_MOST_WORDS]
    # Kinds are few and one of them is most of all: only words that the pack names for a kind speak for one.
    telling = sorted(set(words) & {word for _label, known in _known_beforehand(pack, KIND) for word in known})
    return Proposals(
        propose(words, _counts(pack, UNIT, words, but=(but.label, but.words) if but else None)),
        propose(telling, _counts(pack, KIND, telling, but=(but.kind, but.words) if but else None)),
    )


def _counts(pack: Pack, aspect: str, words: Sequence[str], *, but: tuple[str, list[str]] | None) -> Counts:
    table: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    rows = RouteWord.objects.filter(pack_name=pack.name, aspect=aspect, word__in=[*words, _ALL], count__gt=0)
    for word, label, count in rows.values_list("word", "label", "count"):
        table[word][label] += count
    if but is not None:
        for word in {*but[1], _ALL} & {*words, _ALL}:
            table[word][but[0]] -= 1
    for label, known in _known_beforehand(pack, aspect):
        table[_ALL][label] += 1
        for word in known & set(words):
            table[word][label] += 1
    totals = table.pop(_ALL, {})
    return Counts(table, totals)


_Known = tuple[tuple[str, frozenset[str]], ...]
_KNOWN: dict[tuple[str, str], _Known] = {}  # by digest and aspect; packs are few and never change


def _known_beforehand(pack: Pack, aspect: str) -> _Known:
    """Rows of the pack's lists that say by which words a place is known: a column `kata`, and one for the place."""
    key = (pack.digest, aspect)
    if key not in _KNOWN:
        _KNOWN[key] = tuple(_read_known(pack, aspect))
    return _KNOWN[key]


def _read_known(pack: Pack, aspect: str) -> Iterable[tuple[str, frozenset[str]]]:
    routing = pack.process.routing if pack.process else None
    for path in sorted(path for path in pack.files if path.startswith("lists/")):
        for row in _rows(pack.files[path]):
            code = row.get("kode", "")
            said = plain_words(row.get("kata", ""))
            label = row.get("unit", "") if aspect == UNIT else ""
            if aspect == KIND and path == f"lists/{_KIND_FIELD}.csv":
                label = code
            elif label and routing and (routing.units or {}).get(code) == label:
                said = said | {f"{routing.source}:{code}"}
            if label and said:
                yield label, said


def _rows(text: str) -> list[dict[str, str]]:
    import csv
    import io

    return [{key: value or "" for key, value in row.items() if key} for row in csv.DictReader(io.StringIO(text))]
