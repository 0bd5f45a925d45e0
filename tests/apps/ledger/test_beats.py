"""Who follows the ledger is known by name: whether it lives, and how far it is."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import OperationalError

from mapalus.apps.ledger import beats, sealer
from mapalus.apps.ledger.models import Entry, Heartbeat
from mapalus.engine import clock
from mapalus.project import doctor, health

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


def finding() -> doctor.Finding:
    return doctor._events(NOW)


def test_doctor_names_the_process_that_tells_boards_too_late() -> None:
    assert finding().is_well
    Entry.objects.bulk_create(
        Entry(act="x", at=NOW, position="p", actor_label="l", subject="s") for _n in range(beats.BEHIND + 1)
    )
    sealer.seal_all(now=NOW)
    beats.beat("sealer", now=NOW)
    beats.beat(f"{beats.STREAM}host:8001", now=NOW - timedelta(seconds=5), place=beats.BEHIND + 1)
    assert finding().is_well
    beats.beat(f"{beats.STREAM}host:8002", now=NOW, place=0)
    said = finding()
    assert (said.is_well, said.data["name"], said.data["behind"]) == (False, "host:8002", beats.BEHIND + 1)
    beats.beat(f"{beats.STREAM}host:8002", now=NOW - timedelta(minutes=3), place=beats.BEHIND + 1)
    assert (finding().is_well, finding().data["seconds"]) == (False, 180)
    assert [one.name for one in health.promises(now=NOW) if one.name == "events" and not one.is_kept] == ["events"]
    beats.leave(f"{beats.STREAM}host:8002")  # it ended as it should
    assert finding().is_well


def test_where_everything_stands_still_no_process_is_missed() -> None:
    beats.beat("sealer", now=NOW - timedelta(hours=3))
    beats.beat(f"{beats.STREAM}host:8001", now=NOW - timedelta(hours=3), place=0)
    assert finding().is_well


def test_a_clock_that_is_put_back_does_not_silence_the_sealer(monkeypatch: pytest.MonkeyPatch) -> None:
    at, ticks = count(), count(step=3)
    told: list[datetime] = []
    time = SimpleNamespace(monotonic=lambda: float(next(ticks)), sleep=lambda _seconds: None)
    monkeypatch.setattr(sealer, "time", time)
    monkeypatch.setattr(clock, "now", lambda: NOW - timedelta(minutes=20 * next(at)))
    monkeypatch.setattr(sealer, "one_sealer", lambda _file: nullcontext(enter_result=True))
    sealer.run(lock_file=Path("none"), stopping=lambda: len(told) == 4, after=told.append)
    assert Heartbeat.objects.get(name="sealer").beat_at == NOW - timedelta(hours=1)


def test_where_the_database_has_no_room_to_announce_entries_are_sealed_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full() -> None:
        error = OperationalError("too many notifications in the NOTIFY queue")
        error.__cause__ = type("ProgramLimitExceeded", (Exception,), {"sqlstate": "54000"})()
        raise error

    monkeypatch.setattr(sealer, "announce", full)
    for act in "ab":
        Entry.objects.create(act=act, at=NOW, position="p", actor_label="P", subject=act)
    assert sealer.seal(now=NOW) == 2
    assert Entry.objects.last_sequence() == 2
