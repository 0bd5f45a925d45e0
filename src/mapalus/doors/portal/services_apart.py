"""Forms to which no account comes near (`auth.by_code_only`, such as reports of misconduct).

Nothing is kept before it is sent: the page that is looked at holds the answers and brings them back. No session, no
draft and no outbox of a device knows of it. Afterwards the code alone leads to the case.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mapalus.apps.cases import actions
from mapalus.apps.cases.drafts import Filling
from mapalus.apps.cases.packs import here
from mapalus.apps.cases.reading import Value
from mapalus.apps.cases.who import Applicant
from mapalus.doors.portal import following, limits
from mapalus.doors.portal.services import Service
from mapalus.doors.portal.services_form import ANONYMOUS, SECRET, Page, judged, page_of, pages, prefilled, received
from mapalus.doors.ui.parts import Stage
from mapalus.engine.errors import Invalid
from mapalus.engine.forms import Cleaned

__all__ = ["fill_in", "send"]

SENDS, LOOKS = 120, 400  # of one address in ten minutes
_KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LONGEST = 400_000  # characters of answers that a page brings back


@dataclass(frozen=True)
class ApartPage:
    """Context of portal/services/apart.html: the form, or all of it once more before it is sent."""

    service: Service
    stages: tuple[Stage, ...]
    page: Page | None  # the form; None: the look before sending
    parts: tuple[tuple[str, tuple[Value, ...]], ...]
    carried: str  # the answers, as the page brings them back
    key: str  # makes sure that one form becomes one report
    is_signed_in: bool
    is_anonymous: bool = False
    is_secret: bool = False


def fill_in(request: HttpRequest, service: Service, *, now: datetime) -> HttpResponse:
    """The form on one page. What was sent and fits is looked at once more; what does not fit stays on the page."""
    if request.method != "POST":
        return _form(request, service, _named(service, request), {}, now=now)
    limits.bound(request, "save", most=LOOKS)
    carried, key = _carried(request)
    if request.POST.get("aksi") == "ubah":
        return _form(request, service, carried, {}, key=key, now=now)
    raw, wrong = received(request, service, [step for steps in pages(service.pack.form) for step in steps])
    raw = {**carried, **raw}
    cleaned = judged(service.pack.form, raw, now=now)
    found = {**cleaned.errors_in(get_language()), **wrong}
    if found or request.POST.get("aksi") == "segarkan":
        return _form(request, service, raw, found, key=key, now=now)
    return _look(request, service, raw, cleaned, key)


def send(request: HttpRequest, service: Service, *, now: datetime) -> HttpResponse:
    """Begin the case out of what the page brought back, as nobody known."""
    raw, key = _carried(request)
    if request.method != "POST" or not raw:
        return redirect("portal:service-start", service.name)
    limits.bound(request, "send", most=SENDS)
    auth = service.pack.auth
    try:
        opened = actions.open_case(
            service.version,
            values={name: value for name, value in raw.items() if name not in (ANONYMOUS, SECRET)},
            by=Applicant(),
            now=now,
            key=key,
            is_anonymous=auth.may_be_anonymous and bool(raw.get(ANONYMOUS)),
            is_secret=auth.may_be_secret and bool(raw.get(SECRET)),
            is_sample=settings.SAMPLE_DATA,
        )
    except Invalid:
        found = judged(service.pack.form, raw, now=now).errors_in(get_language())
        return _form(request, service, raw, found, key=key, now=now)
    return following.marked(redirect("portal:case-sent", opened.case.number), opened.case)


def _named(service: Service, request: HttpRequest) -> dict[str, Any]:
    """What the link has filled in; never what an account knows."""
    profiled = {item.name for item in service.asked if item.prefill}
    return {name: value for name, value in prefilled(service, request).items() if name not in profiled}


def _carried(request: HttpRequest) -> tuple[dict[str, Any], str]:
    """The answers that the page before held, and the key of the form. Judged again like everything from outside."""
    given = request.POST.get("isian", "")
    key = request.POST.get("kunci", "").lower()
    try:
        found = json.loads(given) if 0 < len(given) <= _LONGEST else {}
    except ValueError:
        found = {}
    raw = {str(name): value for name, value in found.items()} if isinstance(found, dict) else {}
    return raw, key if _KEY.fullmatch(key) else str(uuid.uuid4())


def _form(
    request: HttpRequest, service: Service, raw: Mapping[str, Any], errors: Mapping[str, str], *, now: datetime,
    key: str = "",
) -> HttpResponse:  # fmt: skip
    filling = Filling(service.name, raw, key or str(uuid.uuid4()))
    cleaned = judged(service.pack.form, raw, now=now)
    page = page_of(service, filling, 1, errors=errors, cleaned=cleaned, now=now)
    shown = _page(request, service, raw, filling.key, at=1, page=page)
    return render(request, "portal/services/apart.html", {"page": shown}, status=422 if errors else 200)


def _look(request: HttpRequest, service: Service, raw: Mapping[str, Any], cleaned: Cleaned, key: str) -> HttpResponse:
    pack, parts = service.pack, []
    for step in (step for steps in pages(pack.form) for step in steps):
        values = tuple(
            Value(name, here(pack.form.field(name), "label"), following.shown_value(pack, name, value), value)
            for name in step.fields
            if (value := cleaned.values.get(name)) not in (None, "", [])
        )
        if values:
            parts.append((here(step, "title"), values))
    shown = _page(request, service, raw, key, at=2, parts=tuple(parts))
    return render(request, "portal/services/apart.html", {"page": shown})


def _page(
    request: HttpRequest, service: Service, raw: Mapping[str, Any], key: str, *, at: int, page: Page | None = None,
    parts: tuple[tuple[str, tuple[Value, ...]], ...] = (),
) -> ApartPage:  # fmt: skip
    titles = (_("Fill in"), _("Look and send"))
    return ApartPage(
        service=service,
        stages=tuple(
            Stage(title, "done" if place < at else "now" if place == at else "")
            for place, title in enumerate(titles, start=1)
        ),
        page=page,
        parts=parts,
        carried=json.dumps(dict(raw), ensure_ascii=False),
        key=key,
        is_signed_in=request.user.is_authenticated,
        is_anonymous=bool(raw.get(ANONYMOUS)),
        is_secret=bool(raw.get(SECRET)),
    )
