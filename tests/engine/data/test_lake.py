"""A version appears whole or not at all, holds the truth, and shows nothing that is masked."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from mapalus.engine.data import badrows
from mapalus.engine.data.lake import leftovers, read_version, rebuild_rows
from mapalus.engine.data.query import Query, search
from mapalus.engine.errors import NotFound
from tests.engine.data.tables import CONTRACT, GOOD, version

PERSONAL = ("Siti", "Wanea", "Budi", "0071011234567890")


def test_version_folder_holds_truth_side_files_and_summary(tmp_path: Path) -> None:
    made = version(tmp_path, due_on="2026-01-10", received_on="2026-01-12", snapshot="ab")
    assert sorted(path.name for path in made.path.iterdir()) == [
        "bad.parquet",
        "data.parquet",
        "published.parquet",
        "report.sqlite",
        "rows.sqlite",
        "version.json",
    ]
    again = read_version(tmp_path / "lake", dataset="penduduk", number=1)
    quality = {name: figure["value"] for name, figure in again.summary["quality"].items()}
    assert quality == {
        "completeness": pytest.approx(34 / 39, abs=1e-6),
        "validity": 0.8,
        "uniqueness": 1.0,
        "consistency": 0.8,
        "timeliness": 0.0,
    }
    assert again.summary["quality"]["timeliness"]["detail"]["days_late"] == 2
    assert again.summary["origin"]["snapshot"] == "ab"
    assert again.summary["origin"]["engine"]
    assert again.summary["published_rows"] == 4


def test_nothing_personal_leaves_the_truth(tmp_path: Path) -> None:
    made = version(tmp_path)
    for name in ("version.json", "rows.sqlite", "published.parquet"):
        content = (made.path / name).read_bytes()
        for value in PERSONAL:
            assert value.encode() not in content, name
    records = search(made.rows, Query(fields=("nama", "nik"))).records
    assert records == [("S••• W••••", "••••"), ("B•••", "••••"), (None, None), ("A••", "••••")]


def test_small_counts_are_emptied_but_keys_shares_and_zeros_stay(tmp_path: Path) -> None:
    good = GOOD.replace("(5, '71.01', 2024, 100", "(5, '71.03', 2023, 4").replace("'71.72', 2024", "'71.72', 2023")
    found = search(version(tmp_path, good=good).rows, Query(fields=("jiwa", "persen", "tahun"))).records
    assert found == [(120, 3.5, 2023), (None, 4.25, 2023), (None, 3.0, 2023), (0, 12.5, 2023)]


def test_unpublished_fields_are_not_there_at_all(tmp_path: Path) -> None:
    fields = tuple(
        replace(one, mapalus={"published": False}) if one.name == "uraian" else one for one in CONTRACT.fields
    )
    made = version(tmp_path, contract=replace(CONTRACT, fields=fields))
    assert b"jembatan" not in made.rows.read_bytes()
    assert "uraian" not in [field["name"] for field in made.summary["fields"]]


def test_where_only_counts_are_published_rows_are_groups_and_small_ones_are_empty(tmp_path: Path) -> None:
    contract = replace(CONTRACT, mapalus={"counts_by": ["tahun"], "suppress": 3})
    more = ((7, 2024), (8, 2025), (9, 2025), (10, 2025), (11, 2025))
    rows = [f"SELECT {row}, '71.03', {year}, 9, 1.0, true, NULL, 'Eko', '00', 'x'" for row, year in more]
    made = version(tmp_path, contract=contract, good=" UNION ALL ".join([GOOD, *rows]))
    found = search(made.rows, Query())
    assert [column.name for column in found.columns] == ["_id", "tahun", "jumlah"]
    assert found.records == [(1, 2023, None), (2, 2024, None), (3, 2025, 4)]  # 3 goes with the 2 that stands alone


def test_counts_show_what_people_are_grouped_by_but_never_who_they_are(tmp_path: Path) -> None:
    contract = replace(CONTRACT, mapalus={"counts_by": ["uraian", "nik"]})
    marks = {"uraian": {"personal": "pribadi"}, "nik": {"personal": "spesifik"}}
    fields = tuple(replace(one, mapalus=marks.get(one.name, one.mapalus)) for one in contract.fields)
    made = version(tmp_path, contract=replace(contract, fields=fields))
    found = search(made.rows, Query(fields=("uraian", "nik", "jumlah"), sort="uraian"))
    assert ("jembatan di desa", None, 1) in found.records
    assert {nik for _uraian, nik, _count in found.records} == {None, "••••"}


def test_open_data_need_no_second_parquet_file(tmp_path: Path) -> None:
    fields = tuple(replace(one, mapalus={}) for one in CONTRACT.fields)
    made = version(tmp_path, contract=replace(CONTRACT, fields=fields, mapalus={}))
    assert made.published == made.data


def test_charts_add_up_counts_and_never_shares(tmp_path: Path) -> None:
    charts = version(tmp_path, contract=replace(CONTRACT, mapalus={})).summary["charts"]
    by_field = {chart["field"]: chart for chart in charts["measures"]}
    assert (charts["region"], charts["period"]) == ("kode_wilayah", "tahun")
    assert by_field["jiwa"]["by_period"] == [["2023", 123.0], ["2024", 100.0]]
    assert by_field["persen"]["by_period"] == [["2023", None], ["2024", None]]
    assert by_field["persen"]["by_region"] == [["71.01", 3.0], ["71.72", 12.5]], "the latest period alone"


def test_difference_counts_rows_by_their_key(tmp_path: Path) -> None:
    first = version(tmp_path)
    changed = f"""SELECT * REPLACE (CASE WHEN _row = 2 THEN 121 ELSE jiwa END AS jiwa) FROM ({GOOD}) WHERE _row <> 6
        UNION ALL SELECT 9, '71.03', 2024, 9, 1.0, true, NULL, 'Eko', '00', 'x'"""
    second = version(tmp_path, number=2, good=changed, previous=first.path)
    difference = second.summary["difference"]
    assert (difference["added"], difference["removed"], difference["changed"], difference["unchanged"]) == (1, 1, 1, 2)
    assert difference["to"] == 1


def test_a_version_is_never_written_twice(tmp_path: Path) -> None:
    version(tmp_path)
    with pytest.raises(FileExistsError):
        version(tmp_path)
    assert leftovers(tmp_path / "lake", {("penduduk", 1)}) == []


def test_names_cannot_lead_out_of_the_lake(tmp_path: Path) -> None:
    for name in ("../x", "a/b", "", ".", "A B"):
        with pytest.raises(NotFound):
            read_version(tmp_path, dataset=name, number=1)


def test_leftovers_names_what_no_row_names(tmp_path: Path) -> None:
    made = version(tmp_path)
    half = tmp_path / "lake" / ".building" / "penduduk-v2-abc"
    half.mkdir(parents=True)
    assert leftovers(tmp_path / "lake", set()) == [half, made.path]


def test_bad_rows_keep_every_reason_and_their_place(tmp_path: Path) -> None:
    made = version(tmp_path)
    page = badrows.page(made.report)
    assert page.columns == ("kode_wilayah", "tahun", "jiwa")
    assert [(row.row, row.cells, [reason.code for reason in row.reasons]) for row in page.rows] == [
        (4, ("71.99", "x", ""), ["foreign-key", "type-error"])
    ]
    assert [(one.code, one.field, one.cells) for one in badrows.counts(made.report)] == [
        ("foreign-key", "kode_wilayah", 1),
        ("type-error", "tahun", 1),
    ]
    assert badrows.page(made.report, code="unique-error").total == 0


def test_side_file_can_be_built_anew(tmp_path: Path) -> None:
    made = version(tmp_path)
    assert rebuild_rows(made, contract=CONTRACT, out=tmp_path / "again.sqlite") == 4
    assert search(tmp_path / "again.sqlite", Query()).records == search(made.rows, Query()).records


BUILD = """
import sys
from pathlib import Path
from tests.engine.data.tables import version
folder = Path(sys.argv[1])
print("begin", flush=True)
big = "SELECT i::BIGINT AS _row, 'kode' || i AS kode_wilayah, 2024 AS tahun, 9 AS jiwa, 1.5 AS persen, true AS aktif, \\
DATE '2024-01-01' AS tanggal, 'Nama' AS nama, '1' AS nik, 'kata ' || i AS uraian FROM range(60000) r(i)"
version(folder, good=big)
"""


@pytest.mark.slow
def test_killed_at_any_moment_leaves_no_half_version(tmp_path: Path) -> None:
    for number, delay in enumerate((0.05, 0.4, 0.8)):
        folder = tmp_path / str(number)
        process = subprocess.Popen([sys.executable, "-c", BUILD, str(folder)], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(delay)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        final = folder / "lake" / "penduduk" / "v1"
        if final.exists():
            assert json.loads((final / "version.json").read_text())["published_rows"] == 60000
            assert search(final / "rows.sqlite", Query()).total == 60000
        known = {("penduduk", 1)} if final.exists() else set()
        for path in leftovers(folder / "lake", known):
            assert path.parent.name == ".building"
