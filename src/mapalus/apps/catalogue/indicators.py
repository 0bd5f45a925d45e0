"""Indicators follow publications: once a version is published, a job works out what its dataset's indicators say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings

from mapalus.apps.catalogue.measuring import declare_indicator, measure
from mapalus.apps.catalogue.models import Indicator, Version
from mapalus.apps.jobs.job import enqueue, job
from mapalus.apps.ledger.action import reference
from mapalus.apps.ledger.following import register
from mapalus.apps.ledger.models import Entry
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine import clock
from mapalus.engine.data.indicator import Declaration, Measured, read_declaration
from mapalus.engine.data.indicator import measure as work_out
from mapalus.engine.errors import Misconfigured

__all__ = ["declarations", "follow_publications", "measure_version", "record", "work_out_version"]

log = structlog.get_logger()


@cache
def declarations() -> tuple[Declaration, ...]:
    """All indicators of the packs, in their order. Read once: a process works with the packs it was started with."""
    return tuple(sorted(_read(settings.PACKS), key=lambda one: (one.order, one.code)))


def _read(packs: Sequence[Path]) -> list[Declaration]:
    return [read_declaration(path) for pack in packs for path in sorted((pack / "indicators").glob("*.yml"))]


def work_out_version(version: Version, *, now: datetime, since: Sequence[Path] = (), key: Sequence[str] = ()) -> int:
    """Work out and record every indicator of a published version. How many values.

    `since` and `key`: what a stream brought since, see `engine/data/indicator`.
    """
    declared = [one for one in declarations() if one.dataset == version.dataset.name]
    for one in declared:
        known = Indicator.objects.filter(code=one.code).first()
        if known is None or known.declaration != one.descriptor:
            declare_indicator(version.dataset, declaration=one, by=PLATFORM, now=now)
    values = {}
    for one in declared:
        try:
            data = version.path / "data.parquet"
            values[one.code] = work_out(one, data=data, period=version.period, since=since, key=key)
        except Misconfigured as problem:
            # A contract that lost a column must not take the other indicators with it.
            log.error("indicator_not_worked_out", indicator=one.code, version=version.number, problem=str(problem))
    return record(version, values, now=now) if values else 0


def record(version: Version, values: Mapping[str, Sequence[Measured]], *, now: datetime) -> int:
    """Record what was worked out from a version, by code. How many values."""
    has_persons = not version.dataset.is_open or version.dataset.is_counted_openly
    return measure(version, values=values, has_persons=has_persons, by=PLATFORM, now=now, least=_least(version))


def _least(version: Version) -> int:
    """Below which number the contract of the version leaves counts out."""
    part: Mapping[str, Any] = next(iter(version.contract.descriptor.get("resources") or ()), {})
    return int((part.get("mapalus") or {}).get("suppress") or 0)


@job()
def measure_version(version_id: int) -> int:
    """Work out what one published version says of its indicators."""
    return work_out_version(Version.objects.select_related("dataset").get(pk=version_id), now=clock.now())


def _on_publish(entry: Entry) -> None:
    version = int(entry.data["version_id"])
    subject = f"{reference(Version)}:{version}"
    enqueue(measure_version, version, key=f"measure:{version}:{entry.sequence}", subject=subject, priority=50)


def follow_publications() -> None:
    """Declare the reader of the ledger that sets the jobs off."""
    register("indicators", {"catalogue.publish", "catalogue.compact"}, _on_publish)
