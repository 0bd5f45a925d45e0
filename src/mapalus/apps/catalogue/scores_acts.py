"""The acts on compliance scores: worked out monthly, objected to by the agency, answered by walidata."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override

from mapalus.apps.catalogue.models import Outcome, ScoreObjection, UnitScore
from mapalus.apps.catalogue.scores import Worked, formula, month_end, scored_units, work_out
from mapalus.apps.directory.calendar import province_calendar
from mapalus.apps.directory.models import Unit
from mapalus.apps.directory.roster import roster
from mapalus.apps.jobs.job import job
from mapalus.apps.jobs.schedule import schedule
from mapalus.apps.ledger.action import action, note
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.apps.notices.actions import tell
from mapalus.engine import clock
from mapalus.engine.errors import Conflict, Invalid, Late, NotAllowed
from mapalus.engine.ports import Actor, same_person
from mapalus.engine.text import _
from mapalus.engine.workdays import Calendar

__all__ = ["answer_objection", "follow_months", "object_to_score", "score_month", "score_unit"]


@action("catalogue.score")
def score_unit(unit: Unit, *, period: str, worked: Worked, calendar: Calendar, by: Actor, now: datetime) -> UnitScore:
    """Keep the score of an agency for a month; the agency sees it at once, leaders and the public later."""
    if UnitScore.objects.filter(unit=unit, period=period).exists():
        raise Conflict(_("This month has its score already."), advice="")
    made = UnitScore.objects.create(
        unit=unit,
        period=period,
        as_of=month_end(period),
        formula=formula().number,
        computed_at=now,
        leaders_from=_after(calendar, now, formula().leaders_after),
        public_from=_after(calendar, now, formula().public_after),
        **_figures(worked),
    )
    _tell_agency(made, now=now)
    note(subject=made, unit=unit.code, period=period, score=made.score, in_time=made.in_time, of=made.of)
    return made


@action("catalogue.object-score")
def object_to_score(score: UnitScore, *, text: str, by: Actor, now: datetime) -> ScoreObjection:
    """Say, for the agency, what is wrong with its score, before others see it."""
    score = UnitScore.objects.select_for_update(of=("self",)).get(pk=score.pk)
    if len(text.strip()) < 20:
        raise Invalid(fields={"text": _("Say which number is wrong, and by what one can see it.")})
    if ScoreObjection.objects.filter(score=score).exists():
        raise Conflict(_("There is already an objection to this score."), advice="")
    if now >= score.leaders_from:
        raise Late(_("The days for an objection are over: others see this score already."), advice="")
    made = ScoreObjection.objects.create(
        score=score, text=text.strip()[:1000], position=by.position, person=by.person, label=by.label, at=now
    )
    for post in roster(now).with_role("walidata-pelaksana")[:1]:
        _tell(
            post, event=f"score-objection:{made.pk}", score=score, now=now,
            subject=_("Objection to the compliance score of %(unit)s"),
            body=_("The score stays hidden from others until it is answered, a week at most."),
        )  # fmt: skip
    note(unit=score.unit_code, period=score.period, text=made.text)
    return made


@action("catalogue.answer-objection")
def answer_objection(score: UnitScore, *, outcome: Outcome, answer: str, by: Actor, now: datetime) -> UnitScore:
    """Answer an objection; accepted, the score is worked out anew by what is known now."""
    score = UnitScore.objects.select_for_update(of=("self",)).select_related("unit").get(pk=score.pk)
    found = ScoreObjection.objects.filter(score=score).first()
    if found is None or found.answered_at is not None:
        raise Conflict(_("No objection waits here."), advice="")
    if same_person(by, found.person):
        raise NotAllowed(_("Who objected does not answer it himself."))
    if not answer.strip():
        raise Invalid(fields={"answer": _("Say why.")})
    found.outcome, found.answer, found.answered_by = outcome, answer.strip()[:1000], by.label
    found.answered_at = now
    found.save()
    before = score.score
    if outcome == Outcome.ACCEPTED:
        _correct(score, now=now)
    _tell_agency(score, now=now, is_answer=True)
    note(unit=score.unit_code, period=score.period, outcome=str(outcome), before=before, score=score.score)
    return score


def _correct(score: UnitScore, *, now: datetime) -> None:
    worked = work_out([score.unit], as_of=score.as_of, calendar=province_calendar())[score.unit_code]
    score.first_score, score.corrected_at = score.score, now
    for name, value in _figures(worked).items():
        setattr(score, name, value)
    score.save()


def _figures(worked: Worked) -> dict[str, object]:
    return {
        "score": worked.score,
        "in_time": worked.in_time,
        "of": len(worked.deadlines),
        "datasets": len(worked.datasets),
        "parts": worked.as_json(),
        "late": worked.late,
    }


def _after(calendar: Calendar, now: datetime, days: int) -> datetime:
    """The opening of the office on the n-th working day after today."""
    return calendar.at(calendar.add(calendar.local_date(now), days), time(8))


# --- who is told -------------------------------------------------------------------------------------------------


def _tell_agency(score: UnitScore, *, now: datetime, is_answer: bool = False) -> None:
    head = roster(now).head(score.unit_code)
    if not head:
        return
    if is_answer:
        subject, body = _("Your objection to the compliance score of %(period)s is answered"), ""
    else:
        subject = _("Compliance score of your agency for %(period)s")
        body = _("You see it first. Others see it from %(day)s; until then you may object.")
    _tell(head, event=f"score:{score.pk}:{is_answer}", score=score, subject=subject, body=body, now=now)


def _tell(position: str, *, event: str, score: UnitScore, subject: str, body: str, now: datetime) -> None:
    facts = {
        "unit": score.unit.name,
        "period": score.period,
        "day": f"{timezone.localtime(score.leaders_from):%d-%m-%Y}",
    }
    with override("id"):
        tell(
            f"position:{position}", event=event, subject=gettext(subject) % facts,
            body=gettext(body) % facts if body else "", url=reverse("desk:score", args=[score.unit_code]), now=now,
        )  # fmt: skip


# --- when it is worked out ---------------------------------------------------------------------------------------


def score_month(period: str, *, now: datetime) -> int:
    """Work out and keep the scores of a month for every agency that has none. How many."""
    units = [one for one in scored_units() if not UnitScore.objects.filter(unit=one, period=period).exists()]
    if not units:
        return 0
    calendar = province_calendar()
    found = work_out(units, as_of=month_end(period), calendar=calendar)
    made = 0
    for unit in units:
        if found[unit.code].datasets:
            score_unit(unit, period=period, worked=found[unit.code], calendar=calendar, by=PLATFORM, now=now)
            made += 1
    return made


@job()
def score_last_month() -> int:
    """The scores of the month that is over, once its first working day has come."""
    now = clock.now()
    calendar = province_calendar()
    today = calendar.local_date(now)
    if not calendar.is_working(today):
        return 0
    return score_month(f"{today.replace(day=1) - timedelta(days=1):%Y-%m}", now=now)


def follow_months() -> None:
    schedule("catalogue.scores", score_last_month, daily=time(6, 30))
