"""The sample province's organisation, around a day of its own, and the words tests speak of it in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from mapalus.apps.directory.actor import Official, official
from mapalus.apps.directory.loading import load_organisation
from mapalus.apps.directory.models import Region
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.clock import Zone
from mapalus.engine.workdays import Calendar

STORY = Path(__file__).resolve().parents[3] / "packs" / "sulut-demo" / "story"
H = date(2026, 11, 20)  # a Friday
NOW = datetime(2026, 11, 20, 1, 52, tzinfo=UTC)  # 09.52 WITA
CALENDAR = Calendar.of(Zone.WITA)


def day(offset: int) -> date:
    return CALENDAR.add(H, offset)


def at(offset: int) -> datetime:
    """09.52 WITA on a day of the story."""
    return datetime.combine(day(offset), datetime.min.time(), Zone.WITA.tzinfo).replace(hour=9, minute=52)


@pytest.fixture
def province(told: None, db: None) -> None:
    """The organisation is there; what a test changes is undone."""


@pytest.fixture(scope="module")
def told(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Told once for the tests of a module, and taken back whole: each test lies in a savepoint of it."""
    with django_db_blocker.unblock(), transaction.atomic():
        _tell()
        yield
        transaction.set_rollback(True)


def _tell() -> None:
    for code, name in (("71.71", "Kota Manado"), ("71.72", "Kota Bitung"), ("71.06", "Kabupaten Minahasa Utara")):
        Region.objects.create(code=code, name=name, level=2, kind="kota", list_version="uji")
    load_organisation(STORY, day0=H, by=PLATFORM, now=NOW)


def hat(person: str, position: str, offset: int = 0) -> Official:
    """The person in that position on a day of the story."""
    found = official(person, position, now=at(offset))
    assert found is not None, f"{person} does not hold {position} on day {offset}"
    return found
