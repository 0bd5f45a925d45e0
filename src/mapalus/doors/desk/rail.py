"""What stands beside every page of the desk: where one can go, and how much waits there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models.functions import Coalesce, Least
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from mapalus.apps.boards.models import Alarm
from mapalus.apps.cases.inbox import MOST, bounded
from mapalus.apps.cases.models import FAR, Case, PackVersion
from mapalus.apps.cases.registers import READ as READ_REGISTERS
from mapalus.apps.cases.spending import READ as READ_CLEARANCES
from mapalus.apps.catalogue.models import Dataset, HandIn, HandInState, Owed, Source
from mapalus.apps.catalogue.reach import reach
from mapalus.apps.directory.actor import actors_of
from mapalus.apps.directory.calendar import province_calendar
from mapalus.apps.directory.models import Handover, Person, Unit
from mapalus.apps.federation.models import Instance
from mapalus.apps.ledger.models import unit_of
from mapalus.apps.notices.models import Notice
from mapalus.doors.desk.actor import actor_of
from mapalus.engine import clock
from mapalus.engine.ports import Actor
from mapalus.engine.workdays import Calendar

__all__ = ["HANDINS", "Place", "Rail", "Seat", "rail", "seat"]

HANDINS = "setoran"  # the kind of what waits and is no case


@dataclass(frozen=True)
class Place:
    """One place of the rail; `is_negative`: its number is one of late or wrong things."""

    address: str
    text: str
    count: int | None = None
    is_here: bool = False
    is_negative: bool = False

    @property
    def is_many(self) -> bool:
        """Counted no further than this; nobody reads a larger number of waiting things."""
        return self.count is not None and self.count > MOST


@dataclass(frozen=True)
class Rail:
    """Context of desk/_rail.html: headed lists of places."""

    groups: tuple[tuple[str, tuple[Place, ...]], ...]
    turns: int


@dataclass(frozen=True)
class Seat:
    """As which position one acts now, and when now is. Every page of the desk shows it."""

    actor: Actor
    now: datetime
    rail: Rail
    sees_all: bool
    unit: str  # its name
    hats: str  # where one changes the position one acts as

    @cached_property
    def _calendar(self) -> Calendar:
        return province_calendar()

    def calendar(self) -> Calendar:
        """The working days of the province: asked for once a page, by the pages that need them."""
        return self._calendar


def seat(request: HttpRequest) -> Seat:
    """For every view of the desk; raises `NotAllowed` for an account that holds no position."""
    actor, now = actor_of(request), clock.now()
    unit = Unit.objects.visible_to(actor).filter(pk=unit_of(actor)).values_list("short", flat=True).first()
    return Seat(
        actor=actor,
        now=now,
        rail=rail(request, actor, now),
        sees_all=reach(actor).everything,
        unit=unit or "",
        hats=_hats(),
    )


def _hats() -> str:
    """Where one changes the position one acts as."""
    try:
        return reverse("signin:hats")
    except NoReverseMatch:
        return reverse("desk:positions")


def rail(request: HttpRequest, actor: Actor, now: datetime) -> Rail:
    """Counts in a few short queries, none of which grows with what others have waiting; the rest are links."""
    here = request.get_full_path()
    limit = Least(Coalesce("due_at", FAR), Coalesce("step_due_at", FAR))
    states = list(HandIn.objects.visible_to(actor).open().values_list("state", "turn", limit))
    mine = reach(actor).positions
    turns = sum(turn in mine for _state, turn, _due in states)
    late = sum(turn in mine and due < now for _state, turn, due in states)
    owed = 0
    if actor.may("catalogue.hand-in", Dataset, now):
        owed = Owed.objects.visible_to(actor).awaited().filter(dataset__unit__in=reach(actor).units).count()
    keepers = list(Source.objects.visible_to(actor).kept().troubled().values_list("keeper", flat=True))
    owed += sum(keeper in mine for keeper in keepers)
    wrong = sum(HandInState(state).may_be_corrected for state, _turn, _due in states)
    waiting = sum(HandInState(state).awaits_decision for state, _turn, _due in states)
    inbox, datasets = reverse("desk:inbox"), reverse("desk:datasets")

    def place(address: str, text: str, count: int | None = None, *, is_negative: bool = False) -> Place:
        return Place(address, text, count, here == address, is_negative and bool(count))

    cases = Case.objects.inbox_counts(mine, now=now)
    alarms = Alarm.objects.visible_to(actor).standing().filter(position__in=mine, answered_at__isnull=True).count()
    unread = Notice.objects.visible_to(actor).unread().order_by()[: MOST + 1].count()
    first = (
        place(inbox, _("My turn"), turns + owed + cases.total),
        place(reverse("desk:duties"), _("My tasks")),
        place(f"{inbox}?tenggat=lewat", _("Overdue"), cases.overdue + late, is_negative=True),
        place(f"{inbox}?daftar=lain", _("Waiting for others")),
        place(f"{inbox}?daftar=selesai", _("Finished")),
        place(reverse("desk:search"), _("Search everything")),
        place(reverse("desk:notices"), _("Notices"), unread or None),
        place(reverse("desk:alarms"), _("Alarms"), alarms or None, is_negative=True),
    )
    packs = PackVersion.objects.current().defer("files") if cases.by_pack else ()
    titles = {one.name: one.title_here for one in packs}
    kinds = [place(f"{inbox}?jenis={HANDINS}", _("Hand-ins"), turns + owed)] if cases.by_pack else []
    kinds += [place(f"{inbox}?jenis={name}", titles.get(name, name), number) for name, number in cases.by_pack.items()]
    second = (
        place(reverse("desk:handin-new"), _("Hand in a file")),
        place(f"{inbox}?daftar=perbaiki", _("Needs correction"), wrong, is_negative=True),
        place(f"{inbox}?daftar=putuskan", _("Awaiting a decision"), waiting),
        place(reverse("desk:calls"), _("Data calls")),
    )
    mine_all = Dataset.objects.visible_to(actor).filter(unit__in=reach(actor).units)
    third = [
        place(datasets, _("Datasets of my unit"), mine_all.count()),
        place(reverse("desk:sources"), _("Sources"), len(keepers) or None, is_negative=True),
        place(reverse("desk:daftar"), _("Yearly plan of data")),
        place(reverse("desk:scores"), _("Compliance board")),
        place(reverse("desk:uses"), _("Use of the data")),
        place(reverse("desk:tokens"), _("Tokens for reading")),
    ]
    if reach(actor).everything:
        third.append(place(reverse("desk:compliance"), _("Compliance")))
    if Instance.objects.visible_to(actor).open_to(actor).exists():
        third.append(place(reverse("desk:federation"), _("Kabupaten and kota")))
    third.append(place(reverse("desk:forum"), _("Forum Satu Data")))
    if actor.may("catalogue.read-evidence", Dataset, now):
        third.append(place(reverse("desk:evidence-index"), _("Evidence")))
    if actor.may(READ_REGISTERS, Case, now):
        third.append(place(reverse("desk:registers"), _("Registers of public information")))
    if actor.may(READ_CLEARANCES, Case, now):
        third.append(place(reverse("desk:clearances"), _("Clearances of applications")))
    sheets = Handover.objects.visible_to(actor).unfinished().count()
    fourth = [
        place(reverse("desk:readiness"), _("Readiness of agencies")),
        place(reverse("desk:positions"), _("Positions")),
        place(reverse("desk:handovers"), _("Handover sheets"), sheets or None),
        place(reverse("desk:mandates"), _("Mandates")),
    ]
    if actor.may("directory.check-exit", Person, now):
        fourth.append(place(reverse("desk:people"), _("People")))
    fourth += [
        place(reverse("desk:calendar"), _("Working calendar")),
        place(reverse("desk:ledger"), _("Ledger")),
    ]
    groups = (
        (_("Inbox"), first),
        *(((_("By kind"), tuple(kinds)),) if kinds else ()),
        *(((_("My other positions"), hats),) if (hats := _other_hats(actor, now)) else ()),
        (_("Hand-ins"), second),
        (_("Catalogue"), tuple(third)),
        (_("Who and what"), tuple(fourth)),
    )
    return Rail(groups, turns + owed + cases.total)


def _other_hats(actor: Actor, now: datetime) -> tuple[Place, ...]:
    """What waits in one's other positions: each is an inbox of its own, chosen on the page of positions."""
    mine = getattr(actor, "hat", actor.position)
    others = [one for one in actors_of(actor.person, now=now) if one.hat != mine] if actor.person else []
    return tuple(
        Place(
            _hats(), one.label,
            bounded(Case.objects.all(), one.covers) + HandIn.objects.open().filter(turn__in=one.covers).count(),
        )
        for one in others[:6]
    )  # fmt: skip
