"""One pass over the file: good rows to Parquet, bad rows aside, every reason for the bad ones.

1. One pass writes the typed good rows and sets the bad ones aside as raw text (passing.py, abreast.py).
   Keys are compared on the way; a table with too many to remember is looked at beforehand (across.py).
2. All reasons are worked out in SQL, on the bad rows only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb  # noqa: TID253 - this package is imported only when a file is checked
import numpy as np  # noqa: TID253 - see above
from duckdb.func import SPECIAL  # noqa: TID253 - see above

from mapalus.engine.data.plan import JOINT, Plan, Reference
from mapalus.engine.data.runners.duckdb import source
from mapalus.engine.data.runners.duckdb.abreast import pass_abreast
from mapalus.engine.data.runners.duckdb.across import Across, reference_check
from mapalus.engine.data.runners.duckdb.connection import batched, connect, watched
from mapalus.engine.data.runners.duckdb.lost import lost_digits, mixed_zones
from mapalus.engine.data.runners.duckdb.names import literal, quoted
from mapalus.engine.data.runners.duckdb.parts import parts_of
from mapalus.engine.data.runners.duckdb.passing import Question, pass_over, to_parquet, with_typed
from mapalus.engine.data.runners.duckdb.render import Check, render, t
from mapalus.engine.data.runners.duckdb.rules import rule_checks
from mapalus.engine.data.table import Scan

__all__ = ["Found", "NotPlain", "run"]

KEYS_MOST = 6_000_000  # some 60 bytes each: more are not remembered
_SAID = ("field", "code", "rule", "value")
Say = Callable[[str, str, str, str], str]  # field, code, rule, value -> sentence
Progress = Callable[[str, float], None]  # step, share done


class NotPlain(Exception):
    """The file cannot be scanned in place (a quote or a row that the engine does not take): spool it."""


@dataclass(frozen=True)
class Found:
    """What a run found. `errors` are the first ones in file order: (row, field, code, rule, value, message)."""

    good_rows: int
    bad_rows: int
    errors: tuple[tuple[int, str, str, str, str | None, str], ...]
    counts: tuple[tuple[str, str, int], ...]  # code, field, number
    overflows: tuple[str, ...] = ()
    coded: tuple[str, ...] = ()  # fields in which names stood for codes
    lost: tuple[tuple[str, str, int], ...] = ()  # field, value, number: codes turned into powers of ten
    zones: tuple[str, ...] = ()  # fields with and without time zone
    parameters: dict[str, Any] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return self.good_rows + self.bad_rows


def run(
    plan: Plan,
    scan: Scan,
    *,
    good: Path,
    bad: Path,
    scratch: Path,
    say: Say,
    max_errors: int,
    progress: Progress | None = None,
) -> Found:
    """Check every row of the scan; NotPlain where it must be spooled first.

    Whole numbers beyond 64 bits are met only while running: then it runs once more with wide columns.
    """
    wide = plan.wide
    while True:
        with connect(scratch) as connection:
            bound = replace(plan, wide=wide)
            with watched(connection, progress) as step:
                this = _Run(connection, bound, scan, step, scratch)
                try:
                    found = this.all(good=good, bad=bad, say=say, max_errors=max_errors)
                finally:
                    this.forget()
        if not set(found.overflows) - wide:
            return replace(found, overflows=tuple(sorted(wide)))
        wide = wide | set(found.overflows)


class _Run:
    """The state of one run."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, plan: Plan, scan: Scan, progress: Progress, scratch: Path
    ) -> None:
        self.connection, self.plan, self.scan, self.progress, self.scratch = connection, plan, scan, progress, scratch
        self.rendered = render(plan)
        self.across = Across(connection, plan, self.rendered)
        self._functions: list[str] = []

    def all(self, *, good: Path, bad: Path, say: Say, max_errors: int) -> Found:
        self._prepare(say)
        try:
            good_rows = self._main(good)
        except duckdb.Error as error:
            raise _translated(error, self.scan) from error
        self.progress("reasons", 0.0)
        if self._is_any_bad():
            self._reasons(bad)
            found = self._found(good_rows, max_errors)
        else:
            self._no_reasons(bad)
            found = Found(good_rows, 0, (), (), coded=self._coded())
        zones = mixed_zones(self.connection, self.plan, source.rows_of(self.scan))
        return replace(found, zones=zones, lost=lost_digits(self.connection, self.plan, good=good))

    def forget(self) -> None:
        """Take the functions back: the engine may go on to other tables."""
        for name in self._functions:
            self.connection.remove_function(name)

    # preparation

    def _prepare(self, say: Say) -> None:
        rule_checks(self.plan, self.rendered)
        for name, (function, kind) in self.rendered.functions.items():
            self.connection.create_function(
                name,
                _remembered(function),
                ["VARCHAR"],
                kind,
                null_handling=SPECIAL,
            )
            self._functions.append(name)
        self._list_references(self.connection)
        for n, reference in enumerate(self.plan.references):
            if self._is_listed(reference):
                self._reference(n, reference)
        self.connection.create_function("say", say, ["VARCHAR"] * 4, "VARCHAR", null_handling=SPECIAL)
        self._functions.append("say")

    def _is_listed(self, reference: Reference) -> bool:
        """Whether the values it may have are known, and the columns there."""
        there = all(self.plan.column(name).place is not None for name in reference.fields)
        return there and reference.values is not None

    def _list_references(self, connection: duckdb.DuckDBPyConnection) -> None:
        """A small table for each, on that connection."""
        for n, reference in enumerate(self.plan.references):
            if self._is_listed(reference):
                listed = np.array(sorted(_joint(values) for values in reference.values or ()), dtype=object)  # noqa: F841
                connection.execute(
                    f"CREATE TEMP TABLE reference_{n} AS SELECT CAST(column0 AS VARCHAR) AS k FROM listed"
                )

    def _reference(self, n: int, reference: Reference) -> None:
        """Membership by IN over a small table: a mark join, which keeps the order of the rows it is asked about."""
        parts = [self._text_of(name) for name in reference.fields]
        joint = parts[0] if len(parts) == 1 else f"concat_ws(chr(31), {', '.join(parts)})"
        allowed = f"{joint} IN (SELECT k FROM reference_{n})"
        there = " AND ".join(self._has_value(name) for name in reference.fields)
        self._both(reference_check(self.plan, reference, f"({there}) AND NOT ({allowed})"), there, allowed)

    def _text_of(self, name: str) -> str:
        """The typed value as the engine writes it; for plain text the cell itself."""
        column = self.plan.column(name)
        is_plain = column.field.type in ("string", "any") and column.codes is None
        return f"c{column.place}" if is_plain else f"CAST({t(self.plan, name)} AS VARCHAR)"

    def _has_value(self, name: str) -> str:
        """True where the cell is neither missing nor of a wrong form."""
        guard = self.rendered.guards.get(name)
        there = f"{t(self.plan, name)} IS NOT NULL"
        return there if guard is None else f"({there} AND ({guard}))"

    def _both(self, check: Check, there: str, holds: str) -> None:
        self.rendered.checks.append(check)
        needed = all(self.plan.column(name).field.is_required for name in check.field.split(JOINT))
        self.rendered.good.append(holds if needed else f"NOT coalesce({there}, false) OR ({holds})")

    # the whole file

    def _main(self, good: Path) -> int:
        """Good rows to `good`, bad rows to the table `bad_raw`."""
        self.across.remembers = len(self.across.keys) * source.about_rows(self.scan) <= KEYS_MOST
        try:
            return self._pass(good)
        except duckdb.OutOfMemoryException:
            if not self.across.keys or not self.across.remembers:
                raise
            self.across.remembers = False
            return self._pass(good)

    def _pass(self, good: Path) -> int:
        question = Question(self.plan, self.scan, self.rendered, self.across)
        self.across.look(question.typed(source.rows_of(self.scan)), lambda: self.progress("keys", 0.0))
        self.progress("rows", 0.0)
        parts = [] if self.across.flagged else parts_of(self.scan)
        if len(parts) > 1:
            count = pass_abreast(
                self.connection, question, parts, good, scratch=self.scratch, prepare=self._list_references
            )
            if count is not None:
                return count
        return pass_over(self.connection, question, good)

    # reasons

    def _reasons(self, bad: Path) -> None:
        """The table `bad_rows`: `_row`, the raw columns, `_errors`; written to `bad`, too."""
        self._absent()
        typed = with_typed(self.rendered, "SELECT * FROM bad_raw")
        # the cells of a row that cannot be divided are none of the fields'
        cells = [replace(check, when=f"flaw <> 'parse-error' AND ({check.when})") for check in self.rendered.checks]
        checks = [*self._shape_checks(), *cells, *self.across.checks()]
        order = {name: n for n, name in enumerate(column.field.name for column in self.plan.columns)}
        checks.sort(key=lambda check: order.get(check.field.split(JOINT)[0], len(order) if check.field else -1))
        self.connection.execute(f"CREATE TEMP TABLE bad_typed AS {typed}")
        self._unsaid(checks)
        self.connection.execute(
            "CREATE TEMP TABLE said AS SELECT *, say(field, code, rule, value) AS message"
            " FROM (SELECT DISTINCT field, code, rule, value FROM unsaid)"
        )
        same = " AND ".join(f"unsaid.{name} IS NOT DISTINCT FROM said.{name}" for name in _SAID)
        self.connection.execute(
            f"CREATE TEMP TABLE reasons AS SELECT unsaid.*, message FROM unsaid JOIN said ON {same}"
        )
        raw = ", ".join(f"c{n} AS {quoted(name)}" for n, name in enumerate(self.plan.names))
        struct = "{k: k, field: field, code: code, rule: rule, value: value, message: message}"
        spoken = "{field: e.field, code: e.code, rule: e.rule, value: e.value, message: e.message}"
        found = f"SELECT n, list({struct}) AS found FROM reasons GROUP BY n"
        ordered = "CASE WHEN len(found) > 1 THEN list_sort(found) ELSE found END"  # sorting all takes twice as long
        self.connection.execute(
            f"CREATE TEMP TABLE bad_rows AS SELECT _row, {raw},"
            f" list_transform({ordered}, lambda e: {spoken}) AS _errors FROM bad_typed LEFT JOIN ({found}) USING (n)"
        )
        to_parquet(self.connection, "SELECT * FROM bad_rows ORDER BY _row", bad)

    def _no_reasons(self, bad: Path) -> None:
        """The same file without a row: what a good file costs is its reading, not the questions about nothing."""
        raw = ", ".join(f"NULL::VARCHAR AS {quoted(name)}" for name in self.plan.names)
        said = "STRUCT(field VARCHAR, code VARCHAR, rule VARCHAR, value VARCHAR, message VARCHAR)[]"
        to_parquet(self.connection, f"SELECT 0::INTEGER AS _row, {raw}, NULL::{said} AS _errors WHERE false", bad)

    def _is_any_bad(self) -> bool:
        return bool(self.connection.execute("SELECT count(*) FROM (SELECT 1 FROM bad_raw LIMIT 1)").fetchall()[0][0])

    def _unsaid(self, checks: Sequence[Check]) -> None:
        """The table `unsaid` of all reasons. A thousand columns in one question would fill any memory."""
        reasons = [_reason(k, check) for k, check in enumerate(checks)]
        for n, some in enumerate(batched(reasons)):
            begin = "INSERT INTO unsaid" if n else "CREATE TEMP TABLE unsaid AS"
            self.connection.execute(f"{begin} {' UNION ALL '.join(some)}")

    def _absent(self) -> None:
        """A spool pads short rows: the cells beyond the number that its flaw tells were never there."""
        if not self.scan.spooled:
            return
        short = "starts_with(flaw, 'missing-cell:')"
        present = "CAST(flaw[14:] AS INTEGER)"
        cells = ", ".join(f"c{n} = CASE WHEN {present} <= {n} THEN NULL ELSE c{n} END" for n in range(self.plan.width))
        self.connection.execute(f"UPDATE bad_raw SET {cells} WHERE {short}")

    def _shape_checks(self) -> list[Check]:
        """Rows with too few or too many cells, and what the reader could not decode."""
        names = {column.place: column.field.name for column in self.plan.columns if column.place is not None}
        last = f"c{self.plan.width - 1}"
        checks = []
        for n, title in enumerate(self.plan.names):
            absent = f"c{n} IS NULL AND {last} IS NULL"
            checks.append(Check(names.get(n, title), "missing-cell", "", absent, f"c{n}"))
        spilled = "CASE WHEN x0 IS NOT NULL THEN concat_ws(', ', x0, x1, x2) ELSE trim(flaw[12:], '[]') END"
        checks.append(Check("", "extra-cell", "", "x0 IS NOT NULL OR starts_with(flaw, 'extra-cell')", spilled))
        cells = [f"c{n}" for n in range(self.plan.width)]
        text = f"concat_ws(', ', {', '.join(cells)})[1:80]"
        return checks + [Check("", code, "", f"flaw = '{code}'", text) for code in ("encoding-error", "parse-error")]

    def _found(self, good_rows: int, max_errors: int) -> Found:
        bad_rows = self.connection.execute("SELECT count(*) FROM bad_rows").fetchall()[0][0]
        errors = self.connection.execute(
            f"SELECT _row, field, code, rule, value, message FROM reasons ORDER BY n, k LIMIT {max_errors}"
        ).fetchall()
        counts = self.connection.execute(
            "SELECT code, field, count(*) FROM reasons GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        unexplained = self.connection.execute("SELECT _row FROM bad_rows WHERE _errors IS NULL LIMIT 3").fetchall()
        if unexplained:
            raise AssertionError(f"rows without a reason: {unexplained}")
        return Found(good_rows, bad_rows, tuple(errors), tuple(counts), self._overflows(), self._coded())

    def _coded(self) -> tuple[str, ...]:
        """Fields in which a name stood for its code: the look-up saw a text that is not the code itself."""
        return tuple(sorted(self.rendered.by_name))

    def _overflows(self) -> tuple[str, ...]:
        """Integer fields with a bad row that only 64 bits made bad."""
        fields: list[str] = []
        asked = [(name, when) for name, when in self.rendered.overflows if name not in self.plan.wide]
        for some in batched(asked):
            parts = ", ".join(f"coalesce(bool_or({when}), false)" for _name, when in some)
            found = self.connection.execute(f"SELECT {parts} FROM bad_typed").fetchall()[0]
            fields += [name for (name, _when), is_over in zip(some, found, strict=True) if is_over]
        return tuple(fields)


def _reason(k: int, check: Check) -> str:
    """The bad rows to which a check applies; `k` is its place among the reasons of a row."""
    said = ", ".join(f"{literal(text)} AS {name}" for text, name in
                     ((check.field, "field"), (check.code, "code"), (check.rule, "rule")))  # fmt: skip
    return f"SELECT n, _row, {k} AS k, {said}, {check.raw} AS value FROM bad_typed WHERE {check.when}"


_BETWEEN = "\x1f"


def _joint(values: tuple[object, ...]) -> str:
    return _BETWEEN.join(_as_engine_writes(value) for value in values)


def _as_engine_writes(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _remembered(function: Callable[[str], Any]) -> Callable[[str], Any]:
    from functools import lru_cache

    remembered = lru_cache(maxsize=200_000)(function)
    return lambda text: None if text is None else remembered(text)


def _translated(error: duckdb.Error, scan: Scan) -> Exception:
    """What the engine could not scan in place is spooled; everything else is a bug and stays one."""
    return error if scan.spooled or "CSV" not in str(error) else NotPlain(str(error).splitlines()[0])
