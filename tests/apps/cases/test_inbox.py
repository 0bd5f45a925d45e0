"""The inbox: every page in order, nothing twice, nothing left out, whatever shares a moment."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mapalus.apps.cases.models import FAR, Case, PackVersion
from mapalus.engine.errors import Invalid
from tests.apps.cases import cast
from tests.apps.cases.cast import DINKES, KABID, NOW, PUPR, hat, opened


@pytest.fixture
def crowd(pack: PackVersion) -> list[Case]:
    """Twelve cases of three positions; several share a moment, several have none."""
    made = []
    for number in range(12):
        case = opened(pack, judul=f"Laporan {number}")
        due = NOW + timedelta(days=number % 3) if number % 4 else None
        Case.objects.filter(pk=case.pk).update(
            turn=[KABID, PUPR, DINKES][number % 3], due_at=due, due_order=due or FAR
        )  # fmt: skip
        made.append(case)
    return made


@pytest.mark.parametrize("positions", [[KABID], [KABID, PUPR], [KABID, PUPR, DINKES]])
@pytest.mark.parametrize("size", [1, 2, 5, 50])
def test_the_pages_together_are_the_whole_in_order(crowd: list[Case], positions: list[str], size: int) -> None:
    seen: list[Case] = []
    mark = ""
    while True:
        page = Case.objects.inbox(positions, after=mark, size=size)
        seen += page.rows
        mark = page.next
        if not mark:
            break
    assert seen == list(Case.objects.turn_of(positions).by_due())
    assert all(case.due_at is None for case in seen[-1:])


def test_what_is_counted_is_what_is_there(crowd: list[Case]) -> None:
    later = NOW + timedelta(days=1, hours=1)
    counts = Case.objects.inbox_counts([KABID, PUPR], now=later)
    found = Case.objects.turn_of([KABID, PUPR])
    assert (counts.total, counts.overdue) == (found.count(), found.overdue(later).count())
    assert counts.by_pack == {"aduan-uji": counts.total}
    assert counts.say(1000) == "999+"


def test_an_inbox_is_narrowed_by_words_and_fields(crowd: list[Case]) -> None:
    (found,) = Case.objects.inbox([KABID], text="laporan 3").rows
    assert found.title == "Laporan 3"
    assert Case.objects.inbox([KABID], state="selesai").rows == ()
    late = Case.objects.inbox([KABID, PUPR], overdue_at=NOW + timedelta(hours=1)).rows
    assert {case.due_at for case in late} == {NOW}


@pytest.mark.parametrize("mark", ["x", "1.2", "zz.0.1", "1.2.3.4", "f" * 400 + ".0.1"])
def test_a_mark_that_is_none_is_refused(pack: PackVersion, mark: str) -> None:
    with pytest.raises(Invalid):
        Case.objects.inbox([KABID], after=mark)


def test_a_filter_nobody_knows_is_refused(pack: PackVersion) -> None:
    with pytest.raises(Invalid):
        Case.objects.inbox([KABID], values__nama="Siti")


def test_the_inbox_of_a_position_costs_one_query_and_of_several_one_more_than_they_are(
    crowd: list[Case], django_assert_num_queries
) -> None:
    actor = hat(KABID)
    with django_assert_num_queries(1):
        Case.objects.inbox([KABID])
    with django_assert_num_queries(4):
        Case.objects.inbox([KABID, PUPR, DINKES])
    assert cast.KABID in actor.covers
