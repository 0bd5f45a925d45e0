"""What differs between two versions of a million rows, row by row and cell by cell, and how long it takes.

python -m benchmarks.changes [--rows 1000000]

Two versions of ten columns: 2 % of the rows changed in one or two cells, 1 % came, 1 % went, and the order is another.
Beside it the naive peer: both files read by Python's csv into dictionaries by key and compared.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

COLUMNS = ["kode", "a", "b", "c", "d", "e", "f", "g", "h", "i"]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="mapalus-bench-") as name:
        folder = Path(name)
        old, new = made(folder, given.rows)
        wall, cpu, memory, counts = ours(folder, old, new)
        naive_wall, naive_cpu, naive = peer(folder)
    is_same = {name: counts[name] for name in naive} == naive
    print(f"{given.rows:,} x {len(COLUMNS)} against as many: {counts}")
    print(f"{'':>24} {'wall s':>7} {'CPU s':>7} {'MB':>6}")
    print(f"{'row by row, to a file':>24} {wall:>7.2f} {cpu:>7.2f} {memory:>6}")
    print(f"{'dictionaries in Python':>24} {naive_wall:>7.2f} {naive_cpu:>7.2f}      - (counts only);"
          f" {naive_cpu / cpu:.1f} times the CPU")  # fmt: skip
    print("both say the same" if is_same else f"they differ: {naive}")
    return 0 if is_same and memory < 1024 else 1


def made(folder: Path, rows: int) -> tuple[Any, Any]:
    """Two version folders, with their CSV for the peer."""
    import duckdb

    from mapalus.engine.data.contract import parse
    from mapalus.engine.data.lake import write_version

    contract = parse(CONTRACT)
    numbers = ", ".join(f"(hash(i * 31 + {n}) % 100000)::INTEGER AS {name}" for n, name in enumerate("abcde"))
    texts = ", ".join(f"'teks ' || (hash(i + {n}) % 5000) AS {name}" for n, name in enumerate("fghi"))
    before = f"SELECT i + 2 AS _row, 'k' || i AS kode, {numbers}, {texts} FROM range({rows}) r(i)"
    after = (
        "SELECT * REPLACE (CASE WHEN _row % 50 = 7 THEN a + 1 ELSE a END AS a,"
        " CASE WHEN _row % 100 = 7 THEN 'lain' ELSE f END AS f, CASE WHEN _row % 100 = 3 THEN 'baru' || kode ELSE kode"
        f" END AS kode) FROM ({before}) ORDER BY hash(_row)"
    )
    folders = []
    for number, query in enumerate((before, after), start=1):
        good = folder / f"good-{number}.parquet"
        with duckdb.connect() as connection:
            connection.execute(f"COPY ({query}) TO '{good}' (FORMAT parquet)")
            connection.execute(f"COPY (SELECT * EXCLUDE (_row) FROM '{good}') TO '{folder}/{number}.csv' (HEADER)")
        version = write_version(
            folder / "lake", dataset="uji", number=number, good=good, bad=None, report={}, contract=contract,
            origin={}, previous=None,
        )  # fmt: skip
        folders.append(version)
    return folders[0], folders[1]


CONTRACT = {
    "name": "uji",
    "schema": {
        "fields": [{"name": name, "type": "integer" if name in "abcde" else "string"} for name in COLUMNS],
        "primaryKey": "kode",
    },
}


def ours(folder: Path, old: Any, new: Any) -> tuple[float, float, int, dict[str, int]]:
    """Wall and CPU seconds and the highest memory, in a process of its own."""
    import json
    import subprocess

    code = (
        "import json,resource,sys,time;from pathlib import Path;from mapalus.engine.data.changes import write_changes;"
        "from mapalus.engine.data.lake import VersionFolder;from mapalus.engine.data.contract import parse;"
        "from benchmarks.changes import CONTRACT;t=time.perf_counter();c=time.process_time();"
        "m=write_changes(Path(sys.argv[3]),old=VersionFolder(Path(sys.argv[1])),new=VersionFolder(Path(sys.argv[2])),"
        "contract=parse(CONTRACT));print(json.dumps([time.perf_counter()-t,time.process_time()-c,"
        "resource.getrusage(resource.RUSAGE_SELF).ru_maxrss//1024,dict(m.counts)]))"
    )
    command = [sys.executable, "-c", code, str(old.path), str(new.path), str(folder / "beda.sqlite")]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    wall, cpu, memory, counts = json.loads(done.stdout)
    return wall, cpu, memory, counts


def peer(folder: Path) -> tuple[float, float, dict[str, int]]:
    wall, cpu = time.perf_counter(), time.process_time()
    sides = []
    for number in (1, 2):
        with (folder / f"{number}.csv").open(newline="") as file:
            sides.append({row["kode"]: row for row in csv.DictReader(file)})
    old, new = sides
    counts = {
        "changed": sum(1 for key, row in new.items() if key in old and old[key] != row),
        "added": len(new.keys() - old.keys()),
        "removed": len(old.keys() - new.keys()),
    }
    return time.perf_counter() - wall, time.process_time() - cpu, counts


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
