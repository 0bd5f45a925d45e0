"""Indicators follow what is published, withdrawn and declared; every number leads to its rows."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps

from mapalus.apps.catalogue import actions, indicator_datasets, indicators, restricting
from mapalus.apps.catalogue.lineage import as_json, lineage
from mapalus.apps.catalogue.measuring import declare_indicator
from mapalus.apps.catalogue.models import (
    Dataset,
    FigureStatus,
    Indicator,
    Measurement,
    Standing,
    Version,
)
from mapalus.apps.catalogue.readings import Reading, read
from mapalus.apps.jobs.worker import run_waiting
from mapalus.apps.ledger.following import READERS, follow
from mapalus.apps.ledger.models import Entry
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.apps.ledger.sealer import seal_all
from mapalus.engine import clock
from mapalus.engine.data.indicator import Declaration, declaration_of
from mapalus.engine.data.indicator.order import in_order
from mapalus.engine.errors import Misconfigured
from tests.apps.catalogue.cast import GOOD, NOW, actor, checked, declared, handed_in, people

pytestmark = pytest.mark.django_db
DBD = {"code": "DBD", "title": "Kasus DBD", "unit": "kasus", "dataset": "dbd-mingguan", "value": {"sum": "kasus"},
       "region": "kode_wilayah"}  # fmt: skip
TWICE = {"code": "DUA", "title": "Dua kali", "inputs": {"a": {"indicator": "DBD"}}, "formula": "a * 2"}


@pytest.fixture
def dataset(tmp_path: Path, settings: Any) -> Dataset:
    settings.DATA_DIR = tmp_path / "data"
    people()
    return declared(tmp_path)


def says(monkeypatch: pytest.MonkeyPatch, *raw: dict[str, Any]) -> tuple[Declaration, ...]:
    made = in_order([declaration_of(one, file="uji") for one in raw])
    monkeypatch.setattr(indicators, "declarations", lambda: made)
    return made


def publish(dataset: Dataset, text: str, *, period: str = "2026-W45", now: datetime = NOW) -> Version:
    handin = checked(handed_in(dataset, PLATFORM, text=text, period=period))  # type: ignore[arg-type]
    return actions.publish(handin, status=FigureStatus.PROVISIONAL, by=PLATFORM, now=now)


def settle() -> None:
    """What sealer, reader and worker do in their processes."""
    now = clock.now()
    seal_all(now=now)
    follow(READERS["indicators"])
    run_waiting(now=now + timedelta(minutes=1))


def reading(code: str = "DBD") -> Reading:
    return read([code], actor=None)[code]


def whole(code: str = "DBD") -> float | None:
    now = reading(code).now
    return now.value if now else None


def test_a_publication_moves_what_stands_on_it_also_indirectly(dataset: Dataset, monkeypatch: Any) -> None:
    says(monkeypatch, TWICE, DBD)
    publish(dataset, GOOD)
    settle()
    assert (whole(), whole("DUA")) == (53.0, 106.0)
    assert {code: point.value for code, point in reading().regions.items()} == {"71.71": 41.0, "71.72": 12.0}
    publish(dataset, GOOD.replace("41", "40"))
    settle()
    assert (whole(), whole("DUA")) == (52.0, 104.0)
    changed = Entry.objects.filter(act="catalogue.measure").latest("id").data["changed"]
    assert changed == ["DBD", "DUA"]
    version = Version.objects.latest("number")
    assert indicators.work_out_version(version, now=NOW).changed == ()


def test_what_is_withdrawn_takes_its_values_with_it_at_once(dataset: Dataset, monkeypatch: Any) -> None:
    says(monkeypatch, TWICE, DBD)
    publish(dataset, GOOD)
    second = publish(dataset, GOOD.replace("41", "40"))
    settle()
    actions.withdraw(second, reason="keliru", by=PLATFORM, now=NOW)
    assert whole() == 53.0  # before any job ran
    settle()
    assert (whole(), whole("DUA")) == (53.0, 106.0)
    actions.withdraw(Version.objects.get(number=1), reason="keliru", by=PLATFORM, now=NOW)
    assert whole() is None
    settle()
    assert (whole(), whole("DUA")) == (None, None)


def test_back_to_an_earlier_version_and_forth(dataset: Dataset, monkeypatch: Any) -> None:
    says(monkeypatch, DBD)
    first, second = publish(dataset, GOOD), publish(dataset, GOOD.replace("41", "40"))
    settle()
    for to, value in ((first, 53.0), (second, 52.0)):
        actions.roll_back(Dataset.objects.get(name="dbd-mingguan"), to=to, reason="x", by=PLATFORM, now=NOW)
        settle()
        assert whole() == value


def test_another_declaration_works_out_history_anew(dataset: Dataset, monkeypatch: Any) -> None:
    says(monkeypatch, DBD)
    publish(dataset, GOOD)
    settle()
    publish(dataset, GOOD.replace("45", "46"), period="2026-W46")
    settle()
    assert len(reading().series) == 2
    says(monkeypatch, {**DBD, "value": {"count": "rows"}})
    assert indicators.follow_changed_declarations.func() == 1
    assert [point.value for point in reading().series] == [2.0, 2.0]
    assert indicators.follow_changed_declarations.func() == 0


def test_killed_between_publication_and_measuring_nothing_is_lost(dataset: Dataset, monkeypatch: Any) -> None:
    says(monkeypatch, DBD)
    publish(dataset, GOOD)
    settle()
    Measurement.objects.all().delete()  # as if the process had died in the middle of its work
    Standing.objects.all().delete()
    assert indicators.follow_changed_declarations.func() == 1
    assert whole() == 53.0


def test_a_circle_is_refused() -> None:
    one = declaration_of({**TWICE, "inputs": {"a": {"indicator": "DUA"}}}, file="uji")
    with pytest.raises(Misconfigured, match="DUA -> DUA"):
        in_order([one])


def test_a_number_leads_to_the_row_of_the_file(dataset: Dataset, monkeypatch: Any) -> None:
    says(monkeypatch, TWICE, DBD)
    version = publish(dataset, GOOD)
    settle()
    told = as_json(lineage("DUA", actor=PLATFORM, region="71.71"))
    assert told["value"] == 82.0
    (source,) = told["indicators"][0]["inputs"]
    assert (source["value"], source["rows"], source["version"]) == (41.0, 1, 1)
    (row,) = source["listed"]
    assert row["snapshot"] == version.snapshot
    assert GOOD.splitlines()[row["line"] - 1].startswith("71.71")
    assert row["file"]
    public = as_json(lineage("DBD", actor=None, region="71.71"))
    assert public["inputs"][0]["listed"][0]["file"] == "dbd-mingguan_2026-W45.csv"  # not what its sender called it


def test_values_are_a_dataset_of_their_own(dataset: Dataset, monkeypatch: Any) -> None:
    says(monkeypatch, {**DBD, "targets": [{"year": 2026, "value": 60}]})
    publish(dataset, GOOD)
    settle()
    assert indicator_datasets.keep_values.func() == 1
    assert indicator_datasets.keep_values.func() == 0
    kept = Dataset.objects.get(name="indikator-dbd")
    assert kept.current is not None
    assert kept.current.rows_good == 3
    assert kept.themes == ["Indikator"]
    publish(dataset, GOOD.replace("41", "40"))
    settle()
    assert indicator_datasets.keep_values.func() == 1
    assert Dataset.objects.get(name="indikator-dbd").versions.count() == 2


def test_what_is_closed_or_withdrawn_leaves_the_open_values_too(dataset: Dataset, monkeypatch: Any) -> None:
    says(monkeypatch, DBD)
    version = publish(dataset, GOOD)
    settle()
    indicator_datasets.keep_values.func()

    def shown() -> list[tuple[int, float | None]]:
        kept = Dataset.objects.get(name="indikator-dbd")
        now = read(["DBD"], actor=None).get("DBD")
        return [(one.number, now.now.value if now and now.now else None) for one in kept.versions.published()]

    assert shown() == [(1, 53.0)]
    ground = {"article": "17 huruf h", "test": "UK 1/2026", "until": "2030-12-31", "dik": "DIK 2026 nomor 1"}
    walidata = actor("diskominfo.kabid-statistik")
    monkeypatch.setattr(restricting, "_registers", [lambda entry: True])
    actions.restrict(dataset, classification="tertutup", ground=ground, reason="NIK", by=walidata, now=NOW)
    assert "DBD" not in read(["DBD"], actor=None)
    settle()
    indicator_datasets.keep_values.func()
    assert shown() == []
    actions.open_up(Dataset.objects.get(pk=dataset.pk), reason="Uji ulang", by=walidata, now=NOW)
    settle()
    indicator_datasets.keep_values.func()
    assert shown() == [(2, 53.0)]
    actions.withdraw(Version.objects.get(pk=version.pk), reason="Salah kirim", by=PLATFORM, now=NOW)
    settle()
    indicator_datasets.keep_values.func()
    assert shown() == []


class Before:
    """The models as the migration knows them: the table of values is gone from those of today."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.rows = rows

    def get_model(self, app: str, name: str) -> Any:
        return SimpleNamespace(objects=self) if name == "IndicatorValue" else apps.get_model(app, name)

    def order_by(self, *_names: str) -> Any:
        return self

    def values_list(self, *names: str) -> Any:
        pairs = dict.fromkeys(tuple(row[name] for name in names) for row in self.rows)
        return SimpleNamespace(distinct=lambda: list(pairs))

    def filter(self, **asked: Any) -> Any:
        fitting = [row for row in self.rows if all(row[name] == value for name, value in asked.items())]
        return SimpleNamespace(order_by=lambda _name: [SimpleNamespace(**row) for row in fitting])


