"""The form somebody is filling in: which one belongs to this browser or account. The session holds its key only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest

from mapalus.apps.cases import drafts
from mapalus.apps.cases.drafts import Filling
from mapalus.apps.cases.who import Applicant
from mapalus.apps.directory.models import Person

__all__ = ["applicant", "drop", "held", "hold", "mine", "put_by"]

_SESSION = "drafts"  # pack -> key of the draft


def applicant(request: HttpRequest, *, case: int | None = None) -> Applicant:
    """Who fills in or follows: an account where somebody is signed in, else nobody known."""
    if not request.user.is_authenticated:
        return Applicant(case=case)
    person = Person.objects.filter(user=request.user.pk).values_list("code", flat=True).first()
    return Applicant(user=request.user.pk, case=case, person=person or "")


def mine(request: HttpRequest, pack: str, *, now: datetime) -> Filling:
    """The form of this pack that this browser began, or an empty one."""
    key = request.session.get(_SESSION, {}).get(pack)
    found = drafts.find(int(key), now=now) if key else None
    return found if found is not None and found.pack_name == pack else Filling(pack)


def put_by(request: HttpRequest, filling: Filling, *, now: datetime) -> Filling:
    """Keep it, and remember in this browser that it is its own."""
    user = request.user.pk if request.user.is_authenticated else None
    kept = drafts.keep(filling, user=user, now=now)
    hold(request, kept)
    return kept


def hold(request: HttpRequest, filling: Filling) -> None:
    """Remember in this browser that this form is its own."""
    held: dict[str, Any] = request.session.get(_SESSION, {})
    request.session[_SESSION] = {**held, filling.pack_name: filling.pk}


def drop(request: HttpRequest, filling: Filling) -> None:
    """It was sent or thrown away."""
    if filling.pk is not None:
        drafts.forget(filling.pk)
    held: dict[str, Any] = request.session.get(_SESSION, {})
    if filling.pack_name in held:
        request.session[_SESSION] = {name: key for name, key in held.items() if name != filling.pack_name}


def held(request: HttpRequest, *, now: datetime) -> list[Filling]:
    """All forms that this browser began and did not send."""
    keys = request.session.get(_SESSION, {}).values()
    return [found for key in keys if (found := drafts.find(int(key), now=now)) is not None]
