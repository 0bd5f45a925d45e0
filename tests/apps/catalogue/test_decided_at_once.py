"""Two officials at once, and death in the middle of a publication: one wins and the other hears who; never a half."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.apps.cases.test_at_once import together
from tests.apps.jobs.test_killed_worker import wait_for
from tests.apps.stage import DATABASES, ask, run, stage, start
from tests.patience import PATIENCE

pytestmark = pytest.mark.slow
PROCESS = "tests.apps.catalogue.killed"
STATE = """SELECT h.state, v.published_at IS NOT NULL FROM catalogue_handin h
           JOIN catalogue_version v ON v.handin_id = h.id WHERE h.receipt LIKE '%-00002'"""


@pytest.mark.parametrize("kind", DATABASES)
def test_of_two_who_decide_over_a_hand_in_one_wins_and_the_other_hears_who(kind: str, tmp_path: Path) -> None:
    with stage(kind, tmp_path) as environment:
        run(environment, PROCESS, "prepare", str(tmp_path))
        run(environment, PROCESS, "decide", str(tmp_path), "look", "now")
        acts = ["publish", "return"]
        said = together(tmp_path, [start(environment, PROCESS, "decide", str(tmp_path), act, "go") for act in acts])
        acted = ask(environment, "SELECT act FROM ledger_entry WHERE act IN ('catalogue.publish', 'catalogue.return')")
        ((state, is_published),) = ask(environment, STATE)
    won = acts[said.index("won")]
    (lost,) = [text for text in said if text != "won"]
    assert lost.startswith("conflict Kabid Statistik sudah" if won == "publish" else "conflict Kepala Diskominfo")
    assert [act for (act,) in acted] == ["catalogue.publish", f"catalogue.{won}"]  # the first is of version 1
    assert (state, bool(is_published)) == (("published", True) if won == "publish" else ("returned", False))


@pytest.mark.parametrize("kind", DATABASES)
def test_killed_in_the_middle_of_a_publication_nothing_has_happened(kind: str, tmp_path: Path) -> None:
    with stage(kind, tmp_path) as environment:
        run(environment, PROCESS, "prepare", str(tmp_path))
        run(environment, PROCESS, "decide", str(tmp_path), "look", "now")
        child = start(environment, PROCESS, "decide", str(tmp_path), "publish", "inside-the-publication")
        wait_for(tmp_path / "there")
        os.kill(child.pid, signal.SIGKILL)
        child.communicate(timeout=PATIENCE)
        ((state, is_published),) = ask(environment, STATE)
        current = ask(
            environment, "SELECT v.number FROM catalogue_dataset d JOIN catalogue_version v ON v.id = d.current_id"
        )
        told = ask(environment, "SELECT count(*) FROM notices_notice WHERE subject LIKE '%terbit%2026-W46%'")
        assert (state, bool(is_published), current, told) == ("awaiting-review", False, [(1,)], [(0,)])
        assert run(environment, PROCESS, "decide", str(tmp_path), "publish", "now").strip() == "won"
        ((state, is_published),) = ask(environment, STATE)
    assert (state, bool(is_published)) == ("published", True)
