"""Ikuti data, and tokens of an account: who reads the data may say so, and is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from mapalus.apps.catalogue import following, reading_tokens
from mapalus.apps.catalogue.models import Dataset, Follower, ReadToken
from mapalus.apps.directory.models import Person
from mapalus.doors.ui.tokens import TokenForm
from mapalus.engine import clock
from mapalus.engine.errors import Problem

__all__ = ["FollowPage", "TokensPage", "follow", "followed", "revoke", "tokens"]


@dataclass(frozen=True)
class FollowPage:
    """Context of portal/reading/follow.html."""

    dataset: Dataset
    is_followed: bool
    has_account: bool
    mail: str  # where messages go; empty: the account has no address
    entry: str  # where one signs in and comes back from


@dataclass(frozen=True)
class TokensPage:
    """Context of portal/reading/tokens.html. secret: of the token that was just made, told once."""

    tokens: Sequence[tuple[ReadToken, bool]]  # and whether it counts
    form: TokenForm
    is_official: bool  # has the desk for the tokens of his position
    secret: str = ""


def _account(request: HttpRequest) -> reading_tokens.Account | None:
    """Who is signed in, whatever position he has."""
    if not request.user.is_authenticated:
        return None
    person = Person.objects.filter(user=request.user.pk).values_list("code", flat=True).first()
    return reading_tokens.Account(int(request.user.pk), person or "")


def followed(request: HttpRequest) -> list[Follower]:
    """What the account follows, for its page."""
    if not request.user.is_authenticated:
        return []
    found = Follower.objects.of_account(request.user.pk).select_related("dataset", "dataset__unit")
    return list(found.order_by("dataset__title")[:200])


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def follow(request: HttpRequest, name: str) -> HttpResponse:
    """`/data/<name>/ikuti/`: be told of a dataset, or no more."""
    dataset = Dataset.objects.known_to(None).for_reading().filter(name=name).first()
    if dataset is None:
        raise Http404
    account = _account(request)
    entry = f"{reverse('portal:mine')}?{urlencode({'next': request.path})}"
    if account is None:
        if request.method == "POST":
            return redirect(entry)
        return render(request, "portal/reading/follow.html", {"page": FollowPage(dataset, False, False, "", entry)})
    user = User.objects.get(pk=account.user)
    mine = Follower.objects.of_account(user.pk).filter(dataset=dataset).first()
    if request.method == "POST":
        _turn(request, dataset, mine, account)
        return redirect("portal:dataset-follow", name=name)
    page = FollowPage(dataset, mine is not None, True, user.email, entry)
    return render(request, "portal/reading/follow.html", {"page": page})


def _turn(request: HttpRequest, dataset: Dataset, mine: Follower | None, by: reading_tokens.Account) -> None:
    """Follow, or follow no more; what is so already stays so. Whoever follows does it for himself, in no position."""
    wants = request.POST.get("ikuti") == "1"
    if wants and mine is None:
        following.follow(dataset, by=by, now=clock.now())
        messages.success(request, _("You follow these data."))
    elif not wants and mine is not None:
        following.unfollow(mine, by=by, now=clock.now())
        messages.success(request, _("You follow these data no more."))


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """`/layanan/saya/token/`: the tokens of one's own account."""
    account = _account(request)
    if account is None:
        return redirect(f"{reverse('portal:mine')}?{urlencode({'next': request.path})}")
    form = TokenForm(request.POST if request.method == "POST" else None, is_for_position=False)
    now, secret = clock.now(), ""
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            _made, secret = reading_tokens.issue_token(
                ReadToken, name=given["name"], purpose=given["purpose"], contact=given["contact"],
                until=form.until(now), by=account, now=now,
            )  # fmt: skip
        except Problem as problem:
            messages.error(request, problem.say(language=get_language()))
        else:
            form = TokenForm(is_for_position=False)
    mine = [(one, one.is_valid(now)) for one in ReadToken.objects.visible_to(account)[:100]]
    page = TokensPage(mine, form, bool(account.person), secret)
    return render(request, "portal/reading/tokens.html", {"page": page}, status=422 if form.errors else 200)


@login_not_required
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End a token of one's own account."""
    account = _account(request)
    token = ReadToken.objects.visible_to(account).filter(pk=pk).first() if account else None
    if account is None or token is None:
        raise Http404
    try:
        reading_tokens.revoke_token(token, reason=_("ended by its owner"), by=account, now=clock.now())
    except Problem as problem:
        messages.error(request, problem.say(language=get_language()))
    else:
        messages.success(request, _("The token has ended."))
    return redirect("portal:tokens")
