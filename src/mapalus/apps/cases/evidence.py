"""Evidence from cases, for the lists that `apps/catalogue/evidence` declares: numbers, days and states, no persons."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from mapalus.apps.cases.models import Case
from mapalus.apps.cases.reading import state_label
from mapalus.apps.cases.sight import Level
from mapalus.apps.catalogue.evidence import COLLECTORS, Collected, Collector

__all__ = ["register"]

_YEAR = timedelta(days=366)
_MOST = 5_000
_PACKS = {  # list of evidence -> the packs whose cases fill it
    "permintaan-data": ("permintaan-data",),
    "umpan-balik": ("umpan-balik",),
    "pengaduan": ("aduan",),
    "permohonan-informasi": ("permohonan-informasi", "keberatan-informasi"),
}
_FORUM = "forum-satu-data"


def register() -> None:
    """Fill the lists that are about cases."""
    for name, packs in _PACKS.items():
        COLLECTORS[name] = _collector(packs)
    COLLECTORS["forum"] = _forum


def _collector(packs: tuple[str, ...]) -> Collector:
    def collect(now: datetime) -> Collected:
        cases = _cases(packs, now)
        rows = [
            [case.number, _day(case.received_at), state_label(case, Level.PUBLIC), _day(case.closed_at)]
            for case in cases
        ]
        return Collected(rows, cases[0].received_at if cases else None)

    return collect


def _forum(now: datetime) -> Collected:
    """Decisions of the Forum carry their subject: it is the Forum's own words, not a citizen's."""
    cases = _cases((_FORUM,), now)
    rows = [[case.number, _day(case.received_at), case.title, state_label(case, Level.PUBLIC)] for case in cases]
    return Collected(rows, cases[0].received_at if cases else None)


def _cases(packs: tuple[str, ...], now: datetime) -> list[Case]:
    """What is hidden from an agency or from the public (supervision, secrets) is no evidence for anybody."""
    found = Case.objects.filter(pack_name__in=packs, received_at__gte=now - _YEAR, received_at__lte=now)
    found = found.filter(is_secret=False, is_restricted=False)
    return list(found.for_list().order_by("-received_at", "-pk")[:_MOST])


def _day(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d}" if at else ""
