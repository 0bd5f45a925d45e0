"""Permintaan setoran: asking agencies for a period of some datasets until a day, and asking again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext, override

from mapalus.apps.catalogue import facts, owing, steps
from mapalus.apps.catalogue.models import DataCall, Dataset, DatasetState, Owed, Receipt, Reminder, ReminderKind
from mapalus.apps.catalogue.owing import PRODUCER, Rule
from mapalus.apps.catalogue.periods import canonical
from mapalus.apps.catalogue.telling import moment_said
from mapalus.apps.directory.calendar import province_calendar
from mapalus.apps.directory.roster import roster
from mapalus.apps.ledger.action import action, note
from mapalus.apps.notices.actions import tell
from mapalus.engine.errors import Conflict, Invalid
from mapalus.engine.ports import Actor
from mapalus.engine.text import _

__all__ = ["call", "call_off", "remind", "remind_by_calendar"]

_MOST = 300  # datasets of one call
_REST = timedelta(hours=1)  # between two reminders by hand


@action("catalogue.call", public=True)
def call(
    kind: type[DataCall], *, title: str, reason: str, datasets: Sequence[Dataset], period: str, due_at: datetime,
    by: Actor, now: datetime,
) -> DataCall:  # fmt: skip
    """Ask the producers of these datasets for one period until a moment."""
    period = canonical(period)
    _refuse_unfit(title, datasets, period, due_at, now)
    made = DataCall.objects.create(
        number=_next_number(now), title=title.strip()[:200], reason=reason.strip()[:1000], period=period[:40],
        due_at=due_at, issued_at=now, position=by.position, label=by.label,
    )  # fmt: skip
    for dataset in sorted(datasets, key=lambda one: one.pk):
        locked = steps.locked(dataset)
        owed = owing.ask(locked, period=period, due_at=due_at, call=made, now=now)
        if owed.is_open:
            _expect(locked, owed)
            _tell_asked(owed, made, now=now)
    note(
        subject=made, number=made.number, title=made.title, period=period, due_at=due_at,
        datasets=sorted(one.name for one in datasets), units=sorted({one.unit_code for one in datasets}),
    )  # fmt: skip
    return made


def _refuse_unfit(title: str, datasets: Sequence[Dataset], period: str, due_at: datetime, now: datetime) -> None:
    wrong: dict[str, str] = {}
    if not title.strip():
        wrong["title"] = _("Say in a few words what is asked for.")
    if not datasets or any(one.state != DatasetState.ACTIVE for one in datasets):
        wrong["datasets"] = _("Choose at least one dataset that takes hand-ins.")
    elif len(datasets) > _MOST:
        wrong["datasets"] = _("That is too many for one call.")
    if not period:
        wrong["period"] = _("Say for which period.")
    if due_at <= now:
        wrong["due_on"] = _("The due day must lie ahead.")
    if wrong:
        raise Invalid(fields=wrong)


def _expect(dataset: Dataset, owed: Owed) -> None:
    """The data list names what is due first."""
    if dataset.due_at is None or owed.due_at < dataset.due_at or dataset.expected_period == owed.period:
        dataset.expected_period, dataset.due_at = owed.period, owed.due_at
        dataset.save(update_fields=["expected_period", "due_at"])


def _next_number(now: datetime) -> str:
    year = now.year
    Receipt.objects.select_for_update().get_or_create(year=year)  # the row is the lock
    last = DataCall.objects.filter(number__startswith=f"PS-{year}-").order_by("-number").first()
    return f"PS-{year}-{int(last.number[-4:]) + 1 if last else 1:04}"


@action("catalogue.call-off", public=True)
def call_off(call: DataCall, *, reason: str, by: Actor, now: datetime) -> DataCall:
    """Nobody owes what this call asked for any more; what was handed in stays."""
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say why it is called off.")})
    call = DataCall.objects.select_for_update(of=("self",)).get(pk=call.pk)
    if call.is_off:
        raise Conflict(_("This call was called off already."), advice="")
    call.called_off_at, call.called_off_reason = now, reason.strip()[:400]
    call.save(update_fields=["called_off_at", "called_off_reason"])
    for owed in Owed.objects.open().filter(call=call).select_related("dataset").order_by("dataset_id"):
        dataset = steps.locked(owed.dataset)
        owing.drop(dataset, owed.period, now=now)
        owing.show_next(dataset, owed.period)
    note(number=call.number, reason=reason)
    return call


# --- asking again ----------------------------------------------------------------------------------------------------


@action("catalogue.remind")
def remind(owed: Owed, *, by: Actor, now: datetime) -> Reminder:
    """Ask the producer again, now; it is counted."""
    owed = _locked(owed)
    if not owed.is_open:
        raise Conflict(_("This is not owed any more."), advice="")
    coming = owing.on_its_way(owed)
    if coming is not None:
        raise Conflict(
            _("Nothing has to be asked for: hand-in %(receipt)s is on its way."),
            advice=_("Look at whose turn it is there."), receipt=coming.receipt,
        )  # fmt: skip
    last = owed.reminders.filter(kind=ReminderKind.BY_HAND).order_by("-at").first()
    if last is not None and now - last.at < _REST:
        said = moment_said(last.at)
        raise Conflict(_("%(who)s reminded at %(at)s. Wait an hour."), advice="", who=last.label, at=said)
    made = _reminded(owed, kind=ReminderKind.BY_HAND, label=by.label, now=now)
    note(dataset=owed.dataset.name, unit=owed.unit_code, period=owed.period, number=made.number, to=made.to)
    return made


@action("catalogue.remind-by-calendar")
def remind_by_calendar(owed: Owed, *, by: Actor, now: datetime) -> Owed:
    """Say what the list of reminders says for today: ask the producer, tell his head, tell the secretary. Once each."""
    owed = _locked(owed)
    said = []
    if owed.is_open and owing.on_its_way(owed) is None:
        for rule in owing.due_rules(owed, now=now):
            _by_rule(owed, rule, now=now)
            said.append(rule.code)
    owing.settle(owed, now=now)
    note(dataset=owed.dataset.name, unit=owed.unit_code, period=owed.period, said=said)
    return owed


def _locked(owed: Owed) -> Owed:
    return Owed.objects.select_for_update(of=("self",)).select_related("dataset", "call").get(pk=owed.pk)


def _by_rule(owed: Owed, rule: Rule, *, now: datetime) -> None:
    key = rule.key(province_calendar().local_date(owed.due_at))
    if rule.to == PRODUCER:
        _reminded(owed, kind=ReminderKind.DECLARED, rule=key, now=now)
        return
    for position in _above(owed.dataset, rule.to, now):
        Reminder.objects.create(owed=owed, kind=ReminderKind.ESCALATED, rule=key, at=now, to=position)
        with override("id"):
            subject = gettext("Not handed in yet: %(title)s") % {"title": _title(owed)}
        _tell(owed, position, key, subject, _how_late(owed, now), is_urgent=True, now=now)


def _above(dataset: Dataset, role: str, now: datetime) -> list[str]:
    """The positions of a role of the process, for a dataset of which no hand-in has come."""
    return facts.positions(dataset, role, now=now)


def _reminded(owed: Owed, *, kind: ReminderKind, rule: str = "", label: str = "", now: datetime) -> Reminder:
    number = owing.asked_again(owed) + 1
    producer = owed.dataset.producer_code
    made = Reminder.objects.create(
        owed=owed, kind=kind, rule=rule, number=number, at=now, to=producer, label=label
    )  # fmt: skip
    with override("id"):
        subject = gettext("Reminder %(n)s: %(title)s") % {"n": f"ke-{number}", "title": _title(owed)}
    for position in _makers(owed, now):
        _tell(owed, position, f"reminder:{number}", subject, _how_late(owed, now), now=now)
    return made


def _makers(owed: Owed, now: datetime) -> list[str]:
    """The producing position, and the one that handed in last, who does the work."""
    last = owed.dataset.handins.order_by("-received_at").values_list("position", flat=True).first()
    known = roster(now)
    hands_in = last if last in known.positions and known.unit_of(last) == owed.unit_code else ""
    return [code for code in dict.fromkeys((owed.dataset.producer_code, hands_in)) if code]


def _tell_asked(owed: Owed, made: DataCall, *, now: datetime) -> None:
    with override("id"):
        subject = gettext("Asked for: %(title)s") % {"title": _title(owed)}
        body = gettext("%(call)s, %(number)s. Hand in by %(due)s.") % {
            "call": made.title, "number": made.number, "due": moment_said(owed.due_at),
        }  # fmt: skip
    for position in _makers(owed, now):
        _tell(owed, position, f"call:{made.number}", subject, body, now=now)


def _how_late(owed: Owed, now: datetime) -> str:
    late = province_calendar().days_late(owed.due_at, now)
    words = {"due": moment_said(owed.due_at), "n": late}
    with override("id"):
        if owed.is_late(now) and late:
            return gettext("It was due by %(due)s: %(n)s working days late.") % words
        return gettext("Hand in by %(due)s.") % words


def _title(owed: Owed) -> str:
    return f"{owed.dataset.title}, {owed.period}"


def _tell(
    owed: Owed, position: str, event: str, subject: str, body: str, *, is_urgent: bool = False, now: datetime
) -> None:
    url = f"{reverse('desk:handin-new')}?data={owed.dataset.name}&periode={owed.period}"
    tell(
        f"position:{position}", event=f"owed:{owed.pk}:{event}", subject=subject, body=body, url=url,
        is_urgent=is_urgent, now=now,
    )  # fmt: skip
