"""Several at once, and death in between: one wins and the other hears who; what is half done was never done."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.apps.jobs.test_killed_worker import end, wait_for
from tests.apps.stage import DATABASES, ask, run, stage, start
from tests.patience import PATIENCE

pytestmark = pytest.mark.slow
PROCESS = "tests.apps.cases.process"


def together(folder: Path, children: list[subprocess.Popen[str]]) -> list[str]:
    """Let all begin at one moment; what each of them said."""
    until = time.monotonic() + PATIENCE
    while len(list(folder.glob("ready-*"))) < len(children):
        assert time.monotonic() < until, [child.poll() for child in children]
        time.sleep(0.02)
    (folder / "go").touch()
    said = [child.communicate(timeout=PATIENCE)[0].strip() for child in children]
    assert all(child.returncode == 0 for child in children), said
    return said


@pytest.mark.parametrize("kind", DATABASES)
def test_of_two_officials_who_decide_at_once_one_wins_and_the_other_hears_who(kind: str, tmp_path: Path) -> None:
    with stage(kind, tmp_path) as environment:
        run(environment, PROCESS, "prepare", str(tmp_path))
        acts = ["verifikasi", "tolak"]
        said = together(tmp_path, [start(environment, PROCESS, "take", str(tmp_path), act, "--go") for act in acts])
        lines = ask(environment, "SELECT act FROM cases_caseact ORDER BY number")
    won = acts[said.index("won")]
    (lost,) = [text for text in said if text != "won"]
    assert lost.startswith("conflict Jabatan kominfo.kabid")
    assert ("Verifikasi" if won == "verifikasi" else "Tolak") in lost
    assert lines == [("begin",), (won,)]


@pytest.mark.parametrize("kind", DATABASES)
def test_numbers_have_no_gap_and_no_twin_however_many_begin(kind: str, tmp_path: Path) -> None:
    with stage(kind, tmp_path) as environment:
        run(environment, PROCESS, "prepare", str(tmp_path))
        said = together(tmp_path, [start(environment, PROCESS, "begin", str(tmp_path), "8") for _n in range(3)])
    numbers = sorted(number for text in said for number in text.split())
    assert numbers == [f"UJI-2026-{seq:05}" for seq in range(2, 26)]


@pytest.mark.parametrize("kind", DATABASES)
def test_one_form_that_arrives_twice_at_the_same_moment_is_one_case(kind: str, tmp_path: Path) -> None:
    with stage(kind, tmp_path) as environment:
        run(environment, PROCESS, "prepare", str(tmp_path))
        said = together(tmp_path, [start(environment, PROCESS, "begin", str(tmp_path), "1", "form-7") for _n in "ab"])
        count = ask(environment, "SELECT count(*) FROM cases_case")
        last = ask(environment, "SELECT last FROM cases_counter")
    assert said[0] == said[1]
    assert count == [(2,)]
    assert last == [(2,)]  # the one that lost took its number back with it


@pytest.mark.parametrize("place", ["after-the-state", "before-the-commit"])
@pytest.mark.parametrize("kind", DATABASES)
def test_a_transition_killed_in_between_never_was(kind: str, place: str, tmp_path: Path) -> None:
    with stage(kind, tmp_path) as environment:
        run(environment, PROCESS, "prepare", str(tmp_path))
        child = start(environment, PROCESS, "take", str(tmp_path), "verifikasi", place)
        wait_for(tmp_path / "there")
        os.kill(child.pid, signal.SIGKILL)
        child.communicate(timeout=PATIENCE)
        before = ask(environment, "SELECT state, version FROM cases_case")
        effects = ask(environment, "SELECT count(*) FROM cases_caseeffect WHERE version = 2")
        again = run(environment, PROCESS, "take", str(tmp_path), "verifikasi")
        after = ask(environment, "SELECT state, version FROM cases_case")
        entries = ask(environment, "SELECT count(*) FROM ledger_entry WHERE act = 'cases.take'")
    assert (before, effects) == ([("diajukan", 1)], [(0,)])
    assert (again.strip(), after, entries) == ("won", [("diteruskan", 2)], [(1,)])


@pytest.mark.parametrize("kind", DATABASES)
def test_a_worker_killed_while_it_tells_somebody_tells_nobody_twice(kind: str, tmp_path: Path) -> None:
    with stage(kind, tmp_path) as environment:
        run(environment, PROCESS, "prepare", str(tmp_path))
        worker = start(environment, PROCESS, "work", str(tmp_path), "after-the-notice")
        wait_for(tmp_path / "there")
        os.kill(worker.pid, signal.SIGKILL)
        worker.communicate(timeout=PATIENCE)
        assert ask(environment, "SELECT count(*) FROM notices_notice") == [(0,)]

        other = start(environment, PROCESS, "work", str(tmp_path))
        until, open_ones = time.monotonic() + PATIENCE, [(1,)]
        while open_ones != [(0,)] and time.monotonic() < until:
            time.sleep(0.2)
            open_ones = ask(environment, "SELECT count(*) FROM cases_caseeffect WHERE done_at IS NULL")
        end(other)
        told = ask(environment, "SELECT channel, count(*) FROM notices_notice WHERE receiver LIKE 'case:%' GROUP BY 1")
    assert open_ones == [(0,)]
    assert told == [("mail", 1)]
