"""An indicator says what its declaration says, by period and region, and nothing where nothing is known."""

from __future__ import annotations

from pathlib import Path

import duckdb  # noqa: TID253 - writes the tables of these tests
import pytest

from mapalus.engine.data.indicator import Declaration, Measured, State, measure, read_declaration, state_of
from mapalus.engine.errors import Misconfigured

PACKS = Path(__file__).resolve().parents[3] / "packs"
ROADS = """(VALUES
  (2, '71.01', 10.0, 6.0, 1.0, '2026S1'), (3, '71.01', 10.0, 4.0, 1.0, '2026S1'),
  (4, '71.71', 20.0, 20.0, 0.0, '2026S1'), (5, '71.71', 7.0, NULL, 3.0, '2026S1'),
  (6, '71.71', 5.0, 5.0, 0.0, '2026S2')) t(_row, kode_wilayah, panjang, baik, sedang, semester)"""


def parquet(folder: Path, table: str) -> Path:
    path = folder / "data.parquet"
    duckdb.sql(f"COPY (SELECT * FROM {table}) TO '{path}' (FORMAT parquet)")
    return path


def declare(folder: Path, text: str) -> Declaration:
    path = folder / "indicator.yml"
    path.write_text("code: X\ntitle: X\ndataset: x\n" + text, encoding="utf-8")
    return read_declaration(path)


def told(found: list[Measured]) -> dict[tuple[str, str], float | None]:
    return {(one.period, one.region): one.value for one in found}


def test_a_share_by_period_and_region_and_for_the_province(tmp_path: Path) -> None:
    one = declare(
        tmp_path,
        "value: {sum: [baik, sedang], over: panjang, times: 100}\nperiod: semester\nregion: kode_wilayah\n",
    )
    found = measure(one, data=parquet(tmp_path, ROADS))
    assert told(found) == {
        ("2026-S1", ""): 80.0,
        ("2026-S1", "71.01"): 60.0,
        ("2026-S1", "71.71"): 100.0,
        ("2026-S2", ""): 100.0,
        ("2026-S2", "71.71"): 100.0,
    }
    whole = found[0]
    assert (whole.numerator, whole.denominator, whole.rows, whole.first_row, whole.last_row) == (32.0, 40.0, 3, 2, 4)


def test_without_columns_the_period_is_that_of_the_version(tmp_path: Path) -> None:
    one = declare(tmp_path, "value: {count: rows, where: {semester: [2026S2, 2027S1]}}\n")
    assert told(measure(one, data=parquet(tmp_path, ROADS), period="2026-S2")) == {("2026-S2", ""): 1.0}


def test_the_province_may_have_a_row_of_its_own(tmp_path: Path) -> None:
    one = declare(tmp_path, 'value: {max: nilai}\nregion: kode\nperiod: tahun\nprovince: "71"\n')
    table = "(VALUES ('71', 2025, 21.3), ('71.01', 2025, 30.0)) t(kode, tahun, nilai)"
    assert told(measure(one, data=parquet(tmp_path, table))) == {("2025", ""): 21.3, ("2025", "71.01"): 30.0}


def test_villages_count_for_their_kabupaten(tmp_path: Path) -> None:
    one = declare(tmp_path, "value: {count: rows}\nregion: desa\n")
    table = "(VALUES ('71.01.05.2003'), ('71.01.05.2004'), ('71.71.01.1001')) t(desa)"
    assert told(measure(one, data=parquet(tmp_path, table))) == {
        ("", ""): 3.0,
        ("", "71.01"): 2.0,
        ("", "71.01.05"): 2.0,
        ("", "71.01.05.2003"): 1.0,
        ("", "71.01.05.2004"): 1.0,
        ("", "71.71"): 1.0,
        ("", "71.71.01"): 1.0,
        ("", "71.71.01.1001"): 1.0,
    }


def test_weeks_sort_as_weeks(tmp_path: Path) -> None:
    one = declare(tmp_path, "value: {sum: kasus}\nperiod: {year: tahun, week: minggu}\n")
    table = "(VALUES (2026, 9, 5), (2026, 46, 7)) t(tahun, minggu, kasus)"
    assert told(measure(one, data=parquet(tmp_path, table))) == {("2026-W09", ""): 5.0, ("2026-W46", ""): 7.0}


