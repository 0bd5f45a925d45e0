"""Five million rows through `mapalus check`, against DuckDB's own typed copy of the same CSV to Parquet.

    mapalus bench check [--rows N] [--runs K] [--keep DIR]

Promise: CPU of reading, checking every kind of rule, quarantine with reasons, profile and Parquet is at most 1.5 times
that of the copy, in the same run, in less than 1 GiB. Both run as programs of their own, in turn; start-up counts.
The table has 12 columns; about one row in a hundred is wrong, and the errors found are compared with those planted.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

CONTRACT = """\
name: penduduk
schema:
  fields:
    - {name: nik, type: string, constraints: {required: true, unique: true, pattern: '[0-9]{16}'}}
    - {name: nama, type: string, constraints: {required: true, maxLength: 60}}
    - {name: kode_wilayah, type: string, constraints: {required: true, pattern: '[0-9]{10}'}}
    - {name: tanggal_lahir, type: date, constraints: {required: true, minimum: 1900-01-01, maximum: 2025-12-31}}
    - {name: jenis_kelamin, type: string, constraints: {required: true, enum: [L, P]}}
    - {name: penghasilan, type: integer, constraints: {required: true, minimum: 0, maximum: 1000000000}}
    - {name: lintang, type: number, constraints: {required: true, minimum: -11.5, maximum: 6.5}}
    - {name: bujur, type: number, constraints: {required: true, minimum: 94.5, maximum: 141.5}}
    - {name: status, type: string, constraints: {required: true, enum: [AKTIF, PINDAH, MENINGGAL, GANDA, NONAKTIF]}}
    - {name: telp, type: string, constraints: {required: true, pattern: '08[0-9]{8,11}'}}
    - {name: email, type: string, constraints: {pattern: '[^@\\s]+@[^@\\s]+\\.[^@\\s]+'}}
    - {name: updated_at, type: datetime, constraints: {required: true}}
  foreignKeys:
    - {fields: kode_wilayah, reference: {resource: kode.csv, fields: kode}}
