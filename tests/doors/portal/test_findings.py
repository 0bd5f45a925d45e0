"""A finding claims no more than the numbers hold."""

from __future__ import annotations

from mapalus.doors.portal import findings
from mapalus.doors.portal.findings import Surface
from mapalus.doors.portal.summaries import Measure
from mapalus.doors.ui.tilemaps import LAYOUTS

HERE = Surface({"71.71": "Kota Manado", "71.72": "Kota Bitung", "71.73": "Kota Tomohon"}, LAYOUTS["71"], "id")


def measure(*cells: tuple[str | None, str | None, float | None], additive: bool = True, unit: str = "jiwa") -> Measure:
    return Measure("jumlah", "Penduduk", unit, additive, cells)


def test_a_sum_over_fewer_regions_is_not_compared() -> None:
    cells = [("71.71", "2026W44", 10.0), ("71.72", "2026W44", 20.0), ("71.71", "2026W45", 12.0)]
    line = findings.by_period(measure(*cells), HERE, provisional=False)
    assert line is not None
    assert "naik" not in line.title
    assert "turun" not in line.title


def test_percentages_of_regions_are_never_added_up() -> None:
    cells = [("71.71", "2025", 10.0), ("71.72", "2025", 20.0), ("71.71", "2026", 12.0), ("71.72", "2026", 18.0)]
    rates = measure(*cells, additive=False, unit="persen")
    assert rates.by_period() == {}
    line = findings.by_period(rates, HERE, provisional=False)
    assert line is not None
    assert {one.name for one in line.series} == {"Kota Manado", "Kota Bitung"}


def test_the_province_is_not_counted_among_its_districts() -> None:
    cells = [("71", "2026", 21.3), ("71.71", "2026", 30.0), ("71.72", "2026", 25.0), ("71.73", "2026", 27.0)]
    rates = measure(*cells, additive=False, unit="persen")
    assert rates.by_period() == {"2026": 21.3}
    tiles = findings.region_map(rates, HERE)
    assert tiles is not None
    assert tiles.title.startswith("Kota Manado")
    assert "Bitung" in tiles.title


def test_villages_are_counted_by_district() -> None:
    cells = [("71.71.01.1001", None, 3.0), ("71.71.01.1002", None, 4.0), ("71.72.01.1001", None, 5.0)]
    assert measure(*cells).by_region() == {"71.71": 7.0, "71.72": 5.0}
    assert measure(*cells, additive=False).by_region() == {}


def test_a_dataset_leads_with_what_its_contract_marks() -> None:
    men = Measure("laki_laki", "Laki-laki", "jiwa", True, (("71.71", "2026", 1.0),))
    all_ = Measure("jumlah", "Jumlah", "jiwa", True, (("71.71", "2026", 2.0),), is_marked=True)
    rows = Measure(None, "Jumlah", "", True, (("71.71", "2026", 3.0),))
    assert findings.choose([men, all_, rows]) is all_
    assert findings.choose([men, rows]) is men
    assert findings.choose([rows]) is rows
    assert findings.choose([]) is None
    empty = Measure("nilai", "Nilai", "persen", False, (("71.71", "2026", None),))
    assert findings.choose([empty, rows]) is None


def test_readings_of_minutes_make_no_series() -> None:
    cells = [(None, "2026-11-20 01:30:00", 461.0), (None, "2026-11-20 01:31:00", 978.0)]
    assert findings.by_period(measure(*cells), HERE, provisional=False) is None
