"""The lake: one immutable folder per version of a dataset, which appears whole or not at all.

    <root>/<dataset>/v<number>/   data.parquet  bad.parquet  published.parquet  rows.sqlite  report.sqlite  version.json

`data.parquet` and `bad.parquet` hold what was handed in, unmasked; `published.parquet` exists only where the
published rows differ from `data.parquet`; `rows.sqlite` and `version.json` hold nothing that is masked.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mapalus
from mapalus.engine.data import badrows, sidefile
from mapalus.engine.data.contract import Contract
from mapalus.engine.data.difference import difference
from mapalus.engine.data.durable import BUILDING, building, copy, sync
from mapalus.engine.data.figures import charts, profile
from mapalus.engine.data.guarding import guarded_query
from mapalus.engine.data.quality import figures
from mapalus.engine.data.rows import open_rows
from mapalus.engine.data.shape import shape
from mapalus.engine.data.shown import Shown, is_open, shown_fields
from mapalus.engine.errors import NotFound
from mapalus.engine.text import slug

if TYPE_CHECKING:
    import duckdb

    from mapalus.engine.data.wordindex import Later

__all__ = ["VersionFolder", "index_rows", "leftovers", "place", "read_version", "rebuild_rows", "write_version"]

_REPORTED = ("file", "dialect", "sheet", "header_row", "rows", "good_rows", "bad_rows", "error_counts", "warnings")


@dataclass(frozen=True)
class VersionFolder:
    """One version on the disk. `path` names the folder; everything in it is as it was when it appeared."""

    path: Path

    @property
    def dataset(self) -> str:
        return self.path.parent.name

    @property
    def number(self) -> int:
        return int(self.path.name.removeprefix("v"))

    @property
    def data(self) -> Path:
        return self.path / "data.parquet"

    @property
    def bad(self) -> Path | None:
        path = self.path / "bad.parquet"
        return path if path.exists() else None

    @property
    def published(self) -> Path:
        """The Parquet file anybody may have who may see the version."""
        path = self.path / "published.parquet"
        return path if path.exists() else self.data

    @property
    def rows(self) -> Path:
        return self.path / "rows.sqlite"

    @property
    def report(self) -> Path:
        return self.path / "report.sqlite"

    @cached_property
    def summary(self) -> dict[str, Any]:
        """version.json: fields, profile, quality, charts, difference, report, origin, size."""
        loaded: dict[str, Any] = json.loads((self.path / "version.json").read_text(encoding="utf-8"))
        return loaded


def place(root: Path, *, dataset: str, number: int) -> Path:
    """Where a version lies. A dataset's name is a slug (letters, digits, `-`, `_`), so no path can leave the root."""
    if not dataset or dataset.replace("_", "-") != slug(dataset.replace("_", "-")) or number < 1:
        raise NotFound(dataset=dataset, number=number)
    return root / dataset / f"v{number}"


def read_version(root: Path, *, dataset: str, number: int) -> VersionFolder:
    """The folder of a version. Raises `NotFound`."""
    path = place(root, dataset=dataset, number=number)
    if not (path / "version.json").is_file():
        raise NotFound(dataset=dataset, number=number)
    return VersionFolder(path)


def write_version(
    root: Path,
    *,
    dataset: str,
    number: int,
    good: Path,
    bad: Path | None,
    report: Mapping[str, Any],
    contract: Contract,
    origin: Mapping[str, Any],
    previous: Path | None,
    parts: Sequence[Mapping[str, Any]] = (),
    later: Later | None = None,
) -> VersionFolder:
    """Build a version beside the lake and let it appear by one rename; killed at any moment, nothing has appeared.

    `good`: Parquet of typed rows with `_row`. `bad`: Parquet of raw rows with `_row` and `_errors`. `report`: what
    `check --json` says. `origin`: JSON of snapshot, file name, contract version, run, `due_on`, `received_on`;
    the engine's release is added. `previous`: folder of the version before, for the difference. `parts`: the files its
    rows come from, where they come from several (`good` has `_part` then; see `merge`). `later`: a large table may
    appear before its rows are indexed; `index_rows` does that, soon.
    Raises `FileExistsError` when this version is there already: the caller was here before.
    """
    final = place(root, dataset=dataset, number=number)
    with building(root, final) as folder, _connected(folder) as connection:
        copy(good, folder / "data.parquet")
        data, refused = _parquet(folder / "data.parquet"), None
        if bad is not None and bad.exists():
            refused = _parquet(copy(bad, folder / "bad.parquet"))
        table, shown = _publish(connection, folder, contract)
        if later is not None:
            later.reads(VersionFolder(folder).published)
        with ThreadPoolExecutor(1) as beside, connection.cursor() as own:
            # while the side file is filled, which is Python's and SQLite's work, the table engine counts
            # what was checked is all there is, unless the rows of earlier files stand beside it
            seen = {} if parts else report.get("profile") or {}
            about = _different(seen, shown)
            looked = beside.submit(_looked, own, contract, table, shown, data, refused, origin, previous, seen)
            count = sidefile.build(
                folder / "rows.sqlite", connection=connection, table=table, shown=shown, later=later, about=about
            )
            facts = looked.result()
        badrows.build(folder / "report.sqlite", connection=connection, bad=refused)
        summary = {
            "dataset": dataset,
            "number": number,
            "title": contract.title,
            "fields": [_described(one) for one in shown],
            "published_rows": count,
            "report": {key: report[key] for key in _REPORTED if key in report},
            **facts,
            "shape": shape(connection, table, shown, rows=count, profile=facts["profile"]),
            "origin": {**origin, "engine": mapalus.__version__},
            **({"parts": [dict(part) for part in parts]} if parts else {}),
            "size": {path.name: path.stat().st_size for path in sorted(folder.iterdir()) if path.is_file()},
        }
        _write_json(folder / "version.json", summary)
    return VersionFolder(final)


