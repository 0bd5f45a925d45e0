"""Two Mapalus on one machine, each with a database and a ledger of its own: from the agreement to its end.

One scene, since each step stands on the one before: what is published there changes the number here; what is held back
is said to be held back; kill -9 in the middle of an exchange doubles nothing; a day later it catches up by itself.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from mapalus.apps.federation import conflicts
from mapalus.apps.federation.actions import Line
from mapalus.apps.federation.exchanging import exchange, look
from mapalus.apps.federation.models import (
    Arrival,
    Conflict,
    Exchange,
    ExchangeOutcome,
    Instance,
    Quoted,
    SharedValue,
    ShareKind,
    Takes,
)
from mapalus.apps.federation.standing import Connection, standing_of
from mapalus.apps.federation.values import quoted
from tests.apps.catalogue.cast import NOW, Province
from tests.apps.federation.cast import LATER, agreed, taking_part
from tests.apps.stage import stage
from tests.ports import free_pair

pytestmark = [pytest.mark.slow]

READING = {"dataset": "dbd-mingguan", "value": "kasus", "period": "minggu", "region": "kode_wilayah"}
LINES = [
    Line(ShareKind.DATASET, "dbd-mingguan", "DBD"), Line(ShareKind.INDICATOR, "LIV-08", "Kasus DBD", reading=READING),
]  # fmt: skip
Tell = Callable[[str], None]


@contextmanager
def manado(environment: dict[str, str], folder: Path, port: int) -> Iterator[tuple[Tell, subprocess.Popen[str]]]:
    """The district's instance, and a way to tell its keeper what to do."""
    words = [sys.executable, "-m", "tests.apps.federation.apart", str(folder), str(port)]
    with subprocess.Popen(
        words, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:  # fmt: skip
        assert child.stdin is not None
        assert child.stdout is not None
        into, out = child.stdin, child.stdout

        def tell(line: str) -> None:
            into.write(f"{line}\n")
            into.flush()
            assert out.readline() == "done\n"

        try:
            assert out.readline() == "ready\n"
            yield tell, child
        finally:
            child.kill()


def bring(at: datetime) -> Exchange:
    done = exchange(Instance.objects.get(), now=at)
    assert done is not None
    return done


def number() -> float | None:
    return SharedValue.objects.get().value


def states(at: datetime) -> set[str]:
    return {str(line.state) for line in standing_of(Instance.objects.get(), now=at).lines}


def test_two_instances_from_the_agreement_through_a_cut_to_its_end(measured: Province, tmp_path: Path) -> None:
    (folder := tmp_path / "manado").mkdir()
    port, day = free_pair(), NOW + timedelta(days=3)
    with stage("sqlite", folder) as known:
        environment = {**known, "MAPALUS_REGION": "71.71"}
        with manado(environment, folder, port) as (tell, child):
            _joins_and_its_numbers_come(port, tell)
            _two_numbers_are_listed_and_decided(measured, tell)
            _what_is_held_back_is_said_and_comes_when_the_embargo_ends(tell)
            _killed_in_the_middle(tell, child)
        with manado(environment, folder, port) as (tell, _child):
            tell(f"clock {day.isoformat()}")
            tell("publish 35")
            assert look(Instance.objects.get(), now=day)
            assert Instance.objects.due(day).exists()  # nobody has to ask for it
            done = bring(day)
            assert (done.outcome, done.versions, number()) == (ExchangeOutcome.BROUGHT, 2, 35), done.problem
            assert [one.number for one in Arrival.objects.order_by("pk")] == [1, 2, 3, 4, 5]  # all, and none twice
            assert standing_of(Instance.objects.get(), now=day).connection is Connection.WELL
            tell("end")
            tell("publish 34")
            assert bring(day + timedelta(hours=1)).versions == 0
            assert (number(), states(day + timedelta(hours=1))) == (35, {"not-shared"})  # what came stays


def _joins_and_its_numbers_come(port: int, tell: Tell) -> None:
    tell(f"clock {NOW.isoformat()}")
    agreed(taking_part(f"http://127.0.0.1:{port}"), LINES, takes=Takes.ALL)
    done = bring(NOW)
    assert (done.outcome, done.versions, done.values, done.refused) == (ExchangeOutcome.BROUGHT, 1, 1, 1), done.problem
    assert number() == 41  # the number of Bitung that stood in the same rows is not Manado's to tell


def _two_numbers_are_listed_and_decided(here: Province, tell: Tell) -> None:
    assert not Conflict.objects.exists()  # 41 on either side
    tell("publish 37")
    bring(NOW + timedelta(minutes=15))
    found = Conflict.objects.get()
    assert (number(), found.ours, found.theirs, found.is_open) == (37, 41, 37, True)
    said = quoted("LIV-08", "71.71", "45", now=NOW)
    assert said is not None
    assert (said.value, said.is_own) == (37, True)  # its own publication first
    conflicts.settle_conflict(
        found, choice=Quoted.BOTH, reason="37 menurut domisili, 41 menurut fasilitas", by=here.walidata, now=NOW
    )
    page = Client().get("/papan/mengapa/LIV-08/?wilayah=71.71").content.decode()
    assert "37 menurut domisili" in page
    told = Client().get("/api/v1/indicators/LIV-08").json()["districts"]
    assert [(one["region"], one["value"], one["conflict"]) for one in told] == [("71.71", 37, "both")]
    assert number() == 37  # a decision changes no number


def _what_is_held_back_is_said_and_comes_when_the_embargo_ends(tell: Tell) -> None:
    tell("withhold dbd-mingguan")
    tell("publish 38")
    bring(NOW + timedelta(hours=1))
    assert (number(), states(NOW + timedelta(hours=1))) == (37, {"not-shared"})
    assert "not-shared" in Client().get("/api/v1/districts").content.decode()
    tell(f"embargo dbd-mingguan {LATER.isoformat()}")
    bring(NOW + timedelta(hours=2))
    line = standing_of(Instance.objects.get(), now=NOW + timedelta(hours=2)).lines[0]
    assert (number(), str(line.state), line.until) == (37, "embargo", LATER)
    after = LATER + timedelta(minutes=1)
    tell(f"clock {after.isoformat()}")
    bring(after)
    assert (number(), states(after)) == (38, {"shared"})


def _killed_in_the_middle(tell: Tell, child: subprocess.Popen[str]) -> None:
    at = LATER + timedelta(hours=1)
    tell("publish 39")
    tell("die-at /rows")
    assert bring(at).outcome == ExchangeOutcome.FAILED
    assert child.wait(timeout=180) == -9
    assert number() == 38  # what came before stays
    away = Instance.objects.get()
    assert not look(away, now=at + timedelta(minutes=1))
    assert standing_of(away, now=at + timedelta(minutes=1)).connection is Connection.AWAY