def test_the_newest_hours_count_back_from_the_newest_row(tmp_path: Path) -> None:
    one = declare(tmp_path, "value: {count: rows, last: {column: waktu, hours: 24}}\n")
    times = ", ".join(f"(TIMESTAMP '2026-11-{time}')" for time in ("20 09:00", "19 10:00", "19 08:00"))
    table = f"(VALUES {times}) t(waktu)"
    assert told(measure(one, data=parquet(tmp_path, table))) == {("", ""): 2.0}


def test_nothing_is_not_zero(tmp_path: Path) -> None:
    share = declare(tmp_path, "value: {sum: a, over: b}\n")
    assert told(measure(share, data=parquet(tmp_path, "(VALUES (1, 0)) t(a, b)"))) == {("", ""): None}
    total = declare(tmp_path, "value: {sum: a}\n")
    assert told(measure(total, data=parquet(tmp_path, "(VALUES (NULL::INT)) t(a)"))) == {("", ""): None}


def test_a_count_of_nothing_is_zero(tmp_path: Path) -> None:
    one = declare(tmp_path, "value: {count: rows, where: {teknologi: tidak ada}}\nregion: desa\ndown_to: kabupaten\n")
    table = "(VALUES ('71.01.05.2003', '4G')) t(desa, teknologi)"
    assert told(measure(one, data=parquet(tmp_path, table))) == {("", ""): 0.0, ("", "71.01"): 0.0}


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    one = declare(tmp_path, "value: {sum: kasus}\nregion: kode\n")
    with pytest.raises(Misconfigured, match="kasus, kode"):
        measure(one, data=parquet(tmp_path, "(VALUES (1)) t(a)"))


def test_names_of_columns_cannot_become_statements(tmp_path: Path) -> None:
    one = declare(tmp_path, 'value: {sum: \'a") FROM x; --\', where: {"o\'k": "x\' OR 1=1 --"}}\n')
    path = tmp_path / "data.parquet"
    duckdb.sql(f"""COPY (SELECT 3 AS "a"") FROM x; --", 'y' AS "o'k") TO '{path}' (FORMAT parquet)""")
    assert told(measure(one, data=path)) == {}


@pytest.mark.parametrize(
    "text",
    [
        "value: {sum: a, max: b}\n", "value: {modus: a}\n", "value: 3\n", "value: {sum: a}\nbetter: more\n",
        "value: {sum: a}\nthresholds: {good: hijau}\n", "value: {sum: a}\ntarget: x\n", "value: {sum: a}\ncolour: 1\n",
        "value: [\n", "",
    ],
)  # fmt: skip
def test_a_wrong_declaration_is_refused_with_its_file(tmp_path: Path, text: str) -> None:
    with pytest.raises(Misconfigured, match=r"indicator\.yml"):
        declare(tmp_path, text)


@pytest.mark.parametrize(
    ("value", "better", "thresholds", "state"),
    [
        (18, "down", {"good": 18, "soon": 22}, State.GOOD),
        (21.3, "down", {"good": 18, "soon": 22}, State.SOON),
        (23, "down", {"good": 18, "soon": 22}, State.LATE),
        (72, "up", {"good": 72, "soon": 65}, State.GOOD),
        (65.3, "up", {"good": 72, "soon": 65}, State.SOON),
        (61.4, "up", {"good": 72, "soon": 65}, State.LATE),
        (74.8, "range", {"good": [60, 85], "soon": [50, 92]}, State.GOOD),
        (91, "range", {"good": [60, 85], "soon": [50, 92]}, State.SOON),
        (49, "range", {"good": [60, 85], "soon": [50, 92]}, State.LATE),
        (None, "up", {"good": 72}, State.NONE),
        (5, "up", {}, State.NONE),
    ],
)
def test_a_value_stands_against_its_thresholds(
    value: float | None, better: str, thresholds: dict[str, object], state: State
) -> None:
    assert state_of(value, better=better, thresholds=thresholds) is state


def test_the_indicators_of_all_packs_can_be_read() -> None:
    declared = [read_declaration(path) for path in PACKS.glob("*/indicators/*.yml")]
    assert len({one.code for one in declared}) == len(declared) >= 6