def _looked(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    table: str,
    shown: tuple[Shown, ...],
    data: str,
    refused: str | None,
    origin: Mapping[str, Any],
    previous: Path | None,
    seen: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """What version.json says of the rows, counted from the tables."""
    return {
        "profile": profile(connection, table, shown, about=_different(seen, shown)),
        "quality": figures(
            connection,
            contract,
            good=data,
            bad=refused,
            origin=origin,
            filled={name: int(one["count"]) for name, one in seen.items()},
        ),
        "charts": charts(connection, contract, table=table, shown=shown),
        "difference": _difference(connection, contract, data, previous),
    }


def _different(profile: Mapping[str, Mapping[str, Any]], shown: Sequence[Shown]) -> dict[str, int]:
    """About how many different values the columns have that are published as they were checked."""
    return {
        one.name: int(profile[one.name]["distinct"])
        for one in shown
        if one.name in profile and not one.masked and not one.suppressed
    }


def rebuild_rows(version: VersionFolder, *, contract: Contract, out: Path) -> int:
    """Build the side file anew from the Parquet truth, at `out`; the number of rows."""
    scratch = out.parent
    with _connected(scratch) as connection:
        source = _parquet(version.data)
        columns = _columns(connection, source)
        shown = shown_fields(contract, columns=columns)
        table = f"({guarded_query(connection, contract, shown, source=source, columns=columns)})"
        return sidefile.build(out, connection=connection, table=table, shown=shown)


def index_rows(version: VersionFolder, *, later: Later | None = None) -> None:
    """Give the side file its indexes, where it has none yet: a new one takes its place by one rename."""
    if open_rows(version.rows).is_indexed:
        return
    folder = version.path.parents[1] / BUILDING / f"index-{secrets.token_hex(6)}"
    folder.mkdir(parents=True)
    try:
        with _connected(folder) as connection:
            out = folder / "rows.sqlite"
            sidefile.index(version.rows, out, connection=connection, table=_parquet(version.published), later=later)
        sync(out)
        os.replace(out, version.rows)
        sync(version.path)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def leftovers(root: Path, known: set[tuple[str, int]]) -> list[Path]:
    """Folders that no row names: half-built ones, and versions whose (dataset, number) is not among `known`."""
    if not root.is_dir():
        return []
    half = list((root / BUILDING).glob("*"))
    whole = [path for path in root.glob("*/v[0-9]*") if path.parent.name != BUILDING]
    return sorted(half + [path for path in whole if (path.parent.name, _number(path)) not in known])


def _number(path: Path) -> int:
    digits = path.name.removeprefix("v")
    return int(digits) if digits.isdigit() else -1


@contextmanager
def _connected(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    import duckdb

    connection = duckdb.connect()
    spill = folder / ".spill"
    try:
        # set after connecting: the process may have another default database with other settings
        for setting, value in (
            ("autoinstall_known_extensions", "false"),
            ("autoload_known_extensions", "false"),
            ("memory_limit", "'700MB'"),
            ("temp_directory", f"'{_escaped(spill)}'"),
            ("enable_progress_bar", "false"),
            ("TimeZone", "'UTC'"),
        ):
            connection.execute(f"SET {setting} = {value}")
        yield connection
    finally:
        connection.close()
        if spill.is_dir():
            for path in spill.iterdir():
                path.unlink(missing_ok=True)
            spill.rmdir()


def _escaped(path: Path) -> str:
    return str(path).replace("'", "''")


def _parquet(path: Path) -> str:
    return f"read_parquet('{_escaped(path)}')"


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    return [str(row[0]) for row in connection.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()]


def _publish(connection: duckdb.DuckDBPyConnection, folder: Path, contract: Contract) -> tuple[str, tuple[Shown, ...]]:
    """The published table (SQL) and its columns; a Parquet file of its own where it differs from the data."""
    data = _parquet(folder / "data.parquet")
    columns = _columns(connection, data)
    shown = shown_fields(contract, columns=columns)
    if is_open(shown, columns=columns):
        return data, shown
    out = folder / "published.parquet"
    query = guarded_query(connection, contract, shown, source=data, columns=columns)
    connection.execute(f"COPY ({query}) TO '{_escaped(out)}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)")
    return _parquet(out), shown


def _described(one: Shown) -> dict[str, Any]:
    described = {key: value for key, value in asdict(one).items() if key not in ("expression", "mapalus")}
    return {**described, "mapalus": dict(one.mapalus or {})}


def _difference(
    connection: duckdb.DuckDBPyConnection, contract: Contract, data: str, previous: Path | None
) -> dict[str, Any] | None:
    if previous is None or not (previous / "data.parquet").is_file() or contract.mapalus.get("counts_by"):
        return None  # how many single persons came or went is not told where only groups are
    before = VersionFolder(previous)
    return {"to": before.number, **difference(connection, contract, old=_parquet(before.data), new=data)}


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1, default=str), encoding="utf-8")
