"""What would give a hidden count away is hidden with it (complementary suppression).

A small count that stands alone among counts that add up can be reckoned from their sum, which is often told elsewhere:
in a row of totals, as a figure of the whole province, or in the column beside. So in every such line that holds one
hidden count alone, or whose hidden counts could only have one value each, the smallest shown one goes as well. Lines
run along each part of the key (regions within the one above them), and along columns that add up to another in the
row. The method is that of L. Cox, Suppression Methodology and Statistical Disclosure Control, 1980; it protects
against anybody who knows every sum of a version, not against comparing versions in which the groups moved.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mapalus.engine.data.contract import Contract
from mapalus.engine.data.figures import role
from mapalus.engine.data.shown import Shown, least, published_query, quoted

if TYPE_CHECKING:
    import duckdb

__all__ = ["guarded_query"]

_ROUNDS = 2  # what is hidden for one line may stand alone in another
_DIMENSIONS = 5
_COLUMNS = 12  # counts that are tried for adding up in every run; of more, only short runs beside the sum
_RUN = 4
_AGREE = 0.9  # share of the rows in which columns add up, from which they are taken to
_NEVER, _LAST = 9e300, 8e300


@dataclass(frozen=True)
class _Sum:
    """Places among the suppressed columns: one that is the sum of others."""

    total: int
    parts: tuple[int, ...]


def guarded_query(
    connection: duckdb.DuckDBPyConnection, contract: Contract, shown: Sequence[Shown], *, source: str,
    columns: Sequence[str],
) -> str:  # fmt: skip
    """As `published_query`, with no count shown that gives a hidden one away. In file order, groups in theirs."""
    hidden = [one for one in shown if one.suppressed]
    if not hidden:
        return published_query(shown, source=source, columns=columns)
    limit = least(contract)
    if hidden[0].counted:
        return _groups(contract, shown, source=source, limit=limit)
    marks = [name for name in ("_row", "_part") if name in columns]
    there = [one for one in hidden if one.name in columns]
    kept = [f"{one.expression} AS {quoted(one.name)}" for one in shown if one not in there]
    values = [f"{quoted(one.name)} AS _v{n}" for n, one in enumerate(there)]
    keys = _keys(contract, shown, columns)
    picked = [*marks, *kept, *values, *(f"{quoted(key)} AS _k{n}" for n, (key, _is) in enumerate(keys))]
    start = f"SELECT {', '.join([*picked, 'row_number() OVER () AS _n'])} FROM {source}"
    sums = tuple(_sums(connection, [one.name for one in there], source=source))
    body = _hidden(start, len(there), [is_region for _key, is_region in keys], sums, limit=limit)
    result = {one.name: f"CASE WHEN NOT _h{n} THEN _v{n} END" for n, one in enumerate(there)}
    listed = [f"{result.get(one.name, quoted(one.name))} AS {quoted(one.name)}" for one in shown]
    return f"SELECT {', '.join([*marks, *listed])} FROM ({body}) ORDER BY _n"


def _groups(contract: Contract, shown: Sequence[Shown], *, source: str, limit: int) -> str:
    """Where only counts of groups are published: each group is a cell."""
    groups = [one for one in shown if not one.counted]
    count = next(one for one in shown if one.counted)
    places = ", ".join(str(n + 1) for n in range(len(groups)))
    picked = [f"{one.expression} AS {quoted(one.name)}" for one in groups]
    grouped = f"SELECT {', '.join(picked)}, count(*) AS _v0 FROM {source} GROUP BY {places}"
    keys = [f"{quoted(one.name)} AS _k{n}" for n, one in enumerate(groups[:_DIMENSIONS])]
    start = f"SELECT *, {', '.join([*keys, 'row_number() OVER () AS _n'])} FROM ({grouped} ORDER BY {places})"
    body = _hidden(start, 1, [role(one) == "region" for one in groups[:_DIMENSIONS]], (), limit=limit)
    named = ", ".join(quoted(one.name) for one in groups)
    value = f"CASE WHEN NOT _h0 THEN _v0 END AS {quoted(count.name)}"
    return f"SELECT NULL::BIGINT AS _row, {named}, {value} FROM ({body}) ORDER BY _n"


def _keys(contract: Contract, shown: Sequence[Shown], columns: Sequence[str]) -> list[tuple[str, bool]]:
    """Columns that say which cell a row is, and whether it is a region's code."""
    regions = {one.name for one in shown if role(one) == "region"}
    names = list(contract.primary_key) or [one.name for one in shown if role(one) in ("region", "period")]
    return [(name, name in regions) for name in names if name in columns][:_DIMENSIONS]


def _hidden(start: str, cells: int, regions: Sequence[bool], sums: Sequence[_Sum], *, limit: int) -> str:
    """SQL of the table with `_h0`... whether each `_v0`... is hidden."""
    marks = ", ".join(f"{_is_small(n, limit)} AS _h{n}" for n in range(cells))
    body = f"SELECT *, {marks} FROM ({start})"
    for _round in range(_ROUNDS):
        for one in sums:
            body = _across(body, one, limit=limit)
        for line in _lines(regions):
            body = _along(body, cells, line, limit=limit)
    return body


