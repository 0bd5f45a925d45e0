"""Why a district has no number in what is rolled up over the districts' own: held back is not missing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.conf import settings

from mapalus.apps.catalogue.models import Indicator
from mapalus.apps.catalogue.readings import declaration_now
from mapalus.apps.federation.models import ShareKind
from mapalus.apps.federation.own_numbers import SHARED
from mapalus.apps.federation.standing import Connection, District, Line, LineState, districts

__all__ = ["Absence", "Why", "absences", "shared_codes"]


class Why(StrEnum):
    NOT_SHARED = "not-shared"
    EMBARGO = "embargo"
    WAITING = "waiting"  # agreed, not come yet, or not of this period
    AWAY = "away"  # agreed, and the district does not answer
    UNAGREED = "unagreed"  # nobody agreed on it: the number comes through the agencies, if at all


@dataclass(frozen=True)
class Absence:
    why: Why
    until: datetime | None = None  # of an embargo
    since: datetime | None = None  # when it was gone


def shared_codes(indicator: Indicator) -> frozenset[str]:
    """The codes of the districts' own indicators that this one is put together from; empty: it is none of those."""
    if indicator.dataset.name not in SHARED:
        return frozenset()
    declared = declaration_now(indicator)
    wanted = (declared.descriptor.get("value") or {}).get("where") if declared is not None else None
    said = wanted.get("indikator") if isinstance(wanted, Mapping) else None
    return frozenset([said] if isinstance(said, str) else [str(one) for one in said or ()])


def absences(codes: Collection[str], *, now: datetime) -> dict[str, Absence]:
    """Of every kabupaten and kota, by region: why it has no number of these indicators, should it have none."""
    return {one.region.code: _absence(one, codes) for one in districts(str(settings.PROVINCE_CODE), now=now)}


def _absence(one: District, codes: Collection[str]) -> Absence:
    lines: list[Line] = [
        line for line in one.lines if line.share.kind == ShareKind.INDICATOR and line.share.code in codes
    ]
    if one.agreement is None or not lines:
        return Absence(Why.UNAGREED)
    for line in lines:
        if line.state is LineState.EMBARGO:
            return Absence(Why.EMBARGO, line.until)
    if all(line.state is LineState.NOT_SHARED for line in lines):
        return Absence(Why.NOT_SHARED)
    if one.connection in (Connection.AWAY, Connection.BROKEN):
        return Absence(Why.AWAY, since=one.since)
    return Absence(Why.WAITING)
