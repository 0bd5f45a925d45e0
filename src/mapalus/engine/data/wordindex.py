"""The word index of a side file. Of a large table it is built beside the rows, in a process of its own.

Tables: `f` (contentless FTS5 over the words of text columns and one token per narrow value), `stem` (stem of a word ->
words of the index: the vocabulary is stemmed, not the rows), `tally` (stem or word -> how many rows have it, for those
that have many: a count that nobody must do again), `bits` (bitmaps.py).
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from mapalus.engine.data import bitmaps
from mapalus.engine.data.rows import Column
from mapalus.engine.data.shown import quoted

if TYPE_CHECKING:
    import duckdb

__all__ = ["APART", "BITS", "Index", "Later", "beside", "count", "hashed", "token"]

APART = 100_000  # rows from which a process of its own is worth its start
BITS = (8, 12, 16, 20, 24, 28, 32, 40)  # of a value's hash: short tokens cost half of what long ones do
_BATCH = 20_000
_STEMMED = 200_000  # words
_TALLIED = 1_000  # rows of a word that is counted beforehand
_GATHERED = 50 * 1024**2  # bytes of new words held back and written at once: fifty times the usual, a third less time


class Index(Protocol):
    """A word index under way."""

    def into(self, side: sqlite3.Connection) -> None:
        """Put its tables into the side file, which must not be in a transaction."""


def hashed(value: str, bits: int) -> str:
    """SQL of the number that stands for a value in its token; the build proves that no two of a column share one."""
    return f"(hash({value}) & {2**bits - 1}::UBIGINT)"


def token(column: Column) -> str:
    """SQL of the token of a column's value."""
    return f"'z{column.position}x' || lower(to_hex({hashed(quoted(column.name), column.bits)}))"


def count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])


@contextmanager
def beside(
    out: Path, connection: duckdb.DuckDBPyConnection, table: str, columns: Sequence[Column], *, apart: int
) -> Iterator[Index]:
    """The word index of a side file that is being written at `out`; nothing of it is left when the block ends."""
    if count(connection, table) < apart:
        yield _Here(connection, table, columns)
        return
    path = out.with_name(f"{out.name}.words")
    process = _Apart(path, table, columns)
    try:
        yield process
    finally:
        process.end()
        path.unlink(missing_ok=True)


class Later:
    """A word index that is still being built when the rows can be read already; `folder` holds it meanwhile.

    with Later(folder) as later:
        lake.write_version(..., later=later)    # rows and counts; the index goes on beside
        lake.index_rows(version, later=later)   # takes it over
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "words.sqlite"
        self.rows = folder / "rows.parquet"
        self.index: _Apart | None = None

    def __enter__(self) -> Later:
        return self

    def __exit__(self, *error: object) -> None:
        if self.index is not None:
            self.index.end()
        self.path.unlink(missing_ok=True)
        self.rows.unlink(missing_ok=True)

    def reads(self, parquet: Path) -> None:
        """The rows lie here, under a name that stays when the folder of the version gets its own."""
        try:
            os.link(parquet, self.rows)
        except OSError:  # another disk
            shutil.copyfile(parquet, self.rows)

    def begin(self, table: str, columns: Sequence[Column]) -> None:
        """Build the index of the rows that `reads` named; of `table` where it named none."""
        if self.rows.exists():
            name = str(self.rows).replace("'", "''")
            table = f"read_parquet('{name}')"
        self.index = _Apart(self.path, table, columns)


class _Here:
    """A small one, built in the side file itself."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, table: str, columns: Sequence[Column]) -> None:
        self.connection, self.table, self.columns = connection, table, columns

    def into(self, side: sqlite3.Connection) -> None:
        _build(side, self.connection, self.table, self.columns)