def test_values_of_the_release_before_are_taken_over(dataset: Dataset) -> None:
    said = declaration_of(DBD, file="uji")
    declare_indicator(dataset, declaration=said, by=PLATFORM, now=NOW)
    indicator = Indicator.objects.get().pk
    before = [
        {"indicator": indicator, "version": publish(dataset, text).pk, "period": "2025S1", "region": region,
         "value": value, "inputs": inputs, "computed_at": NOW}
        for text, region, value, inputs in (
            (GOOD, "", 53.0, {"rows": 2, "first_row": 2}), (GOOD + "\n", "71.71", None, {"suppressed": True}),
        )
    ]  # fmt: skip
    moved = import_module("mapalus.apps.catalogue.migrations.0010_indicator_values_taken_over")
    moved.take_over(Before(before), None)
    now = reading().now
    assert now is not None
    assert (now.period, now.value, now.rows, now.first_row, now.version) == ("2025-S1", 53.0, 2, 2, 1)
    assert reading().regions["71.71"].is_suppressed
    moved.back(apps, None)
    assert reading().now is None


def test_twenty_on_top_of_each_other_by_two_ways_each_still_lead_to_the_row(dataset: Dataset, monkeypatch: Any) -> None:
    tower = [
        {**TWICE, "code": f"L{n:02}", "formula": "(a + b) / 2",
         "inputs": {name: {"indicator": f"L{n - 1:02}" if n else "DBD"} for name in "ab"}}
        for n in range(20)
    ]  # fmt: skip
    says(monkeypatch, DBD, *tower)
    publish(dataset, GOOD)
    settle()
    assert whole("L19") == 53.0
    told = as_json(lineage("L19", actor=PLATFORM, region="71.71"))
    while told["indicators"]:
        (told,) = told["indicators"]
    assert [one["line"] for one in told["inputs"][0]["listed"]] == [2]


