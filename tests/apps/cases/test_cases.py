"""A case is begun, moved by the pack's rules, seen by those who may, and never twice."""

from __future__ import annotations

import pytest

from mapalus.apps.cases import actions
from mapalus.apps.cases.models import Case, PackVersion
from mapalus.apps.cases.sight import Level, level_of
from mapalus.apps.cases.who import Applicant
from mapalus.apps.directory.actor import PUBLIC
from mapalus.engine.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.apps.cases import cast
from tests.apps.cases.cast import CITIZEN, KABID, KADIS, NOW, PUPR, VALUES, hat, opened, verified


def test_a_case_waits_for_the_position_the_pack_names(pack: PackVersion) -> None:
    case = opened(pack)
    assert (case.state, case.turn, case.number) == ("diajukan", KABID, "UJI-2026-00001")
    assert case.due_at is not None
    assert case.unit == "pupr"
    assert [row.number for row in Case.objects.inbox([KABID]).rows] == [case.number]


def test_what_is_personal_is_not_in_the_case(pack: PackVersion) -> None:
    case = opened(pack)
    case.refresh_from_db()
    assert set(case.values) == {"judul", "isi", "kategori"}
    assert "Siti" not in str(case.situation)


def test_an_act_moves_the_case_to_the_next_position(pack: PackVersion) -> None:
    case = verified(opened(pack))
    assert (case.state, case.turn, case.is_published) == ("diteruskan", PUPR, True)
    assert [act.act for act in case.acts.all()] == ["begin", "verifikasi"]


def test_who_does_not_fill_the_role_may_not(pack: PackVersion) -> None:
    case = opened(pack)
    with pytest.raises(NotAllowed):
        actions.take(case, act="verifikasi", values={"klasifikasi": "pengaduan"}, by=hat(PUPR), now=NOW)


def test_what_one_may_not_see_is_not_found(pack: PackVersion) -> None:
    case = opened(pack)
    with pytest.raises(NotFound):
        actions.take(case, act="verifikasi", values={"klasifikasi": "pengaduan"}, by=hat(cast.DINKES), now=NOW)


def test_values_that_do_not_fit_are_named(pack: PackVersion) -> None:
    with pytest.raises(Invalid) as problem:
        actions.open_case(pack, values={**VALUES, "judul": "", "kategori": "tidak-ada"}, by=CITIZEN, now=NOW)
    assert set(problem.value.fields) == {"judul", "kategori"}


def test_the_same_form_sent_twice_is_one_case(pack: PackVersion) -> None:
    first = actions.open_case(pack, values=VALUES, key="k1", by=CITIZEN, now=NOW)
    second = actions.open_case(pack, values=VALUES, key="k1", by=CITIZEN, now=NOW)
    assert (first.case.pk, first.code) == (second.case.pk, second.code)
    assert Case.objects.count() == 1


def test_who_looked_at_an_older_version_hears_who_was_faster(pack: PackVersion) -> None:
    case = opened(pack)
    seen = case.version
    verified(case)
    with pytest.raises(Conflict) as problem:
        actions.take(case, act="tolak", reason="sama", expected=seen, by=hat(KABID), now=NOW)
    assert "Jabatan kominfo.kabid" in problem.value.say(language="id")
    with pytest.raises(Conflict) as again:
        actions.take(case, act="tolak", reason="sama", by=hat(KABID), now=NOW)
    assert "Verifikasi" in again.value.say(language="id")


def test_levels_of_sight(pack: PackVersion) -> None:
    case = opened(pack)
    assert level_of(case, PUBLIC) == Level.NONE
    assert level_of(case, Applicant(case=case.pk)) == Level.APPLICANT
    assert level_of(case, hat(KABID)) == Level.INTERNAL
    assert level_of(case, hat(KADIS)) == Level.INTERNAL
    assert level_of(case, hat(cast.DINKES)) == Level.NONE
    case = verified(case)
    assert level_of(case, PUBLIC) == Level.PUBLIC
    assert level_of(case, hat(cast.DINKES)) == Level.PUBLIC
    assert not Case.objects.visible_to(hat(cast.DINKES)).exists()
