"""The five guided tours, step by step, in a real browser: what must be on the screen is on the screen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CHROMIUM
from tests.journeys.conftest import Served

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield found
        found.close()


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

    def enter(self, position: str) -> str:
        self.go("/akun/contoh/")
        self.page.locator(f'form:has(input[name=position][value="{position}"]) button').first.click()
        self.page.wait_for_load_state()
        return self.text()

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
        for _ in range(120):
            said = self.text()
            if not re.search(r"sedang diperiksa|diterima\b.*menunggu diperiksa|antre", said, re.IGNORECASE) and (
                "baris" in said
            ):
                break
            self.page.wait_for_timeout(500)
            self.page.reload()
        return self.text()


@pytest.fixture
def visitor(browser: Any, served: Served) -> Iterator[Any]:
    made: list[Visitor] = []

    def make(**size: Any) -> Visitor:
        made.append(Visitor(browser, served, **size))
        return made[-1]

    yield make
    for one in made:
        one.context.close()


def sample(served: Served, start: str) -> Path:
    return next((served.folder / "berkas-contoh").glob(f"{start} *"))


# --- governor ----------------------------------------------------------------------------------------------------


def test_governor_0_the_board_has_value_age_and_source(visitor: Any) -> None:
    said = visitor(width=360, height=780).go("/papan/gubernur/")
    for value in ("21,3", "65,3", "61,4", "93", "318.500", "74,8", "16", "58,3"):
        assert value in said
    assert "data contoh" in said.lower()
    assert "SIPD" in said or "Biro Administrasi Pembangunan" in said


def test_governor_2_two_offices_two_numbers(visitor: Any) -> None:
    said = visitor(width=360, height=780).go("/papan/mengapa/LIV-14/")
    assert "71,86" in said
    assert "hari ke-3 dari 5" in said
    assert "Kepala Bidang Bina Marga" in said


def test_governor_4_two_districts_have_not_reported(visitor: Any) -> None:
    said = visitor().go("/papan/gubernur/")
    assert "Kabupaten Kepulauan Talaud: belum ada data" in said
    assert "Siau Tagulandang Biaro: belum ada data" in said


def test_governor_5_one_row_moves_the_board_without_a_reload(visitor: Any, served: Served) -> None:
    guest = visitor()
    guest.go("/papan/gubernur/")
    guest.page.evaluate("window.stayed = true")
    guest.page.wait_for_timeout(1500)
    posted = served.command("demo", "post-row")
    assert posted.returncode == 0, posted.stderr
    for _ in range(100):
        if "74,8 persen" not in guest.text():
            break
        guest.page.wait_for_timeout(100)
    assert "74,8 persen" not in guest.text()
    assert guest.page.evaluate("window.stayed === true")


def test_governor_9_the_wall_shows_the_same_board(visitor: Any) -> None:
    said = visitor(width=3840, height=2160).go("/papan/gubernur/dinding")
    assert "61,4" in said


def test_governor_on_a_phone_nothing_is_wider_than_the_screen(visitor: Any) -> None:
    guest = visitor(width=360, height=780)
    for path in ("/", "/papan/gubernur/", "/data/penduduk-dkb/"):
        guest.go(path)
        assert guest.page.evaluate("document.documentElement.scrollWidth") <= 360, path


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
    guest.page.get_by_role("link", name="Semua unit").click()
    said = guest.text()
    assert "kosong" in said.lower()
    assert "Plt. Kepala Dinas Kesehatan" in said


# --- walidata ----------------------------------------------------------------------------------------------------


def test_walidata_0_how_every_dataset_stands(visitor: Any) -> None:
    guest = visitor()
    guest.enter("diskominfo.kabid-statistik")
    said = guest.go("/meja/kepatuhan/").lower()
    for word in ("terlambat", "dikembalikan", "selisih"):
        assert word in said


def test_walidata_2_the_returned_file_comes_with_its_cells_marked(visitor: Any) -> None:
    guest = visitor()
    guest.enter("disdukcapilkb.data")
    assert "Cakupan Kepemilikan Dokumen" in guest.text()
    guest.page.get_by_role("link", name=re.compile("Cakupan Kepemilikan")).first.click()
    said = guest.text()
    assert "101,30" in said
    with guest.page.expect_download() as download:
        guest.page.locator("a[href$='bertanda.xlsx']").first.click()
    import io

    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    assert sum(cell.comment is not None for row in book.worksheets[0] for cell in row) == 2


def test_walidata_8_a_harvester_could_come_now(visitor: Any) -> None:
    guest = visitor()
    answer = guest.context.request.get(guest.served.address + "/api/3/action/package_search?q=penduduk")
    assert answer.ok
    assert answer.json()["result"]["count"] >= 2


def test_walidata_9_the_ledger_verifies(served: Served) -> None:
    done = served.command("ledger", "verify")
    assert done.returncode == 0, done.stderr + done.stdout


# --- operator ----------------------------------------------------------------------------------------------------


def test_operator_1_to_3_a_messy_file_comes_back_marked_and_waits_for_another(
    visitor: Any, served: Served, tmp_path: Path
) -> None:
    guest = visitor()
    guest.enter("dinkes.data")
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


def test_operator_6_a_file_over_its_limit_is_refused_and_the_old_version_stays(visitor: Any) -> None:
    guest = visitor()
    said = guest.enter("pupr.data")
    assert "Kondisi Jalan Provinsi" in said
    guest.page.get_by_role("link", name=re.compile("Kondisi Jalan Provinsi")).first.click()
    said = guest.text()
    assert "5 baris perlu diperbaiki" in said
    assert "113 baris baik" in said
    assert "Versi 1 tetap berlaku" in said
    assert "versi 1" in guest.go("/data/kondisi-jalan/").lower()


# --- citizen -----------------------------------------------------------------------------------------------------


def test_citizen_finds_reads_and_downloads_without_scripts(visitor: Any) -> None:
    guest = visitor(width=360, height=780, scripts=False)
    said = guest.go("/cari?q=penduduk")
    assert "Proyeksi Penduduk" in said
    assert "219.956" in guest.go("/data/penduduk-dkb/?q=Bitung") or "219.956" in guest.go("/data/penduduk-dkb/")
    answer = guest.context.request.get(guest.served.address + "/data/penduduk-dkb.csv")
    assert answer.ok
    assert "219956" in answer.text()


def test_citizen_8_every_village_has_its_signal(visitor: Any) -> None:
    assert "Cakupan Sinyal" in visitor().go("/data/cakupan-sinyal/")


def test_citizen_reads_that_a_dataset_is_restricted_and_never_its_rows(visitor: Any) -> None:
    guest = visitor()
    answer = guest.context.request.get(guest.served.address + "/data/anak-tidak-sekolah/")
    assert answer.ok  # that it is owed, and by whom, is in the data list
    assert "Terbatas" in answer.text()
    assert not guest.context.request.get(guest.served.address + "/data/anak-tidak-sekolah.csv").ok
