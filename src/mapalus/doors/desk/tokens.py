"""Token baca: which applications read the data under the responsibility of one's position, and what they read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.contrib import messages
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from mapalus.apps.catalogue.models import ReadToken, ReadTokenUse
from mapalus.apps.catalogue.reading_tokens import issue_token, revoke_token
from mapalus.doors.desk.problems import said
from mapalus.doors.desk.rail import Seat, seat
from mapalus.doors.ui.tokens import TokenForm
from mapalus.engine.errors import NotAllowed, Problem

__all__ = ["TokenRow", "TokensPage", "revoke", "tokens"]

_MOST = 200


@dataclass(frozen=True)
class TokenRow:
    """One token. read: how often in the last 30 days, and the datasets, most read first."""

    token: ReadToken
    is_valid: bool
    may_end: bool
    read: int
    datasets: tuple[tuple[str, str], ...]  # name, title


@dataclass(frozen=True)
class TokensPage:
    """Context of desk/tokens/list.html. secret: of the token that was just issued, told once."""

    seat: Seat
    rows: tuple[TokenRow, ...]
    form: TokenForm | None
    secret: str = ""


@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """The tokens of one's position and unit. POST issues one; its secret stands on the answer and nowhere else."""
    place = seat(request)
    may = place.actor.may("catalogue.issue-read-token", ReadToken, place.now)
    if request.method == "POST" and not may:
        raise NotAllowed
    form = TokenForm(request.POST if request.method == "POST" else None, is_for_position=True)
    secret = ""
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            _made, secret = issue_token(
                ReadToken, name=given["name"], purpose=given["purpose"], contact=given["contact"],
                is_wide=given["wide"], until=form.until(place.now), by=place.actor, now=place.now,
            )  # fmt: skip
        except Problem as problem:
            messages.error(request, said(problem))
        else:
            form = TokenForm(is_for_position=True)
    page = TokensPage(place, _rows(place), form if may else None, secret)
    response = render(request, "desk/tokens/list.html", {"view": page}, status=422 if form.errors else 200)
    if secret:
        response.headers["Cache-Control"] = "no-store"
    return response


def _rows(place: Seat) -> tuple[TokenRow, ...]:
    found = list(ReadToken.objects.visible_to(place.actor)[:_MOST])
    uses = _uses(found, place)
    return tuple(
        TokenRow(
            one, one.is_valid(place.now),
            one.is_valid(place.now) and place.actor.may("catalogue.revoke-read-token", one, place.now),
            sum(count for _name, _title, count in uses.get(one.pk, ())),
            tuple((name, title) for name, title, _count in uses.get(one.pk, ())[:5]),
        )
        for one in found
    )  # fmt: skip


def _uses(found: Sequence[ReadToken], place: Seat) -> Mapping[int, list[tuple[str, str, int]]]:
    """What each token read in the last 30 days, the most read first; one query."""
    since = timezone.localtime(place.now).date() - timedelta(days=30)
    rows = (
        ReadTokenUse.objects.filter(token__in=found, day__gte=since)
        .values_list("token", "dataset__name", "dataset__title")
        .annotate(n=Sum("count"))
        .order_by("token", "-n")
    )
    uses: dict[int, list[tuple[str, str, int]]] = {}
    for token, name, title, count in rows:
        uses.setdefault(token, []).append((name, title, count))
    return uses


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End a token at once, with a reason."""
    place = seat(request)
    token = ReadToken.objects.visible_to(place.actor).filter(pk=pk).first()
    if token is None:
        raise Http404
    try:
        revoke_token(token, reason=request.POST.get("reason", ""), by=place.actor, now=place.now)
    except Problem as problem:
        messages.error(request, said(problem))
    else:
        messages.success(request, _("The token has ended."))
    return redirect("desk:tokens")
