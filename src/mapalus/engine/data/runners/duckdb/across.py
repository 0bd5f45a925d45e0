"""What rows say about each other: keys that may occur only once, and references to the table's own rows.

Keys are compared in the pass over the rows itself: the number of different keys so far grows with each new one, so a
row at which it stands still repeats one. The table engine must remember every key for that and cannot put them on
disk. So a table with too many (`remembers` false) is looked at beforehand: a narrow scan gives a 64-bit hash per key,
numpy finds rows whose hash occurs before (keys.py), and a second scan compares the real values of those few.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import duckdb  # noqa: TID253 - this package is imported only when a file is checked
import numpy as np  # noqa: TID253 - see above

from mapalus.engine.data.plan import Plan, Reference
from mapalus.engine.data.runners.duckdb import keys
from mapalus.engine.data.runners.duckdb.names import quoted
from mapalus.engine.data.runners.duckdb.render import Check, Rendered, t

__all__ = ["Across", "reference_check"]


class Across:
    """The checks of one plan that need more than one row."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, plan: Plan, rendered: Rendered) -> None:
        self.connection, self.plan, self.rendered = connection, plan, rendered
        there = {column.field.name for column in plan.columns if column.place is not None}
        self.keys = [key for key in plan.keys if there.issuperset(key.fields)]
        self.own = [each for each in plan.references if each.values is None and there.issuperset(each.fields)]
        self.remembers = True
        self.flagged: dict[str, Any] = {}  # name of a column of marks -> record numbers of the rows that have it

    @property
    def marks(self) -> list[str]:
        """Names of the columns of a bad row that say which of these checks it fails: text where it does, else NULL."""
        return [f"u{n}" for n in range(len(self.keys))] + [f"o{n}" for n in range(len(self.own))]

    def look(self, typed: str, step: Callable[[], None]) -> None:
        """Whatever must be known before the rows are passed; `typed` gives n, the cells and the typed fields."""
        wanted = [] if self.remembers else [key.fields for key in self.keys]
        wanted += [names for reference in self.own for names in (reference.fields, reference.others)]
        if not wanted:
            return
        step()
        hashes, null = self._hashes(wanted, typed)
        if not self.remembers:
            self._repeated([keys.shared(hashes.pop(0), null=null) for _key in self.keys], typed)
        for n in range(len(self.own)):
            self.flagged[f"o{n}"] = keys.outside(hashes.pop(0), hashes.pop(0), null=null)
        for name, rows in self.flagged.items():
            listed = {"n": np.asarray(rows, dtype=np.int64)}  # noqa: F841 - read by the engine
            self.connection.execute(f"CREATE OR REPLACE TEMP TABLE flag_{name} AS SELECT n FROM listed")

    def rows(self, typed: str) -> str:
        """The typed rows with what `_fails` needs."""
        counts, before = [], []
        for name, key in self._passed().items():
            counts.append(f"count(DISTINCT {key}) OVER (ROWS UNBOUNDED PRECEDING) AS so_far_{name}")
            before.append(f"lag(so_far_{name}, 1, 0) OVER () AS before_{name}")
        if counts:
            typed = f"SELECT *, {', '.join(before)} FROM (SELECT *, {', '.join(counts)} FROM ({typed}))"
        hits = "".join(f", n IN (SELECT n FROM flag_{name}) AS hit_{name}" for name in self.flagged)
        return f"SELECT *{hits} FROM ({typed})" if hits else typed

    def _passed(self) -> dict[str, str]:
        """The keys that are compared in the pass itself: name of the mark, SQL of the key."""
        return {f"u{n}": self._key(key.fields) for n, key in enumerate(self.keys) if self.remembers}

    def remembered(self) -> list[tuple[str, str, str]]:
        """Of the keys compared in the pass: the mark, the key of a row that was found good, and that of any row."""
        bare = {column.field.name: quoted(column.field.name) for column in self.plan.columns}
        return [(f"u{n}", self._key(key.fields, bare), self._key(key.fields))
                for n, key in enumerate(self.keys) if self.remembers]  # fmt: skip

    def _fails(self, name: str) -> str:
        """True for a row that fails the check of a mark, false for any other; never NULL."""
        if name in self.flagged:
            return f"hit_{name}"
        return f"{self._passed()[name]} IS NOT NULL AND so_far_{name} = before_{name}"

    def good(self) -> list[str]:
        return [f"NOT ({self._fails(name)})" for name in self.marks]

    def cells(self) -> dict[str, str]:
        """The marks of a row of `rows`: name -> SQL."""
        return {name: f"CASE WHEN {self._fails(name)} THEN 'marked' END" for name in self.marks}

    def checks(self) -> list[Check]:
        """Reasons, for rows that carry the marks."""
        found = []
        for n, key in enumerate(self.keys):
            found.append(Check(key.label, key.code, key.rule, f"u{n} IS NOT NULL", _raw(self.plan, key.fields)))
        for n, reference in enumerate(self.own):
            found.append(reference_check(self.plan, reference, f"o{n} IS NOT NULL"))
        return found

    def _parts(self, names: tuple[str, ...]) -> list[str]:
        """The typed values where the text is of the field's form, else NULL."""
        parts = []
        for name in names:
            guard, typed = self.rendered.guards.get(name), t(self.plan, name)
            parts.append(typed if guard is None else f"(CASE WHEN {guard} THEN {typed} END)")
        return parts

    def _key(self, names: tuple[str, ...], bare: Mapping[str, str] | None = None) -> str:
        """The key as one value; NULL where a part is empty or unreadable. Several parts make one text.

        `bare`: how the typed values are called where there are no others.
        """
        parts = self._parts(names) if bare is None else [bare[name] for name in names]
        if len(parts) == 1:
            return parts[0]
        there = " AND ".join(f"{part} IS NOT NULL" for part in parts)
        zero = {name: " + 0.0" for name in names if self.plan.column(name).field.type == "number"}  # -0 is 0
        texts = [f"CAST({part}{zero.get(name, '')} AS VARCHAR)" for name, part in zip(names, parts, strict=True)]
        measured = [f"strlen({text}), ' ', {text}" for text in texts]  # so that a, bc is not ab, c
        return f"(CASE WHEN {there} THEN concat({', '.join(measured)}) END)"

    def _hashes(self, wanted: list[tuple[str, ...]], typed: str) -> tuple[list[Any], int]:
        """Per key a hash for every row, and the hash that rows without a key have."""
        columns = []
        for n, names in enumerate(wanted):
            parts = self._parts(names)
            there = " AND ".join(f"{part} IS NOT NULL" for part in parts)
            columns.append(f"CASE WHEN {there} THEN hash({', '.join(parts)}) ELSE hash(NULL::VARCHAR) END AS h{n}")
        found = self.connection.execute(f"SELECT {', '.join(columns)} FROM ({typed})").fetchnumpy()
        null = self.connection.execute("SELECT hash(NULL::VARCHAR)").fetchall()[0][0]
        return [np.ma.getdata(found.pop(f"h{n}")) for n in range(len(wanted))], null

    def _repeated(self, candidates: list[Any], typed: str) -> None:
        """Rows that repeat a key: of the rows with a common hash, those with an earlier row of the same value."""
        listed = {"n": np.unique(np.concatenate(candidates)).astype(np.int64)}  # noqa: F841 - read by the engine
        self.connection.execute("CREATE OR REPLACE TEMP TABLE candidates AS SELECT n FROM listed")
        values = ", ".join(f"{self._key(key.fields)} AS k{n}" for n, key in enumerate(self.keys))
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE compared AS SELECT n, {values} FROM ({typed})"
            " WHERE n IN (SELECT n FROM candidates)"
        )
        for n in range(len(self.keys)):
            self.flagged[f"u{n}"] = self.connection.execute(
                f"SELECT n FROM (SELECT n, row_number() OVER (PARTITION BY k{n} ORDER BY n) AS nth FROM compared"
                f" WHERE k{n} IS NOT NULL) WHERE nth > 1"
            ).fetchnumpy()["n"]


def _raw(plan: Plan, names: tuple[str, ...]) -> str:
    """What the file has in those cells, as SQL."""
    raw = [f"c{plan.column(name).place}" for name in names]
    return raw[0] if len(raw) == 1 else f"concat_ws(', ', {', '.join(raw)})"


def reference_check(plan: Plan, reference: Reference, when: str) -> Check:
    return Check(reference.label, "foreign-key", "foreignKey", when, _raw(plan, reference.fields))
