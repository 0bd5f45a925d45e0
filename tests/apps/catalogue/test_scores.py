"""Compliance scores: every number from its parts, the agency first, an objection before others see it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import yaml

from mapalus.apps.catalogue import actions, scores, scores_acts
from mapalus.apps.catalogue.models import Outcome, UnitScore
from mapalus.apps.directory.calendar import province_calendar
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.apps.notices.models import Notice
from mapalus.engine.errors import Conflict, Invalid, Late, NotAllowed
from tests.apps.catalogue import cast
from tests.apps.catalogue.cast import NOW, Province
from tests.apps.test_actions import Everything

pytestmark = pytest.mark.django_db
OCTOBER = scores.month_end("2026-10")
TEXT = "Setoran minggu ke-43 diterima sebelum tenggat."


def _worked(here: Province, *, as_of: datetime = NOW + timedelta(hours=1)) -> scores.Worked:
    unit = here.dataset.unit
    return scores.work_out([unit], as_of=as_of, calendar=province_calendar())[unit.code]


def _scored(here: Province, period: str = "2026-10") -> UnitScore:
    scores_acts.score_month(period, now=NOW)
    return UnitScore.objects.get(unit="dinkes", period=period)


def test_weights_are_those_of_the_declared_formula() -> None:
    declared = yaml.safe_load(scores._FILE.read_text(encoding="utf-8"))
    assert sum(scores.formula().weights.values()) == 100
    assert [one["name"] for one in declared["parts"]] == list(scores.formula().weights)


def test_a_month_ends_with_the_first_moment_after_it() -> None:
    assert scores.month_end("2026-12") == datetime(2026, 12, 31, 16, tzinfo=UTC)  # midnight in Manado
    assert scores.month_end("2026-10") == datetime(2026, 10, 31, 16, tzinfo=UTC)


def test_the_score_is_the_weighted_mean_of_what_was_measured(here: Province) -> None:
    cast.published(here)  # two good rows of four
    worked = _worked(here)
    values = {one.name: one.value for one in worked.parts}
    assert values["timeliness"] is None, "nothing fell due: not measured, not zero"
    assert values["openness"] == 100
    assert 0 < (values["validity"] or 0) < 100
    weights = scores.formula().weights
    measured = {name: value for name, value in values.items() if value is not None}
    expected = sum(weights[name] * value for name, value in measured.items()) / sum(weights[name] for name in measured)
    assert worked.score == pytest.approx(expected, abs=0.06)


def test_a_deadline_is_kept_by_handing_in_not_by_how_fast_walidata_publishes(here: Province) -> None:
    actions.expect(here.dataset, period="2026-W45", due_at=NOW + timedelta(minutes=1), by=PLATFORM, now=NOW)
    cast.awaiting_review(here)
    worked = _worked(here)
    assert (worked.in_time, len(worked.deadlines), worked.late) == (1, 1, [])


def test_what_came_back_did_not_come(here: Province) -> None:
    actions.expect(here.dataset, period="2026-W45", due_at=NOW + timedelta(minutes=1), by=PLATFORM, now=NOW)
    handin = cast.checked(cast.handed_in(here.dataset, here.operator))
    actions.return_handin(handin, reason="Salah", by=here.head, now=NOW)
    (late,) = _worked(here).late
    assert (late["period"], late["came_at"]) == ("2026-W45", "")


def test_the_past_is_worked_out_from_the_past(here: Province) -> None:
    cast.published(here)
    assert _worked(here, as_of=OCTOBER).datasets == (), "the dataset was declared later"


def test_scores_are_kept_once_for_each_month(here: Province) -> None:
    assert scores_acts.score_month("2026-11", now=NOW) == 1
    assert scores_acts.score_month("2026-11", now=NOW) == 0
    made = UnitScore.objects.get()
    worked = _worked(here)
    with pytest.raises(Conflict):
        scores_acts.score_unit(
            made.unit, period="2026-11", worked=worked, calendar=province_calendar(), by=PLATFORM, now=NOW
        )


def test_the_agency_sees_its_score_first_then_leaders_then_everybody(here: Province) -> None:
    made = _scored(here, "2026-11")

    def seen(by: object, at: datetime) -> bool:
        return UnitScore.objects.visible_to(by, now=at).exists()  # type: ignore[arg-type]

    assert seen(here.operator, NOW)
    assert not seen(here.walidata, NOW)
    assert not seen(here.stranger, NOW)
    assert not seen(None, NOW)
    assert (province_calendar().between(NOW.date(), made.leaders_from.date())) == 3
    assert seen(here.walidata, made.leaders_from)
    assert not seen(None, made.leaders_from)
    assert seen(None, made.public_from)
    assert seen(here.stranger, made.public_from)


def test_the_head_is_told(here: Province) -> None:
    _scored(here, "2026-11")
    assert Notice.objects.filter(receiver="position:dinkes.kadis").exists()


def test_an_objection_keeps_the_score_back_until_it_is_answered(here: Province) -> None:
    made = _scored(here, "2026-11")
    scores_acts.object_to_score(made, text=TEXT, by=here.head, now=NOW)
    later = made.public_from + timedelta(hours=1)
    assert not UnitScore.objects.visible_to(None, now=min(later, NOW + timedelta(days=6, hours=23))).exists()
    assert UnitScore.objects.visible_to(here.walidata, now=NOW).exists(), "who answers sees it"
    scores_acts.answer_objection(made, outcome=Outcome.REFUSED, answer="Sesuai buku besar", by=here.walidata, now=NOW)
    assert UnitScore.objects.visible_to(None, now=later).exists()


def test_an_objection_nobody_answers_does_not_hide_a_score_for_ever(here: Province) -> None:
    made = _scored(here, "2026-11")
    scores_acts.object_to_score(made, text=TEXT, by=here.head, now=NOW)
    assert UnitScore.objects.visible_to(None, now=NOW + timedelta(days=9)).exists()


def test_an_accepted_objection_works_the_score_out_anew_and_keeps_the_first(here: Province) -> None:
    actions.expect(here.dataset, period="2026-W45", due_at=NOW - timedelta(days=1), by=PLATFORM, now=NOW)
    made = _scored(here, "2026-11")
    assert made.score is not None
    assert (made.in_time, made.of) == (0, 1)
    scores_acts.object_to_score(made, text=TEXT, by=here.head, now=NOW)
    actions.expect(here.dataset, period="2026-W45", due_at=None, by=PLATFORM, now=NOW)
    after = scores_acts.answer_objection(made, outcome=Outcome.ACCEPTED, answer="Benar", by=here.walidata, now=NOW)
    assert (after.of, after.first_score) == (0, made.score)
    assert after.score is not None
    assert after.score > made.score


def test_only_the_agency_objects_once_in_time_and_with_words(here: Province) -> None:
    made = _scored(here, "2026-11")
    with pytest.raises(NotAllowed):
        scores_acts.object_to_score(made, text=TEXT, by=here.stranger, now=NOW)
    with pytest.raises(Invalid):
        scores_acts.object_to_score(made, text="salah", by=here.head, now=NOW)
    with pytest.raises(Late):
        scores_acts.object_to_score(made, text=TEXT, by=Everything(), now=made.leaders_from)
    scores_acts.object_to_score(made, text=TEXT, by=here.head, now=NOW)
    with pytest.raises(Conflict):
        scores_acts.object_to_score(made, text=TEXT, by=here.head, now=NOW)


def test_missing_descriptions_are_named(here: Province) -> None:
    filled, asked, lacks = scores.metadata_of(here.dataset)
    assert filled < asked
    assert "konsep" in lacks
    assert "judul" not in lacks
