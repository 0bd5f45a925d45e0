"""Sumber data at the desk: the list, adding step by step, trying, fetching, shelves; without JavaScript."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import pytest
from django.test import Client

from mapalus.apps.catalogue import contracts, shelf_acts, source_acts
from mapalus.apps.catalogue.harvesting import harvest
from mapalus.apps.catalogue.models import Dataset, Offering, Shelf, Source, SourceState, SourceWay
from mapalus.apps.catalogue.shelves import look_through
from mapalus.apps.directory.models import Position, Unit
from mapalus.apps.jobs.worker import run_waiting
from mapalus.apps.ledger.models import Entry
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.harvest import registry
from tests.apps.catalogue import sourcing
from tests.apps.catalogue.cast import GOOD, MIXED, NOW, Province
from tests.apps.catalogue.sourcing import put, reread, source
from tests.doors.desk.conftest import Sit
from tests.doors.desk.test_way import text_of

pytestmark = [pytest.mark.slow]


@pytest.fixture(autouse=True)
def connector(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_points", sourcing.installed)


def test_a_source_is_added_step_by_step_and_tried_out(here: Province, sit: Sit, tmp_path: Path) -> None:
    folder = put(tmp_path / "sistem", MIXED)
    browser = sit(here.operator)
    page = browser.get("/meja/sumber/baru/")
    assert "Folder contoh" in text_of(page)
    page = browser.get("/meja/sumber/baru/?dataset=dbd-mingguan&cara=contoh")
    assert "Kata sandi" in text_of(page)
    wrong = browser.post(
        "/meja/sumber/baru/?dataset=dbd-mingguan&cara=contoh",
        {"title": "SKDR", "o_folder": "bukan-alamat", "schedule": "kadang-kadang", "keeper": "dinkes.data"},
    )
    assert wrong.status_code == 422
    assert "Write the whole path." in text_of(wrong)
    page = browser.post(
        "/meja/sumber/baru/?dataset=dbd-mingguan&cara=contoh",
        {"title": "SKDR", "o_folder": str(folder), "schedule": "setiap Senin 02.00", "keeper": "dinkes.data"},
        follow=True,
    )
    made = Source.objects.get()
    assert (made.schedule, made.keeper_code, made.state) == ("weekly monday 02:00", "dinkes.data", SourceState.ACTIVE)
    assert "setiap Senin pukul 02.00" in text_of(page)
    browser.post(f"/meja/sumber/{made.name}/coba/")
    assert "Menunggu giliran" in text_of(browser.get(f"/meja/sumber/{made.name}/"))
    run_waiting(now=NOW)
    shown = text_of(browser.get(f"/meja/sumber/{made.name}/"))
    assert "4 baris" in shown
    assert "2 di antaranya" in shown
    assert "•••" in shown
    assert "Siti Contoh" not in shown


def test_what_is_fetched_now_shows_in_the_history_and_leads_to_the_hand_in(
    here: Province, sit: Sit, tmp_path: Path
) -> None:
    made = source(here.dataset, put(tmp_path / "sistem", GOOD), way=SourceWay.HANDIN)
    browser = sit(here.operator)
    browser.post(f"/meja/sumber/{made.name}/ambil/")
    run_waiting(now=NOW)
    page = browser.get(f"/meja/sumber/{made.name}/")
    assert "membawa yang baru" in text_of(page)
    assert "/meja/setoran/S-2026-00001/" in page.content.decode()


def test_a_vanished_source_is_in_the_inbox_of_its_keeper_and_on_the_board(
    here: Province, sit: Sit, tmp_path: Path
) -> None:
    made = source(here.dataset, put(tmp_path / "sistem", GOOD, wrong="gone"))
    harvest(made, now=NOW)
    assert "Sistem Contoh" in text_of(sit(here.producer).get("/meja/"))
    assert "hilang" in text_of(sit(here.producer).get("/meja/"))
    assert "Sistem Contoh" in text_of(sit(here.walidata).get("/meja/kepatuhan/"))
    page = text_of(sit(here.producer).get(f"/meja/sumber/{made.name}/"))
    assert "setiap hari" in page
    assert "tetap ada" in page


def test_a_page_never_shows_a_secret(here: Province, sit: Sit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = source(here.dataset, put(tmp_path / "sistem", GOOD), secret="portal-kunci")
    page = text_of(sit(here.operator).get(f"/meja/sumber/{made.name}/"))
    assert "MAPALUS_SECRET_PORTAL_KUNCI" in page
    assert "belum diisi" in page
    monkeypatch.setenv("MAPALUS_SECRET_PORTAL_KUNCI", "sangat-rahasia")
    page = text_of(sit(here.operator).get(f"/meja/sumber/{made.name}/"))
    assert "sangat-rahasia" not in page
    assert "sudah diisi" in page


def test_settings_rest_trust_and_taking_away_ask_for_a_reason(here: Province, sit: Sit, tmp_path: Path) -> None:
    made = source(here.dataset, put(tmp_path / "sistem", GOOD), way=SourceWay.HANDIN)
    browser, at = sit(here.walidata), f"/meja/sumber/{made.name}/"
    assert browser.post(f"{at}jeda/", {}).status_code == 422
    browser.post(f"{at}jeda/", {"reason": "Portal dipelihara"})
    assert reread(made).state == SourceState.PAUSED
    assert "Portal dipelihara" in text_of(browser.get(at))
    browser.post(f"{at}lanjutkan/")
    browser.post(f"{at}percaya/", {"reason": "Berita acara Forum"})
    assert reread(made).way == SourceWay.DIRECT
    assert sit(here.operator).post(f"{at}percaya/", {"reason": "x"}).status_code == 403
    browser.post(f"{at}ubah/", {"title": "Nama lain", "o_folder": made.options["folder"], "schedule": "",
                                "keeper": "dinkes.kabid-p2p"})  # fmt: skip
    assert reread(made).title == "Nama lain"
    assert reread(made).next_at is None
    unsure = browser.post(f"{at}lepas/", {"reason": "Sistem ditutup"})
    assert unsure.status_code == 422
    assert Source.objects.kept().filter(pk=made.pk).exists()
    browser.post(f"{at}lepas/", {"reason": "Sistem ditutup", "sure": "on"})
    assert browser.get(at).status_code == 404


def test_strangers_see_no_source(here: Province, sit: Sit, tmp_path: Path) -> None:
    made = source(here.dataset, put(tmp_path / "sistem", GOOD))
    assert sit(here.stranger).get(f"/meja/sumber/{made.name}/").status_code == 404
    assert made.title not in text_of(sit(here.stranger).get("/meja/sumber/"))


def test_a_system_without_an_interface_says_that_it_comes_as_a_file(here: Province, sit: Sit) -> None:
    browser = sit(here.operator)
    page = browser.post(
        "/meja/sumber/baru/?dataset=dbd-mingguan&cara=berkas", {"title": "SKDR Kemenkes", "keeper": "dinkes.data"},
        follow=True,
    )  # fmt: skip
    assert "Lewat berkas" in text_of(page)
    assert "SKDR Kemenkes" in text_of(browser.get("/meja/sumber/?keadaan=berkas"))


def test_the_list_filters_and_finds(here: Province, sit: Sit, tmp_path: Path) -> None:
    source(here.dataset, put(tmp_path / "a", GOOD))
    broken = source(here.dataset, put(tmp_path / "b", GOOD, wrong="away"))
    Source.objects.filter(pk=broken.pk).update(title="Portal Rusak")
    harvest(broken, now=NOW)
    browser = sit(here.walidata)
    page = text_of(browser.get("/meja/sumber/?keadaan=perlu"))
    assert "Portal Rusak" in page
    assert "Sistem Contoh" not in page
    assert "Portal Rusak" not in text_of(browser.get("/meja/sumber/?q=sistem"))


def test_a_shelf_is_searched_and_many_lines_taken_over_at_once(here: Province, sit: Sit, tmp_path: Path) -> None:
    portal = tmp_path / "portal"
    for key in ("satu", "dua", "tiga"):
        put(portal / key, GOOD)
    (portal / "list.json").write_text(
        json.dumps([{"key": key, "title": f"Data {key}", "publisher": "Kota"} for key in ("satu", "dua", "tiga")])
    )
    browser = sit(here.walidata)
    page = browser.post(
        "/meja/rak/baru/?cara=contoh",
        {"title": "Portal Kota", "o_folder": str(portal), "schedule": "", "keeper": "diskominfo.kabid-statistik"},
        follow=True,
    )
    assert "Portal Kota" in text_of(page)
    browser.post("/meja/rak/portal-kota/", {"langkah": "telusuri"})
    run_waiting(now=NOW)
    page = browser.get("/meja/rak/portal-kota/?q=satu")
    assert "Data satu" in text_of(page)
    assert "Data dua" not in text_of(page)
    chosen = list(Offering.objects.exclude(key="tiga").values_list("pk", flat=True))
    page = browser.post("/meja/rak/portal-kota/", {"langkah": "ambil", "butir": chosen}, follow=True)
    assert "2 kumpulan data" in text_of(page)
    assert Dataset.objects.filter(state="planned").count() == 2
    assert sit(here.operator).get("/meja/rak/portal-kota/").status_code == 404


def test_only_what_lists_tables_is_offered_as_a_shelf(
    here: Province, sit: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    page = sit(here.walidata).get("/meja/rak/").content.decode()
    offered = set(re.findall(r"cara=([a-z0-9]+)", page))
    assert {"ckan", "dcat", "sql", "s3", "sftp", "folder", "socrata", "arcgis", "ogc", "bps"} <= offered
    assert offered.isdisjoint({"http", "rest", "gsheets", "sdmx", "bmkg"})


def test_a_shelf_rests_goes_on_and_is_taken_away_with_a_reason(here: Province, sit: Sit, tmp_path: Path) -> None:
    put(tmp_path / "portal").joinpath("list.json").write_text("[]")
    made = shelf_acts.add_shelf(
        here.dataset.unit, title="Portal Kota", connector="contoh", options={"folder": str(tmp_path / "portal")},
        keeper=here.dataset.producer, schedule="setiap jam", by=PLATFORM, now=NOW,
    )  # fmt: skip
    browser, at = sit(here.walidata), f"/meja/rak/{made.name}/"
    assert browser.post(at, {"langkah": "jeda", "reason": ""}).status_code == 422
    browser.post(at, {"langkah": "jeda", "reason": "Portal pindah"})
    made.refresh_from_db()
    assert (made.state, made.next_at) == ("paused", None)
    assert "dijeda" in browser.get(at).content.decode()
    browser.post(at, {"langkah": "lanjutkan"})
    made.refresh_from_db()
    assert made.state == "active"
    assert made.next_at is not None
    assert browser.post(at, {"langkah": "lepas", "reason": "Ditutup"}).status_code == 422  # not confirmed
    assert browser.post(at, {"langkah": "lepas", "reason": "Ditutup", "sure": "on"}).status_code == 302
    assert not Shelf.objects.exists()
    reasons = [one.data.get("reason") for one in Entry.objects.filter(act__endswith="-shelf").order_by("pk")]
    assert {"Portal pindah", "Ditutup"} <= set(reasons)


def suggested(here: Province, portal: Path, rows: str) -> tuple[Dataset, Source]:
    """A planned dataset taken from a shelf, and its source, which was tried."""
    put(portal / "satu", rows)
    (portal / "list.json").write_text(json.dumps([{"key": "satu", "title": "Data satu"}]))
    shelf = shelf_acts.add_shelf(
        Unit.objects.get(pk="dinkes"), title="Portal", connector="contoh", options={"folder": str(portal)},
        keeper=Position.objects.get(pk="dinkes.data"), by=here.walidata, now=NOW,
    )  # fmt: skip
    look_through(shelf, now=NOW)
    dataset = shelf_acts.adopt_offering(
        Offering.objects.get(), unit=shelf.unit, producer=Position.objects.get(pk="dinkes.kabid-p2p"),
        by=here.walidata, now=NOW,
    )  # fmt: skip
    made = dataset.sources.get()
    source_acts.try_source(made, by=here.walidata, now=NOW)
    run_waiting(now=NOW)
    return dataset, made


def test_a_planned_dataset_takes_up_the_contract_that_its_source_suggests(
    here: Province, sit: Sit, tmp_path: Path
) -> None:
    dataset, made = suggested(here, tmp_path / "portal", GOOD)
    browser = sit(here.walidata)
    page = browser.get(f"/meja/sumber/{made.name}/")
    proposed = re.search(r'<textarea name="contract"[^>]*>(.*?)</textarea>', page.content.decode(), re.S)
    assert proposed is not None
    page = browser.post(f"/meja/sumber/{made.name}/kontrak/", {"contract": unescape(proposed[1]).strip()}, follow=True)
    assert page.status_code == 200, text_of(page)[:9000]
    dataset.refresh_from_db()
    assert dataset.contract is not None
    assert dataset.state == "active"
    assert reread(made).next_at == NOW


def test_a_suggested_contract_with_an_open_column_is_taken_up_with_one_choice(
    here: Province, sit: Sit, tmp_path: Path
) -> None:
    dataset, made = suggested(here, tmp_path / "portal", "kab;tanggal\nManado;01/02/2023\nBitung;03/04/2023\n")
    browser = sit(here.walidata)
    page = browser.get(f"/meja/sumber/{made.name}/")
    assert "1 Februari 2023" in text_of(page)
    assert "2 Januari 2023" in text_of(page)
    proposed = re.search(r'<textarea name="contract"[^>]*>(.*?)</textarea>', page.content.decode(), re.S)
    assert proposed is not None
    sent = {"contract": unescape(proposed[1]).strip()}
    at = f"/meja/sumber/{made.name}/kontrak/"
    assert browser.post(at, sent).status_code == 422
    assert browser.post(at, {**sent, "cara_tanggal": "0"}).status_code == 302
    dataset.refresh_from_db()
    assert dataset.contract is not None
    field = next(one for one in contracts.load(dataset.contract.path.parent).fields if one.name == "tanggal")
    assert (field.type, field.format, dict(field.mapalus)) == ("date", "%d/%m/%Y", {})


def test_everybody_reads_where_open_data_come_from_and_officials_how_it_stands(
    here: Province, sit: Sit, tmp_path: Path
) -> None:
    made = source(here.dataset, put(tmp_path / "sistem", GOOD))
    assert Client().get("/api/v1/sources").json()["count"] == 0  # nothing is published yet
    harvest(made, now=NOW)
    page = text_of(Client().get("/data/dbd-mingguan/"))
    assert "Dari mana data ini" in page
    assert "Sistem Contoh, diambil oleh Mapalus" in page
    public = Client().get("/api/v1/sources?dataset=dbd-mingguan").json()["items"][0]
    assert public["system"] == "Sistem Contoh"
    assert public["keeper"] is None
    assert str(tmp_path) not in json.dumps(public)
    own = sit(here.operator).get("/api/v1/sources").json()["items"][0]
    assert (own["state"], own["keeper"]) == ("well", "dinkes.kabid-p2p")
    assert sit(here.stranger).get("/api/v1/sources").json()["count"] == 0
