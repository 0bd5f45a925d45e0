"""A version made of the version before and what came or changed since: appended, replaced by key, deleted by key.

Every row keeps its origin: `_part` says which file it came from (its place in `parts`, with the SHA-256 of the bytes
as received), `_row` which row of that file it is. A row that did not change keeps its place; one that did takes the
place of the one it replaces; new ones come last, in the order of their file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mapalus.engine.data.contract import Contract
from mapalus.engine.data.shown import quoted
from mapalus.engine.errors import Conflict
from mapalus.engine.text import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from mapalus.engine.data.lake import VersionFolder

__all__ = ["Change", "Merged", "Mode", "merge", "parts_of"]

PARQUET = "FORMAT parquet, PARQUET_VERSION V2, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 245760"
_MEMORY = "600MB"
_BETWEEN = "chr(31)"


class Mode(StrEnum):
    """What becomes of a row whose key is there already."""

    UPSERT = "upsert"  # it replaces the one before; without a primary key in the contract, every row is a new one
    APPEND = "append"  # every row is a new one


@dataclass(frozen=True)
class Change:
    """Checked rows of one file.

    good: Parquet of typed rows with `_row`, as the check writes it.
    part: where they come from, kept with the version: `snapshot` (SHA-256 in hex), `file`, `received_on`, `run`, ...
    """

    good: Path
    part: Mapping[str, Any]


@dataclass(frozen=True)
class Merged:
    """The rows of the next version, at `path`, with `_row` and `_part`; `parts[_part]` is where a row comes from."""

    path: Path
    parts: tuple[Mapping[str, Any], ...]
    rows: int
    added: int
    replaced: int
    removed: int
    unknown: int  # keys to delete that were not there


def parts_of(version: VersionFolder) -> tuple[Mapping[str, Any], ...]:
    """Where the rows of a version come from, by `_part`; a version of one file has one part, which is its origin."""
    listed = version.summary.get("parts")
    return tuple(listed) if listed else (version.summary.get("origin") or {},)


def merge(
    before: VersionFolder | None,
    *,
    changes: Sequence[Change],
    contract: Contract,
    out: Path,
    deleted: Path | None = None,
    mode: Mode = Mode.UPSERT,
) -> Merged:
    """Write the rows of the next version to `out` (Parquet): those of `before`, less `deleted`, with `changes`.

    changes: in the order in which they came; of two rows with one key the later counts.
    deleted: NDJSON (an object per line) or Parquet with the fields of the primary key; applied before the changes, so
    that a record that was deleted and came again is there. Values are compared as the table engine writes them.
    before: None for a first version. Hand `out` to `lake.write_version(good=..., parts=merged.parts)`.
    Memory stays below some 700 MB; what is larger spills beside `out`. Killed at any moment, only `out` is half there.
    Raises `Conflict` where there are keys to delete and no primary key, or where a column changed its type and old
    values do not fit the new one.
    """
    if deleted is not None and not contract.primary_key:
        raise Conflict(
            _("The source names deleted records, and the contract of %(name)s has no primary key to find them by."),
            advice=_("Declare a primary key in the contract."),
            name=contract.name,
        )
    with _connected(out) as connection:
        return _Merge(connection, before, tuple(changes), contract, mode).write(out, deleted=deleted)


class _Merge:
    """The state of one merge."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        before: VersionFolder | None,
        changes: tuple[Change, ...],
        contract: Contract,
        mode: Mode,
    ) -> None:
        self.connection, self.changes = connection, changes
        self.key = contract.primary_key if mode is Mode.UPSERT else ()
        self.delete_by = contract.primary_key
        self.columns = self._target(before, contract)
        self.parts, renumbered = self._parts(before)
        self.base = self._base(before, renumbered)
        self.rows_before = 0 if before is None else self._number(f"SELECT count(*) FROM {_parquet(before.data)}")

    def write(self, out: Path, *, deleted: Path | None) -> Merged:
        self._changed()
        is_keyed = bool(self.key) and self.rows_before > 0
        unknown = self._deleted(deleted) if deleted is not None else 0
        if is_keyed:
            self._hits()
        affected = self._number("SELECT count(*) FROM affected") if is_keyed or deleted is not None else 0
        replaced = self._number("SELECT count(*) FROM hits") if is_keyed else 0
        rows = self._copy(self._ordered(is_keyed) if affected else self._appended(), out)
        added = self._number("SELECT count(*) FROM last") - replaced
        removed = self.rows_before + added - rows
        return Merged(out, self.parts, rows, added, replaced, removed, unknown)

    # what there is

    def _target(self, before: VersionFolder | None, contract: Contract) -> dict[str, str]:
        """Columns of the result and their types: those of the newest file, then what only older ones have."""
        known: dict[str, str] = {}
        for change in reversed(self.changes):
            for name, kind in self._described(_parquet(change.good)).items():
                known.setdefault(name, kind)
        if before is not None:
            for name, kind in self._described(_parquet(before.data)).items():
                known.setdefault(name, kind)
        declared = [field.name for field in contract.fields if field.name in known]
        rest = [name for name in known if name not in declared and not name.startswith("_")]
        return {name: known[name] for name in (*declared, *rest)}

    def _parts(self, before: VersionFolder | None) -> tuple[tuple[Mapping[str, Any], ...], dict[int, int]]:
        """The parts of the result; parts of the version before that no row names any more are dropped."""
        if before is None:
            return tuple(change.part for change in self.changes), {}
        old = parts_of(before)
        used = [0]
        if "_part" in self._described(_parquet(before.data)):
            query = f"SELECT DISTINCT _part FROM {_parquet(before.data)} ORDER BY 1"
            used = [int(row[0]) for row in self.connection.execute(query).fetchall()]
        kept = tuple(old[number] for number in used)
        return (*kept, *(change.part for change in self.changes)), {number: n for n, number in enumerate(used)}

    def _base(self, before: VersionFolder | None, renumbered: Mapping[int, int]) -> str:
        """SQL of the rows before: `o` (their place from 0), `_row`, `_part`, the columns."""
        if before is None:
            return ""
        source = _parquet(before.data)
        there = self._described(source)
        self._refuse_lost_values(source, there)
        part = "0"
        if "_part" in there:
            cases = " ".join(f"WHEN {old} THEN {new}" for old, new in renumbered.items() if old != new)
            part = f"CASE _part {cases} ELSE _part END" if cases else "_part"
        return (
            f"SELECT file_row_number AS o, _row, ({part})::INTEGER AS _part, {self._cast(there)}"
            f" FROM read_parquet('{_escaped(before.data)}', file_row_number = true)"
        )

    def _refuse_lost_values(self, source: str, there: Mapping[str, str]) -> None:
        for name, kind in self.columns.items():
            if name in there and there[name] != kind:
                lost = f"{quoted(name)} IS NOT NULL AND TRY_CAST({quoted(name)} AS {kind}) IS NULL"
                if self._number(f"SELECT count(*) FROM {source} WHERE {lost}"):
                    raise Conflict(
                        _("The column %(name)s changed its type, and values of the version before do not fit."),
                        advice=_("Bring the whole table once, instead of changes only."),
                        name=name,
                    )

    def _cast(self, there: Mapping[str, str]) -> str:
        return ", ".join(
            (quoted(name) if there[name] == kind else f"CAST({quoted(name)} AS {kind}) AS {quoted(name)}")
            if name in there
            else f"CAST(NULL AS {kind}) AS {quoted(name)}"
            for name, kind in self.columns.items()
        )

    # what comes

    def _changed(self) -> None:
        """`change`: every row that came (n: its place from 0), `last`: places of those that count."""
        first = len(self.parts) - len(self.changes)
        sources = [
            f"SELECT _row, {first + number}::INTEGER AS _part, {self._cast(self._described(_parquet(one.good)))}"
            f" FROM {_parquet(one.good)}"
            for number, one in enumerate(self.changes)
        ] or [f"SELECT 0::BIGINT AS _row, 0 AS _part, {self._cast({})} WHERE false"]
        together = " UNION ALL ".join(sources)
        self.connection.execute(
            f"CREATE TEMP TABLE change AS SELECT (row_number() OVER ()) - 1 AS n, * FROM ({together})"
        )
        if self.key:
            k = _key(self.key)
            self.connection.execute(
                f"CREATE TEMP TABLE last AS SELECT max(n) AS n, {k} AS k FROM change WHERE {k} IS NOT NULL GROUP BY k"
                f" UNION ALL SELECT n, NULL FROM change WHERE {k} IS NULL"
            )
        else:
            self.connection.execute("CREATE TEMP TABLE last AS SELECT n, NULL::VARCHAR AS k FROM change")
        self.connection.execute("CREATE TEMP TABLE affected (o BIGINT)")

    def _deleted(self, deleted: Path) -> int:
        """Places of rows to delete go to `affected`; the number of keys that are not there."""
        source = _keys_in(deleted, self.delete_by)
        k = _key(self.delete_by)
        self.connection.execute(
            f"CREATE TEMP TABLE gone AS SELECT DISTINCT {k} AS k FROM {source} WHERE {k} IS NOT NULL"
        )
        if not self.base:
            return self._number("SELECT count(*) FROM gone")
        self.connection.execute(
            f"CREATE TEMP TABLE met AS SELECT o, k FROM (SELECT o, {k} AS k FROM ({self.base})) JOIN gone USING (k)"
        )
        self.connection.execute("INSERT INTO affected SELECT o FROM met")
        return self._number("SELECT (SELECT count(*) FROM gone) - (SELECT count(DISTINCT k) FROM met)")

    def _hits(self) -> None:
        """`hits`: which row that came takes which place; where a key stood twice before, it stands once after."""
        self.connection.execute(
            f"CREATE TEMP TABLE touched AS SELECT o, n FROM (SELECT o, {_key(self.key)} AS k FROM ({self.base}))"
            " JOIN last USING (k) WHERE o NOT IN (SELECT o FROM affected)"
        )
        self.connection.execute("CREATE TEMP TABLE hits AS SELECT min(o) AS o, n FROM touched GROUP BY n")
        self.connection.execute("INSERT INTO affected SELECT o FROM touched")

    # the result

    def _appended(self) -> str:
        columns = f"_row, _part, {self._names()}"
        came = f"SELECT {columns} FROM (SELECT c.* FROM change c JOIN last USING (n)) ORDER BY n"
        if not self.key:
            came = f"SELECT {columns} FROM change ORDER BY n"
        return f"SELECT {columns} FROM ({self.base}) UNION ALL ({came})" if self.base else came

    def _ordered(self, is_keyed: bool) -> str:
        columns = f"_row, _part, {self._names()}"
        kept = f"SELECT o, {columns} FROM ({self.base}) WHERE o NOT IN (SELECT o FROM affected)"
        hits = "hits" if is_keyed else "(SELECT NULL::BIGINT AS o, NULL::BIGINT AS n WHERE false)"
        came = (
            f"SELECT coalesce(h.o, {self.rows_before} + c.n) AS o, {columns} FROM change c"
            f" JOIN (SELECT n FROM last) l USING (n) LEFT JOIN {hits} h USING (n)"
        )
        return f"SELECT {columns} FROM ({kept} UNION ALL {came}) ORDER BY o"

    def _names(self) -> str:
        return ", ".join(quoted(name) for name in self.columns)

    # asking

    def _copy(self, query: str, out: Path) -> int:
        done = self.connection.execute(f"COPY ({query}) TO '{_escaped(out)}' ({PARQUET})").fetchall()
        return int(done[0][0])

    def _number(self, query: str) -> int:
        return int(self.connection.execute(query).fetchall()[0][0])

    def _described(self, source: str) -> dict[str, str]:
        rows = self.connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
        return {str(row[0]): str(row[1]) for row in rows}