WIDE = """
name: dbd-mingguan
title: Penduduk miskin
schema:
  fields:
    - {name: lembar, title: Lembar, type: string}
    - {name: kode_wilayah, title: Kode wilayah, type: string, constraints: {required: true}}
    - {name: tahun, title: Tahun, type: integer}
    - {name: jiwa, title: Jiwa, type: number}
mapalus:
  unit: dinkes
  producer: pos:dinkes.kabid-p2p
  cadence: tahunan
  due: 31 Maret
  classification: terbuka
  reading: {sheets: all, sheet_column: lembar, unpivot: {columns: '20\\d\\d', name: tahun, value: jiwa}}
"""


def book(folder: Path) -> bytes:
    """Two sheets of one layout: a title, a gap, years side by side from column C on."""
    import xlsxwriter

    path = folder / "miskin.xlsx"
    with xlsxwriter.Workbook(path) as made:
        for place, name in enumerate(("Kota", "Kabupaten")):
            sheet = made.add_worksheet(name)
            sheet.write(0, 0, "Penduduk miskin menurut wilayah")
            sheet.write_row(2, 1, ["Kode wilayah", 2023, 2024, 2025])
            sheet.write_row(3, 1, [f"71.{71 if place == 0 else 1:02}", 30, 20, 10 + place])
            sheet.write_row(4, 1, [f"71.{72 if place == 0 else 2:02}", 5, 4, 3])
    return path.read_bytes()


def test_a_number_leads_to_the_cell_of_the_workbook(tmp_path: Path, settings: Any, monkeypatch: Any) -> None:
    settings.DATA_DIR = tmp_path / "data"
    people()
    wide = declared(tmp_path, text=WIDE)
    place = {"period": "tahun", "region": "kode_wilayah"}
    says(monkeypatch, {**DBD, **place, "value": {"sum": "jiwa"}})
    handin = handed_in(wide, PLATFORM, text=book(tmp_path), name="miskin.xlsx", period="2025")  # type: ignore[arg-type]
    actions.publish(checked(handin), status=FigureStatus.FINAL, by=PLATFORM, now=NOW)
    settle()
    told = as_json(lineage("DBD", actor=PLATFORM, region="71.01"))
    (row,) = told["inputs"][0]["listed"]
    assert (told["value"], row["line"], row["sheet"]) == (11.0, 4, "Kabupaten")
    assert row["cells"] == {"kode_wilayah": "B4", "jiwa": "E4"}
    earlier = as_json(lineage("DBD", actor=PLATFORM, period="2023"))["inputs"][0]["listed"]
    assert {(one["sheet"], one["cells"]["jiwa"]) for one in earlier} == {
        ("Kota", "C4"), ("Kota", "C5"), ("Kabupaten", "C4"), ("Kabupaten", "C5"),
    }  # fmt: skip
