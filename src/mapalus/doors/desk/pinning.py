"""Tetapkan: what was guessed while reading becomes part of the contract."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from mapalus.apps.catalogue import actions, pins
from mapalus.doors.desk.finding import find
from mapalus.doors.desk.problems import said
from mapalus.doors.desk.rail import seat
from mapalus.engine.errors import Conflict

__all__ = ["pin"]


@require_POST
def pin(request: HttpRequest, name: str) -> HttpResponse:
    """Take the guesses of one hand-in's check into the dataset's contract."""
    place = seat(request)
    handin = find(request.POST.get("receipt", ""), place)
    try:
        kept = pins.pinned(handin)
        reason = _("Guesses of %(receipt)s fixed.") % {"receipt": handin.receipt}
        actions.change_contract(handin.dataset, kept=kept, reason=reason, by=place.actor, now=place.now)
    except Conflict as problem:
        messages.error(request, said(problem))
    else:
        messages.success(request, _("Fixed. From now on this file is read so, without guessing."))
    return redirect("desk:handin", receipt=handin.receipt)
