"""A workbook of 200,000 rows x 12 read into text, against python-calamine handing the same cells to Python.

    mapalus bench sheets [--rows N] [--runs K]

Each reading is a program of its own, start included, in turn. Ours ends with a table that can be checked: header found,
every cell as text in the form the producer sees, dates, formulas and errors told apart. CPU seconds, medians.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

GOAL = 1.2
_OURS = """
import sys, tempfile
from pathlib import Path
from mapalus.engine.data.reading import read
with tempfile.TemporaryDirectory() as scratch:
    scan = read(Path(sys.argv[1]), scratch=Path(scratch))
    assert len(scan.columns) == 12, scan.columns
"""
_PEER = """
import sys
from python_calamine import CalamineWorkbook
rows = CalamineWorkbook.from_path(sys.argv[1]).get_sheet_by_index(0).to_python()
assert len(rows[0]) == 12
"""


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="mapalus-bench-") as folder:
        path = Path(folder) / "uji.xlsx"
        _write(path, given.rows)
        taken: dict[str, list[float]] = {"mapalus": [], "calamine": []}
        for _run in range(given.runs):
            for name, code in (("mapalus", _OURS), ("calamine", _PEER)):
                taken[name].append(_cpu(code, path))
        ours, peer = (statistics.median(taken[name]) for name in ("mapalus", "calamine"))
        print(f"{given.rows:,} rows x 12, {path.stat().st_size / 1e6:.0f} MB, median of {given.runs}, CPU s")
        print(f"  mapalus {ours:6.2f}   calamine {peer:6.2f}   ratio {ours / peer:.2f} (goal {GOAL})")
    return int(ours > GOAL * peer)


def _write(path: Path, rows: int) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("Data")
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    names = [
        "nik",
        "nama",
        "kode",
        "lahir",
        "jk",
        "penghasilan",
        "lintang",
        "bujur",
        "status",
        "telp",
        "surel",
        "catatan",
    ]
    sheet.write_row(0, 0, names)
    for n in range(1, rows + 1):
        sheet.write_string(n, 0, f"{7101010000000000 + n}")
        sheet.write_string(n, 1, f"Warga Contoh {n % 50_000}")
        sheet.write_string(n, 2, f"{7101010000 + n % 5000}")
        sheet.write_number(n, 3, 25_000 + n % 20_000, day)
        sheet.write_string(n, 4, "LP"[n % 2])
        sheet.write_number(n, 5, n * 37 % 9_000_000)
        sheet.write_number(n, 6, 1 + n % 1000 / 1000)
        sheet.write_number(n, 7, 124 + n % 1000 / 1000)
        sheet.write_string(n, 8, ("AKTIF", "PINDAH", "GANDA")[n % 3])
        sheet.write_string(n, 9, f"0812{n:08d}")
        if n % 3:
            sheet.write_string(n, 10, f"warga{n}@contoh.id")
        sheet.write_string(n, 11, "sampel")
    book.close()


def _cpu(code: str, path: Path) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
