"""The totals of the story are true, and nothing in it can be taken for a person."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from pathlib import Path

import pytest

from mapalus.engine.clock import Zone
from mapalus.engine.data.check import check
from mapalus.engine.data.contract import load
from mapalus.project.demo.making import FILES, make
from mapalus.project.demo.pack import lay_out
from mapalus.project.demo.province import Province
from mapalus.project.demo.storyclock import StoryClock, epi_week
from tests.demo.conftest import Checked, monday_to_friday

pytestmark = pytest.mark.slow


@pytest.fixture
def good(checked: Checked):
    """`good("F13", "sum(baik)")`: one figure over the good rows of one file."""
    from duckdb import connect

    def ask(file: str, what: str, where: str = "true", *, messy: bool | None = None) -> float:
        _outcome, folder = checked(file) if messy is None else checked(file, messy=messy)
        found = connect().execute(f"SELECT {what} FROM '{folder}/good.parquet' WHERE {where}").fetchone()
        assert found is not None
        return float(found[0])

    return ask


def test_people_by_administration_and_by_projection(good) -> None:
    assert good("F01", "sum(jumlah)") == 2_635_558
    assert good("F03", "sum(penduduk)") == 2_677_750
    assert good("F01", "sum(jumlah)", "kode_wilayah = '71.72'") == 219_956
    assert good("F03", "sum(penduduk)", "kode_wilayah = '71.72'") == 229_640
    assert good("F03", "sum(penduduk)", "kode_wilayah = '71.09'") == 72_680  # BPS calls it 7108


def test_provincial_roads(good) -> None:
    assert good("F13", "sum(panjang)", messy=False) == pytest.approx(928, abs=0.5)
    assert good("F13", "100 * sum(baik + sedang) / sum(panjang)", messy=False) == pytest.approx(65.3, abs=0.05)


def test_villages_and_signal(good) -> None:
    assert good("F23", "count(*)", messy=False) == 1_507 + 332
    assert good("F23", "count(*)", "teknologi = 'tidak ada'") == 16
    assert good("F23", "count(*)", "teknologi = 'tidak ada' AND kode_desa LIKE '71.03%'") == 4


def test_points_and_schools(good) -> None:
    assert good("F24", "count(*)") == 862
    assert good("F24", "count(*)", "kode_desa LIKE '71.03%'") == 143
    assert good("F11", "count(*)", messy=False) == 486


def test_stunting_in_the_survey_and_at_the_scales(good) -> None:
    assert good("F06", "max(prevalensi)", "kode_wilayah = '71'") == 21.3
    assert good("F07", "100.0 * sum(stunting) / sum(diukur)", messy=False) == pytest.approx(4.3, abs=0.05)


def test_the_catch_is_in_tons_and_bitung_lands_most_of_it(good) -> None:
    assert good("F17", "sum(produksi)", "kode_wilayah = '71.72'") == 41_250
    assert good("F17", "sum(produksi)", "kode_wilayah IN ('71.73', '71.74')") == 0
    assert 0.40 < 41_250 / good("F17", "sum(produksi)") < 0.46


def test_the_board_shows_the_numbers_of_the_story(good) -> None:
    assert good("F08", "sum(kasus)") == 93
    by_month = "sum(wisnus + wisman) FILTER (bulan::varchar LIKE '2026-10%')"
    assert good("F19", by_month) == 318_500
    assert good("F20", "100 * sum(realisasi_keu) / sum(pagu)", "tingkat = 1") == pytest.approx(61.4, abs=0.01)
    assert good("F20", "100 * sum(realisasi_keu) / sum(pagu)", "tingkat = 1 AND opd = '06'") == pytest.approx(
        48.2, abs=0.01
    )
    assert good("F09", "100.0 * sum(terisi) / sum(kapasitas)") == pytest.approx(74.8, abs=0.15)
    assert good("F21", "count(*)") == 5


def test_the_same_day_gives_the_same_bytes(province: Province, clock: StoryClock, tmp_path: Path) -> None:
    again = lay_out(tmp_path / "again", clock)
    for file in FILES:
        one, two = make(province, file), make(again, file)
        assert hashlib.sha256(one.content).digest() == hashlib.sha256(two.content).digest(), file


@pytest.mark.parametrize("day", [date(2026, 1, 1), date(2027, 2, 28), date(2028, 7, 3)])
def test_the_story_never_ages(day: date, tmp_path: Path) -> None:
    clock = StoryClock(day, is_workday=monday_to_friday, zone=Zone.WITA.tzinfo)
    province = lay_out(tmp_path / "pack", clock)
    for file in ("F12", "F08", "F19"):
        made = make(province, file)
        (tmp_path / made.name).write_bytes(made.content)
        out = tmp_path / file
        out.mkdir()
        contract = load(province.lists.parent / f"{FILES[file].dataset}.yml")
        outcome = check(tmp_path / made.name, contract=contract, out=out)
        assert (file, outcome.bad_rows) in (("F12", 243), ("F08", 1), ("F19", 2))


def test_no_number_of_a_person_could_be_real(province: Province) -> None:
    for file in ("F12", "F14", "F15"):
        made = make(province, file)
        text = made.content.decode("latin-1") if file == "F14" else _unpacked(made.content)
        numbers = re.findall(r"(?<!\d)\d{16}(?!\d)", text)
        assert len(numbers) > 900
        assert all(number.startswith("00") for number in numbers)


def _unpacked(content: bytes) -> str:
    import io
    import zipfile

    return zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()


def test_epidemiological_weeks_begin_on_sunday() -> None:
    assert str(epi_week(date(2026, 11, 8))) == "2026W45"
    assert str(epi_week(date(2026, 1, 3))) == "2025W53"
    assert str(epi_week(date(2026, 1, 4))) == "2026W01"
