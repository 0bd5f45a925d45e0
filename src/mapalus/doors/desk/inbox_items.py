"""Rows of the inbox: whatever waits, drawn the same way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse
from django.utils.translation import gettext as _

from mapalus.apps.cases.models import Case
from mapalus.apps.cases.packs import here, pack_of, process_of
from mapalus.apps.catalogue.models import HandIn, Owed, Source
from mapalus.apps.catalogue.reach import reach
from mapalus.apps.directory.models import Region, Unit
from mapalus.apps.directory.roster import Roster, roster
from mapalus.doors.desk.cases_words import channel_text
from mapalus.doors.desk.due import DueMark, due_mark
from mapalus.doors.desk.holders import Holding, holding_of
from mapalus.doors.desk.rail import Seat
from mapalus.doors.desk.sources_words import problem_said, standing
from mapalus.doors.desk.words import facts_of, state_text, turn_text

__all__ = ["Group", "Item", "case_items", "grouped", "handin_item", "owed_item", "source_item"]


@dataclass(frozen=True)
class Item:
    """One row: desk/inbox/_row.html."""

    address: str
    icon: str
    title: str
    period: str
    facts: str
    sender: str
    place: str
    due: DueMark
    state: str
    is_turn: bool
    why: str = ""  # why it waits here and not where one would expect it
    choose: str = ""  # number of a case that can be acted on together with others


@dataclass(frozen=True)
class Group:
    title: str
    items: tuple[Item, ...]


def grouped(items: Iterable[Item]) -> tuple[Group, ...]:
    """By limit, not by kind."""
    listed = list(items)
    titles = {"late": _("Overdue"), "today": _("Today"), "week": _("This week"), "later": _("Later")}
    groups = ((title, tuple(item for item in listed if item.due.group == name)) for name, title in titles.items())
    return tuple(Group(title, found) for title, found in groups if found)


# --- cases -----------------------------------------------------------------------------------------------------------

# What a service is about, by its category or name; a pack may be of any kind, so the rest are services.
_ICONS = (("aduan", "complaint"), ("informasi", "info"), ("aplikasi", "review"), ("umpan", "reply"), ("data", "data"))


def icon_of(pack: str) -> str:
    return next((icon for word, icon in _ICONS if word in pack), "service")


@dataclass(frozen=True)
class _Known:
    """What rows of cases need to be told in words; asked for once a page."""

    place: Seat
    units: Mapping[str, str]
    regions: Mapping[str, str]
    covers: frozenset[str]
    may_choose: bool

    @cached_property
    def _roster(self) -> Roster:
        return roster(self.place.now)

    def holding(self, code: str) -> Holding:
        return holding_of(code, self._roster)


def case_items(cases: Iterable[Case], place: Seat, *, may_choose: bool = False) -> list[Item]:
    """Rows of cases; names of agencies, regions and holders are asked for once."""
    listed = list(cases)
    known = _Known(
        place=place,
        units=dict(Unit.objects.filter(pk__in={one.unit for one in listed} - {""}).values_list("code", "short")),
        regions=dict(Region.objects.filter(pk__in={one.region for one in listed} - {""}).values_list("code", "name")),
        covers=reach(place.actor).positions,
        may_choose=may_choose,
    )
    return [_case_item(one, known) for one in listed]


def _case_item(case: Case, known: _Known) -> Item:
    pack, is_turn = pack_of(case.pack), case.turn in known.covers
    process = process_of(pack)
    is_bulk = known.may_choose and any(
        one.is_bulk and case.state in one.origins for one in process.transitions.values()
    )
    facts = [case.number, here(pack, "title")]
    if case.region:
        facts.append(known.regions.get(case.region, case.region))
    return Item(
        address=reverse("desk:case", kwargs={"number": case.number}),
        icon=icon_of(case.pack_name),
        title=case.title,
        period="",
        facts=" · ".join(facts),
        sender=known.units.get(case.unit, case.unit) or channel_text(case.channel),
        place="" if is_turn else _place(case, known),
        due=_due(case, known.place),
        state=here(process.states[case.state], "label"),
        is_turn=is_turn,
        why=_why(case, known) if is_turn else "",
        choose=case.number if is_bulk else "",
    )


def _place(case: Case, known: _Known) -> str:
    """With whom it is."""
    if case.is_final:
        return ""
    if case.turn:
        held = known.holding(case.turn)
        return _("%(title)s (VACANT)") % {"title": held.title} if held.is_vacant else held.title
    return _("waits for the applicant")


def _why(case: Case, known: _Known) -> str:
    if case.turn_of:
        return _("assigned by %(title)s") % {"title": known.holding(case.turn_of).title}
    if case.turn != known.place.actor.position:
        return _("as %(title)s") % {"title": known.holding(case.turn).title}
    return ""


def _due(case: Case, place: Seat) -> DueMark:
    if case.is_final:
        return DueMark("good", _("closed"), case.closed_at, "later")
    if case.due_at is None:
        return DueMark("none", _("no limit runs"), None, "later")
    return due_mark(case.due_at, place.now, place.calendar)


# --- hand-ins --------------------------------------------------------------------------------------------------------


def handin_item(handin: HandIn, place: Seat) -> Item:
    is_turn = handin.turn in reach(place.actor).positions and handin.stage.is_open
    return Item(
        address=reverse("desk:handin", args=[handin.receipt]),
        icon="upload",
        title=handin.dataset.title_here,
        period=handin.period,
        facts=facts_of(handin),
        sender=handin.dataset.unit.name,
        place=handin.label,
        due=due_mark(handin.limit_at, place.now, place.calendar) if handin.stage.is_open else _done(handin),
        state=state_text(handin),
        is_turn=is_turn,
        why=turn_text(handin) if handin.turn_reason else "",
    )


def _done(handin: HandIn) -> DueMark:
    look = {"published": "good", "withdrawn": "none"}.get(handin.state, "none")
    return DueMark(look, str(handin.get_state_display()), handin.closed_at, "later")


def owed_item(owed: Owed, place: Seat) -> Item:
    """A period whose file has not come."""
    dataset = owed.dataset
    return Item(
        address=f"{reverse('desk:handin-new')}?data={dataset.name}&periode={owed.period}",
        icon="clock",
        title=dataset.title_here,
        period=owed.period,
        facts=owed.call.title if owed.call else dataset.due_rule,
        sender=dataset.unit.name,
        place=dataset.producer.title,
        due=due_mark(owed.due_at, place.now, place.calendar),
        state=_("not complete yet") if _is_partly_there(owed) else _("not handed in yet"),
        is_turn=True,
        why=_("reminder no. %(n)s") % {"n": reminded} if (reminded := int(getattr(owed, "reminded", 0))) else "",
    )


def _is_partly_there(owed: Owed) -> bool:
    """Something of the period is published, and the rest is still owed."""
    current = owed.dataset.current
    return current is not None and current.period == owed.period


def source_item(source: Source, place: Seat) -> Item:
    """A source that vanished, or does not answer."""
    look, state = standing(source)
    since = source.troubled_since
    return Item(
        address=reverse("desk:source", args=[source.name]),
        icon="data",
        title=source.title_here,
        period="",
        facts=source.dataset.title_here,
        sender=source.dataset.unit.name,
        place=problem_said(source.problem),
        due=DueMark(look, state, since, "late"),
        state=state,
        is_turn=True,
    )
