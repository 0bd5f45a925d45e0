"""Rows of the inbox about contracts: changes to decide, contracts to answer and to decide, grounds that end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from mapalus.apps.catalogue import drifting, restricting
from mapalus.apps.catalogue.models import Answer, Change, HandInState, Proposal, ProposalState
from mapalus.apps.catalogue.reach import reach
from mapalus.doors.desk.due import due_mark
from mapalus.doors.desk.inbox_items import Item
from mapalus.doors.desk.rail import Seat

__all__ = ["Due", "waiting"]

_TERM = timedelta(days=3)  # to decide over a change
_OVER = (HandInState.REPLACED, HandInState.WITHDRAWN, HandInState.RETURNED)


@dataclass(frozen=True)
class Due:
    """One row and when it should be done."""

    at: datetime
    key: int
    item: Item


def waiting(place: Seat) -> list[Due]:
    """Everything of contracts that waits for this position; few, so they are sorted here."""
    found = [*_changes(place), *_answers(place), *_proposals(place), *_grounds(place)]
    return sorted(found, key=lambda one: (one.at, one.key))


def _changes(place: Seat) -> Iterator[Due]:
    found = Change.objects.visible_to(place.actor).waiting().exclude(handin__state__in=_OVER).for_reading()
    for one in found[:200]:
        if not place.actor.may("catalogue.decide-change", one, place.now):
            continue
        at = one.found_at + _TERM
        handin = one.handin
        yield _due(
            place, at, 4 * one.pk, address=reverse("desk:change", args=[one.pk]), title=one.dataset.title_here,
            period=handin.period if handin else "", sender=one.dataset.unit.name,
            facts=drifting.said(one).say(language=translation.get_language()),
            state=_("holds the publication") if one.is_holding else _("asks for a word"),
            where=handin.receipt if handin else "",
        )  # fmt: skip


def _answers(place: Seat) -> Iterator[Due]:
    found = Answer.objects.filter(
        proposal__state=ProposalState.ASKING, word="", position__in=reach(place.actor).positions
    ).select_related("proposal__dataset__unit")
    for one in found:
        dataset = one.proposal.dataset
        yield _due(
            place, one.proposal.answer_by, 4 * one.pk + 1, address=reverse("desk:proposal", args=[one.proposal_id]),
            title=dataset.title_here, period="", sender=dataset.unit.name, state=_("asks whether it breaks something"),
            facts=_("Contract %(release)s, for %(use)s") % {"release": one.proposal.release, "use": one.label},
            where="",
        )  # fmt: skip


def _proposals(place: Seat) -> Iterator[Due]:
    """Those whose answers are all there, or whose term is over."""
    found = Proposal.objects.visible_to(place.actor).asking().select_related("dataset__unit")
    for one in found.prefetch_related("answers"):
        is_ready = one.answer_by <= place.now or all(each.word or not each.position for each in one.answers.all())
        if is_ready and place.actor.may("catalogue.decide-proposal", one, place.now):
            yield _due(
                place, one.answer_by, 4 * one.pk + 2, address=reverse("desk:proposal", args=[one.pk]),
                title=one.dataset.title_here, period="", sender=one.dataset.unit.name, state=_("to be decided"),
                facts=_("Contract %(release)s: everybody asked has had a say") % {"release": one.release}, where="",
            )  # fmt: skip


def _grounds(place: Seat) -> Iterator[Due]:
    for one in restricting.ending(now=place.now):
        if not place.actor.may("catalogue.restrict", one.dataset, place.now):
            continue
        at = timezone.make_aware(datetime.combine(one.until, time(16)))
        yield _due(
            place, at, 4 * one.pk + 3, address=reverse("desk:dataset-access", args=[one.dataset.name]),
            title=one.dataset.title_here, period="", sender=one.dataset.unit.name, facts=one.article,
            state=_("the ground for restricting ends"), where="",
        )  # fmt: skip


def _due(
    place: Seat, at: datetime, key: int, *, address: str, title: str, period: str, sender: str, facts: str, state: str,
    where: str,
) -> Due:  # fmt: skip
    item = Item(
        address=address, icon="review", title=title, period=period, facts=facts, sender=sender, place=where,
        due=due_mark(at, place.now, place.calendar), state=state, is_turn=True,
    )  # fmt: skip
    return Due(at, key, item)
