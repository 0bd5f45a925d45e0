"""The acts on alarms: raised and ended by the platform as the numbers say, answered by the position that is told."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext, override

from mapalus.apps.boards.models import Alarm
from mapalus.apps.directory.models import Region
from mapalus.apps.ledger.action import action, note
from mapalus.apps.notices.actions import tell
from mapalus.engine.boards.alarm import Rule
from mapalus.engine.errors import Conflict, Invalid
from mapalus.engine.ports import Actor
from mapalus.engine.text import _

__all__ = ["AlarmIsOver", "answer_alarm", "end_alarm", "raise_alarm"]


class AlarmIsOver(Conflict):
    """The alarm ended before it was answered."""

    code = "alarm-is-over"
    text = _("This alarm ended by itself; nothing is to be done about it any more.")
    advice = _("Look at the list of alarms that still stand.")


@action("boards.raise-alarm")
def raise_alarm(
    rule: Rule,
    *,
    region: str,
    value: float | None,
    period: str,
    positions: tuple[str, ...],
    by: Actor,
    now: datetime,
) -> Alarm:
    """Write down that an indicator is out of order, and tell the positions that are to do something about it."""
    alarm = Alarm.objects.create(
        rule=rule.name, indicator=rule.indicator, region=region, title=rule.title[:240], title_en=rule.title_en[:240],
        is_urgent=rule.urgent, value=value, period=period, position=positions[0] if positions else "",
        told=list(positions), began_at=now,
    )  # fmt: skip
    note(subject=alarm, rule=rule.name, indicator=rule.indicator, region=region, value=value, period=period)
    place = Region.objects.filter(code=region).values_list("name", flat=True).first() if region else ""
    with override("id"):  # to officials
        body = gettext("Open the alarm to see the number, where it comes from, and to answer what is done.")
    for position in positions:
        tell(
            f"position:{position}",
            event=f"alarm:{alarm.pk}",
            subject=f"{rule.title}: {place}" if place else rule.title,
            body=body,
            url=reverse("desk:alarms"),
            is_urgent=rule.urgent,
            now=now,
        )
    return alarm


@action("boards.end-alarm")
def end_alarm(alarm: Alarm, *, by: Actor, now: datetime) -> Alarm:
    """Write down that an alarm is over: its number is in order again, or what was owed is there."""
    alarm.ended_at = now
    alarm.save(update_fields=["ended_at"])
    note(rule=alarm.rule, indicator=alarm.indicator, region=alarm.region)
    return alarm


@action("boards.answer-alarm")
def answer_alarm(alarm: Alarm, *, answer: str, by: Actor, now: datetime) -> Alarm:
    """Say what is done about an alarm. It stands until its number is in order again."""
    if not answer.strip():
        raise Invalid(fields={"answer": _("Say what is done about it, in a sentence.")})
    fresh = Alarm.objects.select_for_update().get(pk=alarm.pk)
    if fresh.ended_at is not None:
        raise AlarmIsOver
    fresh.answer, fresh.answered_at, fresh.answered_by = answer.strip()[:400], now, by.label
    fresh.save(update_fields=["answer", "answered_at", "answered_by"])
    note(rule=fresh.rule, indicator=fresh.indicator, region=fresh.region)
    return fresh
