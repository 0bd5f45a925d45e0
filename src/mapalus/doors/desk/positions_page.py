"""One post: who holds it and held it, what it holds, who may act for it, and what of it is not handed over yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from mapalus.apps.directory.holdings import held_by
from mapalus.apps.directory.models import Appointment, Handover, Kind, Mandate, Person, Position
from mapalus.apps.directory.roster import Roster, roster
from mapalus.apps.directory.succession import Capacity, Holder, holder_in
from mapalus.doors.desk.due import DueMark, due_mark
from mapalus.doors.desk.positions_acts import Offer, offers
from mapalus.doors.desk.rail import Seat, seat
from mapalus.doors.desk.words import count_text
from mapalus.doors.ui import figures
from mapalus.engine.errors import NotFound
from mapalus.engine.ports import Actor, Holding

__all__ = [
    "HeldGroup",
    "HeldLine",
    "PositionPage",
    "Reign",
    "find_post",
    "held_groups",
    "kind_text",
    "position",
    "standing_of",
]

_SOON = timedelta(days=30)


@dataclass(frozen=True)
class Reign:
    """One term in the post: desk/positions/_terms.html."""

    name: str
    manner: str  # definitive, Plt, ...
    from_on: date
    to_on: date | None
    decree: str
    why: str
    is_now: bool
    look: str


@dataclass(frozen=True)
class HeldLine:
    label: str
    url: str
    state: str
    due: DueMark | None
    is_waiting: bool
    remark: str = ""


@dataclass(frozen=True)
class HeldGroup:
    """Things of one kind: desk/positions/_held.html."""

    title: str
    count: int
    waiting: int
    lines: tuple[HeldLine, ...]  # empty for who may know only how many


@dataclass(frozen=True)
class PositionPage:
    """Context of desk/positions/page.html."""

    seat: Seat
    post: Position
    title: str  # as it is signed now
    look: str
    badge: str  # in one or two words: held, Plt, VACANT
    because: str  # why it is not the holder himself
    name: str  # of whoever acts
    warning: str  # an acting term that ends soon
    superior: Position | None
    roles: tuple[str, ...]
    follows: Position | None
    covered: tuple[str, ...]  # titles of vacant posts it carries on
    groups: tuple[HeldGroup, ...]
    shows_items: bool
    terms: tuple[Reign, ...]
    mandates: tuple[Mandate, ...]
    handovers: tuple[Handover, ...]
    offers: tuple[Offer, ...]
    is_abolished: bool


@require_GET
def position(request: HttpRequest, code: str) -> HttpResponse:
    """The page of a post. Its items are listed to who sits in it, above it, or oversees; others learn their number."""
    place = seat(request)
    post, known = find_post(code, place), roster(place.now)
    held = holder_in(known, post.code)
    look, badge = standing_of(held)
    shows = _may_see_items(post, place.actor)
    names = dict(Person.objects.visible_to(place.actor).values_list("code", "name"))
    page = PositionPage(
        seat=place,
        post=post,
        title=held.label if held.acts_as == known.seat(post.code) and held.label else post.title,
        look=look,
        badge=badge,
        because=_(held.because) % held.data if held.because else "",
        name="" if held.is_vacant else names.get(held.person, ""),
        warning=_warning(held, known),
        superior=known.positions.get(known.superior(post.code)),
        roles=tuple(sorted(known.roles.get(post.code, ()))),
        follows=known.positions.get(post.follows_id or ""),
        covered=_covered(known, post.code),
        groups=held_groups(held_by(post.code, place.now), place, of=post.code, shows_items=shows),
        shows_items=shows,
        terms=_terms(post, names, known.day, place.actor),
        mandates=tuple(
            Mandate.objects.visible_to(place.actor).of_position(post.code).select_related("giver", "taker")[:20]
        ),
        handovers=tuple(Handover.objects.visible_to(place.actor).filter(position=post).select_related("leaver")[:20]),
        offers=offers(post, place),
        is_abolished=post.code in known.abolished,
    )
    return render(request, "desk/positions/page.html", {"view": page})


def find_post(code: str, place: Seat) -> Position:
    """A position by its code. Raises `NotFound`."""
    found = Position.objects.visible_to(place.actor).select_related("unit", "successor").filter(code=code).first()
    if found is None:
        raise NotFound(position=code)
    return found


def _may_see_items(post: Position, actor: Actor) -> bool:
    covered = {*getattr(actor, "covers", ()), actor.position}
    return post.code in covered or (post.superior_id or "") in covered


def standing_of(held: Holder) -> tuple[str, str]:
    """How a post is held, as a shape and a word."""
    return {
        Capacity.DEFINITIVE: ("good", _("held")),
        Capacity.EX_OFFICIO: ("good", _("ex officio")),
        Capacity.OUTSIDE: ("good", _("outside the province")),
        Capacity.PLT: ("soon", "Plt."),
        Capacity.PLH: ("soon", "Plh."),
        Capacity.PJ: ("soon", "Pj."),
        Capacity.SUPERIOR: ("late", _("VACANT")),
        Capacity.NOBODY: ("late", _("VACANT")),
        Capacity.SUCCESSOR: ("none", _("abolished")),
    }[held.capacity]


def _warning(held: Holder, known: Roster) -> str:
    if held.until is None or held.until > known.day + _SOON:
        return ""
    left = (held.until - known.day).days
    said = ngettext(
        "The acting term ends in %(days)s day, on %(day)s.", "The acting term ends in %(days)s days, on %(day)s.", left
    )
    from django.utils.translation import get_language

    day = figures.day(held.until, language=get_language() or "id")
    said = said % {"days": count_text(left), "day": day}
    if held.capacity == Capacity.PLT:
        said += " " + _("A Plt acts for three months, and three more at most; then the post has to be filled.")
    return said


def _covered(known: Roster, code: str) -> tuple[str, ...]:
    others = sorted(known.covers(code) - {code}) if code in known.positions else []
    return tuple((known.positions.get(other) or known.abolished[other]).title for other in others)


def _terms(post: Position, names: dict[str, str], today: date, actor: Actor) -> tuple[Reign, ...]:
    found = Appointment.objects.visible_to(actor).filter(position=post).order_by("-from_on", "-pk")[:50]

    def reign(one: Appointment) -> Reign:
        now = one.from_on <= today and (one.to_on is None or one.to_on >= today)
        return Reign(
            name=names.get(one.person_id, "–"),
            manner=str(one.get_kind_display()),
            from_on=one.from_on,
            to_on=one.to_on,
            decree=one.decree,
            why=one.ended_because,
            is_now=now,
            look="good" if now and one.kind not in (Kind.PLT, Kind.PLH, Kind.PJ) else "soon" if now else "none",
        )

    return tuple(reign(one) for one in found)


def kind_text(kind: str) -> str:
    """What a thing that is held is called; an app's own word where this page does not know it."""
    return {
        "account": _("Accounts"),
        "application": _("Applications"),
        "case": _("Cases"),
        "dataset": _("Datasets"),
        "domain": _("Domains"),
        "hand-in": _("Hand-ins"),
        "stream-key": _("Keys of applications that send rows"),
        "indicator": _("Indicators"),
        "letter": _("Letters"),
        "mandate": _("Mandates and delegations"),
        "site": _("Sites"),
    }.get(kind, kind)


def held_groups(held: Iterable[Holding], place: Seat, *, of: str, shows_items: bool = True) -> tuple[HeldGroup, ...]:
    """By kind: what waits first, then the rest; without the items themselves where they are not to be seen.

    What a case is about is for the position `of` itself: who stands above, or has left, sees its number.
    """
    sits_there = of in {*getattr(place.actor, "covers", ()), place.actor.position}
    groups = []
    for kind, found in groupby(sorted(held, key=lambda one: (not one.is_waiting, one.kind)), key=lambda one: one.kind):
        things = list(found)
        lines = tuple(_line(one, place, named=sits_there or kind != "case") for one in things) if shows_items else ()
        groups.append(HeldGroup(kind_text(kind), len(things), sum(one.is_waiting for one in things), lines))
    return tuple(groups)


def _line(one: Holding, place: Seat, *, named: bool) -> HeldLine:
    due = due_mark(one.due_at, place.now, place.calendar) if one.due_at else None
    return HeldLine(one.label if named else one.key, one.url, one.state, due, one.is_waiting)
