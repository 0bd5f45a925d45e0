"""Good and bad rows as a check leaves them, written by hand, so that the lake is tested without the check."""

from __future__ import annotations

from pathlib import Path

from mapalus.engine.data.contract import Contract, Field, ForeignKey
from mapalus.engine.data.lake import VersionFolder, write_version

GOOD = """SELECT * FROM (VALUES
    (2, '71.01', 2023, 120, 3.5, true, DATE '2024-01-31', 'Siti Wanea', '0071011234567890', 'pelayanan jalan rusak'),
    (3, '71.02', 2023, 3, 4.25, false, DATE '2024-01-31', 'Budi', '0071011234567891', 'melayani warga desa'),
    (5, '71.01', 2024, 100, 3.0, NULL, NULL, NULL, NULL, 'jembatan di desa'),
    (6, '71.72', 2024, 0, 12.5, true, DATE '2025-02-28', 'Ani', '0071011234567892', '=cmd|calc')
    ) t(_row, kode_wilayah, tahun, jiwa, persen, aktif, tanggal, nama, nik, uraian)"""
BAD = """SELECT 4::BIGINT AS _row, '71.99' AS kode_wilayah, 'x' AS tahun, '' AS jiwa, [
    {'field': 'kode_wilayah', 'code': 'foreign-key', 'rule': 'foreignKey', 'value': '71.99', 'message': 'Bukan kode.'},
    {'field': 'tahun', 'code': 'type-error', 'rule': 'type', 'value': 'x', 'message': 'Bukan tahun.'}] AS _errors"""

CONTRACT = Contract(
    "penduduk",
    title="Penduduk",
    fields=(
        Field("kode_wilayah", title="Kode wilayah", mapalus={"codes": "wilayah-kabkota"}),
        Field("tahun", type="year"),
        Field("jiwa", type="integer", mapalus={"unit": "jiwa"}),
        Field("persen", type="number", mapalus={"unit": "persen"}),
        Field("aktif", type="boolean"),
        Field("tanggal", type="date"),
        Field("nama", mapalus={"personal": "pribadi"}),
        Field("nik", mapalus={"personal": "spesifik"}),
        Field("uraian"),
    ),
    primary_key=("kode_wilayah", "tahun"),
    foreign_keys=(ForeignKey(("kode_wilayah",), "wilayah", ("kode",)),),
    mapalus={"suppress": 5},
)


def parquet(path: Path, query: str) -> Path:
    """A Parquet file of a query."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path


def version(
    folder: Path,
    *,
    number: int = 1,
    contract: Contract = CONTRACT,
    good: str = GOOD,
    bad: str | None = BAD,
    previous: Path | None = None,
    **origin: object,
) -> VersionFolder:
    """A version of dataset `penduduk` below `folder`/lake."""
    folder.mkdir(exist_ok=True)
    return write_version(
        folder / "lake",
        dataset="penduduk",
        number=number,
        good=parquet(folder / "good.parquet", good),
        bad=parquet(folder / "bad.parquet", bad) if bad else None,
        report={"rows": 5, "errors": [{"value": "Siti Wanea"}]},
        contract=contract,
        origin=origin,
        previous=previous,
    )
