"""What a stream has brought since the current version: a side file that grows. `served` reads it with the version's.

One process writes it (`Live`), batch by batch, each in one transaction; pages and the API read it at once. It holds
published values only, masked like `rows.sqlite`, and can be made anew from the segments at will: nothing depends on it.
Its rows count on from the last `_id` of the version; `gone` holds those of the version that a newer row replaces.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from mapalus.engine.data.contract import Contract
from mapalus.engine.data.faults import faults_told
from mapalus.engine.data.rows import Column, open_rows, stored_value
from mapalus.engine.data.shown import published_query, quoted, shown_fields
from mapalus.engine.data.words import cut, stem

__all__ = ["Live", "live_place", "pointed"]

_SOURCE = "$source$"
_ASKED = 500  # keys of one question
_TEXTS_KNOWN = 200_000  # different texts whose words are known to be in the index


def live_place(root: Path, *, dataset: str, number: int) -> Path:
    """The folder of the growing side file beside a version; `current` in it names the file that readers take."""
    return root / dataset / f"v{number}"


def pointed(folder: Path) -> str:
    """The name of the file that readers take; empty: there is none."""
    try:
        return (folder / "current").read_text(encoding="utf-8")
    except OSError:
        return ""


class Live:
    """The writer. One per dataset and version; whoever opens it begins anew, and readers keep the one before.

    Not safe against power loss, and need not be: it is made anew from the segments whenever the writer starts.
    """

    @faults_told()
    def __init__(self, folder: Path, *, base: Path, data: Path, contract: Contract, is_keyed: bool) -> None:
        """`base`: side file of the version; `data`: its Parquet, where the keys are."""
        self.folder, self.contract = folder, contract
        self.key = contract.primary_key if is_keyed else ()
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"live-{secrets.token_hex(6)}.sqlite"
        base_rows = open_rows(base)
        self.columns = tuple(_growing(column) for column in base_rows.columns)
        self.first = base_rows.count
        self.next = base_rows.count + 1
        self.engine = _connected()
        self.side = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        kept = self.path.with_suffix(".keys")
        self.keys = sqlite3.connect(kept, isolation_level=None, check_same_thread=False)
        self.texts: set[str] = set()
        self._questions: dict[int, tuple[Contract, list[Column], str]] = {}
        self._create()
        if self.key:
            self._learn_keys(data)

    def close(self) -> None:
        for connection in (self.side, self.keys, self.engine):
            connection.close()

    @faults_told()
    def apply(self, good: Path, *, sequence: int, contract: Contract | None = None) -> int:
        """Add the good rows of a segment: visible when this returns. How many rows came since the version."""
        names, found = self._published(good, contract or self.contract)
        rows = self._last_of_each(found)
        self.side.execute("BEGIN IMMEDIATE")
        try:
            self._insert(names, rows, sequence)
            self.side.execute("UPDATE state SET sequence = ?, count = (SELECT count(*) FROM t)", (sequence,))
            self.side.execute("COMMIT")
        except BaseException:
            self.side.execute("ROLLBACK")
            raise
        return self.next - 1 - self.first

    @faults_told()
    def publish(self) -> None:
        """From now on readers take this file. The one before stays for those who are about to open it."""
        before = pointed(self.folder)
        pointer = self.folder / f"current-{secrets.token_hex(6)}"
        pointer.write_text(self.path.name, encoding="utf-8")
        os.replace(pointer, self.folder / "current")
        kept = ("current", "retired", self.path.stem, *([Path(before).stem] if before else []))
        for path in self.folder.iterdir():
            if not path.name.startswith(kept):
                path.unlink(missing_ok=True)

    def _create(self) -> None:
        for pragma in ("journal_mode=wal", "synchronous=off", "cache_size=-20000"):
            self.side.execute(f"PRAGMA {pragma}")
            self.keys.execute(f"PRAGMA {pragma}" if "wal" not in pragma else "PRAGMA journal_mode=off")
        listed = "".join(f", {column.column}" for column in self.columns)
        words = "".join(f"{column.column}, " for column in self.columns if column.words == "index")
        for statement in (
            "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT)",
            "CREATE TABLE state (sequence INTEGER, count INTEGER)",
            f"CREATE TABLE t (_id INTEGER PRIMARY KEY, _row, _part{listed})",
            "CREATE TABLE v (col INTEGER, value, token TEXT, n INTEGER)",
            "CREATE TABLE gone (_id INTEGER PRIMARY KEY)",
            "CREATE TABLE stem (stem TEXT, word TEXT, PRIMARY KEY (stem, word)) WITHOUT ROWID",
            f"CREATE VIRTUAL TABLE f USING fts5({words}tokens, detail=column, tokenize='unicode61')",
            "INSERT INTO state VALUES (0, 0)",
        ):
            self.side.execute(statement)
        described = json.dumps([asdict(column) for column in self.columns])
        self.side.execute("INSERT INTO meta VALUES ('columns', ?)", (described,))
        self.keys.execute("CREATE TABLE k (h BLOB PRIMARY KEY, _id INTEGER) WITHOUT ROWID")

    def _learn_keys(self, data: Path) -> None:
        there = self._kinds(data)
        if not set(self.key) <= there.keys():
            self.key = ()
            return
        source = f"read_parquet('{_escaped(data)}')"
        self.engine.execute(f"SELECT {_hashed(self.key)}, row_number() OVER () FROM {source}")
        self.keys.execute("BEGIN")
        while batch := self.engine.fetchmany(50_000):
            known = [row for row in batch if row[0] is not None]
            self.keys.executemany("INSERT OR REPLACE INTO k VALUES (?, ?)", known)
        self.keys.execute("COMMIT")

    def _kinds(self, path: Path) -> dict[str, str]:
        described = self.engine.execute(f"DESCRIBE SELECT * FROM read_parquet('{_escaped(path)}')").fetchall()
        return {str(row[0]): str(row[1]) for row in described}

    def _published(self, good: Path, contract: Contract) -> tuple[list[Column], list[tuple[Any, ...]]]:
        """Columns that the rows fill; key hash, `_row`, published values."""
        filled, question = self._question(good, contract)
        source = f"read_parquet('{_escaped(good)}')"
        return filled, self.engine.execute(question.replace(_SOURCE, source)).fetchall()

    def _question(self, good: Path, contract: Contract) -> tuple[list[Column], str]:
        """How the rows of a contract's segments are published: asked once, all of them have the same columns."""
        known = self._questions.get(id(contract))
        if known is not None and known[0] is contract:
            return known[1], known[2]
        columns = list(self._kinds(good))
        shown = {one.name: one for one in shown_fields(contract, columns=columns)}
        filled = [
            column
            for column in self.columns
            if column.name in shown and (shown[column.name].masked or not column.masked)
        ]
        wanted = [replace(shown[column.name], mapalus=None) for column in filled]
        query = published_query(wanted, source=_SOURCE)
        described = self.engine.execute(f"DESCRIBE {query}".replace(_SOURCE, f"read_parquet('{_escaped(good)}')"))
        kinds = {str(row[0]): str(row[1]) for row in described.fetchall()}
        # keys are taken from the values as handed in: those that are shown may be masked
        key = _hashed(self.key) if self.key and set(self.key) <= set(columns) else "NULL"
        values = ", ".join(stored_value(column, kinds[column.name]) for column in filled)
        rows = f"SELECT _row{', ' if values else ''}{values} FROM ({query})"
        question = f"SELECT * FROM (SELECT {key} AS _key FROM {_SOURCE}) POSITIONAL JOIN ({rows})"
        self._questions[id(contract)] = (contract, filled, question)
        return filled, question

    def _last_of_each(self, found: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        if not self.key:
            return found
        last = {row[0]: place for place, row in enumerate(found) if row[0] is not None}
        return [row for place, row in enumerate(found) if row[0] is None or last[row[0]] == place]

    def _insert(self, names: Sequence[Column], rows: Sequence[tuple[Any, ...]], sequence: int) -> None:
        first = self.next
        if self.key:
            self._replace(rows, first)
        listed = "".join(f", {column.column}" for column in names)
        marks = ", ".join("?" * (len(names) + 3))
        self.side.executemany(
            f"INSERT INTO t (_id, _row, _part{listed}) VALUES ({marks})",
            ((first + n, row[1], sequence, *row[2:]) for n, row in enumerate(rows)),
        )
        worded = [(place + 2, column) for place, column in enumerate(names) if column.words == "index"]
        if worded:
            into = ", ".join(["rowid", *(column.column for _place, column in worded)])
            marks = ", ".join("?" * (len(worded) + 1))
            self.side.executemany(
                f"INSERT INTO f ({into}) VALUES ({marks})",
                ((first + n, *(row[place] for place, _column in worded)) for n, row in enumerate(rows)),
            )
            self._stem(row[place] for row in rows for place, _column in worded)
        self.next = first + len(rows)

    def _replace(self, rows: Sequence[tuple[Any, ...]], first: int) -> None:
        """Rows with a key that is there already take the place of the one before."""
        hashes = [row[0] for row in rows if row[0] is not None]
        known = [
            found[0] for start in range(0, len(hashes), _ASKED) for found in self._known(hashes[start : start + _ASKED])
        ]
        old = [(number,) for number in known if number <= self.first]
        newer = [(number,) for number in known if number > self.first]
        self.side.executemany("INSERT OR IGNORE INTO gone VALUES (?)", old)
        self.side.executemany("DELETE FROM t WHERE _id = ?", newer)
        self.side.executemany("DELETE FROM f WHERE rowid = ?", newer)
        self.keys.execute("BEGIN")
        fresh = ((row[0], first + n) for n, row in enumerate(rows) if row[0] is not None)
        self.keys.executemany("INSERT OR REPLACE INTO k VALUES (?, ?)", fresh)
        self.keys.execute("COMMIT")

    def _known(self, hashes: Sequence[bytes]) -> list[tuple[int]]:
        marks = ", ".join("?" * len(hashes))
        return self.keys.execute(f"SELECT _id FROM k WHERE h IN ({marks})", hashes).fetchall()

    def _stem(self, texts: Iterable[Any]) -> None:
        fresh = {text for text in texts if text is not None} - self.texts
        if len(self.texts) > _TEXTS_KNOWN:
            self.texts.clear()
        self.texts |= fresh
        words = {word for text in fresh for word in cut(str(text)) if word.isalpha()}
        self.side.executemany("INSERT OR IGNORE INTO stem VALUES (?, ?)", [(stem(word), word) for word in words])


def _connected() -> Any:
    import duckdb

    engine = duckdb.connect(config={"threads": 1, "memory_limit": "300MB"})
    engine.execute("SET TimeZone = 'UTC'")
    return engine


def _growing(column: Column) -> Column:
    """A column of the version as it is in the growing file: without tokens, words of all texts in the index."""
    return replace(column, narrow=False, words="index" if column.words == "values" else column.words)


def _hashed(key: Sequence[str]) -> str:
    """16 bytes of a key: MD5 tells keys apart, it hides nothing; the file that holds them is the writer's own."""
    text = " || chr(31) || ".join(f"CAST({quoted(name)} AS VARCHAR)" for name in key)
    return f"unhex(md5({text}))"


def _escaped(path: Path) -> str:
    return str(path).replace("'", "''")
