"""Data are closed on a whole ground or not at all: article, test of consequences, end, entry in the DIK."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mapalus.apps.catalogue import actions, restricting
from mapalus.apps.catalogue.models import Classification, Restriction
from mapalus.apps.notices.models import Notice
from mapalus.engine.errors import Conflict, Invalid, NotAllowed
from tests.apps.catalogue.cast import CONTRACT, NOW, Province, declared

GROUND = {
    "article": "UU 14/2008 Pasal 17 huruf h",
    "test": "UK-01/PPID/CONTOH tanggal 12-01-2026",
    "until": "2027-01-12",
    "dik": "DIK 2026 nomor 1",
}


def closed(text: str = "") -> str:
    return CONTRACT.replace("terbuka", "terbatas").replace("dbd-mingguan", "anak") + text


@pytest.mark.parametrize("ground", ["", "  ground: UU 14/2008 Pasal 17 huruf h\n"])
def test_a_contract_that_closes_data_names_all_four(here: Province, tmp_path: Path, ground: str) -> None:
    with pytest.raises(Invalid) as refused:
        declared(tmp_path, text=closed(ground))
    assert {"ground.test", "ground.until", "ground.entry"} <= set(refused.value.fields)


def test_with_all_four_it_is_closed_and_says_why(here: Province, tmp_path: Path) -> None:
    ground = "  ground:\n" + "".join(f"    {key}: '{value}'\n" for key, value in GROUND.items())
    made = declared(tmp_path, text=closed(ground))
    assert not made.is_open
    assert "uji konsekuensi UK-01/PPID" in made.classification_ground
    one = Restriction.objects.in_force().get(dataset=made)
    assert (one.article, str(one.until)) == (GROUND["article"], "2027-01-12")


@pytest.mark.parametrize("missing", list(GROUND))
def test_the_act_refuses_a_ground_that_is_not_whole(here: Province, missing: str) -> None:
    ground = {key: value for key, value in GROUND.items() if key != missing}
    with pytest.raises(Invalid):
        actions.restrict(
            here.dataset, classification="terbatas", ground=ground, reason="NIK", by=here.walidata, now=NOW
        )
    here.dataset.refresh_from_db()
    assert here.dataset.is_open


def test_a_ground_that_has_ended_closes_nothing(here: Province) -> None:
    for until in ("2026-11-19", "lusa"):
        with pytest.raises(Invalid):
            actions.restrict(
                here.dataset, classification="terbatas", ground={**GROUND, "until": until}, reason="NIK",
                by=here.walidata, now=NOW,
            )  # fmt: skip


def test_an_entry_that_a_register_does_not_know_closes_nothing(here: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restricting, "_registers", [lambda entry: None if entry.startswith("DIK") else False])
    with pytest.raises(Invalid) as refused:
        actions.restrict(
            here.dataset, classification="terbatas", ground={**GROUND, "dik": "P-2026-9"}, reason="NIK",
            by=here.walidata, now=NOW,
        )  # fmt: skip
    assert set(refused.value.fields) == {"entry"}


def test_closing_and_opening_are_in_the_contract_and_in_the_list_of_grounds(here: Province) -> None:
    with pytest.raises(NotAllowed):
        actions.restrict(
            here.dataset, classification="terbatas", ground=GROUND, reason="NIK", by=here.producer, now=NOW
        )
    made = actions.restrict(
        here.dataset, classification="tertutup", ground=GROUND, reason="Memuat NIK", by=here.walidata, now=NOW
    )
    assert made.contract is not None
    assert (made.classification, made.contract.release) == (Classification.CLOSED, "2.0.0")
    assert made.contract.descriptor["resources"][0]["mapalus"]["ground"]["dik"] == "DIK 2026 nomor 1"
    opened = actions.open_up(made, reason="Uji konsekuensi ulang", by=here.walidata, now=NOW)
    assert opened.is_open
    assert not Restriction.objects.in_force()
    with pytest.raises(Conflict):
        actions.open_up(opened, reason="Lagi", by=here.walidata, now=NOW)


def test_its_end_is_told_three_times_and_once_each(here: Province) -> None:
    actions.restrict(
        here.dataset, classification="terbatas", ground=GROUND, reason="Memuat NIK", by=here.walidata, now=NOW
    )
    end = datetime(2027, 1, 12, 4, tzinfo=UTC)
    told = []
    for days in (70, 60, 59, 14, 3, -1, -2):
        now = end - timedelta(days=days)
        restricting.tell_ends(now=now)
        said = Notice.objects.filter(event__startswith="restriction:", receiver__contains="statistik")
        told.append(said.values("event").distinct().count())
    assert told == [0, 1, 1, 2, 2, 3, 3]
    assert restricting.ending(now=end).count() == 1
