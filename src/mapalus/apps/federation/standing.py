"""How each kabupaten and kota stands: how it is connected, and line by line what is shared, held back, late.

Who is late and who holds back is named, never more: no score, no ranking, in the order of the codes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import F

from mapalus.apps.catalogue import timetable
from mapalus.apps.catalogue.models import Dataset
from mapalus.apps.directory.models import Region
from mapalus.apps.federation.models import (
    Agreement,
    AgreementState,
    Arrival,
    Conflict,
    Instance,
    InstanceKind,
    InstanceState,
    Link,
    Share,
    SharedValue,
    ShareKind,
)
from mapalus.apps.federation.sides import withheld_there
from mapalus.apps.federation.values import moment

__all__ = ["Compliance", "Connection", "District", "Line", "LineState", "districts", "plain", "standing_of"]

_DISTRICT = 2  # level of kabupaten and kota
_SLACK = timedelta(minutes=10)  # beyond twice its cadence, before a district counts as silent


class Connection(StrEnum):
    WELL = "well"
    NEW = "new"  # never asked yet
    AWAY = "away"  # does not answer
    BROKEN = "broken"  # answers, and what it says cannot be used
    RESTING = "resting"
    BY_FILE = "by-file"
    UNAGREED = "unagreed"  # no agreement in force: nothing is asked
    NONE = "none"  # no system of its own: numbers come through the agencies


class LineState(StrEnum):
    SHARED = "shared"
    EMBARGO = "embargo"
    NOT_SHARED = "not-shared"
    LATE = "late"
    WAITING = "waiting"  # agreed, not come yet
    GONE = "gone"  # agreed, and no longer offered there
    ENDED = "ended"  # the agreement ended; what came stays as it was


@dataclass(frozen=True)
class Line:
    """One thing of an agreement as it stands now."""

    share: Share
    state: LineState
    until: datetime | None = None  # of an embargo
    dataset: Dataset | None = None  # here, where there is one
    at: datetime | None = None  # of what stands here: published there, else here
    period: str = ""
    due_at: datetime | None = None  # late since

    @property
    def is_dataset(self) -> bool:
        return self.share.kind == ShareKind.DATASET


@dataclass(frozen=True)
class Compliance:
    """How a district keeps its own due days, as it says itself of what it shares."""

    is_shared: bool
    owed: int = 0
    late: Sequence[str] = ()  # titles


@dataclass(frozen=True)
class District:
    """One kabupaten or kota."""

    region: Region
    instance: Instance | None = None
    connection: Connection = Connection.NONE
    agreement: Agreement | None = None
    lines: Sequence[Line] = ()
    conflicts: int = 0
    since: datetime | None = None  # of the connection as it is
    counts: Mapping[str, int] = field(default_factory=dict)
    compliance: Compliance | None = None  # None: nobody agreed on it, or it has no Mapalus that could say

    @property
    def is_late(self) -> bool:
        return any(line.state is LineState.LATE for line in self.lines)

    @property
    def holds_back(self) -> bool:
        return any(line.state in (LineState.EMBARGO, LineState.NOT_SHARED) for line in self.lines)

    @property
    def age_at(self) -> datetime | None:
        """When anything of it last came."""
        return max((line.at for line in self.lines if line.at is not None), default=None)


def districts(province: str, *, now: datetime) -> list[District]:
    """Every kabupaten and kota of the province, by code; a few queries however many there are."""
    regions = Region.objects.filter(level=_DISTRICT, code__startswith=f"{province}.").valid_on(now.date())
    taking_part = Instance.objects.visible_to(None).filter(is_upstream=False).for_reading()
    known = {one.region_code: one for one in taking_part}
    read = _read(list(known.values()))
    return [
        _district(known[one.code], read, now) if one.code in known else District(one)
        for one in regions.order_by("code")
    ]  # fmt: skip


def standing_of(instance: Instance, *, now: datetime) -> District:
    return _district(instance, _read([instance]), now)


@dataclass(frozen=True)
class _Read:
    """What all of them need, read at once."""

    agreements: Mapping[int, Agreement]
    links: Mapping[tuple[int, str], Link]
    own: Mapping[tuple[str, str], Dataset]  # by unit and name: what a district hands in itself
    numbers: Mapping[tuple[int, str], SharedValue]  # the newest of an indicator
    conflicts: Mapping[int, int]
    arrivals: Mapping[int, datetime]  # by version here: when it was published there
    ended: Mapping[int, Agreement]  # the last of those that have none in force


def _read(instances: Sequence[Instance]) -> _Read:
    keys = [one.pk for one in instances]
    found = Agreement.objects.filter(instance__in=keys, state=AgreementState.IN_FORCE).prefetch_related("shares")
    links = Link.objects.filter(instance__in=keys).select_related("dataset", "dataset__current")
    own = Dataset.objects.filter(unit__in={one.unit_code for one in instances}).select_related("current")
    numbers: dict[tuple[int, str], SharedValue] = {}
    for value in SharedValue.objects.filter(instance__in=keys).order_by("period", "region"):
        numbers[value.instance_id, value.indicator] = value
    conflicts: dict[int, int] = {}
    for key in Conflict.objects.unsettled().filter(instance__in=keys).values_list("instance", flat=True):
        conflicts[key] = conflicts.get(key, 0) + 1
    current = Arrival.objects.filter(link__instance__in=keys, version=F("link__dataset__current"))
    arrivals = {key: at for key, at in current.order_by("pk").values_list("version", "published_at") if at is not None}
    past = Agreement.objects.filter(instance__in=keys, state=AgreementState.ENDED).order_by("number")
    return _Read(
        {one.instance_id: one for one in found}, {(one.instance_id, one.remote): one for one in links},
        {(one.unit_code, one.name): one for one in own}, numbers, conflicts, arrivals,
        {one.instance_id: one for one in past.prefetch_related("shares")},
    )  # fmt: skip


def _district(instance: Instance, read: _Read, now: datetime) -> District:
    agreement = read.agreements.get(instance.pk)
    if agreement is not None and not _counts(agreement, now):
        agreement = None
    shares = list(agreement.shares.all()) if agreement is not None else []
    lines = [_line(instance, one, shares, read, now) for one in shares if one.kind != ShareKind.COMPLIANCE]
    if agreement is None:
        lines = _left(instance, read, now)
    connection, since = _connection(instance, agreement, now)
    order = {ShareKind.DATASET: 0, ShareKind.INDICATOR: 1}
    lines.sort(key=lambda line: (order[ShareKind(line.share.kind)], line.share.title))
    counts = {str(state): sum(line.state is state for line in lines) for state in LineState}
    return District(
        instance.region, instance, connection, agreement, lines, read.conflicts.get(instance.pk, 0), since, counts,
        _compliance(instance, shares, now),
    )  # fmt: skip


def _left(instance: Instance, read: _Read, now: datetime) -> list[Line]:
    """What came while there was an agreement, and stays as it was."""
    ended = read.ended.get(instance.pk)
    shares = list(ended.shares.all()) if ended is not None else []
    found = [_line(instance, one, shares, read, now) for one in shares if one.kind != ShareKind.COMPLIANCE]
    return [replace(line, state=LineState.ENDED, until=None, due_at=None) for line in found if line.at is not None]


def _compliance(instance: Instance, shares: Sequence[Share], now: datetime) -> Compliance | None:
    share = next((one for one in shares if one.kind == ShareKind.COMPLIANCE), None)
    if share is None or instance.kind != InstanceKind.MAPALUS:
        return None
    said = instance.held.get("compliance")
    if not share.is_open(now) or not isinstance(said, dict) or said.get("is_shared") is not True:
        return Compliance(is_shared=False) if said or not share.is_open(now) else None
    late = [one for one in said.get("late") or () if isinstance(one, dict)][:100]
    owed = said.get("owed")
    titles = [str(one.get("title") or one.get("name") or "")[:200] for one in late]
    return Compliance(is_shared=True, owed=owed if isinstance(owed, int) and owed >= 0 else len(late), late=titles)


def _counts(agreement: Agreement, now: datetime) -> bool:
    today = now.date()
    return agreement.since <= today and (agreement.until is None or agreement.until >= today)


def _connection(instance: Instance, agreement: Agreement | None, now: datetime) -> tuple[Connection, datetime | None]:
    if instance.state == InstanceState.PAUSED or (instance.is_joining and agreement is not None):
        return Connection.RESTING, None
    if agreement is None:
        return Connection.UNAGREED, None
    if instance.kind == InstanceKind.FILES:
        return Connection.BY_FILE, None
    if instance.failures:
        is_away = instance.problem.get("code") in ("unavailable", None, "") or not instance.problem
        return (Connection.AWAY if is_away else Connection.BROKEN), instance.failing_since
    if instance.answered_at is None:
        return Connection.NEW, None
    every = timetable.read(agreement.cadence).interval(cadence="harian")
    if every is not None and now - instance.answered_at > every * 2 + _SLACK:
        return Connection.AWAY, instance.answered_at
    return Connection.WELL, instance.answered_at


def _line(instance: Instance, share: Share, shares: Sequence[Share], read: _Read, now: datetime) -> Line:
    name = str(share.reading.get("dataset") or "") if share.kind == ShareKind.INDICATOR else share.code
    source = next((one for one in shares if one.kind == ShareKind.DATASET and one.code == name), None)
    dataset = _dataset(instance, name, read)
    # A number that stands in the rows of a dataset is held back with it.
    both = [share] if source is None or source.pk == share.pk else [share, source]
    if any(not one.is_shared or withheld_there(instance, one).get("is_shared") is False for one in both):
        return Line(share, LineState.NOT_SHARED)
    ends = [one.embargo_until for one in both]
    ends += [moment(said) for one in both if (said := withheld_there(instance, one).get("embargo_until"))]
    until = max((at for at in ends if at is not None and at > now), default=None)
    if until is not None:
        return Line(share, LineState.EMBARGO, until=until)
    due_at = _due(instance, name, dataset)
    late = due_at if due_at is not None and due_at < now else None
    if share.kind == ShareKind.INDICATOR:
        number = read.numbers.get((instance.pk, share.code))
        at, period = (number.published_at or number.at, number.period) if number is not None else (None, "")
        dataset = None
    else:
        version = dataset.current if dataset is not None else None
        came = read.arrivals.get(version.pk) if version is not None else None
        at, period = (came or version.published_at, version.period) if version is not None else (None, "")
    if _is_gone(instance, name) and at is not None:
        return Line(share, LineState.GONE, dataset=dataset, at=at, period=period)
    if late is not None:
        return Line(share, LineState.LATE, dataset=dataset, at=at, period=period, due_at=late)
    state = LineState.WAITING if at is None else LineState.SHARED
    return Line(share, state, dataset=dataset, at=at, period=period)


def _is_gone(instance: Instance, name: str) -> bool:
    """Whether the other end answered and no longer offers it: renamed, deleted, withdrawn there."""
    offered = instance.held.get("datasets")
    return bool(name) and instance.is_reached and isinstance(offered, dict) and name not in offered


def _dataset(instance: Instance, name: str, read: _Read) -> Dataset | None:
    link = read.links.get((instance.pk, name))
    return link.dataset if link is not None else read.own.get((instance.unit_code, name))


def _due(instance: Instance, name: str, dataset: Dataset | None) -> datetime | None:
    """When it owed newer data: as the district says of itself; of files, as the catalogue keeps it."""
    if instance.kind == InstanceKind.FILES:
        return dataset.due_at if dataset is not None else None
    said = (instance.held.get("datasets") or {}).get(name)
    return moment(said) if said else None


def plain(one: District) -> dict[str, Any]:
    """As the API tells it."""
    return {
        "region": one.region.code,
        "name": one.region.name,
        "kind": one.instance.kind if one.instance is not None else None,
        "state": str(one.connection),
        "answered_at": one.instance.answered_at if one.instance is not None else None,
        "lines": [
            {
                "kind": line.share.kind, "code": line.share.code, "title": line.share.title, "state": str(line.state),
                "until": line.until, "period": line.period, "published_at": line.at,
                "dataset": line.dataset.name if line.dataset is not None else None,
            }
            for line in one.lines
        ],
        "compliance": None if one.compliance is None else {
            "is_shared": one.compliance.is_shared, "owed": one.compliance.owed, "late": list(one.compliance.late),
        },
    }  # fmt: skip
