"""Indicators follow publications: once a version is published, a job works out what stands on it, also indirectly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings

from mapalus.apps.catalogue.measuring import declare_indicator, measure
from mapalus.apps.catalogue.models import Dataset, Indicator, Measurement, Standing, Version
from mapalus.apps.catalogue.standings import Outcome, declaration_digest, valid_versions
from mapalus.apps.jobs.job import enqueue, job
from mapalus.apps.jobs.schedule import schedule
from mapalus.apps.ledger.action import reference
from mapalus.apps.ledger.following import register
from mapalus.apps.ledger.models import Entry
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine import clock
from mapalus.engine.data.indicator import Declaration, Input, read_declaration
from mapalus.engine.data.indicator.frame import Frame
from mapalus.engine.data.indicator.order import in_order
from mapalus.engine.data.indicator.standing import SQL
from mapalus.engine.data.indicator.suppressing import suppressed
from mapalus.engine.errors import Misconfigured, Problem

__all__ = [
    "Reduced", "declarations", "declared_of", "dependents", "follow_declarations", "follow_publications",
    "measure_version", "record", "reduced", "work_out_version",
]  # fmt: skip

log = structlog.get_logger()


@cache
def declarations() -> tuple[Declaration, ...]:
    """All indicators of the packs, each after those it stands on. Read once: a process works with the packs it has."""
    return in_order(sorted(_read(settings.PACKS), key=lambda one: (one.order, one.code)))


def _read(packs: Sequence[Path]) -> list[Declaration]:
    return [read_declaration(path) for pack in packs for path in sorted((pack / "indicators").glob("*.yml"))]


def declared_of(code: str) -> Declaration | None:
    """The declaration with this code."""
    return next((one for one in declarations() if one.code == code), None)


def dependents(dataset: str) -> tuple[Declaration, ...]:
    """Indicators that stand on a dataset, directly or through others, in their order."""
    found: dict[str, Declaration] = {}
    for one in declarations():
        if dataset in one.datasets or any(code in found for code in one.indicators):
            found[one.code] = one
    return tuple(found.values())


def _datasets_of(one: Declaration) -> tuple[str, ...]:
    """All datasets it stands on, also through other indicators; the first is that whose state it has."""
    names = dict.fromkeys(one.datasets)
    for code in one.indicators:
        other = declared_of(code)
        names |= dict.fromkeys(_datasets_of(other) if other else ())
    return tuple(names)


def _declare(declared: Iterable[Declaration], *, now: datetime) -> None:
    """Take over declarations that are new or were changed."""
    listed = list(declared)
    known = dict(Indicator.objects.filter(code__in=[one.code for one in listed]).values_list("code", "declaration"))
    for one in listed:
        if known.get(one.code) == one.descriptor:
            continue
        names = _datasets_of(one)
        dataset = Dataset.objects.filter(name__in=names[:1]).first()
        if dataset is not None:
            declare_indicator(dataset, declaration=one, by=PLATFORM, now=now, beside=names[1:])


# --- working out -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reduced:
    """What a version says of indicators, not recorded yet: frames by code and input, and why others have none."""

    frames: Mapping[tuple[str, str], Frame]
    problems: Mapping[str, str]


def reduced(
    version: Version, declared: Sequence[Declaration], *, since: Sequence[Path] = (), key: Sequence[str] = (),
    table: str = "", connection: Any = None,
) -> Reduced:  # fmt: skip
    """Work out, in one session for all, what goes from the version into the indicators.

    `since` and `key`: what a stream brought since. `table` and `connection`: its rows as they are kept at hand.
    """
    from mapalus.engine.data.indicator.reducing import Rows, reduce

    name = version.dataset.name
    asked: dict[tuple[str, str], Input] = {
        (one.code, part.name): part for one in declared for part in one.inputs if part.dataset == name
    }
    if not asked:
        return Reduced({}, {})
    rows = Rows(version.path / "data.parquet", tuple(since), tuple(key), _period(version), table)
    frames: dict[tuple[str, str], Frame] = {}
    problems: dict[str, str] = {}
    for place, found in reduce(asked, rows, connection=connection).items():
        if isinstance(found, Problem):
            # A contract that lost a column must not take the other indicators with it.
            problems[place[0]] = found.say()
            log.error("indicator_not_worked_out", indicator=place[0], version=version.number, problem=str(found))
        else:
            frames[place] = _kept(found, version)
    return Reduced(frames, problems)


def _period(version: Version) -> str:
    """That of the version; a version without one is a moment of its own, in the order of numbers."""
    return version.period or f"~{version.number:09}"


def _kept(frame: Frame, version: Version) -> Frame:
    has_persons = not version.dataset.is_open or version.dataset.is_counted_openly
    return suppressed(frame, has_persons=has_persons, least=_least(version))


def _least(version: Version) -> int:
    """Below which number the contract of the version leaves counts out."""
    part: Mapping[str, Any] = next(iter(version.contract.descriptor.get("resources") or ()), {})
    return int((part.get("mapalus") or {}).get("suppress") or 0)


def record(version: Version, found: Reduced, declared: Sequence[Declaration], *, now: datetime) -> Outcome:
    """Record what was worked out; what stands on it follows."""
    _declare(declared, now=now)
    return measure(version, declared=declared, measures=found.frames, problems=found.problems, by=PLATFORM, now=now)


def work_out_version(
    version: Version, *, now: datetime, since: Sequence[Path] = (), key: Sequence[str] = ()
) -> Outcome:
    """Work out and record every indicator that stands on a published version."""
    declared = dependents(version.dataset.name)
    if not declared:
        return Outcome()
    _declare(declared, now=now)
    _bring_up(declared, version, now=now)
    outcome = record(version, reduced(version, declared, since=since, key=key), declared, now=now)
    for one in declared:
        if one.sql:
            _by_statement(one, now=now)
    return outcome


def _by_statement(one: Declaration, *, now: datetime) -> None:
    """An indicator in SQL is worked out from the current versions of all its datasets, and kept with the first."""
    from mapalus.engine.data.indicator.reducing import Rows
    from mapalus.engine.data.indicator.statement import run_statement

    known = {
        dataset.name: dataset.current
        for dataset in Dataset.objects.filter(name__in=one.datasets).select_related(
            "current__contract", "current__dataset"
        )
    }
    versions = {name: known.get(dataset) for name, dataset in one.sql_inputs.items()}
    first = known.get(one.dataset)
    if first is None or None in versions.values():
        return
    rows = {name: Rows(item.path / "data.parquet", period=item.period) for name, item in versions.items() if item}
    frames: dict[tuple[str, str], Frame] = {}
    problems: dict[str, str] = {}
    try:
        frame = run_statement(one.sql, rows)
        for item in versions.values():
            frame = _kept(frame, item) if item else frame
        frames[one.code, SQL] = frame
    except Misconfigured as problem:
        problems[one.code] = problem.say()
        log.error("indicator_not_worked_out", indicator=one.code, problem=str(problem))
    above = in_order([one, *(other for other in declarations() if one.code in other.indicators)])
    beside = [item.pk for item in versions.values() if item and item.pk != first.pk]
    measure(first, declared=above, measures=frames, problems=problems, beside={one.code: beside}, by=PLATFORM, now=now)


# --- history ---------------------------------------------------------------------------------------------------------


def _bring_up(
    declared: Sequence[Declaration], version: Version | None, *, now: datetime, is_whole: bool = False
) -> None:
    """Work out the earlier versions, where a declaration is new or was changed; or all of them."""
    kept = dict(
        Standing.objects.filter(indicator__code__in=[one.code for one in declared]).values_list(
            "indicator__code", "declared"
        )
    )
    stale = [one for one in declared if is_whole or kept.get(one.code) != declaration_digest(one)]
    if not stale:
        return
    valid = valid_versions({name for one in stale for name in one.datasets})
    for name, versions in valid.items():
        mine = [one for one in stale if name in one.datasets]
        others = Version.objects.filter(pk__in=versions, removed_at__isnull=True).select_related("dataset", "contract")
        for earlier in others.order_by("number"):
            if (version is None or earlier.pk != version.pk) and (earlier.path / "data.parquet").exists():
                found = reduced(earlier, mine)
                measure(earlier, declared=mine, measures=found.frames, problems=found.problems, by=PLATFORM, now=now)


@job()
def measure_version(version_id: int) -> int:
    """Work out what one published version says of its indicators. How many values."""
    version = Version.objects.select_related("dataset", "contract").get(pk=version_id)
    return work_out_version(version, now=clock.now()).values


@job()
def stand_again(version_id: int) -> int:
    """A version was withdrawn, or the current one is another: what indicators say now. How many changed."""
    version = Version.objects.select_related("dataset", "contract").get(pk=version_id)
    declared = dependents(version.dataset.name)
    if not declared:
        return 0
    outcome = measure(version, declared=declared, measures={}, by=PLATFORM, now=clock.now())
    for one in declared:
        if one.sql:
            _by_statement(one, now=clock.now())
    return len(outcome.changed)


@job()
def measure_anew(dataset: str) -> int:
    """A dataset was closed, opened, or has another contract: which counts are small enough to be left out is another
    question now, for every version. How many versions."""
    now, declared = clock.now(), dependents(dataset)
    if not declared:
        return 0
    direct = [one for one in declared if dataset in one.datasets]
    valid = Version.objects.filter(pk__in=valid_versions([dataset])[dataset], removed_at__isnull=True)
    versions = [
        one for one in valid.select_related("dataset", "contract").order_by("number")
        if (one.path / "data.parquet").exists()
    ]  # fmt: skip
    for version in versions:
        found = reduced(version, direct)
        measure(version, declared=declared, measures=found.frames, problems=found.problems, by=PLATFORM, now=now)
    for one in declared:
        if one.sql:
            _by_statement(one, now=now)
    return len(versions)


@job()
def follow_changed_declarations() -> int:
    """Take over what packs declare anew, with its history; go on where that was broken off. How many were behind."""
    now = clock.now()
    declared = declarations()
    _declare(declared, now=now)
    behind = _behind(declared)
    if behind:
        _bring_up(behind, None, now=now, is_whole=True)
        for one in behind:
            if one.sql:
                _by_statement(one, now=now)
    return len(behind)


def _behind(declared: Sequence[Declaration]) -> list[Declaration]:
    """Those of which a version that counts and is still there was not measured as they are declared now."""
    known = dict(Indicator.objects.values_list("code", "pk"))
    valid = valid_versions({name for one in declared for name in one.datasets})
    there = set(Version.objects.filter(removed_at__isnull=True).values_list("pk", flat=True))
    done = set(Measurement.objects.values_list("indicator_id", "input", "version_id", "declared"))
    found = []
    for one in declared:
        pk, told = known.get(one.code), declaration_digest(one)
        if pk is None:
            continue
        wanted = [(part.name, version) for part in one.inputs for version in valid.get(part.dataset, ())]
        if one.sql:
            wanted = [(SQL, version) for version in valid[one.dataset][-1:]]
        if any((pk, name, version, told) not in done for name, version in wanted if version in there):
            found.append(one)
    return found


_ANEW = {"catalogue.restrict", "catalogue.open-up", "catalogue.change-contract"}


def _on_publish(entry: Entry) -> None:
    if entry.act in _ANEW:
        name = str(entry.data["dataset"])
        if dependents(name):
            enqueue(measure_anew, name, key=f"measure-anew:{name}:{entry.sequence}", priority=50)
        return
    version = int(entry.data["version_id"])
    subject = f"{reference(Version)}:{version}"
    task = measure_version if entry.act in ("catalogue.publish", "catalogue.compact") else stand_again
    enqueue(task, version, key=f"measure:{version}:{entry.sequence}", subject=subject, priority=50)


def follow_publications() -> None:
    """Declare the reader of the ledger that sets the jobs off."""
    acts = {"catalogue.publish", "catalogue.compact", "catalogue.withdraw", "catalogue.roll-back"}
    register("indicators", acts | _ANEW, _on_publish)


def follow_declarations() -> None:
    """Packs change while nothing runs: they are looked at when a worker begins, and now and then."""
    schedule("catalogue.indicators", follow_changed_declarations, every=timedelta(minutes=10))
