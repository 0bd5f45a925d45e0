"""Sumber data: where data come from, how the last attempts ended, and what a position may do about it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from mapalus.apps.catalogue.models import Shelf, Source
from mapalus.doors.desk.rail import seat
from mapalus.engine.errors import NotFound

__all__ = ["shelf", "source"]


@require_safe
def source(request: HttpRequest, name: str) -> HttpResponse:
    found = Source.objects.visible_to(seat(request).actor).kept().filter(name=name).first()
    if found is None:
        raise NotFound
    return HttpResponse(found.name)


@require_safe
def shelf(request: HttpRequest, name: str) -> HttpResponse:
    found = Shelf.objects.visible_to(seat(request).actor).filter(name=name).first()
    if found is None:
        raise NotFound
    return HttpResponse(found.name)
