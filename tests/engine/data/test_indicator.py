"""An indicator says what its declaration says, by period and region, and nothing where nothing is known."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb  # noqa: TID253 - writes the tables of these tests
import pytest

from mapalus.engine.data.cli.indicator import values_of
from mapalus.engine.data.indicator import (
    Declaration,
    Formula,
    Input,
    Measured,
    State,
    measure,
    read_declaration,
    state_of,
)
from mapalus.engine.data.indicator.frame import Frame, pack, unpack
from mapalus.engine.data.indicator.reducing import Rows, reduce
from mapalus.engine.data.indicator.statement import run_statement
from mapalus.engine.data.indicator.suppressing import suppressed
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


# --- attacks ------------------------------------------------------------------------------------------------------


def values(folder: Path, said: str, **tables: str) -> dict[tuple[str, str, str], float | None]:
    """What a declaration says of tables given as SQL."""
    file = folder / "x.yml"
    file.write_text("code: X\ntitle: X\n" + said, encoding="utf-8")
    data = []
    for name, table in tables.items():
        path = folder / f"{name}.parquet"
        duckdb.sql(f"COPY (SELECT * FROM {table}) TO '{path}' (FORMAT parquet)")
        data.append(f"{name}={path}")
    (made,) = values_of([file], data)
    return {(one["period"], one["region"], one["dimension"]): one["value"] for one in made["values"]}


SUM = "dataset: a\nvalue: {sum: n}\nperiod: p\nregion: r\n"


def test_no_number_is_made_up(tmp_path: Path) -> None:
    huge = "(VALUES ('2025', '71.01', 1e308), ('2025', '71.02', 1e308), ('2025', '71.03', -5.0)) t(p, r, n)"
    found = values(tmp_path, SUM, a=huge)
    assert (found["2025", "", ""], found["2025", "71.03", ""]) == (None, -5.0)  # endless is no number
    odd = "(VALUES ('2025', '71.01', 'nan'::DOUBLE), ('2025', '71.02', 'inf'::DOUBLE), ('2025', NULL, 2)) t(p, r, n)"
    assert set(values(tmp_path, SUM, a=odd).values()) == {None}
    nothing = "(VALUES ('2025', '71.01', NULL::INT), (NULL, '71.01', 4)) t(p, r, n)"
    assert values(tmp_path, SUM, a=nothing) == {("2025", "", ""): None, ("2025", "71.01", ""): None}


def test_text_where_numbers_should_be_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"n holds text where numbers should be: '1O', in 1 rows"):
        values(tmp_path, SUM, a="(VALUES ('2025', '71.01', '10'), ('2025', '71.01', '1O')) t(p, r, n)")
    assert values(tmp_path, SUM, a="(VALUES ('2025', '71.01', ' 10 '), ('2025', '71.01', '')) t(p, r, n)") == {
        ("2025", "", ""): 10.0,
        ("2025", "71.01", ""): 10.0,
    }
    with pytest.raises(Misconfigured, match="fractions where codes of regions"):
        values(tmp_path, SUM, a="(VALUES ('2025', 71.01::DOUBLE, 10)) t(p, r, n)")


def test_what_is_said_twice_differently_is_a_conflict(tmp_path: Path) -> None:
    rows = "('2025', '71.01', 5), ('2025', '71.01', 5), ('2025', '71.02', 5), ('2025', '71.02', 6)"
    table = f"(VALUES {rows}) t(p, r, n)"
    found = values(tmp_path, SUM.replace("sum", "only"), a=table)
    assert (found["2025", "71.01", ""], found["2025", "71.02", ""]) == (5.0, None)


def test_rows_of_a_region_speak_for_those_below_it(tmp_path: Path) -> None:
    table = """(VALUES ('2025', '71', 100), ('2025', '71.01', 40), ('2025', '71.01.01', 15), ('2025', '71.02.01', 7),
        ('2025', '71.02.02', 8), ('2024', '71.01.01', 3)) t(p, r, n)"""
    assert values(tmp_path, SUM, a=table) == {
        ("2024", "", ""): 3.0, ("2024", "71", ""): 3.0, ("2024", "71.01", ""): 3.0, ("2024", "71.01.01", ""): 3.0,
        ("2025", "", ""): 100.0, ("2025", "71", ""): 100.0, ("2025", "71.01", ""): 40.0, ("2025", "71.01.01", ""): 15.0,
        ("2025", "71.02", ""): 15.0, ("2025", "71.02.01", ""): 7.0, ("2025", "71.02.02", ""): 8.0,
    }  # fmt: skip


def test_many_indicators_of_a_long_table_are_what_each_would_be_alone(tmp_path: Path) -> None:
    table = """(SELECT '71.' || lpad((i % 3 + 1)::VARCHAR, 2, '0') AS r,
        (2020 + i % 5)::VARCHAR AS p, 'K' || i % 13 AS k,
        CASE WHEN i % 7 = 0 THEN NULL ELSE i END AS n, i AS _row FROM range(900) s(i))"""
    path = parquet(tmp_path, table)
    inputs = {
        number: Input("", dataset="a", formula=Formula("sum", ("n",), where={"k": (f"K{number}",)}),
                      period={"period": "p"}, region="r")
        for number in range(15)
    }  # fmt: skip
    together = reduce(inputs, Rows(path))
    for number, one in inputs.items():
        assert together[number] == reduce({number: one}, Rows(path))[number]


def test_windows_are_whole_or_nothing(tmp_path: Path) -> None:
    table = "(VALUES ('2024-11', 1), ('2024-12', 2), ('2025-01', 3), ('2025-03', 5)) t(p, n)"
    said = "dataset: a\nvalue: {sum: n}\nperiod: p\n"
    moving = values(tmp_path, said + "moving: 2\n", a=table)
    assert list(moving.values()) == [None, 3.0, 5.0, None]
    assert list(values(tmp_path, said + "moving: 2\nincomplete: show\n", a=table).values()) == [1.0, 3.0, 5.0, 5.0]
    change = values(tmp_path, said + "change: {to: prev, as: difference}\n", a=table)
    assert list(change.values()) == [None, 1.0, 1.0, None]
    assert values(tmp_path, said + "latest: true\n", a=table) == {("2025-03", "", ""): 5.0}


def test_periods_in_any_spelling_meet(tmp_path: Path) -> None:
    found = values(
        tmp_path,
        "inputs:\n  a: {dataset: a, value: {sum: n}, period: p}\n  b: {dataset: b, value: {sum: n}, period: p}\n"
        "formula: round(a / b, 2)\n",
        a="(VALUES ('2025Q3', 1), ('2025-S1', 2), ('202508', 3), ('2025-W05', 1), ('2025', 1)) t(p, n)",
        b="(VALUES ('2025-TW3', 3), ('2025S1', 4), ('2025/08', 0), ('2025W5', 8), ('2025.0', 8)) t(p, n)",
    )
    assert list(found.items()) == [
        (("2025-W05", "", ""), 0.13), (("2025-S1", "", ""), 0.5), (("2025-08", "", ""), None),
        (("2025-Q3", "", ""), 0.33), (("2025", "", ""), 0.13),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM '/etc/passwd'", "SELECT * FROM glob('/*')",
        "SELECT getenv('HOME') AS period, '' AS region, 1 AS value", "SELECT 1 AS value; DROP TABLE a", "COPY a TO 'x'",
        "SELECT * FROM duckdb_settings()", "SELECT * FROM information_schema.tables", "SELECT query('SELECT 1') FROM a",
        "SELECT current_setting('memory_limit') AS period, '' AS region, 1 AS value FROM a", "ATTACH 'x'",
        "SELECT '2025' AS period, '' AS region, 1 AS value FROM range(10)", "WITH x AS (SELECT * FROM rows) SELECT 1",
        "SELECT '2025' AS period, '' AS region FROM a", "SELECT *, 'x' AS value FROM a", "SELECT",
    ],
)  # fmt: skip
def test_a_statement_reads_its_inputs_and_nothing_else(sql: str, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured):
        values(tmp_path, f"inputs: {{a: {{dataset: a}}}}\nsql: |\n  {sql}\n", a="(VALUES ('2025', 1)) t(p, n)")


def test_a_statement_ends_in_time_and_memory(tmp_path: Path) -> None:
    path = parquet(tmp_path, "(SELECT i FROM range(100000) t(i))")
    endless = "SELECT '2025' AS period, '' AS region, sum(x.i * y.i) AS value FROM a x, a y, a z"
    with pytest.raises(Misconfigured, match="seconds"):
        run_statement(endless, {"a": Rows(path)}, seconds=0.2)


def test_small_groups_take_one_beside_them(tmp_path: Path) -> None:
    one = declare(tmp_path, "value: {sum: n}\nregion: r\n")
    table = "(VALUES ('71.01', 3), ('71.02', 9), ('71.03', 50), (NULL, 1)) t(r, n)"
    (frame,) = reduce({"": one.inputs[0]}, Rows(parquet(tmp_path, table))).values()
    assert isinstance(frame, Frame)
    hidden = suppressed(frame, has_persons=False, least=5)
    assert dict(zip(hidden.keys, hidden.values, strict=True)) == {
        ("", "", ""): 63.0, ("", "71.01", ""): None, ("", "71.02", ""): None, ("", "71.03", ""): 50.0,
    }  # fmt: skip
    assert unpack(pack(hidden)) == unpack(pack(unpack(pack(hidden))))


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("value: {sum: a}\ncolor: x\n", r"line 4, color: color is not known"),
        ("value: {sum: a, ovr: b}\n", r"line 3, value.ovr: .*over"),
        ("value: {sum: a}\nmoving: 1\n", "moving"),
        ("value: {sum: a}\ntargets: [{year: 20266, value: 3}]\n", "20266"),
        ("value: {sum: a}\ntargets: [{region: 71.1, value: 3}]\n", "71.1"),
        ("value: {sum: a}\nowner: {kind: siapa}\n", "siapa"),
        ("value: {sum: a}\nregion: [a, b, c]\ndimensions: [a, b, c, d]\n", "dimensions"),
        ("inputs: {a: {dataset: x, value: {count: rows}}}\nformula: a / b\n", "b"),
        ("inputs: {a: {dataset: x, value: {count: rows}}}\nformula: __import__('os')\n", "formula"),
        ("inputs: {a: {dataset: x, value: {count: rows}}}\nformula: a % 9\n", "formula"),
        ("inputs: {a: {indicator: B, region: x}}\nformula: a\n", "region"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(said: str, wrong: str, tmp_path: Path) -> None:
    file = tmp_path / "x.yml"
    last = "" if said.startswith("inputs") else "dataset: x\n"
    file.write_text(f"code: X\ntitle: X\n{said}{last}", encoding="utf-8")
    with pytest.raises(Misconfigured) as caught:
        read_declaration(file)
    assert re.search(wrong, caught.value.say(language="en"))
