"""Questions to the rows of a dataset: our side file beside DuckDB reading the same Parquet file, CPU milliseconds.

uv run python -m benchmarks.rows [ROWS]
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from mapalus.engine.data import query as questions
from mapalus.engine.data.contract import Contract, Field
from mapalus.engine.data.query import Query, search
from mapalus.engine.data.shown import published_query, shown_fields
from mapalus.engine.data.sidefile import build

WORDS = (
    "pelayanan perizinan kependudukan jalan rusak bantuan sosial pendidikan kesehatan air bersih pasar desa kelurahan "
    "anggaran pembangunan jembatan sekolah puskesmas imunisasi pertanian perikanan nelayan petani pupuk irigasi sampah "
    "lampu listrik internet aplikasi layanan pengaduan laporan kecamatan kabupaten provinsi dinas pegawai surat"
)
TYPES = {
    "nomor": "string",
    "nama": "string",
    "kode": "string",
    "kecamatan": "string",
    "jenis": "string",
    "status": "string",
    "tahun": "integer",
    "nilai": "number",
    "tanggal": "date",
    "uraian": "string",
}
ROUNDS = 15


def make(path: Path, rows: int) -> None:
    """A million rows of ten columns: codes, names, few values, numbers, days, five words."""
    import duckdb

    words = "[" + ",".join(repr(word) for word in WORDS.split()) + "]"
    word = f"{words}[1 + (random() * {len(WORDS.split()) - 1})::INT]"
    five = " || ' ' || ".join([word] * 5)
    with duckdb.connect() as connection:
        connection.execute("SET threads = 1")
        connection.execute("SELECT setseed(0.5)")
        connection.execute(
            f"""COPY (SELECT i + 2 AS _row, lpad((i * 982451653 % 9999999967)::VARCHAR, 16, '0') AS nomor,
            ['Budi', 'Siti', 'Agus', 'Dewi', 'Eko'][1 + (random() * 4)::INT] || ' ' || (i % 50000) AS nama,
            (7101010000 + (random() * 4999)::INT)::VARCHAR AS kode, 'Kec. ' || ((random() * 699)::INT) AS kecamatan,
            'jenis ' || ((random() * 19)::INT) AS jenis,
            ['AKTIF', 'PINDAH', 'TUTUP'][1 + (random() * 2)::INT] AS status,
            2015 + (random() * 9)::INT AS tahun, round(random() * 1e6, 2) AS nilai,
            DATE '2020-01-01' + (random() * 1800)::INT AS tanggal, {five} AS uraian FROM range({rows}) r(i))
            TO '{path}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"""
        )


def questions_asked() -> list[tuple[str, list[Query], str]]:
    """Name, our question with different values, and the same as a condition in SQL."""
    codes = [str(7101010000 + number * 37 % 5000) for number in range(ROUNDS)]
    return [
        ("no filter", [Query()] * ROUNDS, "true"),
        ("filter, 200 rows", [Query(filters={"kode": code}) for code in codes], "kode = '7101012345'"),
        (
            "filter, 50,000 rows",
            [Query(filters={"jenis": f"jenis {n + 1}"}) for n in range(ROUNDS)],
            "jenis = 'jenis 7'",
        ),
        ("filter, half", [Query(filters={"status": "PINDAH"})] * ROUNDS, "status = 'PINDAH'"),
        (
            "two filters",
            [Query(filters={"status": "AKTIF", "jenis": f"jenis {n + 1}"}) for n in range(ROUNDS)],
            "status = 'AKTIF' AND jenis = 'jenis 7'",
        ),
        (
            "range of years",
            [Query(filters={"tahun": {"gte": 2016, "lt": 2018}})] * ROUNDS,
            "tahun BETWEEN 2016 AND 2017",
        ),
        ("range of numbers", [Query(filters={"nilai": {"gt": 900000}})] * ROUNDS, "nilai > 900000"),
        (
            "narrow range, filter",
            [
                Query(filters={"nilai": {"gte": n * 1e4, "lt": n * 1e4 + 2e3}, "jenis": "jenis 7"})
                for n in range(ROUNDS)
            ],
            "nilai BETWEEN 500000 AND 502000 AND jenis = 'jenis 7'",
        ),
        (
            "wide range, filter",
            [Query(filters={"nilai": {"gt": 9e5 + n}, "jenis": f"jenis {n + 1}"}) for n in range(ROUNDS)],
            "nilai > 900000 AND jenis = 'jenis 7'",
        ),
        (
            "range, rare filter",
            [Query(filters={"nilai": {"gt": 9e5 + n}, "kode": code}) for n, code in enumerate(codes)],
            "nilai > 900000 AND kode = '7101012345'",
        ),
        (
            "range, word, filter",
            [Query(q="melayani", filters={"nilai": {"lt": 1e4 + n}, "status": "PINDAH"}) for n in range(ROUNDS)],
            "nilai < 10000 AND contains(uraian, 'layan') AND status = 'PINDAH'",
        ),
        ("word (stem)", [Query(q="melayani")] * ROUNDS, "contains(uraian, 'layan')"),
        (
            "word and filter",
            [Query(q="melayani", filters={"kode": code}) for code in codes],
            "contains(uraian, 'layan') AND kode = '7101012345'",
        ),
    ]


def cpu(run: Callable[[int], Any]) -> float:
    """Median CPU milliseconds."""
    run(0)
    taken = []
    for number in range(ROUNDS):
        start = time.process_time()
        run(number)
        taken.append((time.process_time() - start) * 1000)
    return statistics.median(taken)


def main(arguments: Sequence[str]) -> int:
    import duckdb

    rows = int(arguments[0]) if arguments else 1_000_000
    with tempfile.TemporaryDirectory(prefix="mapalus-bench-") as folder:
        data, side = Path(folder) / "data.parquet", Path(folder) / "rows.sqlite"
        make(data, rows)
        contract = Contract("rows", fields=tuple(Field(name, type=kind) for name, kind in TYPES.items()))
        with duckdb.connect() as connection:
            table = f"read_parquet('{data}')"
            shown = shown_fields(contract, columns=list(TYPES))
            wall, start = time.perf_counter(), time.process_time()
            build(side, connection=connection, table=f"({published_query(shown, source=table)})", shown=shown)
            print(
                f"side file of {rows:,} rows x {len(TYPES)}: {time.process_time() - start:.1f} s CPU, "
                f"{time.perf_counter() - wall:.1f} s wall, {side.stat().st_size / 1e6:.0f} MB "
                f"(Parquet {data.stat().st_size / 1e6:.0f} MB)",
                flush=True,
            )
            connection.execute("SET threads = 1")
            connection.execute("SET parquet_metadata_cache = true")
            head = f"{'filter + total + 100 rows':<24} {'side file':>12} {'DuckDB':>12} {'ratio':>8}"
            print(f"{head}   CPU ms, median of {ROUNDS}")
            for name, asked, condition in questions_asked():

                def ours(number: int, asked: list[Query] = asked) -> None:
                    questions._totals.clear()  # the first question, not a repeated one
                    search(side, asked[number])

                def theirs(_number: int, condition: str = condition) -> None:
                    connection.execute(f"SELECT count(*) FROM {table} WHERE {condition}").fetchall()
                    connection.execute(f"SELECT * FROM {table} WHERE {condition} ORDER BY _row LIMIT 100").fetchall()

                mine, duck = cpu(ours), cpu(theirs)
                print(f"{name:<24} {mine:12.2f} {duck:12.2f} {duck / mine:7.0f}x", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
