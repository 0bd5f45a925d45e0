"""How long 100,000 due dates take, beside a walk over days and minutes that must say the same.

uv run python -m benchmarks.due [DEADLINES]
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from statistics import median

from mapalus.engine.clock import Zone
from mapalus.engine.deadlines import Pause, Term, Unit, due
from mapalus.engine.workdays import Calendar
from tests.engine.deadlines.naive import Paper, naive_due

START = datetime(2026, 1, 1, tzinfo=UTC)
LOCAL = [date(2026, 9, 23), date(2027, 9, 23)]
AMOUNTS = {Unit.WORKING_DAYS: (3, 5, 10, 14, 17, 60), Unit.HOURS: (1, 24, 72), Unit.OPEN_HOURS: (1, 8, 24)}
RUNS = 5
Case = tuple[Unit, int, datetime, Zone, list[Pause]]


def cases(count: int, unit: Unit, *, paused: bool) -> list[Case]:
    chance = random.Random(7)
    found = []
    for _n in range(count):
        received_at = START + timedelta(minutes=chance.randrange(2 * 365 * 1440))
        pauses = []
        if paused:
            begins = received_at + timedelta(minutes=chance.randrange(4 * 1440))
            pauses = [Pause(begins, begins + timedelta(minutes=chance.randrange(9 * 1440)))]
        found.append((unit, chance.choice(AMOUNTS[unit]), received_at, chance.choice(list(Zone)), pauses))
    return found


def engine(known: list[Case]) -> list[object]:
    calendars = {zone: Calendar.of(zone, local=LOCAL) for zone in Zone}
    found: list[object] = []
    for unit, amount, received_at, zone, pauses in known:
        deadline = due(Term(unit, amount), received_at=received_at, calendar=calendars[zone], pauses=pauses)
        found.append(deadline.day if unit is Unit.WORKING_DAYS else deadline.at)
    return found


def walk(known: list[Case]) -> list[object]:
    papers = {zone: Paper(zone, LOCAL) for zone in Zone}
    return [
        naive_due(
            unit,
            amount if unit is Unit.WORKING_DAYS else amount * 60,
            received_at=received_at,
            paper=papers[zone],
            pauses=pauses,
        )
        for unit, amount, received_at, zone, pauses in known
    ]


def seconds(work: Callable[[list[Case]], list[object]], known: list[Case], runs: int) -> float:
    took = []
    for _run in range(runs):
        start = time.process_time()
        work(known)
        took.append(time.process_time() - start)
    return median(took)


def main(arguments: list[str]) -> int:
    count = int(arguments[0]) if arguments else 100_000
    wrong, slow = 0, False
    print(f"{count:,} deadlines       engine      walk   ratio  differ")
    for unit in Unit:
        for paused in (False, True):
            known = cases(count, unit, paused=paused)
            few = known[: max(1, count // 50)]
            wrong += (differ := sum(a != b for a, b in zip(engine(few), walk(few), strict=True)))
            took, walked = seconds(engine, known, RUNS), seconds(walk, few, 1) * len(known) / len(few)
            slow = slow or (unit is Unit.WORKING_DAYS and took > count / 100_000)
            name = f"{unit}{', paused' if paused else ''}"
            print(f"{name:<20} {took:7.2f} s {walked:7.1f} s {walked / took:6.0f}x  {differ:6}", flush=True)
    return 1 if wrong or slow else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