def _key(fields: Sequence[str]) -> str:
    """SQL of a key as one text; NULL where a field of it has no value, which meets no other."""
    return f" || {_BETWEEN} || ".join(f"CAST({quoted(name)} AS VARCHAR)" for name in fields)


def _keys_in(path: Path, fields: Sequence[str]) -> str:
    if path.suffix == ".parquet":
        return _parquet(path)
    columns = ", ".join(f"'{name.replace(chr(39), chr(39) * 2)}': 'VARCHAR'" for name in fields)
    return f"read_json('{_escaped(path)}', format = 'newline_delimited', columns = {{{columns}}})"


def _escaped(path: Path) -> str:
    return str(path).replace("'", "''")


def _parquet(path: Path) -> str:
    return f"read_parquet('{_escaped(path)}')"


@contextmanager
def _connected(out: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    import shutil

    import duckdb

    spill = out.with_name(f".{out.name}.spill")
    connection = duckdb.connect()
    try:
        for setting, value in (
            ("autoinstall_known_extensions", "false"),
            ("autoload_known_extensions", "false"),
            ("memory_limit", f"'{_MEMORY}'"),
            ("temp_directory", f"'{_escaped(spill)}'"),
            ("enable_progress_bar", "false"),
            ("TimeZone", "'UTC'"),
        ):
            connection.execute(f"SET {setting} = {value}")
        yield connection
    finally:
        connection.close()
        shutil.rmtree(spill, ignore_errors=True)
