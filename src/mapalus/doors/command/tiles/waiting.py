"""Tiles of what waits: data that are owed, cases past their limit, what waits for who looks, the districts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mapalus.apps.cases.models import Case
from mapalus.apps.catalogue.models import Dataset, HandIn, HandInState, Owed
from mapalus.apps.directory.calendar import province_calendar
from mapalus.apps.directory.roster import Roster
from mapalus.doors.command.tiles.around import Around
from mapalus.doors.command.tiles.reaching import covered, is_above, risen
from mapalus.doors.command.tiles.registry import Placed, Shown, kind, stamp_of
from mapalus.doors.ui.charts import Table

__all__ = ["Late", "Waiting"]

_MOST = 5


@dataclass(frozen=True)
class Late:
    """Something late, and with whom."""

    days: int  # working days; negative or 0: not late yet
    title: str
    href: str
    unit: str
    position: str
    is_vacant: bool = False
    answers: str = ""  # of a vacant position: who has its duties
    coming: str = ""  # how far a hand-in for it has come: sedang diperiksa
    reminded: int = 0  # how often it was asked for again
    is_late: bool = True
    is_risen: bool = False  # waits with somebody below: `answers` leads the unit
    note: str = ""  # instead of what is late: what it is about


@dataclass(frozen=True)
class Waiting:
    """Context of command/tiles/overdue.html."""

    items: Sequence[Late]
    count: int
    nothing: str
    is_wall: bool


def _shown(title: str, found: Sequence[Late], count: int, tile: Placed, around: Around, nothing: str) -> Shown:
    rows = tuple(
        (
            one.title,
            one.position,
            ngettext("%(days)s working day", "%(days)s working days", one.days) % {"days": one.days},
        )
        for one in found
    )
    most = tile.tile.most or _MOST
    return Shown(
        tile.tile.title_in(around.language) or title,
        "Mapalus",
        said=_("%(count)s in all") % {"count": count} if count > most else "",
        table=Table((_("What"), _("Position"), _("Late")), rows[:most]),
        template="command/tiles/overdue.html",
        context=Waiting(found[:most], count, nothing, around.is_wall),
        stamp=stamp_of(rows),
    )


def _days(days: int) -> str:
    return ngettext("%(days)s working day", "%(days)s working days", days) % {"days": days}


@kind("overdue")
def overdue(tile: Placed, around: Around) -> Shown:
    """Data that are owed, with the position that owes them; the longest first."""
    found = owed(around)
    return _shown(_("Data overdue, and with whom"), found, len(found), tile, around, _("Nothing is overdue."))


def owed(around: Around) -> list[Late]:
    now = around.now
    datasets = list(Dataset.objects.visible_to(around.actor).overdue(now).for_reading().order_by("due_at"))
    coming, asked = HandIn.objects.coming_for(datasets), Owed.objects.first_of(datasets)
    calendar = province_calendar()
    return [
        _owed(one, around.holders, days=calendar.days_late(one.due_at, now), coming=coming.get(one.pk),
              asked=asked.get(one.pk))
        for one in datasets
        if one.due_at is not None
    ]  # fmt: skip


def _owed(dataset: Dataset, holders: Roster, *, days: int, coming: HandInState | None, asked: Owed | None) -> Late:
    is_vacant, answers = _vacancy(dataset.producer_code, holders)
    return Late(
        days=days,
        title=dataset.title_here,
        href=reverse("portal:dataset", args=[dataset.name]),
        unit=dataset.unit.short or dataset.unit.name,
        position=str(dataset.producer),
        is_vacant=is_vacant,
        answers=answers,
        coming=str(coming.in_public) if coming else "",
        reminded=int(getattr(asked, "reminded", 0)),
    )


def _vacancy(code: str, holders: Roster) -> tuple[bool, str]:
    is_vacant = holders.is_vacant(code)
    answers = holders.responsible(code) if is_vacant else None
    return is_vacant, answers.title if answers else ""


@kind("cases")
def cases(tile: Placed, around: Around) -> Shown:
    """Cases past their limit, or what waits for whoever looks; only those he may open."""
    is_mine = tile.tile.what == "mine"
    title = _("What waits for my decision") if is_mine else _("Overdue, and with whom")
    if is_mine and (around.actor is None or around.is_wall):
        return Shown(tile.tile.title_in(around.language) or title, said=_("Sign in to see what waits for you."))
    found = Case.objects.visible_to(around.actor)
    if not is_mine:
        found |= Case.objects.published()  # an official, too, reads what everybody may
    if tile.tile.service:
        found = found.filter(pack_name=tile.tile.service)
    if around.is_wall:  # whoever looks: others stand beside him
        found = found.filter(is_restricted=False, is_secret=False)
    if is_mine:
        found = found.open().turn_of(sorted(covered(around.actor)))
    else:
        found = found.overdue(around.now)
    count = found.count()
    newest = list(found.for_list().order_by("due_order", "pk")[: tile.tile.most or _MOST])
    rows = _read(newest, around)
    if is_mine:
        above = [*_risen(tile, around), *_disputed(tile, around)]
        rows, count = [*rows, *above], count + len(above)
    nothing = _("Nothing waits for you.") if is_mine else _("Nothing is overdue.")
    return _shown(title, rows, count, tile, around, nothing)


def _risen(tile: Placed, around: Around) -> list[Late]:
    """What has been overdue for long in a unit whose head stands directly below the one who looks."""
    found = risen(around.actor, around.holders, now=around.now, service=tile.tile.service)
    heads = [around.holders.responsible(around.holders.head(one.unit)) for one in found]
    rows = zip(_read(found, around), heads, strict=True)
    return [replace(row, answers=head.title if head else "", is_risen=True) for row, head in rows]


def _read(found: Sequence[Case], around: Around) -> list[Late]:
    """Cases as this reader sees them: who may not open one reads of it what everybody may."""
    seen = Case.objects.visible_to(around.actor).filter(pk__in=[one.pk for one in found])
    may_open = set(seen.values_list("pk", flat=True)) if around.actor is not None else set()
    return [_case(one, around) if one.pk in may_open else _in_public(one, around) for one in found]


def _in_public(one: Case, around: Around) -> Late:
    is_open = one.pack_name == "aduan" and one.is_published and not around.is_wall
    href = reverse("portal:complaint", args=[one.number]) if is_open else ""
    return replace(_case(one, around), title=f"{one.number} · {one.public_title or one.number}", href=href)


def _disputed(tile: Placed, around: Around) -> list[Late]:
    """Numbers of this board that are disputed between offices below the one who looks."""
    if tile.tile.service:
        return []
    found = {one.indicator.dataset.pk: one for one in around.readings("").values() if one.conflict}
    mine = covered(around.actor)
    rows = []
    for one in found.values():
        dataset = one.indicator.dataset
        if not is_above(mine, around.holders.head(dataset.unit_code), around.holders):
            continue
        is_vacant, answers = _vacancy(dataset.producer_code, around.holders)
        rows.append(
            Late(
                days=0, title=_("%(title)s: disputed") % {"title": one.indicator.title_here},
                href=around.why(one.indicator.code), unit=dataset.unit.short or dataset.unit.name,
                position=str(dataset.producer), is_vacant=is_vacant, answers=answers, is_late=False, note=one.conflict,
            )
        )  # fmt: skip
    return rows


def _case(one: Case, around: Around) -> Late:
    position = around.holders.positions.get(one.turn)
    is_vacant, answers = _vacancy(one.turn, around.holders) if one.turn else (False, "")
    is_late = one.due_at is not None and one.due_at < around.now
    # Whoever is not signed in reads what was moderated; walls hang where everybody passes.
    is_open = around.actor is not None and not around.is_wall
    return Late(
        days=province_calendar().days_late(one.due_at, around.now) if one.due_at is not None and is_late else 0,
        title=f"{one.number} · {one.title if is_open else one.public_title or one.number}",
        href=reverse("desk:case", args=[one.number]) if is_open else "",
        unit=(position.unit.short or position.unit.name) if position else "",
        position=position.title if position else _("the applicant"),
        is_vacant=is_vacant,
        answers=answers,
        is_late=is_late,
    )


@kind("districts")
def districts(tile: Placed, around: Around) -> Shown:
    """Which kabupaten and kota shared, which are late, which hold something back."""
    from mapalus.doors.command.districts import districts_page

    page = districts_page(now=around.now)
    rows = tuple((row.name, row.state, row.summary) for row in page.taking_part)
    return Shown(
        tile.tile.title_in(around.language) or _("Data of the kabupaten and kota"),
        "Mapalus",
        said=_("%(n)s of %(of)s share from a system of their own") % {"n": len(page.taking_part), "of": page.count},
        table=Table((_("Region"), _("State"), _("Shared")), rows),
        template="command/tiles/districts.html",
        context=page,
        stamp=stamp_of(rows),
    )
