"""An action is allowed, atomic and written down."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

import pytest

from mapalus.apps.ledger.action import ACTIONS, action, note
from mapalus.apps.ledger.commitment import commit, forget, holds
from mapalus.apps.ledger.models import Block, Entry
from mapalus.engine.errors import NotAllowed
from mapalus.engine.ports import Actor
from tests.apps.ledger.people import ADMINISTRATOR, ANI, AUDITOR, BUDI, NOW, SITI

pytestmark = pytest.mark.django_db


@pytest.fixture
def registered() -> Iterator[None]:
    before = dict(ACTIONS)
    yield
    ACTIONS.clear()
    ACTIONS.update(before)


def _greet(name: str, *, by: Actor, now: datetime) -> str:
    """Greet somebody."""
    note(words=2, at=now, share=Decimal("1.50"), huge=1e22, nul="a\x00b")
    return f"Selamat pagi, {name}"


def test_act_and_entry_stand_in_one_transaction(registered: None) -> None:
    greet = action("tests.greet")(_greet)

    assert greet("Ani", by=SITI, now=NOW) == "Selamat pagi, Ani"

    entry = Entry.objects.get()
    assert (entry.act, entry.at, entry.position, entry.person, entry.unit) == (
        "tests.greet",
        NOW,
        "dinkes.operator",
        "siti",
        "dinkes",
    )
    assert (entry.sequence, entry.hash, entry.subject) == (None, "", "Ani")
    assert entry.data == {"words": 2, "at": "2026-11-20T02:41:52Z", "share": "1.50", "huge": 10**22, "nul": "a\ufffdb"}


def test_an_act_that_fails_leaves_no_entry(registered: None) -> None:
    @action("tests.fail")
    def fail(name: str, *, by: Actor, now: datetime) -> None:
        Block.objects.create(number=1, first=1, last=1, root="", previous="", hash="", sealed_at=now)
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        fail("x", by=SITI, now=NOW)

    assert not Entry.objects.exists()
    assert not Block.objects.exists()


def test_who_may_not_is_refused_before_anything_happens(registered: None) -> None:
    greet = action("tests.greet")(_greet)

    with pytest.raises(NotAllowed):
        greet("Ani", by=BUDI, now=NOW)

    assert not Entry.objects.exists()


def test_an_action_needs_who_and_when(registered: None) -> None:
    with pytest.raises(RuntimeError, match="takes by="):
        action("tests.nobody")(lambda name: None)


def test_two_actions_cannot_share_a_name(registered: None) -> None:
    action("tests.greet")(_greet)
    with pytest.raises(RuntimeError, match="already"):
        action("tests.greet")(_greet)


def test_one_reads_the_acts_of_ones_own_unit_and_public_ones(registered: None) -> None:
    greet = action("tests.greet")(_greet)
    announce = action("tests.announce", public=True)(_greet)
    greet("x", by=SITI, now=NOW)
    announce("y", by=ADMINISTRATOR, now=NOW)

    def seen(viewer: Actor | None) -> set[str]:
        return set(Entry.objects.visible_to(viewer, NOW).values_list("act", flat=True))

    assert seen(None) == {"tests.announce"}
    assert seen(ANI) == {"tests.announce"}
    assert seen(BUDI) == {"tests.announce", "tests.greet"}
    assert seen(AUDITOR) == {"tests.announce", "tests.greet"}


def test_a_commitment_proves_a_value_until_it_is_forgotten() -> None:
    committed = commit("7171000000000001")

    assert "7171000000000001" not in str(committed)
    assert holds(committed, "7171000000000001")
    assert not holds(committed, "7171000000000002")
    forget(committed)
    assert not holds(committed, "7171000000000001")