@dataclass(frozen=True)
class _Line:
    """Cells that add up to something: those with the same `fixed`; `slice`: the cells in the same place of all."""

    fixed: tuple[str, ...]
    slice: tuple[str, ...]

    def over(self, *more: str) -> str:
        among = (*self.fixed, *more)
        return f"OVER (PARTITION BY {', '.join(among)})" if among else "OVER ()"


def _lines(regions: Sequence[bool]) -> Iterator[_Line]:
    """The lines along each part of the key; without a key all rows are one line."""
    if not regions:
        yield _Line((), ("_n",))
    for place, is_region in enumerate(regions):
        fixed = [f"_k{n}" for n in range(len(regions)) if n != place]
        if is_region:  # regions of one above them
            fixed.append(f"regexp_replace(_k{place}::VARCHAR, '[.]?[^.]*$', '')")
        yield _Line(tuple(fixed), (f"_k{place}",))


def _along(body: str, cells: int, line: _Line, *, limit: int) -> str:
    among = f"OVER (PARTITION BY {', '.join(line.slice)})"
    sizes = ", ".join(
        f"count(*) FILTER (_h{n}) {among} AS _a{n}, sum(abs(_v{n})) {among} AS _b{n}" for n in range(cells)
    )
    body = f"SELECT *, {sizes} FROM ({body})"
    changed = []
    for n in range(cells):
        value, mark = f"_v{n}", f"_h{n}"
        tells = _tells(
            f"count(*) FILTER ({mark}) {line.over()}",
            f"count(*) FILTER ({_is_small(n, limit)}) {line.over()}",
            f"sum(abs({value})) FILTER ({mark}) {line.over()}",
            limit,
        )
        # Lines side by side take the same place, so that what is hidden for one stands alone in no other.
        order = f"ORDER BY {value} = 0, _a{n} DESC, _b{n}, abs({value}), _n)"
        rank = f"row_number() {line.over(f'({mark} OR {value} IS NULL)').removesuffix(')')} {order}"
        changed.append(f"({mark} OR ({value} IS NOT NULL AND {tells} AND {rank} = 1)) AS {mark}")
    helpers = ", ".join(f"_a{n}, _b{n}" for n in range(cells))
    return f"SELECT * EXCLUDE ({helpers}) REPLACE ({', '.join(changed)}) FROM ({body})"


def _is_small(n: int, limit: int) -> str:
    return f"coalesce(abs(_v{n}) BETWEEN 1 AND {limit - 1}, false)"


def _tells(number: str, small: str, total: str, limit: int) -> str:
    """Whether so many hidden counts, so many of them small, with this sum could only have one value each."""
    return f"({number} = 1 OR ({number} > 1 AND {number} = {small} AND {total} IN ({number}, {number} * {limit - 1})))"


def _across(body: str, one: _Sum, *, limit: int) -> str:
    """Of columns that add up in a row: a part goes with a hidden one, the sum where no part is left."""
    number = "(" + " + ".join(f"_h{n}::INTEGER" for n in (*one.parts, one.total)) + ")"
    parts = "(" + " + ".join(f"_h{n}::INTEGER" for n in one.parts) + ")"
    small = "(" + " + ".join(f"{_is_small(n, limit)}::INTEGER" for n in one.parts) + ")"
    total = "(" + " + ".join(f"CASE WHEN _h{n} THEN abs(_v{n}) ELSE 0 END" for n in one.parts) + ")"
    sizes = {n: f"CASE WHEN _h{n} OR _v{n} IS NULL THEN {_NEVER} WHEN _v{n} = 0 THEN {_LAST} ELSE abs(_v{n}) END"
             for n in one.parts}  # fmt: skip
    smallest = f"least({', '.join(sizes.values())})"
    changed = [
        f"(_h{n} OR ({number} = 1 AND {size} = {smallest} AND {smallest} < {_NEVER})) AS _h{n}"
        for n, size in sizes.items()
    ]
    is_left = f"({number} = 1 AND {smallest} = {_NEVER})"
    is_told = f"({parts} > 1 AND {_tells(parts, small, total, limit)})"
    changed.append(f"(_h{one.total} OR (_v{one.total} IS NOT NULL AND ({is_left} OR {is_told}))) AS _h{one.total}")
    return f"SELECT * REPLACE ({', '.join(changed)}) FROM ({body})"


def _sums(connection: duckdb.DuckDBPyConnection, names: Sequence[str], *, source: str) -> Iterator[_Sum]:
    """Columns that are the sum of a run of others in nearly all rows."""
    tried = list(_runs(len(names)))
    if not tried:
        return
    tests = []
    for one in tried:
        added = " + ".join(f"{quoted(names[n])}::DOUBLE" for n in one.parts)
        total = quoted(names[one.total])
        tests.append(f"avg(({total} = {added})::INTEGER) FILTER ({total} <> 0)")
    shares = connection.execute(f"SELECT {', '.join(tests)} FROM {source}").fetchall()[0]
    for one, share in zip(tried, shares, strict=True):
        if share is not None and share >= _AGREE:
            yield one


def _runs(count: int) -> Iterator[_Sum]:
    for total in range(count):
        for first in range(count):
            for last in range(first + 1, count):
                is_beside = total in (first - 1, last + 1)
                is_tried = count <= _COLUMNS or (is_beside and last - first < _RUN)
                if is_tried and not first <= total <= last:
                    yield _Sum(total, tuple(range(first, last + 1)))
