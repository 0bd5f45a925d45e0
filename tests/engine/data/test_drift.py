"""Drift: what came is compared with what was published last, and every finding says its numbers and what to do."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from mapalus.engine.data.contract import Contract, parse
from mapalus.engine.data.document import BadContract
from mapalus.engine.data.drift import Arrived, Finding, Kind, Level, compare, limits_of
from mapalus.engine.data.drift_measures import by_chance, distance, stability, stability_by_chance
from mapalus.engine.data.drift_said import ADVICE, SAID
from mapalus.engine.data.evolution_said import SAID as DIFFERENCES

FIELDS: list[dict[str, Any]] = [
    {"name": "kode_wilayah", "constraints": {"required": True}, "mapalus": {"role": "region"}},
    {"name": "tahun", "type": "integer", "mapalus": {"role": "period"}},
    {"name": "jenis", "title": "Jenis"},
    {"name": "kasus", "title": "Jumlah kasus", "type": "integer"},
]


def contract(**drift: Any) -> Contract:
    schema = {"fields": FIELDS, "primaryKey": ["kode_wilayah", "tahun", "jenis"]}
    return parse({"name": "x", "schema": schema, "mapalus": {"drift": drift} if drift else {}})


def quantiles(numbers: list[float]) -> list[float]:
    ordered = sorted(numbers)
    return [ordered[round(n * (len(ordered) - 1) / 20)] for n in range(21)]


def summary(rows: int = 1000, **columns: dict[str, Any]) -> dict[str, Any]:
    """A version.json of a table with these shapes."""
    shapes: dict[str, dict[str, Any]] = {
        "kode_wilayah": {"values": {f"71.{n:02}": rows // 15 for n in range(1, 16)}},
        "tahun": {"values": {"2022": rows // 3, "2023": rows // 3, "2024": rows // 3}},
        "jenis": {"values": {"A": rows // 2, "B": rows // 2}},
        "kasus": {"quantiles": quantiles([float(n % 100 + 1) for n in range(rows)])},
        **columns,
    }
    profile = {name: {"count": rows, "missing": 0, **shape.get("profile", {})} for name, shape in shapes.items()}
    fields = [{"name": one["name"], "type": one.get("type", "string")} for one in FIELDS]
    report = {"rows": rows, "good_rows": rows, "error_counts": {}}
    return {"fields": fields, "profile": profile, "shape": shapes, "report": report, "origin": {"contract": 1}}


def arrived(*columns: str, **more: Any) -> Arrived:
    names = columns or ("kode_wilayah", "tahun", "jenis", "kasus")
    places = {name: n for n, name in enumerate(names) if name in {one["name"] for one in FIELDS}}
    return Arrived(names, places, **more)


def found(
    after: dict[str, Any], *, before: dict[str, Any] | None = None, came: Arrived | None = None, **drift: Any
) -> dict[Kind, Finding]:
    findings = compare(before or summary(), after, contract=contract(**drift), arrived=came or arrived())
    return {one.kind: one for one in findings}


def test_the_same_again_is_no_drift() -> None:
    assert found(summary()) == {}
    assert found(summary(1200)) == {}


def test_a_column_under_another_name_is_recognised_by_its_values() -> None:
    came = arrived("kode_wilayah", "tahun", "Golongan", "kasus", values={"Golongan": frozenset({"A", "B"})})
    one = found(summary(), came=came)[Kind.MISSING_COLUMN]  # two values prove nothing
    assert one.field == "jenis"
    came = arrived("kode_wilayah", "tahun", "Jenis penyakit", "kasus", values={"Jenis penyakit": frozenset({"A", "B"})})
    renamed = found(summary(), came=came)
    assert set(renamed) == {Kind.RENAMED_COLUMN}
    assert renamed[Kind.RENAMED_COLUMN].facts["title"] == "Jenis penyakit"
    assert renamed[Kind.RENAMED_COLUMN].level is Level.HOLD


def test_a_like_name_with_other_values_is_not_the_same_column() -> None:
    came = arrived("kode_wilayah", "tahun", "Jenis data", "kasus", values={"Jenis data": frozenset({"tetap", "**"})})
    assert set(found(summary(), came=came)) == {Kind.MISSING_COLUMN, Kind.NEW_COLUMN}


def test_a_new_column_is_asked_about_and_an_ignored_one_is_not() -> None:
    came = arrived("kode_wilayah", "tahun", "jenis", "kasus", "Catatan petugas")
    one = found(summary(), came=came)[Kind.NEW_COLUMN]
    assert one.level is Level.ASK
    assert "Catatan petugas" in one.say(language="id")
    assert found(summary(), came=came, ignore=["Catatan petugas"]) == {}


def test_rows_that_fall_or_jump_hold() -> None:
    few = found(summary(300))[Kind.VOLUME]
    assert few.facts["percent"] == -70
    assert few.level is Level.HOLD
    assert "300" in few.say(language="en")
    assert "1,000" in few.say(language="en")
    assert "1.000" in few.say(language="id")
    assert Kind.VOLUME in found(summary(5000))
    assert found(summary(5000), volume={"jump": 9}) == {}
    assert found(summary(5000), volume="ignore") == {}


def test_a_unit_that_jumps_is_told_by_its_factor() -> None:
    thousand = {"quantiles": quantiles([float(n % 100 + 1) * 1000 for n in range(1000)])}
    one = found(summary(kasus=thousand))
    assert set(one) == {Kind.UNIT_JUMP}
    assert one[Kind.UNIT_JUMP].facts["factor"] == 1000
    share = {"quantiles": quantiles([float(n % 100 + 1) / 100 for n in range(1000)])}
    assert found(summary(kasus=share))[Kind.UNIT_JUMP].facts["factor"] == 0.01


def test_numbers_distributed_otherwise_are_told_with_the_index() -> None:
    shifted = {"quantiles": quantiles([float(n % 100 + 60) for n in range(1000)])}
    one = found(summary(kasus=shifted))[Kind.DISTRIBUTION]
    assert one.facts["size"] > 0.25
    assert one.level is Level.ASK
    assert found(summary(kasus=shifted), distribution={"psi": 9}) == {}


def test_chance_is_no_drift() -> None:
    """Two samples of one distribution, of any size, hardly ever look like another one."""
    dice = random.Random(7)
    told = 0
    for _round in range(300):
        size = dice.choice([20, 50, 200, 1000])
        old, new = ([dice.gauss(100, 30) for _n in range(size)] for _side in range(2))
        told += stability(quantiles(old), quantiles(new)) >= max(0.25, stability_by_chance(size, size))
        words = [{word: sum(dice.random() < 0.3 for _n in range(size)) + 1 for word in "abcde"} for _side in range(2)]
        told += distance(*words) >= max(0.25, by_chance(*words))
    assert told <= 3


def test_stability_is_the_published_sum() -> None:
    """Against numbers worked out by hand: everything in the upper half of what was even before."""
    old = [float(n) for n in range(0, 105, 5)]
    new = [50 + 2.5 * n for n in range(21)]
    by_hand = sum((q - p) * __import__("math").log(q / p) for p, q in [(0.1, 0.001)] * 5 + [(0.1, 0.2)] * 5)
    assert stability(old, new) == pytest.approx(by_hand, rel=0.02)
    assert stability(old, old) == pytest.approx(0)


def test_values_that_come_and_go() -> None:
    after = summary(jenis={"values": {"A": 500, "C": 500}})
    told = found(after)
    assert told[Kind.NEW_VALUES].facts["values"] == ["C"]
    assert told[Kind.GONE_VALUES].facts["values"] == ["B"]
    moved = found(summary(jenis={"values": {"A": 950, "B": 50}}))
    assert moved[Kind.DISTRIBUTION].facts["size"] == 45


def test_values_no_list_has_are_told_with_their_rows() -> None:
    told = found(summary(), came=arrived(unlisted={"jenis": {"Z": 12}}))[Kind.NEW_VALUES]
    assert told.facts["values"] == ["Z"]
    assert told.facts["count"] == 12


def test_regions_and_periods_that_are_gone_hold() -> None:
    regions = {"values": {f"71.{n:02}": 70 for n in range(1, 15)}}
    gone = found(summary(kode_wilayah=regions))[Kind.REGION_LOST]
    assert gone.facts["values"] == ["71.15"]
    assert gone.level is Level.HOLD
    hole = {"values": {"2022": 500, "2024": 500}}
    assert found(summary(tahun=hole))[Kind.PERIOD_LOST].facts["values"] == ["2023"]
    rolled = {"values": {"2023": 300, "2024": 300, "2025": 300}}
    assert found(summary(tahun=rolled)) == {}


def test_a_type_that_changed_and_a_key_that_names_rows_no_more() -> None:
    after = summary()
    after["report"]["error_counts"] = {"type-error": {"kasus": 800}, "primary-key": {"kode_wilayah": 400}}
    told = found(after)
    assert told[Kind.TYPE_CHANGE].facts["percent"] == 80
    assert told[Kind.KEY_LOSS].facts["count"] == 400
    other = summary()
    other["fields"][3]["type"] = "string"
    assert found(other)[Kind.TYPE_CHANGE].facts["to"] == "string"


def test_cells_that_are_empty_now() -> None:
    told = found(summary(kasus={"profile": {"count": 600, "missing": 400}}))
    assert told[Kind.MISSING_RATE].facts["after"] == 40


@pytest.mark.parametrize(
    "drift", [{"volum": "hold"}, {"volume": "stop"}, {"volume": {"half": 1}}, {"psi": "much"}, {"ignore": "kolom"}]
)
def test_what_a_contract_declares_wrong_is_said(drift: dict[str, Any]) -> None:
    with pytest.raises(BadContract):
        limits_of(contract(**drift))


def test_a_finding_is_kept_and_read_back() -> None:
    one = found(summary(300))[Kind.VOLUME]
    again = Finding.from_dict(one.as_dict())
    assert again.identity == one.identity
    assert again.say(language="id") == one.say(language="id")


def test_every_kind_has_a_sentence_and_an_advice_in_both_languages() -> None:
    from mapalus.engine.text import translate

    assert set(SAID) == set(ADVICE) == {str(one) for one in Kind}
    for text in (*SAID.values(), *ADVICE.values(), *DIFFERENCES.values()):
        assert translate(text, language="id") != text, text


def test_the_shape_of_a_version_is_taken_when_it_is_written(tmp_path: Path) -> None:
    import duckdb

    from mapalus.engine.data.shape import shape
    from mapalus.engine.data.shown import shown_fields

    read = parse({"fields": [*FIELDS, {"name": "nik", "mapalus": {"personal": True}}]})
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE t AS SELECT i AS _row, '71.0' || (i % 5) AS kode_wilayah, 2020 + i % 3 AS tahun,"
            " 'A' AS jenis, i AS kasus, 'x' || i AS nik FROM range(1000) r(i)"
        )
        shown = shown_fields(read, columns=["_row", "kode_wilayah", "tahun", "jenis", "kasus", "nik"])
        profile = {one.name: {"distinct": 5} for one in shown} | {"kasus": {"distinct": 1000}}
        found = shape(connection, "t", shown, rows=1000, profile=profile)
    assert found["kode_wilayah"]["values"] == {f"71.0{n}": 200 for n in range(5)}
    assert found["kasus"]["quantiles"][10] == pytest.approx(499.5)
    assert "nik" not in found
