"""The five guided tours, step by step, in a real browser: what must be on the screen is on the screen."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import signal
import sqlite3
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import hear_nothing
from tests.journeys.conftest import Served

pytestmark = [pytest.mark.browser, pytest.mark.slow]


class Visitor:
    """Somebody in front of a screen."""

    def __init__(
        self, browser: Any, served: Served, *, width: int = 1280, height: int = 900, scripts: bool = True
    ) -> None:
        self.served = served
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, locale="id-ID", java_script_enabled=scripts
        )
        self.page = self.context.new_page()

    def go(self, path: str) -> str:
        answer = self.page.goto(self.served.address + path)
        assert answer is not None
        assert answer.status == 200, f"{path}: {answer.status}"
        return self.text()

    def text(self) -> str:
        return " ".join(self.page.inner_text("body").replace("\xad", "").split())

    def follow(self, link: Any) -> str:
        """Press what leads to another page, and read that one: a click alone does not wait for it."""
        with self.page.expect_navigation():
            link.click()
        return self.text()

    def enter(self, position: str) -> str:
        self.go("/akun/contoh/")
        return self.follow(self.page.locator(f'form:has(input[name=position][value="{position}"]) button').first)

    def hand_in(self, dataset: str, period: str, path: Path) -> str:
        """Drop a file and wait until it is checked."""
        self.go("/meja/setor/")
        self.page.select_option("select[name=dataset]", dataset)
        self.page.fill("input[name=period]", period)
        self.page.set_input_files("input[name=file]", str(path))
        self.page.locator(
            "form:has(input[type=file]) button[type=submit], form:has(input[type=file]) button"
        ).last.click()
        self.page.wait_for_url("**/meja/setoran/**")
        return self.read_until(r"Diperiksa: |Ditolak: |tidak dapat dipakai", seconds=300)

    def read_until(self, pattern: str, *, seconds: int) -> str:
        """What the page said when it first said this; it changes by itself, so nothing is read twice."""
        until = time.monotonic() + seconds
        while not re.search(pattern, said := self.text()):
            assert time.monotonic() < until, f"{pattern} never came: {said[:400]}"
            self.page.wait_for_timeout(200)
        return said


@pytest.fixture
def visitor(chromium: Any, served: Served) -> Iterator[Any]:
    made: list[Visitor] = []

    def make(**size: Any) -> Visitor:
        made.append(Visitor(chromium, served, **size))
        return made[-1]

    yield make
    for one in made:
        one.context.close()


def period_on(guest: Visitor) -> str:
    """The period of the hand-in whose page is open, as one writes it: 2026-10, 2026-S1."""
    guest.follow(guest.page.locator("a", has_text="Setor perbaikan").first)
    return str(guest.page.input_value("input[name=period]"))


def sample(served: Served, start: str) -> Path:
    return next((served.folder / "berkas-contoh").glob(f"{start} *"))


# --- governor ----------------------------------------------------------------------------------------------------


def test_governor_0_the_board_has_value_age_and_source(visitor: Any) -> None:
    said = visitor(width=360, height=780).go("/papan/gubernur/")
    for value in ("21,3", "65,3", "61,4", "93", "318.500", "16", "58,3"):
        assert value in said
    # The beds are live: minute 5 of this tour posts a row, in whichever order the steps are tried.
    assert re.search(r"Keterisian tempat tidur RS \(BOR\) 7\d,\d", said)
    assert "data contoh" in said.lower()
    assert "SIPD" in said or "Biro Administrasi Pembangunan" in said


def test_governor_1_the_budget_is_told_apart_by_agency(visitor: Any) -> None:
    page = visitor(width=360, height=780)
    said = page.go("/papan/mengapa/GOV-05/")
    assert "Menurut OPD: 13 dari 13 belum mencapai target" in said
    worst, best = said.index("48,2"), said.index("70,2")
    assert worst < best


def test_governor_2_two_offices_two_numbers(visitor: Any) -> None:
    said = visitor(width=360, height=780).go("/papan/mengapa/LIV-14/")
    assert "71,86" in said
    assert "hari ke-3 dari 5" in said
    assert "Kepala Bidang Bina Marga" in said


def test_governor_4_two_districts_have_not_reported(visitor: Any) -> None:
    said = visitor().go("/papan/gubernur/")
    assert "Kabupaten Kepulauan Talaud: belum ada data" in said
    assert "Siau Tagulandang Biaro: belum ada data" in said
    assert "pengingat ke-" in said


def test_governor_5_one_row_moves_the_board_without_a_reload(visitor: Any, served: Served) -> None:
    guest = visitor()
    guest.go("/papan/gubernur/")
    guest.page.evaluate("window.stayed = true")
    tile = guest.page.locator("[data-tile]", has_text="Keterisian tempat tidur RS")
    before = str(tile.get_attribute("data-value"))
    posted = served.command("demo", "post-row")
    assert posted.returncode == 0, posted.stderr
    # The page says at which place of the ledger it was made, so it misses nothing while its line opens.
    expect(tile).not_to_have_attribute("data-value", before)
    assert guest.page.evaluate("window.stayed === true")


def test_governor_9_the_wall_shows_the_same_board(visitor: Any) -> None:
    said = visitor(width=3840, height=2160).go("/papan/gubernur/dinding")
    assert "61,4" in said


def test_governor_9_a_lost_line_is_said_with_its_time_and_comes_back_by_itself(visitor: Any, served: Served) -> None:
    guest = visitor(width=1920, height=1080)
    guest.page.clock.install()
    assert "Hidup" in guest.go("/papan/gubernur/dinding")
    guest.page.evaluate("window.stayed = true")
    stream = served.stream
    for process in stream:  # stopped, not ended: its parent must not put another in its place while we look
        os.kill(process, signal.SIGSTOP)
    try:
        hear_nothing(guest.page)
        assert re.search(r"[Tt]erputus sejak \d\d\.\d\d", guest.text())
    finally:
        for process in stream:
            os.kill(process, signal.SIGKILL)
    guest.read_until("Hidup", seconds=300)
    assert guest.page.evaluate("window.stayed === true")


def test_governor_on_a_phone_nothing_is_wider_than_the_screen(visitor: Any) -> None:
    guest = visitor(width=360, height=780)
    for path in ("/", "/papan/gubernur/", "/data/penduduk-dkb/"):
        guest.go(path)
        assert guest.page.evaluate("document.documentElement.scrollWidth") <= 360, path


def test_governor_8_punctuality_is_counted_dataset_by_dataset(visitor: Any) -> None:
    guest = visitor(width=360, height=780)
    said = guest.go("/papan/mengapa/GOV-18/")
    assert "Pembilang 7" in said
    assert "Penyebut 12" in said
    table = guest.context.request.get(guest.served.address + "/data/ketepatan-data-prioritas.csv").text()
    rows = {row["kumpulan_data"]: row["keadaan"] for row in csv.DictReader(io.StringIO(table.lstrip("\ufeff")))}
    late = {name for name, state in rows.items() if state != "tepat waktu"}
    assert late == {"dbd-mingguan", "anak-tidak-sekolah", "dokumen-kependudukan", "stunting-rutin", "kondisi-jalan"}


# --- secretary ---------------------------------------------------------------------------------------------------


def test_secretary_0_two_hats(visitor: Any) -> None:
    guest = visitor()
    guest.enter("setda.asisten3")
    said = guest.go("/akun/jabatan/")
    assert "Asisten Administrasi Umum" in said
    assert "Plh. Sekretaris Daerah" in said


def test_secretary_5_vacant_posts_show(visitor: Any) -> None:
    guest = visitor()
    guest.enter("setda.asisten3")
    guest.go("/meja/jabatan/")
    said = guest.follow(guest.page.get_by_role("link", name="Semua unit"))
    assert "1 kosong" in said
    row = " ".join(guest.page.locator("tr:has-text('Kepala Bidang Bina Marga')").first.inner_text().split())
    assert "KOSONG" in row
    assert "Kepala Dinas Pekerjaan Umum dan Penataan Ruang" in row
    # The datasets made of its indicators join it a few minutes after the start.
    assert re.search(r"\b[1-9]\d* kumpulan data", row)
    acting = " ".join(guest.page.locator("tr:has-text('Plt. Kepala Dinas Kesehatan')").first.inner_text().split())
    assert re.search(r"[Ss]ampai \d+ \w+ 20\d\d", acting)


# --- walidata ----------------------------------------------------------------------------------------------------


def test_walidata_0_how_every_dataset_stands(visitor: Any) -> None:
    guest = visitor()
    guest.enter("diskominfo.kabid-statistik")
    said = guest.go("/meja/kepatuhan/").lower()
    for word in ("terlambat", "selisih", "tepat waktu"):
        assert word in said


def test_walidata_1_a_call_shows_who_has_handed_in_and_who_not(visitor: Any) -> None:
    guest = visitor()
    guest.enter("diskominfo.kabid-statistik")
    said = guest.go("/meja/permintaan/")
    assert "Data SPM untuk laporan gubernur" in said
    guest.follow(guest.page.locator("a", has_text="Data SPM untuk laporan gubernur").first)
    said = guest.text()
    for words in ("dari 4 terbit", "Dalam perjalanan", "Sudah disetor dan terbit"):
        assert words in said


def test_walidata_2_the_returned_file_is_corrected_in_its_marked_cells_and_published(
    visitor: Any, tmp_path: Path
) -> None:
    guest = visitor()
    guest.enter("disdukcapilkb.data")
    assert "Cakupan Kepemilikan Dokumen" in guest.text()
    said = guest.follow(guest.page.get_by_role("link", name=re.compile("Cakupan Kepemilikan")).first)
    assert "101,30" in said
    with guest.page.expect_download() as download:
        guest.page.locator("a[href$='bertanda.xlsx']").first.click()
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    page = book["Data"]
    marked = {cell.coordinate: cell for row in page for cell in row if cell.comment}
    assert {at: cell.value for at, cell in marked.items()} == {"F6": "101,30", "E24": None}
    page["F6"], page["E24"] = "100,00", "38057"
    corrected = tmp_path / "cakupan_dokumen diperbaiki.xlsx"
    book.save(corrected)
    period = period_on(guest)
    said = guest.hand_in("dokumen-kependudukan", period, corrected)
    assert "60 baris" in said
    receipt = guest.page.url
    way = (  # monthly priority data: BPS looks at them again, as pembina data
        ("disdukcapilkb.kadis", "Sahkan"), ("diskominfo.op-walidata", "Lolos, teruskan"), ("bps.kepala", "Setujui"),
        ("diskominfo.op-walidata", "Terbitkan"),
    )  # fmt: skip
    for position, button in way:
        other = visitor()
        other.enter(position)
        other.page.goto(receipt)
        assert button in other.text()
        other.follow(other.page.locator("section.next a.btn", has_text=button).first)
        other.follow(other.page.locator("form button.btn", has_text=button).last)
    # the returned hand-in keeps number 2, which nobody ever saw
    assert "versi 3" in visitor().go("/data/dokumen-kependudukan/").lower()


def test_walidata_5_the_forum_gave_two_figures_two_names_and_its_minutes_are_there(visitor: Any) -> None:
    guest = visitor()
    guest.enter("diskominfo.kabid-statistik")
    said = guest.go("/meja/forum/")
    for words in ("Rapat bulanan", "Kemantapan jalan provinsi", "Usulan RTLH per desa", "lewat tenggat"):
        assert words.lower() in said.lower()
    guest.follow(guest.page.locator("#putusan a", has_text="Jumlah penduduk: DKB atau proyeksi").first)
    assert "dua nama" in guest.text()
    minutes = guest.page.locator("a", has_text="Risalah bertanda tangan").get_attribute("href")
    answer = guest.context.request.get(guest.served.address + str(minutes))
    assert answer.ok
    assert answer.body().startswith(b"%PDF")
    for name in ("penduduk-dkb", "penduduk-proyeksi"):
        assert "Putusan Forum Satu Data: Jumlah penduduk" in guest.go(f"/data/{name}/")


def test_walidata_8_a_harvester_could_come_now(visitor: Any) -> None:
    guest = visitor()
    answer = guest.context.request.get(guest.served.address + "/api/3/action/package_search?q=penduduk")
    assert answer.ok
    assert answer.json()["result"]["count"] >= 2


def test_walidata_9_the_ledger_verifies(served: Served) -> None:
    done = served.command("ledger", "verify")
    assert done.returncode == 0, done.stderr + done.stdout


def test_walidata_9_one_changed_byte_in_a_copy_is_found_and_named(served: Served, tmp_path: Path) -> None:
    copy = tmp_path / "data"
    copy.mkdir()
    with (
        sqlite3.connect(served.folder / "mapalus.sqlite") as source,
        sqlite3.connect(copy / "mapalus.sqlite") as target,
    ):
        source.backup(target)
    shutil.copy(served.folder / "secret-key", copy)
    with sqlite3.connect(copy / "mapalus.sqlite") as database:
        (sequence,) = database.execute("SELECT max(sequence) / 2 FROM ledger_entry").fetchone()
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute(
            "UPDATE ledger_entry SET subject_label = substr(subject_label, 1, length(subject_label) - 1) || '~'"
            " WHERE sequence = ?", (sequence,),
        )  # fmt: skip
    done = Served(served.address, copy, served.process).command("ledger", "verify")
    assert done.returncode != 0
    assert str(sequence) in done.stdout + done.stderr


# --- operator ----------------------------------------------------------------------------------------------------


def test_operator_0_to_3_the_inbox_says_what_is_owed_and_a_messy_file_comes_back_marked(
    visitor: Any, served: Served, tmp_path: Path
) -> None:
    guest = visitor()
    said = guest.enter("dinkes.data")
    assert "Kasus Demam Berdarah Dengue Mingguan" in said
    assert "belum lengkap" in said
    assert re.search(r"Lewat \d hari kerja", said)
    path = sample(served, "F08")
    week = re.search(rb"Mgg (\d+)", path.read_bytes())
    year = re.search(rb",(20\d\d),Mgg", path.read_bytes())
    assert week
    assert year
    again = tmp_path / "dbd lagi.csv"
    again.write_bytes(path.read_bytes() + b"\r\n")  # the very same bytes are already here
    said = guest.hand_in("dbd-mingguan", f"{year[1].decode()}-W{week[1].decode()}", again)
    assert "1 baris perlu diperbaiki" in said
    assert "13 baris baik" in said
    assert "Plt. Kepala Dinas Kesehatan" in said
    corrected = tmp_path / "dbd 41.csv"
    lines = path.read_bytes().split(b"\r\n")
    corrected.write_bytes(b"\r\n".join(line for line in lines if b",37," not in line))
    said = guest.hand_in("dbd-mingguan", f"{year[1].decode()}-W{week[1].decode()}", corrected)
    assert "Plt. Kepala Dinas Kesehatan" in said or "Kepala Dinas Kesehatan" in said


def test_operator_4_a_missing_sheet_and_a_formula_without_value_are_named(
    visitor: Any, served: Served, tmp_path: Path
) -> None:
    guest = visitor()
    guest.enter("dinkes.data")
    guest.follow(guest.page.get_by_role("link", name="Menunggu orang lain").first)
    said = guest.follow(guest.page.get_by_role("link", name=re.compile("Balita Stunting")).first)
    assert "tidak mempunyai lembar Minahasa Selatan" in said
    assert "2 rumus tidak menyimpan hasil hitungan" in said
    assert "13 baris baik" in said
    assert "Plt. Kepala Dinas Kesehatan" in said


def test_operator_6_and_7_roads_over_their_limit_are_refused_and_corrected_wait_with_the_head(
    visitor: Any, served: Served, tmp_path: Path
) -> None:
    guest = visitor()
    said = guest.enter("pupr.data")
    assert "Kondisi Jalan Provinsi" in said
    said = guest.follow(guest.page.get_by_role("link", name=re.compile("Kondisi Jalan Provinsi")).first)
    assert "5 baris perlu diperbaiki" in said
    assert "113 baris baik" in said
    assert "Versi 1 tetap berlaku" in said
    assert "versi 1" in guest.go("/data/kondisi-jalan/").lower()
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a workbook without styles, as some programs write them
        book = openpyxl.load_workbook(sample(served, "F13"))
    page = book.active
    assert page is not None
    for number in (17, 33, 58, 74, 99):
        row = next(row for row in page.iter_rows(min_row=4) if row[0].value == f"RP.{number:03}")
        values = [str(cell.value) for cell in row[3:8]]
        if "," not in values[0]:  # metres, dotted
            metres = [float(value.replace(".", "")) for value in values]
            values = [f"{one / 1000:.2f}".replace(".", ",") for one in metres]
        parts = [float(value.replace(",", ".")) for value in values[1:]]
        values[0] = f"{sum(parts):.2f}".replace(".", ",")
        for cell, value in zip(row[3:8], values, strict=True):
            cell.value = value
    corrected = tmp_path / "kondisi jalan diperbaiki.xlsx"
    book.save(corrected)
    guest.enter("pupr.data")
    guest.follow(guest.page.get_by_role("link", name=re.compile("Kondisi Jalan Provinsi")).first)
    said = guest.hand_in("kondisi-jalan", period_on(guest), corrected)
    assert "118 baris" in said
    assert "Kepala Dinas Pekerjaan Umum" in said
    assert "kosong" in said.lower()
    assert "versi 1" in guest.go("/data/kondisi-jalan/").lower()


# --- citizen -----------------------------------------------------------------------------------------------------


def test_citizen_finds_reads_and_downloads_without_scripts(visitor: Any) -> None:
    guest = visitor(width=360, height=780, scripts=False)
    said = guest.go("/cari?q=penduduk")
    assert "Proyeksi Penduduk" in said
    assert "Kota Bitung: 220,0 ribu jiwa" in guest.go("/data/penduduk-dkb/")
    answer = guest.context.request.get(guest.served.address + "/data/penduduk-dkb.csv")
    assert answer.ok
    assert "219956" in answer.text()


def test_citizen_7_two_numbers_of_people_stand_side_by_side_with_two_names(visitor: Any) -> None:
    guest = visitor(width=360, height=780)
    said = guest.go("/cari?q=penduduk+Bitung")
    assert "Jumlah Penduduk menurut Data Konsolidasi Bersih" in said
    assert "Proyeksi Penduduk" in said
    assert "untuk statistik per penduduk kutip Proyeksi Penduduk" in guest.go("/data/penduduk-dkb/")
    assert "untuk pelayanan dan anggaran kutip Jumlah Penduduk" in guest.go("/data/penduduk-proyeksi/")


def test_citizen_9_the_other_language_without_scripts(visitor: Any) -> None:
    guest = visitor(width=360, height=780, scripts=False)
    guest.go("/data/penduduk-dkb/")
    guest.follow(guest.page.get_by_text("English").first)
    assert guest.page.url.split("?")[0].endswith("/data/penduduk-dkb/")
    assert guest.page.locator("html").get_attribute("lang") == "en"
    assert "Sample data" in guest.text()


def test_citizen_8_every_village_has_its_signal(visitor: Any) -> None:
    guest = visitor(width=360, height=780)
    assert "Cakupan Sinyal" in guest.go("/data/cakupan-sinyal/")
    guest.page.get_by_label("Cari baris").fill("Sawang Bendar")
    guest.page.get_by_role("button", name="Cari baris").click()
    expect(guest.page.locator("#tabel caption")).to_contain_text("1 sampai 1 dari 1")
    expect(guest.page.locator("#tabel tbody")).to_contain_text("Sawang Bendar")


def test_citizen_reads_that_a_dataset_is_restricted_and_never_its_rows(visitor: Any) -> None:
    guest = visitor()
    answer = guest.context.request.get(guest.served.address + "/data/anak-tidak-sekolah/")
    assert answer.ok  # that it is owed, and by whom, is in the data list
    assert "Terbatas" in answer.text()
    assert not guest.context.request.get(guest.served.address + "/data/anak-tidak-sekolah.csv").ok
