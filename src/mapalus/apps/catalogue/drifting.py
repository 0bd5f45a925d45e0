"""Whether what came is as what was published last, and whether somebody must decide over it first.

    waits(handin)      the changes that hold this hand-in (or harvest) at a person; nothing may publish it before
    refuse(handin)     the same as a Problem, for acts that publish

What was decided is remembered: the same thing is asked once. Found by `engine.data.drift` from two versions' summaries.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from mapalus.apps.catalogue.models import Change, ChangeState, Dataset, HandIn, HandInState, Version
from mapalus.engine.data.contract import Contract
from mapalus.engine.data.drift_finding import Finding, Kind
from mapalus.engine.errors import Conflict, Problem
from mapalus.engine.text import _

__all__ = ["WRONG", "arrived_of", "find", "find_refused", "keep", "refuse", "said", "waits"]

WRONG = "keliru"  # decided, and still nothing to publish: the file is to come again
_OVER = (HandInState.REPLACED, HandInState.WITHDRAWN, HandInState.RETURNED)
_OFTEN = 3  # rows
log = structlog.get_logger()


def waits(handin: HandIn) -> list[Change]:
    """The changes that hold this hand-in; empty: publish it as far as they are concerned."""
    held = handin.changes.filter(is_holding=True)
    return [one for one in held if one.is_waiting or one.choice == WRONG]


def refuse(handin: HandIn) -> None:
    """Raises `Conflict` where a change waits for a decision, or was found wrong."""
    held = waits(handin)
    if not held:
        return
    if any(one.is_waiting for one in held):
        raise Conflict(
            _("%(n)s changes against the last version wait for a decision; nothing is published before."),
            advice=_("Decide them on the page of the hand-in."), n=len([one for one in held if one.is_waiting]),
        )  # fmt: skip
    raise Conflict(
        _("A change was found to be wrong; return the hand-in so that it comes again."),
        advice=_("Return it with the reason, or decide anew."),
    )


def said(change: Change) -> Finding:
    """The finding of a change, which can say itself."""
    return Finding.from_dict(change.facts)


# --- finding: before the act that records it, without a lock ----------------------------------------------------------


def find(handin: HandIn, *, summary: Mapping[str, Any], report: Mapping[str, Any], contract: Contract, file: Path,
         scratch: Path) -> tuple[Finding, ...]:  # fmt: skip
    """What changed against the published version, from the summary and the report of the check; never stops it."""
    from mapalus.engine.data import drift

    before = _before(handin.dataset)
    if before is None:
        return ()
    try:
        arrived = arrived_of(report, contract=contract, file=file, scratch=scratch)
        return drift.compare(before, summary, contract=contract, arrived=arrived)
    except Problem as problem:  # a contract that declares nonsense about drift; the file is checked all the same
        log.warning("drift_not_compared", dataset=handin.dataset.name, code=problem.code)
        return ()


def find_refused(handin: HandIn, *, contract: Contract, file: Path, scratch: Path) -> tuple[Finding, ...]:
    """Of a file refused for a missing column: whether it came under another name."""
    from mapalus.engine.data import drift
    from mapalus.engine.data.reading import read

    before = _before(handin.dataset)
    if before is None:
        return ()
    scratch.mkdir(exist_ok=True)
    scan = read(file, contract=contract, sheet=None, scratch=scratch)
    names = list(scan.titles or scan.columns)
    known = {item.name: names.index(one) for item in contract.fields
             for one in (item.name, item.title, *item.aliases) if one in names}  # fmt: skip
    report = {"columns": names, "places": known}
    arrived = arrived_of(report, contract=contract, file=file, scratch=scratch)
    found = drift.compare(before, before, contract=contract, arrived=arrived)
    return tuple(one for one in found if one.kind is Kind.RENAMED_COLUMN)


def _before(dataset: Dataset) -> Mapping[str, Any] | None:
    from mapalus.engine.data.lake import VersionFolder

    current: Version | None = dataset.current
    if current is None or not (current.path / "version.json").is_file():
        return None
    return VersionFolder(current.path).summary


def arrived_of(report: Mapping[str, Any], *, contract: Contract, file: Path, scratch: Path) -> Any:
    """What drift wants to know of the file; values are looked at only where a column is gone and another came."""
    from mapalus.engine.data.drift import Arrived
    from mapalus.engine.data.drift_columns import values_in

    places: Mapping[str, int] = report.get("places") or {}
    arrived = Arrived(report.get("columns") or (), places, {}, _unlisted(report, contract))
    absent = [item for item in contract.fields if item.name not in places]
    if not (absent and arrived.others):
        return arrived
    scratch.mkdir(exist_ok=True)
    values = values_in(file, contract, arrived.others, scratch=scratch)
    return Arrived(arrived.columns, places, values, arrived.unlisted)


def _unlisted(report: Mapping[str, Any], contract: Contract) -> dict[str, dict[str, int]]:
    """Values that no code list knows, with the rows among the errors told; never those of a person."""
    open_fields = {item.name for item in contract.fields if not item.is_personal}
    found: dict[str, Counter[str]] = {}
    for error in report.get("errors") or ():
        is_list = error.get("rule") in ("enum", "codes") or error.get("code") == "foreign-key"
        if is_list and error.get("field") in open_fields and error.get("value"):
            found.setdefault(error["field"], Counter())[str(error["value"])[:120]] += 1
    # a value once is a slip of the pen; the same one again and again is a value
    often = {name: {value: n for value, n in counts.items() if n >= _OFTEN} for name, counts in found.items()}
    return {name: counts for name, counts in often.items() if counts}


# --- recording: inside the act of the check ---------------------------------------------------------------------------


def keep(handin: HandIn, findings: Sequence[Finding], *, now: datetime) -> list[Change]:
    """Write down what nobody has decided yet. What was asked about files that were replaced is asked no more."""
    dataset = handin.dataset
    Change.objects.waiting().filter(dataset=dataset, handin__state__in=_OVER).update(state=ChangeState.GONE)
    against = dataset.current.number if dataset.current else 0
    may_hold = not dataset.is_filled_by_itself  # the platform counts its own rows: nobody could correct them
    decided = list(dataset.changes.filter(state=ChangeState.DECIDED).exclude(choice=WRONG).select_related("handin"))
    made = [
        Change(
            dataset=dataset, handin=handin, kind=str(one.kind), field=one.field[:240], identity=one.identity,
            facts=one.as_dict(), is_holding=may_hold and str(one.level) == "hold", against=against, found_at=now,
        )
        for one in findings
        if not any(_answers(known, one, handin, against) for known in decided)
    ]  # fmt: skip
    asked = {one.identity: one for one in dataset.changes.waiting().filter(is_holding=False)}
    for one in made:  # what is asked already is asked of the newest file, not once more
        known = asked.get(one.identity)
        if known is not None and not one.is_holding:
            one.pk, one.found_at = known.pk, known.found_at
            one.save(force_update=True)
    Change.objects.bulk_create([one for one in made if one.pk is None])
    return made


def _answers(known: Change, finding: Finding, handin: HandIn, against: int) -> bool:
    """Whether an earlier decision is about this: for ever about its kind and field, else about this very thing."""
    if known.kind != finding.kind or known.field != finding.field:
        return False
    if known.is_for_ever:
        return known.identity == finding.identity or finding.kind not in (Kind.NEW_COLUMN, Kind.RENAMED_COLUMN)
    is_same_period = known.handin is not None and known.handin.period == handin.period
    return known.identity == finding.identity and known.against == against and is_same_period
