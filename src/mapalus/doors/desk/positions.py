"""Jabatan: who holds what, what is vacant, how long an acting one acts."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from mapalus.doors.desk.rail import Seat, seat

__all__ = ["PositionsPage", "positions"]


@dataclass(frozen=True)
class PositionsPage:
    """Context of desk/positions/list.html."""

    seat: Seat


@require_GET
def positions(request: HttpRequest) -> HttpResponse:
    return render(request, "desk/positions/list.html", {"view": PositionsPage(seat(request))})
