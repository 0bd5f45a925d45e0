"""Alarms as they stand: after every measurement, and every quarter of an hour for what is late, rules are looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

import structlog
from django.conf import settings

from mapalus.apps.boards.alarming import end_alarm, raise_alarm
from mapalus.apps.boards.models import Alarm
from mapalus.apps.catalogue.readings import Reading, read
from mapalus.apps.jobs.job import enqueue, job
from mapalus.apps.jobs.schedule import schedule
from mapalus.apps.ledger.following import register
from mapalus.apps.ledger.models import Entry
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine import clock
from mapalus.engine.boards.alarm import Rule, Seen, holds, read_rule
from mapalus.engine.data.indicator import state_of

__all__ = ["declare", "look", "rules"]

log = structlog.get_logger()
_PERIODS = 40  # of a series a rule looks at


@cache
def rules() -> tuple[Rule, ...]:
    """Those of the packs. Read once: a process works with the packs it was started with."""
    paths = (path for folder in settings.PACKS for path in sorted((folder / "alarms").glob("*.yml")))
    return tuple(read_rule(path) for path in paths)


def look(codes: Iterable[str] | None = None, *, now: datetime) -> tuple[int, int]:
    """Raise the alarms whose rules hold now and end those whose rules do not; how many of each.

    `codes`: of the indicators that changed; None: all. An alarm whose number is missing stays as it is.
    """
    asked = [one for one in rules() if codes is None or one.indicator in set(codes)]
    if not asked:
        return 0, 0
    readings = read({one.indicator for one in asked}, actor=PLATFORM)
    known = {(one.rule, one.region): one for one in Alarm.objects.standing()}
    raised = ended = 0
    for rule in asked:
        reading = readings.get(rule.indicator)
        if reading is None:
            log.warning("alarm_without_indicator", rule=rule.name, indicator=rule.indicator)
            continue
        for one in _places(rule, reading):
            standing = known.get((rule.name, one.region))
            if standing is None and holds(rule, _seen(one)):
                newest = one.now
                raise_alarm(
                    rule, region=one.region, value=newest.value if newest else None,
                    period=newest.period if newest else "", positions=_positions(rule, one), by=PLATFORM, now=now,
                )  # fmt: skip
                raised += 1
            elif standing is not None and holds(replace(rule, after=1), _seen(one)) is False:
                end_alarm(standing, by=PLATFORM, now=now)
                ended += 1
    return raised, ended


def _places(rule: Rule, reading: Reading) -> Iterator[Reading]:
    if rule.regions == "province" or rule.is_late:
        yield reading
        return
    for code in reading.regions:
        if len(code) == 5:  # a kabupaten or kota: 71.71
            yield from read([rule.indicator], actor=PLATFORM, region=code).values()


def _seen(reading: Reading) -> Seen:
    one, series = reading.indicator, list(reading.series)[-_PERIODS:]
    states = [
        str(state_of(point.value, better=one.better, thresholds=one.thresholds, target=reading.target))
        if reading.is_judged
        else "none"
        for point in series
    ]
    return Seen([point.value for point in series], states, is_late=reading.is_late)


def _positions(rule: Rule, reading: Reading) -> tuple[str, ...]:
    return rule.to or tuple(filter(None, (reading.indicator.dataset.producer_code,)))


# --- when ------------------------------------------------------------------------------------------------------------


@job()
def look_at(codes: list[str]) -> int:
    """Look at the rules of the indicators whose values changed."""
    return sum(look(codes, now=clock.now()))


@job()
def look_at_all() -> int:
    """Look at every rule: lateness comes with time, not with a number."""
    return sum(look(now=clock.now()))


def _measured(entry: Entry) -> None:
    codes = sorted({one.indicator for one in rules()} & set(entry.data.get("changed") or ()))
    if codes:
        enqueue(look_at, codes, key=f"alarms:{entry.sequence}")


def declare() -> None:
    """Follow measurements, and look round four times an hour."""
    register("alarms", {"catalogue.measure"}, _measured)
    schedule("boards.alarms", look_at_all, every=timedelta(minutes=15))
