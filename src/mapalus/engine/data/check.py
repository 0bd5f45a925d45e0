"""Check one file: read, map, run the plan, tell. The one entry for the command line and the catalogue.

A Python loop over rows is nowhere in it: rows stay in the table engine, Python sees the bad ones.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mapalus.engine.data.contract import Contract
from mapalus.engine.data.mapping import map_columns
from mapalus.engine.data.messages import make_say
from mapalus.engine.data.plan import Plan, make_plan
from mapalus.engine.data.references import read_codes, read_references
from mapalus.engine.data.table import Guess, Scan, Warn
from mapalus.engine.text import _, translate

if TYPE_CHECKING:
    from mapalus.engine.data.runners.duckdb.run import Found

__all__ = ["Outcome", "check"]

Progress = Callable[[str, float], None]
MAX_ERRORS = 1000
_DAYS = 60  # different wrong days are enough to see in which order they are written


@dataclass(frozen=True)
class Outcome:
    """What came of a check. `good` and `bad` are Parquet files; `report` is the object of `mapalus check --json`."""

    path: Path
    scan: Scan
    contract: Contract
    is_proposed: bool  # the contract was inferred from the file itself
    good: Path
    bad: Path
    good_rows: int
    bad_rows: int
    accepted: bool
    reason: str  # why it is not accepted, in words; empty where it is
    report: Mapping[str, Any]
    places: Mapping[str, int] = field(default_factory=dict)  # field -> column of the file, from 0

    @property
    def rows(self) -> int:
        return self.good_rows + self.bad_rows

    @property
    def is_valid(self) -> bool:
        return self.bad_rows == 0


def check(
    path: Path,
    *,
    contract: Contract | None,
    out: Path,
    sheet: str | None = None,
    max_errors: int = MAX_ERRORS,
    progress: Progress | None = None,
    language: str | None = None,
) -> Outcome:
    """Check a file against a contract (None: against the one that its own columns suggest).

    Writes `good.parquet` and `bad.parquet` into the folder `out`, which must exist. Raises Refused where the file
    cannot be used at all, Misconfigured where a reference list of the contract is not there.
    """
    from mapalus.engine.data.reading import read
    from mapalus.engine.data.written import rewritten

    scratch = out / "scratch"
    scratch.mkdir(exist_ok=True)
    try:
        if progress:
            progress("read", 0.0)
        scan = read(path, contract=contract, sheet=sheet, scratch=scratch)
        if contract is not None:
            scan = rewritten(scan, contract, folder=scratch)
        return check_scan(
            path, scan, contract=contract, out=out, scratch=scratch, max_errors=max_errors, progress=progress,
            language=language,
        )  # fmt: skip
    finally:
        import shutil

        shutil.rmtree(scratch, ignore_errors=True)


def check_scan(
    path: Path,
    scan: Scan,
    *,
    contract: Contract | None,
    out: Path,
    scratch: Path,
    max_errors: int = MAX_ERRORS,
    progress: Progress | None = None,
    language: str | None = None,
) -> Outcome:
    """`check` for a table that is already read."""
    from mapalus.engine.data.profile import profile
    from mapalus.engine.data.report import make_report

    proposed = contract is None
    guesses: tuple[Guess, ...] = ()
    warnings: tuple[Warn, ...] = ()
    if contract is None:
        from mapalus.engine.data.infer import infer

        inferred = infer(scan, scratch=scratch, name=path.stem)
        contract, guesses, warnings = inferred.contract, inferred.guesses, inferred.warnings
    elif any("open" in item.mapalus for item in contract.fields):
        from mapalus.engine.data.readings import open_warnings

        warnings = tuple(open_warnings(contract))
    mapped = map_columns(contract, scan)
    plan = make_plan(
        contract,
        places=mapped.places,
        names=scan.columns,
        references=read_references(contract),
        codes=read_codes(contract),
    )
    good, bad = out / "good.parquet", out / "bad.parquet"
    scan, found = _run(plan, scan, contract, good, bad, scratch, max_errors, progress, language)
    known = frozenset(warn.code for warn in (*scan.warnings, *warnings))
    warnings = (*warnings, *mapped.warnings, *_warnings(found, known=known), *_other_days(contract, found))
    accepted = contract.bad_rows.accepts(rows=found.rows, bad=found.bad_rows)
    report = make_report(
        path, scan, contract, found, profile(plan, good, scratch=scratch),
        guesses=(*scan.guesses, *guesses, *mapped.guesses), warnings=(*scan.warnings, *warnings), language=language,
    )  # fmt: skip
    return Outcome(
        path=path,
        scan=scan,
        contract=contract,
        is_proposed=proposed,
        good=good,
        bad=bad,
        good_rows=found.good_rows,
        bad_rows=found.bad_rows,
        accepted=accepted,
        reason="" if accepted else _why(contract, found, language),
        report=report,
        places=mapped.places,
    )


def _run(
    plan: Plan,
    scan: Scan,
    contract: Contract,
    good: Path,
    bad: Path,
    scratch: Path,
    max_errors: int,
    progress: Progress | None,
    language: str | None,
) -> tuple[Scan, Found]:
    """Run the plan; spool the file first where it cannot be scanned in place."""
    from mapalus.engine.data.reading import spool
    from mapalus.engine.data.runners.duckdb.run import NotPlain, run
    from mapalus.engine.data.runners.duckdb.source import MOST_BLANKS

    if not scan.spooled and len(scan.blank_rows) > MOST_BLANKS:
        scan = spool(scan, scratch=scratch)
    while True:
        say = make_say(contract, language=language)
        try:
            found = run(
                plan, scan, good=good, bad=bad, scratch=scratch, say=say, max_errors=max_errors, progress=progress
            )
        except NotPlain:
            scan = spool(scan, scratch=scratch)
            continue
        return scan, found


_LOST = _("In %(title)s a spreadsheet has turned codes such as %(value)s into powers of ten: their digits are lost.")


def _lost_digits(found: Found) -> dict[str, str]:
    """Fields whose pattern a value such as 4,01E+07 broke, with the first such value."""
    lost: dict[str, str] = {}
    for _row, name, _code, rule, value, _message in found.errors:
        if rule == "pattern" and value and re.fullmatch(r"[0-9][.,]?[0-9]*[eE]\+?[0-9]+", value):
            lost.setdefault(name, value)
    return lost


def _other_days(contract: Contract, found: Found) -> list[Warn]:
    """Days that the contract takes for ISO and that are written in an order nobody can tell: how to pin it."""
    wrong: dict[str, Counter[str]] = {}
    for _row, name, code, _rule, value, _message in found.errors:
        if code == "type-error" and value:
            texts = wrong.setdefault(name, Counter())
            if len(texts) < _DAYS:
                texts[value] += 1
    days = [item for item in contract.fields
            if item.type in ("date", "datetime") and item.format == "default" and item.name in wrong]  # fmt: skip
    if not days:
        return []
    from mapalus.engine.data.infer import Values, infer_column
    from mapalus.engine.data.readings import settled

    warnings: list[Warn] = []
    for item in days:
        read = infer_column(item.name, item.title or item.name, Values(wrong[item.name])).readings
        if read is not None and read.is_of_days:
            warnings += settled(read, title=item.title or item.name, beside=())[2]
    return warnings


def _warnings(found: Found, *, known: frozenset[str]) -> list[Warn]:
    warnings = [
        Warn(
            "integer-overflow",
            _("%(field)s holds whole numbers of more than 18 digits; they are kept exactly."),
            {"field": name},
        )
        for name in found.overflows
    ]
    warnings += [
        Warn("code-list-by-name", _("%(field)s was given by name; the codes of the list were put in."), {"field": name})
        for name in found.coded
    ]
    warnings += [
        Warn("mixed-timezone", _("%(field)s holds times of different zones, or with and without one."), {"field": name})
        for name in found.zones
    ]
    warnings += [
        Warn(
            "scientific-notation-id",
            _LOST,
            {"title": name, "value": value},
        )
        for name, value in _lost_digits(found).items()
    ]
    warnings += [
        Warn(
            "scientific-notation-id",
            _("In %(title)s a spreadsheet has turned codes such as %(value)s into powers of ten: digits are lost."),
            {"title": name, "value": value, "count": count},
        )
        for name, value, count in found.lost
        if "scientific-notation-id" not in known
    ]
    if found.rows == 0 and "no-rows" not in known:
        warnings.append(Warn("no-rows", _("The file has a header and no rows.")))
    return warnings


def _why(contract: Contract, found: Found, language: str | None) -> str:
    data = {"bad": found.bad_rows, "rows": found.rows, "limit": contract.bad_rows.limit_percent}
    if contract.bad_rows.policy == "reject":
        text = _("%(bad)s of %(rows)s rows are bad, and this dataset is taken only without bad rows.")
    else:
        text = _("%(bad)s of %(rows)s rows are bad, more than the %(limit)s percent that this dataset allows.")
    return translate(text, language=language) % data
