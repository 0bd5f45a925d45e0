"""From rows to numbers: every input over one dataset reduced by period, region and dimension in one session of DuckDB.

Inputs that ask the same of period, region and dimensions are answered by one scan, however many they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mapalus.engine.data.indicator import columns as sql
from mapalus.engine.data.indicator.columns import Columns, quoted
from mapalus.engine.data.indicator.declaration import Input
from mapalus.engine.data.indicator.frame import Frame
from mapalus.engine.data.indicator.grouping import Query
from mapalus.engine.errors import Misconfigured, Problem
from mapalus.engine.text import _

if TYPE_CHECKING:
    import duckdb

__all__ = ["Rows", "reduce", "session", "source_of"]

_PIVOTED = 8  # inputs that differ in one value of one column alone are answered together from so many on


@dataclass(frozen=True)
class Rows:
    """Where the rows of a dataset are. `since`: files that came later, by name in their order; `key`: a later row
    replaces an earlier one with the same key. `period` and `status` (FigureStatus): those of the version."""

    data: Path
    since: tuple[Path, ...] = ()
    key: tuple[str, ...] = ()
    period: str = ""
    table: str = ""  # SQL of a table, instead of the files


@contextmanager
def session(*, memory: str = "500MB") -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory, bounded. For the worker and the command line, never for a web process."""
    import duckdb

    connection = duckdb.connect(config={"threads": 2})
    try:
        connection.execute(f"SET memory_limit = '{memory}'")
        connection.execute("SET enable_progress_bar = false")
        connection.execute("SET TimeZone = 'UTC'")
        yield connection
    finally:
        connection.close()


def source_of(rows: Rows) -> str:
    """The rows as they are now, as SQL that can stand behind FROM."""
    if rows.table:
        return rows.table
    base = f"read_parquet({_path(rows.data)})"
    if not rows.since:
        return base
    files = ", ".join(_path(path) for path in rows.since)
    came = f"SELECT filename AS _file, * EXCLUDE (filename) FROM read_parquet([{files}], filename = true,"
    both = f"SELECT '' AS _file, * FROM {base} UNION ALL BY NAME {came} union_by_name = true)"
    if not rows.key:
        return f"(SELECT * EXCLUDE (_file) FROM ({both}))"
    by = ", ".join(quoted(name) for name in rows.key)
    rank = f"row_number() OVER (PARTITION BY {by} ORDER BY _file DESC, _row DESC) AS _rank"
    return f"(SELECT * EXCLUDE (_file, _rank) FROM (SELECT *, {rank} FROM ({both})) WHERE _rank = 1)"


def _path(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def reduce(
    inputs: Mapping[Any, Input], rows: Rows, *, connection: duckdb.DuckDBPyConnection | None = None
) -> dict[Any, Frame | Problem]:
    """Each input over the rows of its dataset; the problem, where an input cannot be answered."""
    if connection is None:
        with session() as opened:
            return reduce(inputs, rows, connection=opened)
    source = source_of(rows)
    known = Columns(connection, source)
    found: dict[Any, Frame | Problem] = {}
    shapes: dict[Any, dict[Any, Input]] = defaultdict(dict)
    for name, one in inputs.items():
        if missing := [column for column in dict.fromkeys(one.all_columns) if column not in known.types]:
            found[name] = Misconfigured(
                _("The indicator needs columns that %(dataset)s does not have: %(columns)s."),
                dataset=one.dataset, columns=", ".join(missing),
            )  # fmt: skip
            continue
        shapes[_shape(one)][name] = one
    for shape, some in shapes.items():
        found |= _answered(some, known, rows.period, per=shape[-1])
    return found


def _shape(one: Input) -> tuple[Any, ...]:
    """What inputs must have in common to be answered by one scan."""
    formula = one.formula
    rest = (formula.last_column, formula.last_hours, formula.last_per)
    return (tuple(one.period.items()), one.region, one.province, one.down_to, one.dimensions, one.status, rest)


def _answered(
    inputs: Mapping[Any, Input], known: Columns, period: str, *, per: tuple[Any, ...]
) -> dict[Any, Frame | Problem]:
    import duckdb

    first = next(iter(inputs.values()))
    found: dict[Any, Frame | Problem] = {}
    usable: dict[Any, Input] = {}
    for name, one, problem in sql.numbers(inputs, known):
        if problem is not None:
            found[name] = problem
        else:
            usable[name] = one
    if not usable:
        return found
    try:
        query = Query(first, known, last=per)
        for some, column in _by_pivot(usable, is_mixed=query.is_mixed):
            found |= query.run(some, pivot=column, period=period)
    except Problem as problem:
        found |= dict.fromkeys(usable, problem)
    except duckdb.Error as error:
        told = Misconfigured(_("The data cannot be worked out: %(reason)s"), reason=str(error).splitlines()[0][:200])
        found |= {name: told for name in usable if name not in found}
    return found


def _by_pivot(inputs: Mapping[Any, Input], *, is_mixed: bool) -> Iterator[tuple[dict[Any, Input], str]]:
    """Inputs that are answered together: those that differ in one value of a column, and the rest."""
    by_column: dict[str, dict[Any, Input]] = defaultdict(dict)
    rest: dict[Any, Input] = {}
    for name, one in inputs.items():
        where = one.formula.where
        is_one = len(where) == 1 and not one.formula.conditions and one.formula.aggregate != "count"
        values = next(iter(where.values())) if is_one else ()
        if is_one and len(values) == 1 and values[0] is not None:
            by_column[next(iter(where))][name] = one
        else:
            rest[name] = one
    for column, some in by_column.items():
        if len(some) < _PIVOTED:
            rest |= some
        else:
            yield some, column
    if rest and is_mixed:
        groups: dict[Any, dict[Any, Input]] = defaultdict(dict)
        for name, one in rest.items():
            groups[repr((one.formula.where, one.formula.conditions, one.formula.aggregate == "count"))][name] = one
        yield from ((some, "") for some in groups.values())
    elif rest:
        yield rest, ""
