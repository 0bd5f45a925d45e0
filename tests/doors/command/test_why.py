"""From a number to its files and rows, and to who answers for it; nothing of what is withheld or closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mapalus.apps.catalogue import actions, indicators
from mapalus.apps.catalogue.lineage import as_json, lineage
from mapalus.apps.catalogue.models import Dataset, FigureStatus, Version
from mapalus.apps.catalogue.readings import Reading, read
from mapalus.apps.directory.models import Region, RegionLevel
from mapalus.apps.jobs.worker import run_waiting
from mapalus.apps.ledger.following import READERS, follow
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.apps.ledger.sealer import seal_all
from mapalus.doors.command import why, words
from mapalus.engine import clock
from mapalus.engine.data.indicator import declaration_of
from mapalus.engine.data.indicator.order import in_order
from mapalus.engine.errors import NotFound
from mapalus.engine.ports import Actor
from tests.apps.catalogue.cast import GOOD, NOW, actor, checked, declared, handed_in, people

pytestmark = pytest.mark.django_db
DBD = {
    "code": "DBD", "title": "Kasus DBD", "unit": "kasus", "dataset": "dbd-mingguan", "value": {"sum": "kasus"},
    "region": "kode_wilayah", "coverage": ["71.71", "71.72", "71.73"], "better": "down", "target": 50,
    "owner": {"kind": "bps", "ground": "UU 16/1997"}, "plan": {"spm": "1.2"}, "periodicity": "mingguan",
    "interpretation": "Makin kecil makin baik.",
}  # fmt: skip
PART = {
    "code": "BAGIAN", "title": "Bagian DBD", "formula": "a / b * 100",
    "inputs": {"a": {"dataset": "dbd-mingguan", "value": {"sum": "kasus"}, "where": {"kode_wilayah": "71.71"}},
               "b": {"indicator": "DBD"}},
}  # fmt: skip
SQL = {
    "code": "LEWAT-SQL", "title": "Dengan SQL", "inputs": {"k": {"dataset": "dbd-mingguan"}},
    "sql": "SELECT '2026-W45' AS period, '' AS region, sum(kasus) AS value FROM k",
}  # fmt: skip
SPLIT = {
    "code": "PILAH", "title": "Kasus menurut minggu", "dataset": "dbd-mingguan", "value": {"sum": "kasus"},
    "region": "kode_wilayah", "dimensions": ["minggu"], "target": 50, "thresholds": {"good": 50}, "better": "down",
}  # fmt: skip
CHANGE = {**DBD, "code": "NAIK", "change": "prev"}
MOVING = {**DBD, "code": "GESER", "moving": 3}
MOVED = {"code": "NAIK-BAGIAN", "title": "Naik", "inputs": {"b": {"indicator": "DBD"}}, "change": "prev"}
FIRST = {"code": "SATU", "title": "Yang tertulis", "dataset": "dbd-mingguan", "value": {"only": "kasus"}}


@pytest.fixture
def dataset(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    settings.DATA_DIR = tmp_path / "data"
    people()
    province = Region.objects.create(
        code="71", level=RegionLevel.PROVINCE, kind="provinsi", name="Sulut", list_version="x"
    )
    for code, name in (("71.71", "Kota Manado"), ("71.72", "Kota Bitung"), ("71.73", "Kota Tomohon")):
        Region.objects.create(
            code=code, level=RegionLevel.DISTRICT, kind="kota", name=name, parent=province, list_version="x"
        )
    made = in_order([declaration_of(one, file="uji") for one in (DBD, PART, SQL, FIRST, SPLIT, CHANGE, MOVING, MOVED)])
    monkeypatch.setattr(indicators, "declarations", lambda: made)
    return declared(tmp_path)


def publish(dataset: Dataset, text: str = GOOD, *, period: str = "2026-W45") -> Version:
    handin = checked(handed_in(dataset, PLATFORM, text=text, period=period))  # type: ignore[arg-type]
    version = actions.publish(handin, status=FigureStatus.PROVISIONAL, by=PLATFORM, now=NOW)
    now = clock.now()
    seal_all(now=now)
    follow(READERS["indicators"])
    run_waiting(now=now + timedelta(minutes=1))
    return version


def said(client: Client, path: str) -> str:
    response = client.get(f"/papan/mengapa/{path}")
    assert response.status_code == 200, path
    assert len(response.content) < 100_000
    return response.content.decode()


def test_one_request_leads_from_the_number_to_the_hash_of_the_file_and_the_row(
    client: Client, dataset: Dataset
) -> None:
    version = publish(dataset)
    page = said(client, "DBD/?wilayah=71.71")
    for part in ("Kota Manado", ">41<", version.snapshot, "/data/dbd-mingguan/?version=1", "baris 2",
                 "/data/dbd-mingguan/baris/1/?version=1", "71.71 Kota Manado", "sementara"):  # fmt: skip
        assert part in page, part
    assert "baris 3" not in page  # Bitung's
    assert "Siti Contoh" not in page
    assert client.get("/data/dbd-mingguan/baris/1/?version=1").status_code == 200


def test_what_it_is_worth_and_who_answers_for_it_is_said(client: Client, dataset: Dataset) -> None:
    publish(dataset)
    page = said(client, "DBD/")
    for part in ("2 dari 3 wilayah; belum ada data dari: Kota Tomohon", "Angka sementara", "Kabid P2P", "BPS",
                 "UU 16/1997", "Mingguan", "/papan/rencana/?dokumen=spm", "Makin kecil makin baik."):  # fmt: skip
        assert part in page, part
    assert "2 dari 3 wilayah" in words.change(read(["DBD"], actor=None)["DBD"])  # as a tile of a board says it
    client.cookies["django_language"] = "en"
    assert "2 of 3 regions; no data yet from: Kota Tomohon" in said(client, "DBD/")


def test_a_vacant_position_is_named_with_who_has_its_duties(client: Client, dataset: Dataset) -> None:
    Dataset.objects.update(producer="pupr.kabid-bm")
    publish(dataset)
    assert "tugasnya pada Kepala Dinas PUPR" in said(client, "DBD/")


def test_a_period_asked_for_is_shown_as_it_was(client: Client, dataset: Dataset) -> None:
    publish(dataset)
    publish(dataset, GOOD.replace(",45,", ",46,").replace("41", "40"), period="2026-W46")
    assert ">52<" in said(client, "DBD/")
    page = said(client, "DBD/?periode=2026-W45")
    assert ">53<" in page
    assert "Ke periode terbaru" in page
    assert client.get("/papan/mengapa/DBD/?periode=2020").status_code == 404


def test_several_inputs_and_statements_name_their_versions(client: Client, dataset: Dataset) -> None:
    version = publish(dataset)
    page = said(client, "BAGIAN/")
    assert "A ÷ b × 100" in page
    assert page.count(version.snapshot) >= 2  # of the dataset, and through the indicator
    assert "/papan/mengapa/DBD/" in page
    page = said(client, "LEWAT-SQL/")
    assert "Pernyataan SQL membaca seluruh tabel" in page
    assert version.snapshot in page


def test_rows_that_contradict_each_other_are_both_said(client: Client, dataset: Dataset) -> None:
    publish(dataset)
    page = said(client, "SATU/")
    assert "menyebut angka yang berbeda" in page
    assert "41; 12" in page


def test_rows_come_page_by_page_with_the_same_number_of_questions(client: Client, dataset: Dataset) -> None:
    rows = "".join(f"71.71,Siti Contoh,{week},1\n" for week in range(1, 51))
    publish(dataset, "Kode wilayah,Nama pelapor,Minggu,Kasus\n" + rows)
    first = said(client, "DBD/")
    assert "1–20 dari 50" in first
    assert "?baris=2#asal-1" in first
    assert "41–50 dari 50" in said(client, "DBD/?baris=3")
    counts = []
    for page in ("DBD/", "DBD/?baris=3"):
        with CaptureQueriesContext(
            connection,
        ) as found:
            said(client, page)
        counts.append(len(found))
    assert counts[0] == counts[1] < 45


def test_a_withheld_value_shows_neither_what_it_was_made_of_nor_rows(
    client: Client, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(dataset)

    def withheld(codes: list[str], *, actor: Actor | None, **asked: str) -> dict[str, Reading]:
        found = read(codes, actor=actor, **asked)
        return {
            code: replace(one, series=[point._replace(is_suppressed=True) for point in one.series])
            for code, one in found.items()
        }

    monkeypatch.setattr(why, "read", withheld)
    page = said(client, "DBD/?wilayah=71.71")
    assert "terlalu kecil" in page
    assert ">41<" not in page
    assert "baris 2" not in page


def test_a_category_has_a_page_of_its_own_down_to_its_rows(client: Client, dataset: Dataset) -> None:
    publish(dataset, GOOD + "71.71,Ani Contoh,44,7\n")
    page = said(client, "PILAH/")
    assert "Menurut Minggu" in page
    assert "/papan/mengapa/PILAH/?bagian=minggu%3D44" in page
    page = said(client, "PILAH/?bagian=minggu%3D44&wilayah=71.71")
    for part in ("Minggu: 44", ">7<", "baris 4", "Keseluruhan", "/papan/mengapa/PILAH/?wilayah=71.71"):
        assert part in page, part
    assert "baris 2<" not in page
    assert "target 50" not in page  # that of an amount is of all together
    assert client.get("/papan/mengapa/PILAH/?bagian=minggu%3D1").status_code == 404


def test_a_window_names_the_versions_of_every_period_it_reaches_over(client: Client, dataset: Dataset) -> None:
    weeks = [
        publish(dataset, GOOD.replace(",45,", f",{week},").replace("41", str(week)), period=f"2026-W{week}")
        for week in (44, 45, 46)
    ]
    page = said(client, "NAIK/?wilayah=71.71")
    assert weeks[2].snapshot in page
    assert weeks[1].snapshot in page
    assert weeks[0].snapshot not in page
    assert page.count(">baris 2<") == 2
    page = said(client, "GESER/?wilayah=71.71")
    assert all(week.snapshot in page for week in weeks)
    assert "2 nilai periode sebelumnya ikut dihitung" in page
    assert "/papan/mengapa/GESER/?wilayah=71.71&amp;periode=2026-W44" in page
    told = as_json(lineage("GESER", actor=None, region="71.71"))
    assert [(one["period"], one["earlier"], one["snapshot"]) for one in told["inputs"]] == [
        ("2026-W46", False, weeks[2].snapshot), ("2026-W45", True, weeks[1].snapshot),
        ("2026-W44", True, weeks[0].snapshot),
    ]  # fmt: skip
    told = as_json(lineage("NAIK-BAGIAN", actor=None))
    assert [(one["code"], one["period"]) for one in told["indicators"]] == [("DBD", "2026-W46"), ("DBD", "2026-W45")]


def test_what_a_sender_called_a_file_is_told_to_officials_alone(client: Client, dataset: Dataset) -> None:
    publish(dataset)
    page = said(client, "DBD/?wilayah=71.71")
    assert "dbd_m45.csv" not in page
    assert "dbd-mingguan_2026-W45.csv" in page
    told = client.get("/api/v1/indicators/DBD/why?region=71.71").json()
    assert told["inputs"][0]["listed"] == [
        {"row": 1, "line": 2, "snapshot": told["inputs"][0]["snapshot"], "file": "dbd-mingguan_2026-W45.csv",
         "received_on": told["inputs"][0]["listed"][0]["received_on"]},
    ]  # fmt: skip
    assert client.get("/api/v1/indicators/DBD/why?period=1999").status_code == 404
    mine = why.explain("DBD", actor=actor("dinkes.data"), now=clock.now(), region="71.71")
    assert mine.sources[0].files[0].name == "dbd_m45.csv"


def test_a_number_over_closed_data_is_for_its_unit_alone(client: Client, dataset: Dataset) -> None:
    publish(dataset)
    Dataset.objects.update(classification="terbatas", classification_ground="UU 27/2022")
    assert client.get("/papan/mengapa/DBD/").status_code == 404
    assert client.get("/papan/mengapa/BAGIAN/").status_code == 404
    now = clock.now()
    with pytest.raises(NotFound):
        why.explain("DBD", actor=actor("pupr.data"), now=now)
    mine = why.explain("DBD", actor=actor("dinkes.data"), now=now)
    assert [file.name for file in mine.sources[0].files] == ["dbd_m45.csv"]
    assert not any(row.href for row in mine.sources[0].listed)  # there is no public page of them
    Dataset.objects.update(is_counted_openly=True)
    public = why.explain("DBD", actor=None, now=now)
    assert [file.name for file in public.sources[0].files] == ["dbd-mingguan_2026-W45.csv"]  # not the sender's
