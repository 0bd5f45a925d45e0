"""Numbers that the other end published: kept as it says them, in one dataset of the catalogue, apart from ours."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from django.utils import timezone

from mapalus.apps.catalogue import counted, serving
from mapalus.apps.catalogue.models import FigureStatus, Version
from mapalus.apps.directory.models import Region
from mapalus.apps.federation.models import Conflict, Instance, Quoted, Share, SharedValue
from mapalus.apps.federation.own_numbers import SHARED, own_numbers
from mapalus.apps.federation.sides import in_force
from mapalus.apps.ledger.action import action, note
from mapalus.engine.data.indicator.periods import parsed
from mapalus.engine.data.query import Query
from mapalus.engine.data.served import search
from mapalus.engine.ports import Actor

__all__ = [
    "DATASET",
    "FROM_ABOVE",
    "MOST",
    "Number",
    "Said",
    "Turned",
    "WhyNot",
    "is_changed",
    "moment",
    "publish_values",
    "quoted",
    "read_said",
    "said_in_rows",
    "take_values",
]

DATASET, FROM_ABOVE = SHARED
COLUMNS = (
    "instansi", "kode_wilayah", "indikator", "periode", "nilai", "satuan", "status", "terbit", "alamat_sumber",
    "versi_sumber", "dihitung",
)  # fmt: skip
MOST = 50_000  # numbers of one answer
_FOLDER = Path(__file__).parent / "data"
_ROWS = 32_000
_CLOCKS = timedelta(minutes=10)  # by which two clocks may differ


class WhyNot(StrEnum):
    """Why a number is not taken."""

    REGION = "region"  # of another region than the district's own
    UNKNOWN = "unknown"  # no region of that code
    UNAGREED = "unagreed"
    TO_COME = "to-come"
    UNIT = "unit"


class Turned(NamedTuple):
    """A number that was not taken."""

    why: WhyNot
    what: str  # indicator, region, period


@dataclass(frozen=True)
class Said:
    """One number as the other end says it."""

    indicator: str
    region: str
    period: str
    value: float | None
    unit: str = ""
    status: str = FigureStatus.PROVISIONAL
    published_at: datetime | None = None
    source: str = ""
    source_version: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        return self.indicator, self.region, self.period


def read_said(raw: Mapping[str, Any]) -> Said | None:
    """What stands in an answer; None for what is no number of an indicator."""
    value = raw.get("value")
    if value is not None and (isinstance(value, bool) or not _is_number(value)):
        return None
    code, region = raw.get("indicator"), raw.get("region")
    if not isinstance(code, str) or not isinstance(region, str) or not code or len(code) > 40 or len(region) > 13:
        return None
    status = str(raw.get("status"))
    return Said(
        indicator=code,
        region=region,
        period=period_of(str(raw.get("period") or "")),
        value=None if value is None else float(value),
        unit=str(raw.get("unit") or "")[:40],
        status=status if status in FigureStatus.values else FigureStatus.PROVISIONAL,
        published_at=moment(raw.get("published_at")),
        source=_address(raw.get("address")),
        source_version=str(raw.get("version") or "")[:24],
    )


def period_of(text: str) -> str:
    """A period as everybody here writes it: `TW I 2026` and `2026-T1` are 2026-Q1. What is none stays as it is said."""
    known = parsed(text)
    return str(known) if known is not None else text[:40]


def _is_number(value: object) -> bool:
    try:
        return math.isfinite(float(str(value)))
    except ValueError:
        return False


def _address(text: object) -> str:
    said = str(text or "")[:400]
    return said if said.startswith(("https://", "http://")) else ""


def moment(text: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def said_in_rows(share: Share, version: Version, *, address: str, region: str) -> list[Said]:
    """Numbers of an indicator that stand in the rows of a shared dataset, as the agreement says where.

    Without a column of regions each row is the district's; `sum`: rows of its kecamatan and desa are added to one.
    """
    told, found = share.reading, []
    wanted = {str(name): value for name, value in (told.get("where") or {}).items()}
    answer = search(serving.served(version, is_present=False), Query(filters=wanted, limit=_ROWS, include_total=False))
    names = [column.name for column in answer.columns]
    for record in answer.records:
        row = dict(zip(names, record, strict=True))
        value = row.get(str(told.get("value")))
        if value is not None and not _is_number(value):
            continue
        said = read_said({
            "indicator": share.code, "region": row.get(str(told.get("region"))) or region, "value": value,
            "period": row.get(str(told.get("period"))) or version.period, "unit": told.get("unit"),
            "status": row.get("status") or version.status, "address": address, "version": version.number,
        })  # fmt: skip
        if said is not None:
            found.append(said)
    return _summed(found, region) if told.get("sum") else found


def _summed(said: Sequence[Said], region: str) -> list[Said]:
    """One number of the district for each period. A gap makes the whole a gap: a sum of what is there is another."""
    periods: dict[str, list[Said]] = {}
    for one in said:
        if _within(one.region, region):
            periods.setdefault(one.period, []).append(one)
    return [
        replace(
            rows[0], region=region,
            value=None if any(row.value is None for row in rows) else math.fsum(row.value or 0.0 for row in rows),
        )
        for rows in periods.values()
    ]  # fmt: skip


@action("federation.take-values", public=True)
def take_values(
    instance: Instance, *, said: Sequence[Said], region: str, indicators: Iterable[str] | None, by: Actor, now: datetime
) -> tuple[int, list[Turned]]:
    """Keep what came; how many numbers changed, and what was refused and why.

    `indicators`: those that came whole: what is no longer said of them is no longer said here. None: of all.
    """
    own, refused = [], []
    allowed = None if indicators is None else frozenset(indicators)
    real = frozenset(Region.objects.filter(code__in={one.region for one in said[:MOST]}).values_list("code", flat=True))
    units = _bound_units(instance, now=now)
    for one in said[:MOST]:
        why = _why_not(one, region, allowed, real, now)
        if why is None and one.unit and units.get(one.indicator, one.unit) != one.unit:
            why = WhyNot.UNIT
        if why is not None:
            refused.append(Turned(why, f"{one.indicator} {one.region} {one.period}".strip()))
        else:
            own.append(_dated(one, now))
    newest = {one.key: one for one in own}
    known = {(row.indicator, row.region, row.period): row for row in instance.values.all()}
    changed = [
        _row(instance, one, known.get(key), now) for key, one in newest.items() if is_changed(known.get(key), one)
    ]
    stays = {one.what.partition(" ")[0] for one in refused if one.why is WhyNot.UNIT}
    whole = {row.indicator for row in known.values() if allowed is None or row.indicator in allowed} - stays
    gone = [row.pk for key, row in known.items() if key not in newest and row.indicator in whole]
    SharedValue.objects.filter(pk__in=gone).delete()
    SharedValue.objects.bulk_create([row for row in changed if row.pk is None], ignore_conflicts=True)
    fields = ["value", "unit", "status", "published_at", "source", "source_version", "at"]
    SharedValue.objects.bulk_update([row for row in changed if row.pk is not None], fields, batch_size=500)
    note(
        instance=instance.code, unit=instance.unit_code, values=len(changed), gone=len(gone), refused=len(refused),
        refused_first=[one.what for one in refused[:10]], indicators=sorted({one.indicator for one in own})[:50],
    )  # fmt: skip
    return len(changed) + len(gone), refused


def _bound_units(instance: Instance, *, now: datetime) -> dict[str, str]:
    """The unit of each indicator that came under the agreement in force. Another one needs another agreement, by the
    province's word: else numbers of two kinds stood in one series.
    """
    agreement = None if instance.is_upstream else in_force(instance, now=now)
    if agreement is None or agreement.province_at is None:
        return {}
    came = instance.values.exclude(unit="").filter(at__gte=agreement.province_at)
    return dict(came.values_list("indicator", "unit").distinct())


def _why_not(
    one: Said, whose: str, allowed: frozenset[str] | None, real: frozenset[str], now: datetime
) -> WhyNot | None:
    if not _within(one.region, whose):
        return WhyNot.REGION
    if one.region not in real:
        return WhyNot.UNKNOWN
    if allowed is not None and one.indicator not in allowed:
        return WhyNot.UNAGREED
    return WhyNot.TO_COME if _is_to_come(one.period, now) else None


def _is_to_come(period: str, now: datetime) -> bool:
    """Whether a period has not begun: a number of it can only be a mistake, and would hide the present one."""
    known = parsed(period)
    return known is not None and known.before().last_day > timezone.localtime(now).date()


def _dated(one: Said, now: datetime) -> Said:
    """A clock that is ahead there makes nothing younger here."""
    is_ahead = one.published_at is not None and one.published_at > now + _CLOCKS
    return replace(one, published_at=None) if is_ahead else one


def _within(region: str, whose: str) -> bool:
    return region == whose or region.startswith(f"{whose}.")


def is_changed(row: SharedValue | None, one: Said) -> bool:
    if row is None:
        return True
    old = (row.value, row.unit, row.status, row.source_version, row.source)
    return old != (one.value, one.unit, one.status, one.source_version, one.source)


def _row(instance: Instance, one: Said, row: SharedValue | None, now: datetime) -> SharedValue:
    made = row or SharedValue(instance=instance, indicator=one.indicator, region=one.region, period=one.period)
    made.value, made.unit, made.status = one.value, one.unit, one.status
    made.published_at, made.source, made.source_version, made.at = one.published_at, one.source, one.source_version, now
    return made


def publish_values(*, is_upstream: bool, now: datetime) -> Version | None:
    """The numbers of all other ends as the next version of one dataset; None: nothing changed."""
    name, mark = (FROM_ABOVE, "province-values") if is_upstream else (DATASET, "district-values")
    rows = [_cells(one) for one in SharedValue.objects.filter(instance__is_upstream=is_upstream)
            .select_related("instance__region").order_by("region", "indicator", "period")]  # fmt: skip
    dataset = counted.ensured(name, mark=mark, now=now, folder=_FOLDER) if rows else None
    return None if dataset is None else counted.publish(dataset, columns=COLUMNS, rows=rows, period="", now=now)


def _cells(one: SharedValue) -> list[str]:
    at = f"{one.published_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if one.published_at else ""
    value = "" if one.value is None else repr(one.value).removesuffix(".0")
    return [
        str(one.instance.region), one.region, one.indicator, one.period, value, one.unit, one.status, at, one.source,
        one.source_version,
    ]  # fmt: skip


@dataclass(frozen=True)
class Number:
    """The number of a district that is quoted: its own publication, else the province's; never a mixture."""

    value: float | None
    is_own: bool
    status: str
    source: str
    conflict: Conflict | None


def quoted(indicator: str, region: str, period: str, *, now: datetime) -> Number | None:
    """By the reading order: the district's own publication, then the province's; a settled conflict says otherwise."""
    period = period_of(period)
    own = SharedValue.objects.filter(indicator=indicator, region=region, period=period).first()
    found = Conflict.objects.filter(indicator__code=indicator, region=region, period=period, ended_at=None).first()
    known = own_numbers(codes=[indicator], regions=[region], now=now)
    ours = next(((one, point) for one, point in known if period_of(point.period) == period), None)
    takes_ours = found is not None and found.quoted == Quoted.PROVINCE and ours is not None
    if own is not None and own.value is not None and not takes_ours:
        return Number(own.value, True, own.status, own.source, found)
    if ours is None:
        return None
    one, point = ours
    return Number(point.value, False, point.status, f"/data/{one.dataset.name}/?version={point.version}", found)
