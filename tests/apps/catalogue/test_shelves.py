"""Shelves: what a portal offers, what is taken over, what is gone; and trying a source out."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mapalus.apps.catalogue import shelf_acts, source_acts
from mapalus.apps.catalogue.models import (
    Dataset,
    DatasetState,
    HandIn,
    HarvestOutcome,
    HarvestRun,
    Offering,
    Shelf,
    Source,
    SourceState,
)
from mapalus.apps.catalogue.shelves import look_through
from mapalus.apps.catalogue.trying import try_out
from mapalus.apps.directory.models import Position, Unit
from mapalus.apps.ledger.models import Entry
from mapalus.apps.notices.models import Notice
from mapalus.engine.errors import Conflict, Invalid, NotAllowed
from mapalus.engine.harvest import registry
from tests.apps.catalogue import sourcing
from tests.apps.catalogue.cast import GOOD, MIXED, NOW, Province
from tests.apps.catalogue.sourcing import put, reread, source

slow = pytest.mark.slow


@pytest.fixture(autouse=True)
def connector(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_points", sourcing.installed)


def offers(folder: Path, *keys: str, **more: object) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    listed = [{"key": key, "publisher": "Dinkes Kota", **more} for key in keys]
    (folder / "list.json").write_text(json.dumps(listed))
    for key in keys:
        put(folder / key, GOOD)
    return folder


def shelf(here: Province, folder: Path, **more: Any) -> Shelf:
    made = shelf_acts.add_shelf(
        Unit.objects.get(pk="diskominfo"), title="Portal Kota", connector="contoh",
        options={"folder": str(folder)}, keeper=Position.objects.get(pk="diskominfo.kabid-statistik"),
        by=here.walidata, now=NOW, **more,
    )  # fmt: skip
    return look_through(made, now=NOW)


def adopt(here: Province, key: str) -> Dataset:
    return shelf_acts.adopt_offering(
        Offering.objects.get(key=key), unit=Unit.objects.get(pk="dinkes"), by=here.walidata,
        producer=Position.objects.get(pk="dinkes.kabid-p2p"), now=NOW,
    )  # fmt: skip


def test_what_a_portal_offers_is_listed_and_one_press_makes_a_planned_dataset(here: Province, tmp_path: Path) -> None:
    made = shelf(here, offers(tmp_path / "portal", "satu", "dua", "tiga"))
    assert made.offerings.count() == 3
    assert made.looked_at is not None
    dataset = adopt(here, "satu")
    assert dataset.state == DatasetState.PLANNED
    assert dataset.sources.get().connector == "contoh"
    assert dataset.sources.get().next_at is None  # without a contract nothing is fetched by itself
    assert not Dataset.objects.visible_to(None).exists()
    with pytest.raises(Conflict):
        adopt(here, "satu")
    with pytest.raises(NotAllowed):
        shelf_acts.adopt_offering(
            Offering.objects.get(key="dua"), unit=dataset.unit, producer=dataset.producer, by=here.operator, now=NOW
        )


def test_what_is_gone_there_is_reported_and_nothing_is_deleted(here: Province, tmp_path: Path) -> None:
    made = shelf(here, offers(tmp_path / "portal", "satu", "dua"))
    dataset = adopt(here, "satu")
    offers(tmp_path / "portal", "dua")
    look_through(made, now=NOW + timedelta(days=1))
    assert Offering.objects.get(key="satu").gone_at is not None
    assert dataset.sources.get().state == SourceState.VANISHED
    assert Dataset.objects.filter(pk=dataset.pk).exists()
    assert Notice.objects.filter(receiver="position:diskominfo.kabid-statistik", event__contains=":gone:").exists()
    offers(tmp_path / "portal", "satu", "dua")
    look_through(made, now=NOW + timedelta(days=2))
    assert dataset.sources.get().state == SourceState.ACTIVE


def test_an_interrupted_list_takes_nothing_away(here: Province, tmp_path: Path) -> None:
    made = shelf(here, offers(tmp_path / "portal", "satu", "dua"))
    (tmp_path / "portal" / "away").touch()
    for n in range(3):
        made = look_through(made, now=NOW + timedelta(days=1, hours=n))
    assert made.failures == 3
    assert not Offering.objects.exclude(gone_at=None).exists()
    (tmp_path / "portal" / "away").unlink()
    (tmp_path / "portal" / "list.json").write_text('[{"key": "satu"}, {"kunci": 1}]')
    made = look_through(made, now=NOW + timedelta(days=2))
    assert made.problem["code"] == "harvest-broken"
    assert not Offering.objects.exclude(gone_at=None).exists()


def test_a_new_name_at_the_source_is_proposed_and_never_overwrites(here: Province, tmp_path: Path) -> None:
    made = shelf(here, offers(tmp_path / "portal", "satu", title="Kasus DBD"))
    dataset = adopt(here, "satu")
    offers(tmp_path / "portal", "satu", title="Kasus DBD Kota", license="CC0-1.0")
    look_through(made, now=NOW)
    dataset.refresh_from_db()
    assert dataset.title == "Kasus DBD"
    one = Offering.objects.get()
    assert one.proposed == {"title": "Kasus DBD Kota", "license": "CC0-1.0"}
    shelf_acts.take_change(one, takes=True, by=here.walidata, now=NOW)
    dataset.refresh_from_db()
    assert (dataset.title, dataset.license) == ("Kasus DBD Kota", "CC0-1.0")


def test_a_rule_takes_over_what_a_publisher_offers(here: Province, tmp_path: Path) -> None:
    offers(tmp_path / "portal", "satu", "dua")
    shelf(here, tmp_path / "portal", rules={"Dinkes Kota": "dinkes"}, adopts=True)
    assert set(Dataset.objects.filter(state="planned").values_list("unit", "producer")) == {("dinkes", "dinkes.kadis")}
    assert Entry.objects.filter(act="catalogue.adopt-offering").count() == 2
    with pytest.raises(Invalid):
        shelf(here, tmp_path / "portal", rules={"Dinkes Kota": "tidak-ada"})


# --- trying out ------------------------------------------------------------------------------------------------------


def tried(here: Province, made: Source) -> HarvestRun:
    return try_out(source_acts.try_source(made, by=here.operator, now=NOW), now=NOW)


@slow
def test_a_trial_shows_the_first_rows_masked_and_keeps_nothing(here: Province, tmp_path: Path) -> None:
    made = source(here.dataset, put(tmp_path / "sistem", MIXED))
    run = tried(here, made)
    assert run.outcome == HarvestOutcome.TRIED
    assert run.look["rows"] == 4
    assert run.look["rows_bad"] == 2
    assert run.look["first"][0] == ["71.71", "•••", "45", "41"]
    assert ["type-error", "kasus", 1] in run.look["errors"]
    assert "Siti" not in json.dumps(run.look)
    assert not HandIn.objects.exists()
    assert not reread(made).mark
    assert not list((Path(here.dataset.contract.path).parents[3] / "workshop").iterdir())  # type: ignore[union-attr]


@slow
def test_a_trial_of_a_planned_dataset_proposes_its_contract(here: Province, tmp_path: Path) -> None:
    shelf(here, offers(tmp_path / "portal", "satu"))
    dataset = adopt(here, "satu")
    run = tried(here, dataset.sources.get())
    assert "name: satu" in run.look["proposed"]
    assert "Minggu" in run.look["proposed"]


def test_a_trial_of_what_is_away_says_so(here: Province, tmp_path: Path) -> None:
    made = source(here.dataset, put(tmp_path / "sistem", GOOD, wrong="away"))
    run = tried(here, made)
    assert run.outcome == HarvestOutcome.REFUSED
    assert run.problem["code"] == "unavailable"
    assert reread(made).failures == 0