class _Apart:
    """A large one, built by a process of its own; it ends with this one, however that ends: its input closes."""

    def __init__(self, path: Path, table: str, columns: Sequence[Column]) -> None:
        self.path, self.columns = path, columns
        self.process = subprocess.Popen(
            [sys.executable, "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        assert self.process.stdin is not None
        wish = {"path": str(path), "table": table, "columns": [asdict(column) for column in columns]}
        with suppress(BrokenPipeError):  # it ended at once: `into` says why
            self.process.stdin.write(json.dumps(wish) + "\n")
            self.process.stdin.flush()

    def into(self, side: sqlite3.Connection) -> None:
        assert self.process.stderr is not None
        said = self.process.stderr.read()
        if self.process.wait():
            raise RuntimeError(f"the word index was not built: {said[-2000:]}")
        side.execute("ATTACH ? AS words", (str(self.path),))
        side.execute("BEGIN")
        _create(side, self.columns)
        # the index is made of plain tables; a virtual table has none open before its first use
        for name in ("f_data", "f_idx", "f_config"):
            side.execute(f"DELETE FROM main.{name}")
            side.execute(f"INSERT INTO main.{name} SELECT * FROM words.{name}")
        for name in ("stem", "tally", "bits"):
            side.execute(f"INSERT INTO main.{name} SELECT * FROM words.{name}")
        side.execute("COMMIT")
        side.execute("DETACH words")

    def end(self) -> None:
        self.process.kill()
        with suppress(BrokenPipeError):
            self.process.communicate()


def _build(
    base: sqlite3.Connection, connection: duckdb.DuckDBPyConnection, table: str, columns: Sequence[Column]
) -> None:
    base.execute("BEGIN")
    _create(base, columns)
    base.execute("INSERT INTO f (f, rank) VALUES ('hashsize', ?)", (_GATHERED,))
    _fill(base, connection, table, columns)
    base.execute("INSERT INTO f (f) VALUES ('optimize')")
    _stem(base)
    _tally(base, columns)
    bitmaps.build(base, connection, table, [(column, token(column)) for column in columns if column.narrow])
    base.execute("COMMIT")


def _create(base: sqlite3.Connection, columns: Sequence[Column]) -> None:
    words = "".join(f"{c.column}, " for c in columns if c.words == "index")
    # detail=column: a word can be asked of one column; positions and sizes are never asked for
    options = "content='', detail=column, columnsize=0, tokenize='unicode61'"
    base.execute(f"CREATE VIRTUAL TABLE f USING fts5({words}tokens, {options})")
    base.execute("CREATE TABLE stem (stem TEXT, word TEXT, PRIMARY KEY (stem, word)) WITHOUT ROWID")
    base.execute("CREATE TABLE tally (stem TEXT PRIMARY KEY, n INTEGER) WITHOUT ROWID")
    bitmaps.create(base)


def _fill(
    base: sqlite3.Connection, connection: duckdb.DuckDBPyConnection, table: str, columns: Sequence[Column]
) -> None:
    worded = [column for column in columns if column.words == "index"]
    tokens = [token(column) for column in columns if column.narrow]
    joined = "concat_ws(' ', " + ", ".join(tokens) + ")" if tokens else "''"
    picked = ["row_number() OVER ()", *(f"{quoted(column.name)}::VARCHAR" for column in worded), joined]
    connection.execute(f"SELECT {', '.join(picked)} FROM {table}")
    named = ", ".join(["rowid", *(column.column for column in worded), "tokens"])
    into = f"INSERT INTO f ({named}) VALUES ({', '.join('?' * len(picked))})"
    while batch := connection.fetchmany(_BATCH):
        base.executemany(into, batch)


def _stem(base: sqlite3.Connection) -> None:
    import snowballstemmer

    base.execute("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, f, 'row')")
    query = "SELECT term FROM temp.vocabulary WHERE term NOT GLOB '*[0-9]*' ORDER BY doc DESC LIMIT ?"
    words = [word for (word,) in base.execute(query, (_STEMMED,))]
    stem = snowballstemmer.stemmer("indonesian").stemWord
    base.executemany("INSERT OR IGNORE INTO stem VALUES (?, ?)", [(stem(word), word) for word in words])


def _tally(base: sqlite3.Connection, columns: Sequence[Column]) -> None:
    """How many rows have a word of a stem. Words with a digit have no stem and are few; those of tokens always have."""
    worded = " ".join(column.column for column in columns if column.words == "index")
    groups = base.execute(
        "SELECT stem, json_group_array(word), sum(doc), count(*) FROM stem JOIN temp.vocabulary ON term = word"
        " GROUP BY stem HAVING sum(doc) >= ?",
        (_TALLIED,),
    ).fetchall()
    for stem, words, rows, number in groups:
        if number > 1:
            joined = " OR ".join(f'"{word}"' for word in json.loads(words))
            match = f"{{{worded}}} : ({joined})"
            (rows,) = base.execute("SELECT count(*) FROM f WHERE f MATCH ?", (match,)).fetchone()
        base.execute("INSERT INTO tally VALUES (?, ?)", (stem, rows))
    base.execute("DROP TABLE temp.vocabulary")


def _main() -> None:
    """A process of its own: one line of JSON in, a file with the tables out. It ends when its input does."""
    wish = json.loads(sys.stdin.readline())
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(1)), daemon=True).start()
    import duckdb

    columns = [Column(**column) for column in wish["columns"]]
    base = sqlite3.connect(wish["path"], isolation_level=None)
    for pragma in ("journal_mode=off", "synchronous=off", "cache_size=-50000", "temp_store=memory"):
        base.execute(f"PRAGMA {pragma}")
    connection = duckdb.connect(config={"threads": 1, "memory_limit": "300MB"})
    for setting in ("autoinstall_known_extensions = false", "autoload_known_extensions = false", "TimeZone = 'UTC'"):
        connection.execute(f"SET {setting}")
    connection.execute("SET enable_progress_bar = false")
    _build(base, connection, wish["table"], columns)
    base.close()


if __name__ == "__main__":
    _main()
