"""What follows from the record itself: datasets that are owed, terms and mandates that end, sheets to sign."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from mapalus.apps.catalogue.models import Dataset, DatasetState, Owed
from mapalus.apps.catalogue.reach import reach
from mapalus.apps.directory.models import Handover, HandoverState, Mandate
from mapalus.apps.directory.roster import Roster, local_day
from mapalus.doors.desk.due import DueMark
from mapalus.doors.desk.duties_words import mark_of
from mapalus.doors.desk.rail import Seat

__all__ = ["Task", "derived"]

_ANNOUNCED = timedelta(days=60)  # a term that ends within this is told


@dataclass(frozen=True)
class Task:
    """One line of the page of tasks. `day` None: it waits, without a limit of its own."""

    kind: str
    title: str
    note: str
    day: date | None
    mark: DueMark
    address: str
    whose: str = ""  # title of the position, where it is not one's own


def derived(place: Seat, known: Roster, covers: frozenset[str]) -> Iterator[Task]:
    yield from _datasets(place, known, covers)
    yield from _ending(place, known, covers)
    yield from _sheets(place, covers)


def _datasets(place: Seat, known: Roster, covers: frozenset[str]) -> Iterator[Task]:
    """Those one makes, confirms or hands in, of which a period is owed and has not come."""
    today, calendar = local_day(place.now), place.calendar()
    mine = Owed.objects.visible_to(place.actor).awaited().filter(dataset__unit__in=reach(place.actor).units)
    for owed in mine.for_reading():
        part = _part(owed.dataset, place, known, covers)
        if not part:
            continue
        due = local_day(owed.due_at)
        asked = owed.call.title if owed.call else owed.dataset.due_rule
        yield Task(
            kind=_("Data call") if owed.call else _("Dataset"),
            title=owed.dataset.title_here,
            note=f"{part} · {asked}" if asked else part,
            day=due,
            mark=mark_of(due, today, calendar),
            address=f"{reverse('desk:handin-new')}?data={owed.dataset.name}&periode={owed.period}",
        )
    if place.sees_all:
        late = Dataset.objects.visible_to(place.actor).owed().overdue(place.now)
        number = late.exclude(unit__in=reach(place.actor).units).count()
        if number:
            yield Task(
                kind=_("Dataset"),
                title=_("Datasets of other agencies that are late: %(n)s") % {"n": number},
                note=_("you keep them as walidata"),
                day=today,
                mark=DueMark("late", _("Late"), None, "late"),
                address=f"{reverse('desk:compliance')}?keadaan=late",
            )


def _part(dataset: Dataset, place: Seat, known: Roster, covers: frozenset[str]) -> str:
    """What one has to do with it; empty: nothing."""
    if dataset.producer_id in covers:
        return _("your position makes it")
    if (dataset.confirmer_id or known.head(dataset.unit_id)) in covers:
        return _("your position confirms it")
    if dataset.state == DatasetState.ACTIVE and place.actor.may("catalogue.hand-in", dataset, place.now):
        return _("your position hands it in")
    return ""


def _ending(place: Seat, known: Roster, covers: frozenset[str]) -> Iterator[Task]:
    today, calendar = local_day(place.now), place.calendar()
    for code in sorted(covers):
        held = known.holder(code)
        if held is not None and held.until is not None and held.until <= today + _ANNOUNCED:
            yield Task(
                _("Term"), _("The term ends: %(title)s") % {"title": held.title},
                _("See who follows, and prepare the handover."), held.until,
                mark_of(held.until, today, calendar), reverse("desk:position", args=[code]),
            )  # fmt: skip
    given = Mandate.objects.visible_to(place.actor).on(today).filter(to_on__lte=today + _ANNOUNCED)
    for one in given.select_related("giver", "taker"):
        if one.giver_id in covers or one.taker_id in covers:
            yield Task(
                _("Mandate"), _("The mandate ends: %(matter)s") % {"matter": one.matter},
                f"{one.giver.title} → {one.taker.title}", one.to_on, mark_of(one.to_on, today, calendar),
                reverse("desk:mandate", args=[one.pk]),
            )  # fmt: skip


def _sheets(place: Seat, covers: frozenset[str]) -> Iterator[Task]:
    """To be signed by who left, or acknowledged by who sits there now."""
    for sheet in Handover.objects.visible_to(place.actor).unfinished().select_related("position", "leaver"):
        signs = sheet.state == HandoverState.OPEN and sheet.leaver_id == place.actor.person
        if signs or sheet.position_id in covers:
            title = _("Sign the handover sheet: %(title)s") if signs else _("Acknowledge the handover sheet: %(title)s")
            note = "" if signs or sheet.state == HandoverState.SIGNED else _("it is not signed yet")
            yield Task(
                _("Handover"), title % {"title": sheet.position.title}, note, None,
                DueMark("soon", _("waits"), None, "week"), reverse("desk:handover", args=[sheet.pk]),
            )  # fmt: skip
