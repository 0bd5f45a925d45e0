"""Kasus: the page of one case, its files, what is said about it, and personal values opened with a reason."""

from __future__ import annotations

from datetime import timedelta
from typing import BinaryIO, cast

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from mapalus.apps.cases import actions, files
from mapalus.apps.cases.models import Audience, Case, CaseFile, Remark
from mapalus.apps.cases.packs import pack_of
from mapalus.apps.cases.reading import read
from mapalus.apps.cases.telling import link_of
from mapalus.apps.notices import actions as notices
from mapalus.apps.notices.models import Notice
from mapalus.doors.desk.cases_page import case_page, find_case
from mapalus.doors.desk.problems import said
from mapalus.doors.desk.rail import Seat, seat
from mapalus.engine import pictures
from mapalus.engine.errors import Invalid, NotAllowed, NotFound, Problem

__all__ = ["case", "file", "follow", "paper", "remark", "unmask"]

_SAME_NOTE = timedelta(days=7)  # a device may have been without a network so long
_MOST_FILES = 10


def address_of(found: Case, part: str = "") -> str:
    return reverse("desk:case", kwargs={"number": found.number}) + part


@never_cache
@require_GET
def case(request: HttpRequest, number: str) -> HttpResponse:
    place = seat(request)
    found = find_case(number, place)
    told = Notice.objects.visible_to(place.actor).unread().filter(url=link_of(found)).values_list("pk", flat=True)
    if keys := list(told[:200]):
        notices.mark_read(keys, by=place.actor, now=place.now)
    return render(request, "desk/cases/page.html", {"view": case_page(found, place)})


@never_cache
@require_GET
def paper(request: HttpRequest, number: str) -> HttpResponse:
    """The case on paper: everything one may read, nothing to press."""
    place = seat(request)
    return render(request, "desk/cases/print.html", {"view": case_page(find_case(number, place), place)})


@never_cache
@require_GET
def file(request: HttpRequest, number: str, pk: int) -> FileResponse:
    """A file of the case. Photographs may be looked at here; everything else is downloaded, never opened."""
    place = seat(request)
    found: CaseFile | None = next(
        (one for one in read(find_case(number, place), by=place.actor).files if one.pk == pk and one.sha256), None
    )
    if found is None:
        raise NotFound
    is_picture = found.media_type in pictures.KINDS
    answer = FileResponse(
        files.path_of(found).open("rb"),
        as_attachment=not (is_picture and request.GET.get("lihat") == "1"),
        filename=found.name,
        content_type=found.media_type if is_picture else "application/octet-stream",
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@never_cache
@require_POST
def unmask(request: HttpRequest, number: str) -> HttpResponse:
    """Personal values, in this answer only: each look has its reason in the ledger. Nothing of them is kept."""
    place = seat(request)
    found = find_case(number, place)
    if not (place.actor.may("cases.unmask", found, place.now) and read(found, by=place.actor).may_unmask):
        raise NotAllowed
    reason = request.POST.get("reason", "").strip()
    wanted = [field.name for field in pack_of(found.pack).form.fields if field.is_personal]
    try:
        if len(reason) < 10:
            raise Invalid(fields={"reason": _("Say why you need to see this, in at least ten characters.")})
        opened = actions.unmask(found, fields=wanted, reason=reason, by=place.actor, now=place.now)
    except Problem as problem:
        page = case_page(found, place, opened_error=said(problem))
        return render(request, "desk/cases/page.html", {"view": page}, status=problem.status)
    every = {name: opened.get(name) for name in wanted}
    return render(request, "desk/cases/page.html", {"view": case_page(find_case(number, place), place, opened=every)})


@require_POST
def remark(request: HttpRequest, number: str) -> HttpResponse:
    """Say something; files may come with it. What cannot be kept comes back as it was typed."""
    place = seat(request)
    found = find_case(number, place)
    if not place.actor.may("cases.remark", found, place.now):
        raise NotAllowed
    text, audience = request.POST.get("text", ""), request.POST.get("audience", Audience.INTERNAL)
    uploads = request.FILES.getlist("files")[:_MOST_FILES]
    if _stands_already(request, found, place):
        return redirect(address_of(found, "#pembicaraan"))
    try:
        kept = [
            files.keep(
                cast(BinaryIO, one.file), name=one.name or "", media_type=one.content_type or "application/octet-stream"
            )
            for one in uploads
            if one
        ]
        if text.strip() or not kept:
            actions.remark(found, text=text, audience=audience, by=place.actor, now=place.now)
        if kept:
            actions.attach(found, files=kept, audience=audience, by=place.actor, now=place.now)
    except Problem as problem:
        page = case_page(found, place, remark=text, remark_error=said(problem))
        return render(request, "desk/cases/page.html", {"view": page}, status=problem.status)
    messages.success(request, _("Written down."))
    return redirect(address_of(found, "#pembicaraan"))


def _stands_already(request: HttpRequest, case: Case, place: Seat) -> bool:
    """A note that a device kept without a network and sends again: it may have come although no answer went back."""
    if not request.POST.get("ditulis"):
        return False
    same = Remark.objects.filter(case=case, position=place.actor.position, person=place.actor.person)
    return same.filter(text=request.POST.get("text", "").strip(), at__gte=place.now - _SAME_NOTE).exists()


@require_POST
def follow(request: HttpRequest, number: str) -> HttpResponse:
    place = seat(request)
    found = find_case(number, place)
    is_on = request.POST.get("ikuti") == "1"
    actions.follow(found, is_on=is_on, by=place.actor, now=place.now)
    messages.success(request, _("You will hear what happens here.") if is_on else _("You no longer follow this case."))
    return redirect(address_of(found))
