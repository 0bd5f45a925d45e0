"""The compliance board as every door shows it: rows of agencies, and one score opened to its parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from mapalus.apps.catalogue.models import ScoreObjection, UnitScore
from mapalus.apps.catalogue.scores import formula

__all__ = ["BoardRow", "DatasetParts", "LateLine", "PartLine", "ScoreSheet", "board", "part_words", "sheet"]

MONTHS = 12
GOOD, SOON = 80.0, 60.0  # looks of a score; the number stands beside them


@dataclass(frozen=True)
class BoardRow:
    """One agency on the board: its newest score one may see, and how it came there."""

    unit: str
    short: str
    code: str
    score: float | None
    look: str
    in_time: int
    of: int
    late: int
    trend: tuple[float | None, ...]  # oldest first
    change: float | None  # against the month before
    period: str
    note: str  # who sees it when, an objection, a correction
    is_mine: bool = False

    @property
    def punctual(self) -> float | None:
        return 100 * self.in_time / self.of if self.of else None


@dataclass(frozen=True)
class PartLine:
    """One part of the formula: what it counts, its weight, its value, what it adds to the score."""

    title: str
    meaning: str
    weight: float
    value: float | None
    datasets: int
    points: float | None  # of the score; None where it was not measured


@dataclass(frozen=True)
class DatasetParts:
    title: str
    name: str
    version: int | None
    values: tuple[float | None, ...]
    notes: tuple[str, ...]
    lacks: str


@dataclass(frozen=True)
class LateLine:
    title: str
    period: str
    due_at: datetime
    came_at: datetime | None
    days: int


@dataclass(frozen=True)
class ScoreSheet:
    """One score with everything it is made of: ui/score.html."""

    score: UnitScore
    look: str
    parts: tuple[PartLine, ...]
    heads: tuple[str, ...]
    datasets: tuple[DatasetParts, ...]
    late: tuple[LateLine, ...]
    months: tuple[tuple[str, float | None], ...]  # newest first
    objection: ScoreObjection | None
    formula: int
    weeks: int


def part_words() -> dict[str, tuple[str, str]]:
    """Title and meaning of each part."""
    return {
        "completeness": (_("Complete"), _("Filled cells among all cells of the version published last.")),
        "validity": (_("Valid"), _("Rows in which every value has its declared form, of the version published last.")),
        "timeliness": (_("In time"), _("Deadlines kept: handed in by the day, and not returned.")),
        "metadata": (_("Described"), _("Descriptions that are there among those the standard asks for.")),
        "openness": (_("Open"), _("Open data published in open formats (half), under an open licence (half).")),
    }


def look_of(score: float | None) -> str:
    return "none" if score is None else "good" if score >= GOOD else "soon" if score >= SOON else "late"


def board(scores: Iterable[UnitScore], *, mine: str, now: datetime) -> tuple[BoardRow, ...]:
    """The newest score of each agency with its trend; one's own first, then by score. `scores` newest first."""
    by_unit: dict[str, list[UnitScore]] = {}
    for one in scores:
        by_unit.setdefault(one.unit_code, []).append(one)
    rows = [_row(found, mine=mine, now=now) for found in by_unit.values()]
    return tuple(
        sorted(rows, key=lambda one: (not one.is_mine, -(one.score if one.score is not None else -1), one.unit))
    )


def _row(found: Sequence[UnitScore], *, mine: str, now: datetime) -> BoardRow:
    newest = found[0]
    before = found[1].score if len(found) > 1 else None
    change = None if newest.score is None or before is None else round(newest.score - before, 1)
    return BoardRow(
        unit=newest.unit.name,
        short=newest.unit.short,
        code=newest.unit_code,
        score=newest.score,
        look=look_of(newest.score),
        in_time=newest.in_time,
        of=newest.of,
        late=sum(not one.get("came_at") for one in newest.late),
        trend=tuple(one.score for one in reversed(found[:MONTHS])),
        change=change,
        period=newest.period,
        note=_note(newest, now),
        is_mine=newest.unit_code == mine,
    )


def _note(score: UnitScore, now: datetime) -> str:
    objection = objection_of(score)
    if objection is not None and objection.answered_at is None:
        return _("objection waits for an answer")
    if score.leaders_from > now:
        return _("leaders see it from %(day)s") % {"day": f"{timezone.localtime(score.leaders_from):%d-%m-%Y}"}
    if score.public_from > now:
        return _("public from %(day)s") % {"day": f"{timezone.localtime(score.public_from):%d-%m-%Y}"}
    return _("corrected after an objection") if score.corrected_at else ""


def objection_of(score: UnitScore) -> ScoreObjection | None:
    return getattr(score, "objection", None)


def sheet(score: UnitScore, *, months: Sequence[UnitScore]) -> ScoreSheet:
    """The score opened."""
    words = part_words()
    weight = sum(one["weight"] for one in score.parts["parts"] if one["value"] is not None)
    return ScoreSheet(
        score=score,
        look=look_of(score.score),
        parts=tuple(_part(one, words, weight) for one in score.parts["parts"]),
        heads=tuple(words[one["name"]][0] for one in score.parts["parts"]),
        datasets=tuple(_dataset(one, score.parts["parts"]) for one in score.parts["datasets"]),
        late=tuple(_late(one) for one in score.late),
        months=tuple((one.period, one.score) for one in months[:MONTHS]),
        objection=objection_of(score),
        formula=score.formula,
        weeks=formula().window.days // 7,
    )


def _part(one: Mapping[str, Any], words: Mapping[str, tuple[str, str]], weight: float) -> PartLine:
    title, meaning = words[one["name"]]
    points = None if one["value"] is None or not weight else round(one["weight"] * one["value"] / weight, 1)
    return PartLine(title, meaning, one["weight"], one["value"], one["datasets"], points)


def _dataset(one: Mapping[str, Any], parts: Sequence[Mapping[str, Any]]) -> DatasetParts:
    names = [part["name"] for part in parts]
    counted = one.get("counted") or {}
    return DatasetParts(
        title=one["title"],
        name=one["name"],
        version=one["version"],
        values=tuple(one["values"].get(name) for name in names),
        notes=tuple(_counted(counted.get(name)) for name in names),
        lacks=", ".join(one.get("lacks") or ()),
    )


def _counted(pair: Sequence[int] | None) -> str:
    return _("%(part)s of %(whole)s") % {"part": pair[0], "whole": pair[1]} if pair and pair[1] else ""


def _late(one: Mapping[str, Any]) -> LateLine:
    came = datetime.fromisoformat(one["came_at"]) if one.get("came_at") else None
    return LateLine(one["title"], one["period"], datetime.fromisoformat(one["due_at"]), came, int(one["days"]))
