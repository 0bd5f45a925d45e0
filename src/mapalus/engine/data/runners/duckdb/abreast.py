"""Parts of one file passed over side by side, each on its own core, then put together as if it had been one pass.

A part knows its own keys only. Afterwards the keys of each part are looked for among those of the parts before it;
statistics of the Parquet files answer at once where keys ascend. Rows that repeat a key of an earlier part are taken
out again: the row group they stand in is written anew without them, and their raw text is read from the file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import ExitStack, closing
from pathlib import Path

import duckdb  # noqa: TID253 - this package is imported only when a file is checked
import numpy as np  # noqa: TID253 - see above

from mapalus.engine.data.parquet.joining import Piece, join
from mapalus.engine.data.runners.duckdb import source
from mapalus.engine.data.runners.duckdb.connection import unproven
from mapalus.engine.data.runners.duckdb.names import literal
from mapalus.engine.data.runners.duckdb.parts import Part, fed, piece_around
from mapalus.engine.data.runners.duckdb.passing import Question, to_parquet
from mapalus.engine.data.runners.duckdb.sink import Sink

__all__ = ["pass_abreast"]

_PIECES = 40  # more short pieces than that are not read one by one
Prepare = Callable[[duckdb.DuckDBPyConnection], None]


def pass_abreast(
    connection: duckdb.DuckDBPyConnection,
    question: Question,
    parts: Sequence[Part],
    good: Path,
    *,
    scratch: Path,
    prepare: Prepare,
) -> int | None:
    """The number of good rows; the table `bad_raw` has the others. None where it must be done in one pass after all:
    a part has too many bad rows, or the files cannot be put together.

    `prepare` makes the tables that the question needs on a further connection.
    """
    paths = [good, *(scratch / f"good-{n}.parquet" for n in range(1, len(parts)))]
    with ExitStack() as stack:
        lines = [connection, *(stack.enter_context(closing(connection.cursor())) for _part in parts[1:])]
        for line in lines[1:]:
            prepare(line)
        sinks = [
            stack.enter_context(Sink(line, question.kept, name=f"sink_{n}", first=part.before))
            for n, (line, part) in enumerate(zip(lines, parts, strict=True))
        ]
        try:
            _run(question, parts, lines, sinks, paths)
        except duckdb.Error:
            if not any(sink.is_full for sink in sinks):
                raise
            return None
    sinks[0].take(sinks[1:])
    sinks[0].keep("bad_raw")
    pieces = [Piece(path) for path in paths]
    late = _repeated(connection, question, parts, paths)
    if late:
        _take_out(connection, question, late)
        pieces = [
            piece
            for n, path in enumerate(paths)
            for piece in _without(connection, path, late.get(n, {}), scratch / f"patch-{n}")
        ]
    try:
        return join(pieces, good)
    except ValueError:  # the table engine wrote one of them in another form
        return None


def _run(
    question: Question,
    parts: Sequence[Part],
    lines: Sequence[duckdb.DuckDBPyConnection],
    sinks: Sequence[Sink],
    paths: Sequence[Path],
) -> None:
    """All parts at once; the first error ends the others and is raised."""

    def one(n: int) -> None:
        if n == 0:
            to_parquet(lines[0], question.copied(source.rows_of(question.scan, parts[0]), sinks[0]), paths[0])
            return
        with fed(question.scan.path, parts[n]) as pipe:
            rows = source.rows_of(question.scan, parts[n], pipe=pipe)
            to_parquet(lines[n], question.copied(rows, sinks[n]), paths[n])

    with ThreadPoolExecutor(len(parts)) as pool:
        running = [pool.submit(one, n) for n in range(len(parts))]
        try:
            wait(running, return_when=FIRST_EXCEPTION)
        finally:
            while others := [each for each in running if not each.done()]:
                for line in lines:  # again and again: it may not have begun when it is told
                    line.interrupt()
                wait(others, timeout=0.05)
    for each in running:
        if (error := each.exception()) and not isinstance(error, duckdb.InterruptException):
            raise error
    for each in running:  # nobody else was to end one of them
        each.result()


Late = dict[int, dict[str, list[int]]]  # part -> mark -> rows of the file


def _repeated(
    connection: duckdb.DuckDBPyConnection, question: Question, parts: Sequence[Part], paths: Sequence[Path]
) -> Late:
    """Rows whose key occurs in an earlier part."""
    late: Late = defaultdict(dict)
    for mark, good_key, bad_key in question.across.remembered():
        good = [f"(SELECT _row, {good_key} AS k FROM read_parquet({literal(str(path))}))" for path in paths]
        bad = [f"(SELECT _row, {bad_key} AS k FROM ({question.typed(f'FROM bad_raw WHERE {_within(part)}')}))"
               for part in parts]  # fmt: skip
        for n in range(1, len(parts)):
            rows: set[int] = set()
            for mine in (good[n], bad[n]):
                for other in [*good[:n], *bad[:n]]:
                    query = f"SELECT a._row FROM {mine} a SEMI JOIN {other} b ON a.k = b.k"
                    rows.update(map(int, connection.execute(query).fetchnumpy()["_row"]))
            if rows:
                late[n][mark] = sorted(rows)
    return dict(late)


def _within(part: Part) -> str:
    return f"n >= {part.before}" + ("" if part.until is None else f" AND n < {part.until}")


def _take_out(connection: duckdb.DuckDBPyConnection, question: Question, late: Late) -> None:
    """Mark those rows in `bad_raw`; the ones that were good until now come into it."""
    marked: dict[str, list[int]] = defaultdict(list)
    for repeated in late.values():
        for mark, numbers in repeated.items():
            marked[mark] += numbers
    every = sorted({row for rows in marked.values() for row in rows})
    _listed(connection, "late", every)
    marks = dict.fromkeys(question.across.marks, "NULL")
    for mark, numbers in marked.items():
        _listed(connection, f"late_{mark}", numbers)
        marks[mark] = f"CASE WHEN _row IN (SELECT _row FROM late_{mark}) THEN 'marked' END"
        connection.execute(f"UPDATE bad_raw SET {mark} = 'marked' WHERE _row IN (SELECT _row FROM late_{mark})")
    known = {row for (row,) in connection.execute("SELECT _row FROM bad_raw SEMI JOIN late USING (_row)").fetchall()}
    wanted = [row for row in every if row not in known]
    _listed(connection, "late", wanted)
    kept = {"n": "n", "_row": "_row", "flaw": "flaw"} | question.cells | marks
    for part in _pieces(question, wanted):
        with fed(question.scan.path, part) as pipe:
            rows = source.rows_of(question.scan, part, pipe=pipe)
            connection.execute(
                f"INSERT INTO bad_raw BY NAME SELECT {', '.join(f'{sql} AS {name}' for name, sql in kept.items())}"
                f" FROM ({rows}) WHERE _row IN (SELECT _row FROM late)"
            )


def _pieces(question: Question, rows: Sequence[int]) -> list[Part]:
    """Parts of the file that hold those rows, as little of it as goes."""
    found: dict[int, Part] = {}
    for row in rows:
        part = piece_around(question.scan, row)
        found[part.start] = part
    ordered = [found[start] for start in sorted(found)]
    if len(ordered) <= _PIECES:
        return ordered
    return [Part(ordered[0].start, ordered[-1].stop, ordered[0].before, ordered[-1].until)]


def _listed(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[int]) -> None:
    listed = {"_row": np.array(rows, dtype=np.int32)}  # noqa: F841 - read by the engine
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT _row FROM listed")


def _without(connection: duckdb.DuckDBPyConnection, path: Path, late: dict[str, list[int]], patch: Path) -> list[Piece]:
    """The row groups of a file; those in which such rows stand are written anew without them."""
    out = {row for rows in late.values() for row in rows}
    if not out:
        return [Piece(path)]
    _listed(connection, "late", sorted(out))
    groups = connection.execute(
        "SELECT row_group_id, CAST(stats_min_value AS BIGINT), CAST(stats_max_value AS BIGINT)"
        " FROM parquet_metadata(?) WHERE path_in_schema = '_row' ORDER BY 1",
        [str(path)],
    ).fetchall()
    ordered = np.array(sorted(out))
    pieces: list[Piece] = []
    for number, least, most in groups:
        if np.searchsorted(ordered, least) == np.searchsorted(ordered, most, side="right"):
            pieces.append(Piece(path, [number]))
            continue
        anew = patch.with_name(f"{patch.name}-{number}.parquet")
        rows = f"FROM read_parquet({literal(str(path))}) WHERE _row BETWEEN {least} AND {most}"
        with unproven(connection):
            count = to_parquet(connection, f"SELECT * {rows} AND _row NOT IN (SELECT _row FROM late)", anew)
        if count:
            pieces.append(Piece(anew))
    return pieces
