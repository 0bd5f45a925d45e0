"""A drawn tile is kept until something touches it: entries about anything else redraw nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from mapalus.apps.boards import standing
from mapalus.apps.ledger import sealer
from mapalus.apps.ledger.models import Entry
from mapalus.doors.command.touched import Touched
from mapalus.engine.boards import board_of

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
BOARD = board_of({"title": "Uji", "public": True, "tiles": ["LIV-14", "LIV-02", {"kind": "news"}]}, name="uji")


@pytest.fixture(autouse=True)
def board(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "declared", lambda: {"uji": BOARD})


def entered(act: str, **data: Any) -> int:
    Entry.objects.create(act=act, at=AT, position="x", actor_label="x", subject="x", data=data)
    sealer.seal(now=AT)
    return Entry.objects.last_sequence()


def places(touched: Touched, sequence: int) -> list[int]:
    return [touched.at("uji", f"tile-{n}", sequence=sequence) for n in (1, 2, 3)]


def test_only_the_tile_whose_number_was_worked_out_is_drawn_anew() -> None:
    touched = Touched()
    first = entered("jobs.begin")
    assert places(touched, first) == [first] * 3
    then = entered("catalogue.measure", indicators=["LIV-14"], changed=[])
    assert places(touched, then) == [then, first, first]


@pytest.mark.parametrize("act", ["cases.remark", "notices.send", "catalogue.receive-rows", "jobs.begin"])
def test_an_act_that_no_tile_shows_redraws_nothing(act: str) -> None:
    touched = Touched()
    first = entered("jobs.begin")
    places(touched, first)
    assert places(touched, entered(act)) == [first] * 3


@pytest.mark.parametrize(
    "act", ["directory.end-appointment", "catalogue.restrict", "catalogue.publish", "federation.withhold", "new.act"]
)
def test_what_decides_who_sees_what_and_what_is_not_known_redraws_everything(act: str) -> None:
    touched = Touched()
    places(touched, entered("jobs.begin"))
    then = entered(act)
    assert places(touched, then) == [then] * 3


def test_an_edited_board_is_drawn_anew() -> None:
    touched = Touched()
    places(touched, entered("jobs.begin"))
    then = entered("boards.edit", board="uji")
    assert places(touched, then) == [then] * 3


def test_whoever_comes_back_after_more_than_is_read_on_draws_everything_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mapalus.doors.command.touched._MOST", 3)
    touched = Touched()
    places(touched, entered("jobs.begin"))
    last = max(entered("cases.remark") for _n in range(5))
    assert places(touched, last) == [last] * 3


def test_an_earlier_place_than_the_one_read_to_takes_nothing_back() -> None:
    touched = Touched()
    first = entered("jobs.begin")
    places(touched, first)
    then = entered("catalogue.measure", indicators=["LIV-02"])
    assert places(touched, then) == [first, then, first]
    assert places(touched, first) == [first, then, first]
