"""The strip of alarms: those that stand by rule, and what is out of order without one; nothing is said twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from mapalus.apps.boards.models import Alarm
from mapalus.apps.catalogue.readings import Reading
from mapalus.doors.command import words
from mapalus.doors.command.tiles.around import Around
from mapalus.doors.command.tiles.registry import Placed, Shown, kind, stamp_of
from mapalus.doors.ui.charts import Table
from mapalus.engine.data.indicator import State

__all__ = ["Out"]

_ORDER = {"late": 0, "conflict": 1}


@dataclass(frozen=True)
class Out:
    """One thing out of order, in words. `since` and `position`: of an alarm by rule."""

    state: str
    word: str
    title: str
    href: str
    since: datetime | None = None
    position: str = ""
    answer: str = ""
    is_urgent: bool = False


@kind("alarms")
def alarms(tile: Placed, around: Around) -> Shown:
    """What of this board stands as an alarm, or is outside its limit, late or disputed now, in one strip."""
    place = around.place_of(tile.tile)
    readings = around.readings(place)
    standing = list(_standing(place, around))
    told = {one.indicator for one in standing}
    loose = [out for code, one in readings.items() if code not in told and (out := _loose(one, around))]
    loose.sort(key=lambda one: (_ORDER.get(one.state, 2), one.title))
    found = [*(_by_rule(one, around) for one in standing), *loose]
    rows = tuple((one.title, one.position, one.word, words.short(one.since, now=around.now)) for one in found)
    return Shown(
        tile.tile.title_in(around.language) or _("Alarms"),
        table=Table((_("Alarm"), _("Position"), _("State"), _("Since")), rows),
        template="command/tiles/alarms.html",
        context=found,
        stamp=stamp_of([(one.title, one.word, one.since) for one in found]),
    )


def _standing(place: str, around: Around) -> Iterator[Alarm]:
    codes = around.board.codes
    found = Alarm.objects.visible_to(around.actor).standing().filter(indicator__in=codes, region=place)
    yield from found.order_by("-is_urgent", F("answered_at").asc(nulls_first=True), "began_at", "pk")


def _by_rule(one: Alarm, around: Around) -> Out:
    position = around.holders.positions.get(one.position)
    is_official = around.actor is not None and not around.is_wall
    if is_official:
        href = reverse("desk:alarm", args=[one.pk])
    else:
        href = "" if around.is_wall else around.why(one.indicator, one.region)
    return Out(
        state="late" if one.answered_at is None else "soon",
        word=_("waits for an answer") if one.answered_at is None else _("being dealt with"),
        title=one.title_here,
        href=href,
        since=one.began_at,
        position=position.title if position else one.position,
        answer=one.answer,
        is_urgent=one.is_urgent,
    )


def _loose(reading: Reading, around: Around) -> Out | None:
    indicator = reading.indicator
    state, word = words.state(reading, now=around.now)
    if state not in ("late", "conflict") and reading.state is not State.LATE:
        return None
    if state not in ("late", "conflict"):
        state, word = words.standing(reading.state)
    return Out(state, word, indicator.title_here, "" if around.is_wall else around.why(indicator.code))
