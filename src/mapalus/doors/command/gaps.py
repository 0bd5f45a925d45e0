"""Indicators without a number, for stewards and leaders: why, who is responsible, since when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mapalus.apps.catalogue.gaps import Gap, Reason, gaps
from mapalus.apps.directory.roster import Roster, roster
from mapalus.engine import clock
from mapalus.engine.errors import NotAllowed

__all__ = ["GapLine", "GapPage", "without_numbers"]


@dataclass(frozen=True)
class GapLine:
    """One indicator as a line. `href` of its page, where it has one; `look` and `why` as a state of the design."""

    code: str
    title: str
    href: str
    look: str
    why: str
    detail: str
    dataset: str
    dataset_href: str
    position: str
    vacant: str  # the post is empty: who has its duties
    unit: str
    since: date | None


@dataclass(frozen=True)
class GapPage:
    """Context of command/gaps.html."""

    empty: Sequence[GapLine]  # declared, and no number
    late: Sequence[GapLine]  # an old number
    undeclared: Sequence[GapLine]
    total: int


@never_cache
@require_safe
def without_numbers(request: HttpRequest) -> HttpResponse:
    """For whoever holds a position; what is closed to it is said to be so, without what it says."""
    actor = getattr(request, "actor", None)
    if actor is None or not actor.position:
        raise NotAllowed
    now = clock.now()
    posts = roster(now)
    found = gaps(actor, now=now)
    page = GapPage(
        empty=[_line(one, posts) for one in found if one.reason not in (Reason.LATE, Reason.UNDECLARED)],
        late=[_line(one, posts) for one in found if one.reason is Reason.LATE],
        undeclared=[_line(one, posts) for one in found if one.reason is Reason.UNDECLARED],
        total=len(found),
    )
    return render(request, "command/gaps.html", {"page": page})


def _line(one: Gap, posts: Roster) -> GapLine:
    is_told = one.dataset is not None and one.reason is not Reason.NOT_SHARED
    held = posts.holder(one.producer) if one.producer else None
    duties = posts.responsible(one.producer) if one.producer and held is None else None
    look, why = _why(one)
    return GapLine(
        code=one.code,
        title=one.title,
        href=reverse("command:why", args=[one.code])
        if one.reason in (Reason.LATE, Reason.NO_VALUE, Reason.BROKEN)
        else "",
        look=look,
        why=why,
        detail=one.detail,
        dataset=one.dataset.title_here if is_told and one.dataset else one.dataset_name if one.dataset is None else "",
        dataset_href=reverse("portal:dataset", args=[one.dataset_name])
        if is_told and one.dataset and one.dataset.is_open and one.dataset.current_id
        else "",
        position=held.title if held else one.producer and str(one.dataset.producer if one.dataset else one.producer),
        vacant=(duties.title if duties else _("nobody has its duties")) if one.producer and held is None else "",
        unit=one.unit.name if one.unit else one.agency,
        since=_day(one.since),
    )


def _why(one: Gap) -> tuple[str, str]:
    return {
        Reason.UNDECLARED: ("none", _("not declared yet")),
        Reason.NO_DATASET: ("late", _("its dataset does not exist")),
        Reason.NOT_SHARED: ("none", _("not shared with you")),
        Reason.NOT_PUBLISHED: ("late", _("no published version")),
        Reason.BROKEN: ("late", _("newest version not worked out")),
        Reason.NO_VALUE: ("soon", _("its rows give no value")),
        Reason.LATE: ("late", _("its dataset is late")),
    }[one.reason]


def _day(moment: datetime | None) -> date | None:
    return moment.astimezone(timezone.get_current_timezone()).date() if moment else None
