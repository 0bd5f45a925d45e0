"""Who follows the ledger is known by name: whether it lives, and how far it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mapalus.apps.ledger import beats, sealer
from mapalus.apps.ledger.models import Entry
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
