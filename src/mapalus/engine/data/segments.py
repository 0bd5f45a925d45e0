"""A segment: lines of a stream that are checked, written and acknowledged together. Immutable; it appears whole.

    <root>/<dataset>/segments/<sequence>-<start of its SHA-256>/   rows.ndjson  good.parquet  bad.parquet

`rows.ndjson` is what was received, line by line; `_row` in the Parquet files counts its lines from 1.
"""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from mapalus.engine.data.contract import Contract
from mapalus.engine.data.durable import building
from mapalus.engine.data.faults import faults_told
from mapalus.engine.data.table import Dialect, Scan
from mapalus.engine.errors import Refused
from mapalus.engine.text import _, slug

__all__ = ["MOST_COLUMNS", "Flaw", "Gathered", "Segment", "gathered", "place", "write_segment"]

MOST_COLUMNS = 2_000  # names in the lines of one segment
_LONGEST_CELL = 100_000  # letters
_AT_ONCE = 100  # files of one query
_BLANK = " \t\r\n\ufeff"  # around an object
_SHOWN = 1_000  # flaws that are told line by line


@dataclass(frozen=True)
class Flaw:
    """Why a line was not taken."""

    line: int  # of the segment, from 1
    field: str
    code: str
    rule: str
    message: str  # may hold the value: for the sender only, never for a log or a table


@dataclass(frozen=True)
class Segment:
    """What was written. `flaws` are the first ones, in the order of the lines."""

    path: Path
    sha256: str
    lines: int
    good: int
    bad: int
    flaws: tuple[Flaw, ...]
    bad_lines: frozenset[int]


class _Number(str):
    """Digits as they were sent."""

    __slots__ = ()


def place(root: Path, *, dataset: str, sequence: int, sha256: str) -> Path:
    """Where a segment lies; names sort in the order in which they were acknowledged."""
    if not dataset or dataset.replace("_", "-") != slug(dataset.replace("_", "-")):
        raise ValueError(dataset)
    return root / dataset / "segments" / f"{sequence:012d}-{sha256[:16]}"


@faults_told()
def write_segment(
    root: Path,
    *,
    dataset: str,
    sequence: int,
    lines: Sequence[bytes],
    contract: Contract,
    scratch: Path,
    language: str | None = None,
) -> Segment:
    """Check the lines against the contract and bring them to the disk; whole, or not at all.

    A folder of that name that is there already was left by a process that died before anybody was told: it is made
    anew. Lines that are no JSON object are bad rows with `parse-error`. Raises `Refused` where the lines name no field
    of the contract at all, or too many columns; `Misconfigured` where a reference list is gone; `Unavailable` where the
    disk or the table engine fails.
    """
    raw = b"\n".join(lines) + b"\n"
    sha256 = hashlib.sha256(raw).hexdigest()
    final = place(root, dataset=dataset, sequence=sequence, sha256=sha256)
    if final.exists():
        shutil.rmtree(final)
    with building(root / dataset, final) as folder:
        (folder / "rows.ndjson").write_bytes(raw)
        found = _checked(lines, contract, folder=folder, scratch=scratch, language=language)
    return Segment(
        path=final,
        sha256=sha256,
        lines=len(lines),
        good=found.good_rows,
        bad=found.bad_rows,
        flaws=tuple(
            Flaw(line, field, code, rule, message) for line, field, code, rule, _value, message in found.errors
        ),
        bad_lines=_bad_lines(final) if found.bad_rows else frozenset(),
    )


def _bad_lines(path: Path) -> frozenset[int]:
    import duckdb

    with duckdb.connect() as connection:
        rows = connection.execute("SELECT _row FROM read_parquet(?)", [str(path / "bad.parquet")]).fetchall()
    return frozenset(int(row[0]) for row in rows)


