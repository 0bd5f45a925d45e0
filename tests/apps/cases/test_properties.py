"""Whatever happens in whatever order: rows agree with the rules, and nobody sees more by one way than by another."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mapalus.apps.cases import actions
from mapalus.apps.cases.held import looked_at
from mapalus.apps.cases.models import Case, PackVersion
from mapalus.apps.cases.reading import possible, read
from mapalus.apps.cases.sight import Level, level_of, sees
from mapalus.apps.cases.who import Applicant
from mapalus.apps.directory.actor import PUBLIC
from mapalus.engine.errors import NotFound, Problem
from mapalus.engine.flow import turn_of
from tests.apps.cases import cast
from tests.apps.cases.cast import NOW, PUPR_KABID, VALUES, hat
from tests.apps.cases.test_sight import POSTS

VALUES_OF_ACTS: dict[str, dict[str, object]] = {
    "verifikasi": {"klasifikasi": "pengaduan"},
    "awasi": {"klasifikasi": "pengawasan"},
    "selesaikan": {"jawaban": "Sudah."},
    "nilai": {"nilai": 4},
}
ACTS = ["verifikasi", "awasi", "tolak", "gabung", "tanya", "jawab_pelapor", "perpanjang", "selesaikan", "nilai", "tick"]
STEPS = st.lists(
    st.tuples(st.sampled_from([*ACTS, "assign", "return", "remark"]), st.sampled_from([*POSTS, "applicant"]),
              st.integers(0, 20)),
    max_size=12,
)  # fmt: skip


def do(case: Case, act: str, post: str, now) -> None:
    by = Applicant(case=case.pk) if post == "applicant" else hat(post, now=now)
    match act:
        case "tick":
            actions.tick(case, by=cast.everything(), now=now)
        case "assign":
            actions.assign(case, to=PUPR_KABID, by=by, now=now)
        case "return":
            actions.return_(case, reason="Kembali.", by=by, now=now)
        case "remark":
            actions.remark(case, text="Catatan.", by=by, now=now)
        case _:
            actions.take(case, act=act, values=VALUES_OF_ACTS.get(act, {}), reason="Alasan.", by=by, now=now)


def agrees(case: Case, now) -> None:
    """The columns say what the rules say."""
    on = looked_at(case)
    assert case.state == on.situation.state
    assert case.is_final == on.process.states[case.state].is_final
    assert case.unit == on.situation.routed_unit
    assert (case.turn_role == "") == (case.is_final or turn_of(on.process, on.situation) is None)
    assert case.acts.filter(kind__in=("open", "take", "tick")).count() == len(on.situation.acts)
    assert list(case.acts.values_list("number", flat=True)) == list(range(1, case.acts.count() + 1))
    assert "Siti" not in f"{case.values}{case.situation}"
    if case.is_final:
        assert (case.turn, case.due_at, case.wake_at) == ("", None, None)


def nobody_sees_more(case: Case, now) -> None:
    """List, search, page, inbox and the quick answer are one answer."""
    for post in POSTS:
        actor = hat(post, now=now)
        listed = Case.objects.visible_to(actor).filter(pk=case.pk).exists()
        assert sees(case, actor) == listed
        assert Case.objects.visible_to(actor).search("lubang").filter(pk=case.pk).exists() == listed
        assert (level_of(case, actor) == Level.INTERNAL) == listed
        assert listed or not possible(case, by=actor, now=now)
        if case.turn in actor.covers:
            assert listed
            assert case in Case.objects.visible_to(actor).inbox(actor.covers).rows
    try:
        seen = read(case, by=PUBLIC)
    except NotFound:
        assert not Case.objects.published().filter(pk=case.pk).exists()
    else:
        assert not case.is_restricted
        assert not case.is_secret
        assert {value.name for value in seen.values} <= {"judul", "kategori", "klasifikasi", "jawaban", "nilai"}


@pytest.mark.slow
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(steps=STEPS, is_secret=st.booleans(), is_anonymous=st.booleans())
def test_whatever_happens_rows_and_rules_and_sight_agree(
    pack: PackVersion, steps: list[tuple[str, str, int]], is_secret: bool, is_anonymous: bool
) -> None:
    with transaction.atomic():
        case = actions.open_case(
            pack, values=VALUES, is_secret=is_secret, is_anonymous=is_anonymous, by=cast.CITIZEN, now=NOW
        ).case
        now = NOW
        for act, post, days in steps:
            now += timedelta(days=days, hours=1)
            before = Case.objects.values().get(pk=case.pk)
            try:
                do(Case.objects.get(pk=case.pk), act, post, now)
            except Problem:
                assert Case.objects.values().get(pk=case.pk) == before  # what was refused changed nothing
            case.refresh_from_db()
            agrees(case, now)
        nobody_sees_more(case, now)
        transaction.set_rollback(True)
