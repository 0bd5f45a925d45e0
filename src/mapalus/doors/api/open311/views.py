"""The addresses of GeoReport v2: services, requests, tokens, updates, discovery; each as JSON and XML."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation
from django.utils.translation import gettext as _

from mapalus.apps.cases.models import Case, PackVersion
from mapalus.apps.cases.personal import code_digest
from mapalus.doors.api.open import open_to_all, site
from mapalus.doors.api.open311 import categories, filing, requests
from mapalus.doors.api.open311.rendering import Fault, answer, failure
from mapalus.engine import clock

__all__ = ["definition", "discovery", "listing", "report", "reports", "token", "updates"]

log = structlog.get_logger()
View = Callable[..., HttpResponseBase]
_SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"


def _georeport(*methods: str) -> Callable[[View], View]:
    """Errors as the standard's error document; the jurisdiction checked; Indonesian unless English is asked for."""

    def dressed(view: View) -> View:
        @wraps(view)
        def said(request: HttpRequest, fmt: str, **names: Any) -> HttpResponseBase:
            try:
                if request.method not in methods:
                    raise Fault(400, f"Use {' or '.join(methods)} here.")
                _refuse_jurisdiction(request)
                with translation.override(_language(request)):
                    return view(request, fmt, **names)
            except Fault as fault:
                return failure(fmt, fault)

        return open_to_all(said)

    return dressed


def _language(request: HttpRequest) -> str:
    return "en" if request.headers.get("Accept-Language", "").lower().startswith("en") else "id"


def _refuse_jurisdiction(request: HttpRequest) -> None:
    asked = request.GET.get("jurisdiction_id") or request.POST.get("jurisdiction_id") or ""
    host = request.get_host().partition(":")[0]
    if asked and asked not in (settings.PROVINCE_CODE, host, settings.OPEN311_JURISDICTION):
        raise Fault(404, f"There is no jurisdiction {asked[:80]}.")


@_georeport("GET", "HEAD")
def listing(request: HttpRequest, fmt: str) -> HttpResponse:
    """All categories."""
    rows = [categories.listed(one) for one in categories.services()]
    return answer(fmt, "services", "service", rows)


@_georeport("GET", "HEAD")
def definition(request: HttpRequest, fmt: str, code: str) -> HttpResponse:
    """The further questions of one category."""
    return answer(fmt, "service_definition", "", categories.definition(categories.service(code)))


@_georeport("GET", "HEAD", "POST")
def reports(request: HttpRequest, fmt: str) -> HttpResponse:
    """The list, or a new report."""
    if request.method != "POST":
        return answer(fmt, "service_requests", "request", requests.found(request.GET, now=clock.now()))
    opened = filing.file_report(request.POST, request.FILES.get("media"), now=clock.now())
    log.info("open311_filed", number=opened.case.number)
    notice = _("Follow it with the code %(code)s.") % {"code": opened.code}
    row = {"service_request_id": opened.case.number, "service_notice": notice, "account_id": None}
    return answer(fmt, "service_requests", "request", [row], status=201)


@_georeport("GET", "HEAD")
def report(request: HttpRequest, fmt: str, number: str) -> HttpResponse:
    """One report, as a list of one."""
    return answer(fmt, "service_requests", "request", requests.one(number, request.GET))


@_georeport("GET", "HEAD")
def token(request: HttpRequest, fmt: str, code: str) -> HttpResponse:
    """Numbers are given at once here; a token is the number itself, or the code by which a report is followed."""
    case = Case.objects.filter(number=code).first() or Case.objects.filter(code_digest=code_digest(code)).first()
    if case is None or case.is_secret or case.is_restricted:
        raise Fault(404, "There is no such token.")
    row = {"service_request_id": case.number, "token": code}
    return answer(fmt, "service_requests", "request", [row])


@_georeport("GET", "HEAD")
def updates(request: HttpRequest, fmt: str) -> HttpResponse:
    """What happened to published reports."""
    rows = requests.updates(request.GET, now=clock.now())
    return answer(fmt, "service_request_updates", "request_update", rows)


@_georeport("GET", "HEAD")
def discovery(request: HttpRequest, fmt: str) -> HttpResponse:
    """What is offered here, and how to get a key."""
    changed = PackVersion.objects.filter(is_current=True).order_by("-loaded_at").values_list("loaded_at", flat=True)
    changeset = changed.first() or clock.now()
    key = _("A key is given by the communication agency of the province, in writing, to a named system.")
    if settings.SAMPLE_DATA:
        key = _("This is a sample province: use api_key=%(key)s.") % {"key": filing.SAMPLE_KEY}
    said = {
        "changeset": changeset,
        "contact": settings.OPEN311_CONTACT,
        "key_service": key,
        "endpoints": (
            "endpoint",
            [
                {
                    "specification": _SPECIFICATION,
                    "url": f"{site(request)}/open311/v2",
                    "changeset": changeset,
                    "type": "test" if settings.SAMPLE_DATA else "production",
                    "formats": ("format", ["text/xml", "application/json"]),
                }
            ],
        ),
    }
    return answer(fmt, "discovery", "", said)
