"""The federation page: each kabupaten and kota, how it is connected, what it shares; for everybody and the wall."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mapalus.apps.catalogue.models import Indicator
from mapalus.apps.catalogue.readings import read
from mapalus.apps.federation.models import Conflict
from mapalus.apps.federation.standing import districts
from mapalus.apps.federation.values import DATASET
from mapalus.doors.command import words
from mapalus.doors.command.absent import missing_said
from mapalus.doors.ui.districts import DistrictRow, district_row, named
from mapalus.engine import clock

__all__ = ["DistrictsPage", "Rolled", "districts_board", "districts_page"]


@dataclass(frozen=True)
class Rolled:
    """A number over all districts that share it themselves, and who is not in it, by reason."""

    code: str
    title: str
    value: str
    unit: str
    period: str
    said: str


@dataclass(frozen=True)
class DistrictsPage:
    """Context of command/districts.html and command/districts_wall.html."""

    taking_part: Sequence[DistrictRow]
    others: Sequence[DistrictRow]
    conflicts: Sequence[Conflict]
    now: datetime
    rolled: Sequence[Rolled] = ()

    @property
    def count(self) -> int:
        return len(self.taking_part) + len(self.others)

    @property
    def late_rows(self) -> Sequence[DistrictRow]:
        return [row for row in self.taking_part if row.is_late]

    @property
    def held_rows(self) -> Sequence[DistrictRow]:
        return [row for row in self.taking_part if row.holds_back]

    @property
    def late(self) -> str:
        return named(self.late_rows)

    @property
    def held(self) -> str:
        return named(self.held_rows)

    @property
    def away(self) -> Sequence[DistrictRow]:
        return [row for row in self.taking_part if row.is_away]


def districts_page(*, now: datetime) -> DistrictsPage:
    rows = [district_row(one, now=now) for one in districts(str(settings.PROVINCE_CODE), now=now)]
    found = Conflict.objects.visible_to(None).unsettled().select_related("indicator", "instance__region")
    return DistrictsPage(
        [row for row in rows if row.instance], [row for row in rows if not row.instance], list(found[:50]), now,
        list(_rolled(now)),
    )  # fmt: skip


def _rolled(now: datetime) -> Iterator[Rolled]:
    shared = Indicator.objects.visible_to(None).filter(dataset__name=DATASET).order_by("order", "code")
    for code, reading in read(list(shared.values_list("code", flat=True)), actor=None).items():
        if reading.now is None:
            continue
        yield Rolled(
            code, reading.indicator.title_here, words.written(reading.now.value, reading.indicator),
            words.unit(reading.indicator), words.period(reading.now.period), missing_said(reading, now=now),
        )  # fmt: skip


@never_cache
@require_safe
@login_not_required
def districts_board(request: HttpRequest, *, is_wall: bool = False) -> HttpResponse:
    """Who shares, who is late, who holds back; never more, and no ranking."""
    page = districts_page(now=clock.now())
    return render(request, "command/districts_wall.html" if is_wall else "command/districts.html", {"page": page})
