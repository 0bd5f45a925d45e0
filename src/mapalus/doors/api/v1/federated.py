"""What the API says of an indicator beside its values: who is not in it and why, and what districts publish of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from mapalus.apps.catalogue.models import Indicator
from mapalus.apps.catalogue.readings import read
from mapalus.apps.federation.absence import absences, shared_codes
from mapalus.apps.federation.beside import Beside, beside

__all__ = ["covered", "districts_own"]


def covered(indicator: Indicator, *, now: datetime) -> dict[str, Any] | None:
    """None: it has no value yet."""
    reading = read([indicator.code], actor=None).get(indicator.code)
    if reading is None or reading.now is None:
        return None
    codes = shared_codes(indicator)
    told = absences(codes, now=now) if codes else {}
    missing = [
        {"region": code, "why": str(told[code].why) if code in told else "no-data",
         "until": told[code].until if code in told else None}
        for code in reading.missing
    ]  # fmt: skip
    return {
        "period": reading.now.period, "expected": reading.expected, "known": reading.known, "missing": missing,
    }  # fmt: skip


def districts_own(indicator: Indicator) -> list[dict[str, Any]]:
    return [_own(one) for one in beside(indicator.code)]


def _own(one: Beside) -> dict[str, Any]:
    value, found = one.value, one.conflict
    return {
        "region": value.region, "period": value.period, "value": value.value, "status": value.status,
        "published_at": value.published_at, "source": value.source, "is_quoted": one.is_quoted,
        "conflict": "" if found is None else (found.quoted or "open"),
    }  # fmt: skip
