"""Two Mapalus on one machine, each with a ledger of its own: one is killed, the other says so, and it catches up."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from mapalus.apps.catalogue.models import Dataset
from mapalus.apps.federation.actions import Line
from mapalus.apps.federation.exchanging import exchange, look
from mapalus.apps.federation.models import Arrival, ExchangeOutcome, Instance, ShareKind, Takes
from mapalus.apps.federation.standing import Connection, standing_of
from tests.apps.catalogue.cast import NOW, Province
from tests.apps.federation.cast import agreed, taking_part
from tests.apps.stage import stage
from tests.ports import free_pair

pytestmark = [pytest.mark.slow]


@contextmanager
def serving(environment: dict[str, str], port: int) -> Iterator[subprocess.Popen[str]]:
    words = [sys.executable, "-m", "tests.apps.federation.apart", "serve", str(port)]
    with subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            yield child
        finally:
            child.kill()


def test_a_district_that_is_killed_is_said_to_be_away_and_catches_up(here: Province, tmp_path: Path) -> None:
    (folder := tmp_path / "manado").mkdir()
    with stage("sqlite", folder) as known:
        environment = {**known, "MAPALUS_REGION": "71.71"}

        def run(verb: str, word: str) -> None:
            words = [sys.executable, "-m", "tests.apps.federation.apart", verb, word]
            subprocess.run(words, env=environment, check=True)

        run("prepare", str(folder))
        port = free_pair()
        instance = taking_part(f"http://127.0.0.1:{port}")
        agreed(instance, [Line(ShareKind.DATASET, "dbd-mingguan", "DBD")], takes=Takes.ALL)
        with serving(environment, port) as child:
            first = exchange(instance, now=NOW)
            assert first is not None
            assert (first.outcome, first.versions) == (ExchangeOutcome.BROUGHT, 1), first.problem
            child.send_signal(signal.SIGKILL)
            child.wait()
        assert not look(Instance.objects.get(), now=NOW + timedelta(minutes=1))
        gone = exchange(Instance.objects.due(NOW + timedelta(minutes=1)).get(), now=NOW + timedelta(minutes=1))
        assert gone is not None
        assert gone.outcome == ExchangeOutcome.FAILED
        assert standing_of(Instance.objects.get(), now=NOW + timedelta(minutes=1)).connection is Connection.AWAY
        assert Dataset.objects.get(name="manado-dbd-mingguan").current is not None  # what came before stays
        run("publish", "7")
        run("publish", "8")
        with serving(environment, port):
            later = NOW + timedelta(hours=20)
            assert look(Instance.objects.get(), now=later)
            assert Instance.objects.due(later).exists()
            second = exchange(Instance.objects.get(), now=later)
            assert second is not None
            assert (second.outcome, second.versions) == (ExchangeOutcome.BROUGHT, 2), second.problem
        assert [one.number for one in Arrival.objects.order_by("pk")] == [1, 2, 3]
        assert standing_of(Instance.objects.get(), now=later).connection is Connection.WELL
