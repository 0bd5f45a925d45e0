"""The same thing told twice is found by place, time and words; where reports go is proposed by what went before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mapalus.engine.plainwords import plain_words
from mapalus.engine.routing import Counts, propose, taught, untaught
from mapalus.engine.similar import Told, box, metres_between, similar

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)
HERE = (1.5560, 124.8720)


def told(key: str, text: str, *, place: tuple[float, float] | None = HERE, days: int = 0, topic: str = "jalan") -> Told:
    return Told(key, plain_words(text), NOW - timedelta(days=days), place, "71.71", topic)


FORMAL = told("C01", "Kerusakan jalan provinsi arah Wori, lubang di dekat jembatan, pengendara motor jatuh.", days=1)
MANADO = told("C02", "Tu jalan mo ka Wori so ancor skali, lobang basar dekat jembatan.", place=(1.5563, 124.8724))


def test_formal_and_manado_malay_meet() -> None:
    assert {"lubang", "jembat", "jalan"} <= FORMAL.words & MANADO.words


def test_a_hole_told_twice_is_found_with_metres_days_and_words() -> None:
    (like,) = similar(MANADO, [FORMAL, MANADO])
    assert like.key == "C01"
    assert like.metres is not None
    assert 40 <= like.metres <= 70
    assert like.days == 1
    assert "lubang" in like.shared


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (told("X", "Lubang jalan dekat jembatan", place=(1.60, 124.90)), "too far"),
        (told("X", "Lubang jalan dekat jembatan", days=31), "too long ago"),
        (told("X", "Sampah di lorong belum diangkat", place=(1.5572, 124.8720), topic="lainnya"), "another matter"),
    ],
)
def test_what_is_far_old_or_another_matter_is_not_the_same(other: Told, why: str) -> None:
    assert similar(MANADO, [other]) == (), why


def test_without_a_place_three_words_of_the_same_area_are_needed() -> None:
    new = told("N", "Internet kantor kampung mati tiga minggu", place=None)
    assert similar(new, [told("A", "internet di kantor kampung mati", place=None)])
    assert not similar(new, [told("A", "kantor tutup terus", place=None)])


def test_the_box_holds_everything_within_the_distance() -> None:
    south, west, north, east = box(HERE, metres=250)
    assert metres_between(HERE, (north, HERE[1])) == pytest.approx(250, rel=0.01)
    assert metres_between(HERE, (HERE[0], east)) == pytest.approx(250, rel=0.01)
    assert south < HERE[0] < north
    assert west < HERE[1] < east


def learned() -> Counts:
    counts = Counts()
    for _case in range(6):
        counts = taught(counts, words={"jembat", "lubang", "jalan"}, label="pupr")
    counts = taught(counts, words={"jalan", "lampu"}, label="luar:kabkota")
    return taught(counts, words={"sampah", "lorong"}, label="luar:kabkota")


def test_a_proposal_names_its_words_and_how_often_they_went_there() -> None:
    best = propose({"jembat", "lubang", "wori"}, learned())[0]
    assert best.label == "pupr"
    assert best.is_clear
    assert {(reason.word, reason.seen, reason.of) for reason in best.reasons} == {("jembat", 6, 6), ("lubang", 6, 6)}


def test_what_is_not_ours_is_proposed_like_any_other_place() -> None:
    assert propose({"sampah", "lorong"}, learned())[0].label == "luar:kabkota"


def test_words_nobody_decided_about_propose_nothing() -> None:
    assert propose({"kucing"}, learned()) == ()
    assert propose({"kucing"}, Counts()) == ()


def test_what_is_taken_back_was_never_taught() -> None:
    counts = taught(learned(), words={"sampah"}, label="pupr")
    counts = untaught(counts, words={"sampah"}, label="pupr")
    assert propose({"sampah"}, counts)[0].label == "luar:kabkota"
    assert [one.label for one in propose({"sampah"}, counts)] == ["luar:kabkota"]
