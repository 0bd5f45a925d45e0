"""Two officials on the telephone: the province reads out a code, the district enters it, both compare twelve digits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from mapalus.apps.federation import handshake, inviting, joining
from mapalus.apps.federation.models import Instance, Invitation, InvitationState
from mapalus.doors.desk.federation_forms import InvitationForm
from mapalus.doors.desk.problems import to_form
from mapalus.doors.desk.rail import Seat, seat
from mapalus.engine.errors import NotAllowed, NotFound, Problem

__all__ = ["InvitationRow", "apart_said", "invitation_rows", "invite"]

_KEPT = timedelta(days=7)  # how long one that is over is still listed
_APART = 10 * 60  # seconds two clocks may differ
_LOOKS = {
    InvitationState.OPEN: "turn", InvitationState.USED: "good", InvitationState.EXPIRED: "none",
    InvitationState.WITHDRAWN: "none",
}  # fmt: skip


@dataclass(frozen=True)
class InvitationRow:
    invitation: Invitation
    look: str
    state: str
    is_open: bool


@dataclass(frozen=True)
class InvitePage:
    """Context of desk/federation/invite.html."""

    seat: Seat
    form: InvitationForm
    code: str = ""  # shown once
    link: str = ""
    name: str = ""  # of the district
    expires_at: datetime | None = None
    address: str = ""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """Make the code of an invitation, or withdraw one."""
    place = seat(request)
    if not place.actor.may("federation.invite-district", Instance, place.now):
        raise NotAllowed(act="federation.invite-district")
    if settings.INSTANCE_REGION != settings.PROVINCE_CODE:
        raise NotFound  # a district invites nobody
    if request.POST.get("langkah") == "cabut":
        return _withdraw(request, place)
    form = InvitationForm(request.POST if request.method == "POST" else None)
    page = InvitePage(place, form)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        lasts = timedelta(hours=int(given["lasts"]))
        try:
            code = inviting.invite_district(
                given["unit"], contact=given["contact"], lasts=lasts, by=place.actor, now=place.now
            )
        except NotAllowed:
            raise
        except Problem as problem:
            to_form(problem, form)
        else:
            page = InvitePage(
                place, form, handshake.shown_code(code), joining.invitation_link(code), given["unit"].region.name,
                place.now + lasts, settings.SITE_URL.rstrip("/"),
            )  # fmt: skip
    return render(request, "desk/federation/invite.html", {"view": page}, status=422 if form.errors else 200)


def _withdraw(request: HttpRequest, place: Seat) -> HttpResponse:
    number = request.POST.get("undangan", "")
    found = Invitation.objects.visible_to(place.actor).filter(
        pk=int(number) if number.isdecimal() and len(number) < 12 else 0
    )
    row = found.first()
    if row is None:
        raise NotFound
    try:
        inviting.withdraw_invitation(row, by=place.actor, now=place.now)
    except NotAllowed:
        raise
    except Problem as problem:
        messages.error(request, problem.say(language=getattr(request, "LANGUAGE_CODE", "id")))
    else:
        messages.success(request, _("The invitation is withdrawn. Its code opens nothing any more."))
    return redirect("desk:federation")


def invitation_rows(place: Seat) -> Sequence[InvitationRow]:
    """Those that wait, and those of the last days."""
    found = Invitation.objects.visible_to(place.actor).filter(made_at__gt=place.now - _KEPT).select_related("region")
    rows = []
    for one in found[:30]:
        state = one.state_at(place.now)
        rows.append(InvitationRow(one, _LOOKS[state], str(state.label), state is InvitationState.OPEN))
    return rows


def apart_said(instance: Instance) -> str:
    """One sentence where the clocks of the two ends differ by more than is meant; else empty."""
    seconds = instance.joined.get("apart", 0)
    if not isinstance(seconds, int) or abs(seconds) < _APART:
        return ""
    minutes = abs(seconds) // 60
    if seconds > 0:
        return ngettext(
            "Its clock is %(n)s minute ahead of ours: have both set by the network.",
            "Its clock is %(n)s minutes ahead of ours: have both set by the network.", minutes,
        ) % {"n": minutes}  # fmt: skip
    return ngettext(
        "Its clock is %(n)s minute behind ours: have both set by the network.",
        "Its clock is %(n)s minutes behind ours: have both set by the network.", minutes,
    ) % {"n": minutes}  # fmt: skip