def _checked(lines: Sequence[bytes], contract: Contract, *, folder: Path, scratch: Path, language: str | None) -> Any:
    from mapalus.engine.data.messages import make_say
    from mapalus.engine.data.runners.duckdb.connection import kept_warm
    from mapalus.engine.data.runners.duckdb.run import run

    scratch.mkdir(parents=True, exist_ok=True)
    spool = scratch / f"{folder.name}.csv"
    try:
        columns = _spool(lines, contract, spool)
        plan = _plan(contract, columns)
        scan = Scan(
            path=spool, columns=columns, dialect=Dialect(), spooled=True, first_row=1, header_row=None, titles=columns
        )
        with kept_warm(scratch):
            return run(
                plan, scan, good=folder / "good.parquet", bad=folder / "bad.parquet", scratch=scratch,
                say=make_say(contract, language=language), max_errors=_SHOWN,
            )  # fmt: skip
    finally:
        spool.unlink(missing_ok=True)


class _Known:
    """A contract as a key of the cache: the same object means the same promise."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract

    def __hash__(self) -> int:
        return id(self.contract)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Known) and other.contract is self.contract


def _plan(contract: Contract, columns: tuple[str, ...]) -> Any:
    return _planned(_Known(contract), columns)


@lru_cache(maxsize=64)
def _planned(known: _Known, columns: tuple[str, ...]) -> Any:
    """Bound once per contract and names: reading its lists again for each batch would cost more than the check."""
    from mapalus.engine.data.mapping import map_columns
    from mapalus.engine.data.plan import make_plan
    from mapalus.engine.data.references import read_codes, read_references

    contract = known.contract
    scan = Scan(Path(), columns, Dialect(), spooled=True, first_row=1, titles=columns)
    mapped = map_columns(contract, scan)
    if not mapped.places:
        raise Refused("not-tabular", _("No name in these lines is a field of the dataset."))
    plan = make_plan(
        contract, places=mapped.places, names=columns, references=read_references(contract), codes=read_codes(contract)
    )
    # what was sent together is an accident: that a key occurs twice in a batch says nothing
    return replace(plan, keys=())


def _spool(lines: Sequence[bytes], contract: Contract, path: Path) -> tuple[str, ...]:
    """Write the lines as the table engine reads them: comma, all quoted, `_row` and `_flaw` first."""
    # every field has its column, so that a batch without some of them is checked like one with them
    columns: dict[str, int] = {field.name: n for n, field in enumerate(contract.fields)}
    writers = _writers(contract)
    read = _reader(_Number if writers else str)
    records = [_record(line, read) for line in lines]
    for record in records:
        if type(record) is dict and not columns.keys() >= record.keys():
            for name in record:
                columns.setdefault(name, len(columns))
    if len(columns) > MOST_COLUMNS:
        raise Refused("too-large", _("The table has more than %(limit)s columns."), limit=MOST_COLUMNS)
    names = [name for name in columns if not name.startswith("_")]
    with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerows(_cells(lines, records, names, writers))
    return tuple(names)


def _cells(
    lines: Sequence[bytes],
    records: Sequence[dict[str, Any] | str],
    names: Sequence[str],
    writers: Mapping[str, tuple[str, str, str]],
) -> Iterable[list[Any]]:
    """Rows for the spool. This runs for every value that is sent: the usual ones are written without a call."""
    empty = [""] * (len(names) - 1)
    places = [(name, writers.get(name)) for name in names]
    for number, (line, record) in enumerate(zip(lines, records, strict=True), start=1):
        if isinstance(record, str):
            yield [number, "parse-error", record, *empty]
            continue
        value = record.get
        if len(line) < _LONGEST_CELL and b"\\u0000" not in line:
            # no value can be too long or hold a NUL; a text, or digits as they were sent, is a cell as it stands
            cells = [v if type(v := value(name)) is str else _cell(v, written) for name, written in places]
        else:
            cells = [_cell(value(name), written) for name, written in places]
        yield [number, "", *cells]


Read = Callable[[str, int], tuple[Any, int]]


def _reader(number: Callable[[str], Any]) -> Read:
    """One value of JSON from a place in a text on: the value, and where it ended. Numbers stay as they were sent."""
    decoder = json.JSONDecoder(parse_float=number, parse_int=number, parse_constant=number)
    return cast("Read", getattr(decoder, "scan_once"))  # noqa: B009 - the stubs do not know it


def _record(line: bytes, read: Read) -> dict[str, Any] | str:
    """The object of a line, flat; the text of a line that is none."""
    try:
        text = line.decode().strip(_BLANK)
        value, end = read(text, 0)
    except (ValueError, RecursionError, StopIteration):
        value, end, text = None, 0, ""
    if type(value) is not dict or end != len(text):
        return line.decode("utf-8", "replace").replace("\0", "�")[:_LONGEST_CELL]
    return value


def _writers(contract: Contract) -> dict[str, tuple[str, str, str]]:
    """How a field of the contract writes numbers and truths: decimal sign, true, false. Only where it is unusual."""
    found = {}
    for field in contract.fields:
        options = field.options
        yes, no = options.get("trueValues") or ("true",), options.get("falseValues") or ("false",)
        written = (str(options.get("decimalChar") or "."), str(yes[0]), str(no[0]))
        if written != (".", "true", "false"):
            found[field.name] = written
    return found


def _cell(value: Any, written: tuple[str, str, str] | None) -> str:
    if value is None:
        return ""
    if value is True or value is False:
        _decimal, yes, no = written or (".", "true", "false")
        return yes if value else no
    if isinstance(value, _Number):
        return value.replace(".", written[0]) if written else value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if len(text) > _LONGEST_CELL:
        raise Refused("too-large", _("A value is longer than %(limit)s letters."), limit=_LONGEST_CELL)
    return text if "\0" not in text else text.replace("\0", "�")


@dataclass(frozen=True)
class Gathered:
    """Several segments as one file: its lines, the good rows (`_row` counts its lines), the bad ones if there are."""

    lines: Path
    good: Path
    bad: Path | None


def gathered(segments: Sequence[Path], *, out: Path) -> Gathered:
    """Put segments (their folders, in order) together in the folder `out`."""
    import duckdb

    lines, firsts, count = out / "lines.ndjson", [], 0
    with lines.open("wb") as target:
        for folder in segments:
            firsts.append(count)
            raw = (folder / "rows.ndjson").read_bytes()
            target.write(raw)
            count += raw.count(b"\n")
    connection = duckdb.connect(config={"threads": 1, "memory_limit": "500MB", "temp_directory": str(out / "spill")})
    try:
        connection.execute("SET TimeZone = 'UTC'")
        good = _together(connection, segments, firsts, "good.parquet", out)
        bad = _together(connection, segments, firsts, "bad.parquet", out)
        has_bad = bool(connection.execute(f"SELECT 1 FROM read_parquet('{_escaped(bad)}') LIMIT 1").fetchall())
    finally:
        connection.close()
    return Gathered(lines, good, bad if has_bad else None)


def _together(connection: Any, segments: Sequence[Path], firsts: Sequence[int], name: str, out: Path) -> Path:
    """One file of many, a hundred at a time: a query over thousands would take longer to read than to run."""
    chunks = []
    for start in range(0, len(segments), _AT_ONCE):
        parts = [
            f"SELECT * REPLACE (_row + {first} AS _row) FROM read_parquet('{_escaped(folder / name)}')"
            for folder, first in zip(segments[start : start + _AT_ONCE], firsts[start:], strict=False)
        ]
        chunk = out / f"{name}.{start}"
        connection.execute(f"COPY ({' UNION ALL BY NAME '.join(parts)}) TO '{_escaped(chunk)}' (FORMAT parquet)")
        chunks.append(f"'{_escaped(chunk)}'")
    final = out / name
    source = f"read_parquet([{', '.join(chunks)}], union_by_name = true)"
    connection.execute(f"COPY (SELECT * FROM {source} ORDER BY _row) TO '{_escaped(final)}' (FORMAT parquet)")
    return final


def _escaped(path: Path) -> str:
    return str(path).replace("'", "''")