"""
COLUMNS = [
    "nik",
    "nama",
    "kode_wilayah",
    "tanggal_lahir",
    "jenis_kelamin",
    "penghasilan",
    "lintang",
    "bujur",
    "status",
    "telp",
    "email",
    "updated_at",
]
TYPED = {
    "tanggal_lahir": "DATE",
    "penghasilan": "BIGINT",
    "lintang": "DOUBLE",
    "bujur": "DOUBLE",
    "updated_at": "TIMESTAMP",
}
# column, text, code; `unique-error` copies the key of an earlier row
PLANTS = [
    ("nik", "", "constraint-error"), ("nik", None, "unique-error"), ("nama", "", "constraint-error"),
    ("kode_wilayah", "9999999999", "foreign-key"), ("tanggal_lahir", "2020-1-1", "type-error"),
    ("tanggal_lahir", "31/12/1999", "type-error"), ("tanggal_lahir", "2021-02-30", "type-error"),
    ("tanggal_lahir", "1899-12-31", "constraint-error"), ("jenis_kelamin", "X", "constraint-error"),
    ("penghasilan", "1O", "type-error"), ("penghasilan", "1.5", "type-error"), ("penghasilan", "1_000", "type-error"),
    ("penghasilan", " 12 ", "type-error"), ("penghasilan", "-1", "constraint-error"),
    ("lintang", "infinity", "type-error"),
    ("lintang", "1.5 ", "type-error"), ("lintang", "7", "constraint-error"), ("bujur", "94.4", "constraint-error"),
    ("status", "aktif", "constraint-error"), ("telp", "12345", "constraint-error"),
    ("email", "a@b", "constraint-error"),
    ("updated_at", "2020-01-01 25:00:00", "type-error"),
]  # fmt: skip


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="mapalus bench check", description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--keep", type=Path, help="folder for the generated files (default: a temporary one)")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="mapalus-bench-") as name:
        folder = options.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"rows-{options.rows}.csv"
        truth = prepare(path, options.rows)
        copies, checks = [], []
        for _run in range(options.runs):
            copies.append(measured([sys.executable, "-c", COPY, str(path), str(folder / "copy.parquet")], folder))
            checks.append(measured(command(path, folder), folder))
        found = planted_found(folder / "bad.parquet")
        report(path, options, copies, checks)
        right = found == truth
        print(
            f"planted errors {truth.total():,};"
            f" missed {(truth - found).total():,}; invented {(found - truth).total():,}"
        )
        return 0 if right else 1


def command(path: Path, folder: Path) -> list[str]:
    words = ["check", str(path), "--contract", str(folder / "contract.yaml"), "--json"]
    return [
        sys.executable,
        "-m",
        "mapalus.project.cli",
        *words,
        "--good",
        str(folder / "good.parquet"),
        "--bad",
        str(folder / "bad.parquet"),
    ]


COPY = f"""
import sys, duckdb
columns = {{name: {TYPED!r}.get(name, 'VARCHAR') for name in {COLUMNS!r}}}
duckdb.execute("SET threads = 2; SET memory_limit = '700MB'")
duckdb.execute(
    f"COPY (FROM read_csv('{{sys.argv[1]}}', header = true, auto_detect = false, delim = ',', quote = '\\"',"
    f" ignore_errors = true, columns = {{columns}})) TO '{{sys.argv[2]}}' (FORMAT parquet, COMPRESSION zstd)"
)
"""


def measured(words: list[str], folder: Path) -> dict[str, float]:
    """Wall and CPU seconds and the most memory (MiB) of one program."""
    environment = {**os.environ, "TMPDIR": str(folder)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    start = time.perf_counter()
    with (folder / "out.txt").open("w") as out:
        process = subprocess.Popen(words, stdout=out, stderr=subprocess.DEVNULL, env=environment)
        _pid, _status, usage = os.wait4(process.pid, 0)
        process.returncode = 0
    used: resource.struct_rusage = usage
    return {"wall": time.perf_counter() - start, "cpu": used.ru_utime + used.ru_stime, "memory": used.ru_maxrss / 1024}


def report(
    path: Path, options: argparse.Namespace, copies: list[dict[str, float]], checks: list[dict[str, float]]
) -> None:
    print(
        f"{options.rows:,} rows x {len(COLUMNS)} columns, {path.stat().st_size / 1e6:,.0f} MB; median of {options.runs}"
    )
    print(f"{'':38}{'CPU s':>8}{'wall s':>8}{'MiB':>7}{'CPU ratio':>11}")
    for label, runs in (("DuckDB: typed copy, CSV to Parquet", copies), ("mapalus check, all of it", checks)):
        cpu, wall, memory = (statistics.median(run[key] for run in runs) for key in ("cpu", "wall", "memory"))
        ratio = statistics.median(a["cpu"] / b["cpu"] for a, b in zip(runs, copies, strict=True))
        print(f"{label:38}{cpu:8.2f}{wall:8.2f}{memory:7.0f}{ratio:10.2f}x")


def prepare(path: Path, rows: int) -> Counter[tuple[int, str, str]]:
    """Write the table, its contract and its reference list; the planted errors as (row, field, code)."""
    folder = path.parent
    (folder / "contract.yaml").write_text(CONTRACT)
    codes = [f"71{n * 37:08d}" for n in range(13_000)]
    (folder / "kode.csv").write_text("kode\n" + "\n".join(codes) + "\n")
    notes = path.with_suffix(".json")
    if path.exists() and notes.exists():
        return Counter(tuple(item) for item in json.loads(notes.read_text()))
    truth: list[tuple[int, str, str]] = []
    chance = random.Random(7)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(COLUMNS) + "\n")
        for number, cells in enumerate(_rows(rows, codes, chance), 2):
            if chance.random() < 0.01 and (number - 2) % 1000 != 500:  # those lend their keys
                _plant(cells, number, chance, truth)
            file.write(",".join(cells) + "\n")
    notes.write_text(json.dumps(truth))
    return Counter(truth)


def _rows(count: int, codes: list[str], chance: random.Random) -> Iterator[list[str]]:
    pick = chance.random
    for n in range(count):
        year, month, day = 1940 + int(pick() * 80), 1 + int(pick() * 12), 1 + int(pick() * 28)
        yield [
            f"71{n * 7919 % 99999999999989:014d}", f"Warga Contoh {int(pick() * 100000)}", codes[int(pick() * 13000)],
            f"{year}-{month:02d}-{day:02d}", "LP"[pick() < 0.5], str(int(pick() * 1e8)), f"{-11 + pick() * 17:.5f}",
            f"{95 + pick() * 46:.5f}", ("AKTIF", "PINDAH", "MENINGGAL", "GANDA", "NONAKTIF")[int(pick() * 5)],
            f"08{int(pick() * 1e10):010d}", "" if pick() < 0.3 else f"warga{int(pick() * 1e6)}@contoh.id",
            f"2024-{month:02d}-{day:02d} {int(pick() * 24):02d}:{int(pick() * 60):02d}:{int(pick() * 60):02d}",
        ]  # fmt: skip


def _plant(cells: list[str], number: int, chance: random.Random, truth: list[tuple[int, str, str]]) -> None:
    """One to three wrong cells in a row, each column at most once."""
    taken: set[str] = set()
    for name, text, code in chance.sample(PLANTS, chance.choice((1, 1, 1, 2, 3))):
        if name in taken or (code == "unique-error" and number < 1000):
            continue
        taken.add(name)
        earlier = (number - 2) // 1000 * 1000 - 500  # such a row is never planted
        cells[COLUMNS.index(name)] = f"71{max(0, earlier) * 7919 % 99999999999989:014d}" if text is None else text
        truth.append((number, name, code))


def planted_found(bad: Path) -> Counter[tuple[int, str, str]]:
    import duckdb

    query = f"SELECT _row, e.field, e.code FROM (SELECT _row, unnest(_errors) AS e FROM '{bad}')"
    return Counter(duckdb.execute(query).fetchall())


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
