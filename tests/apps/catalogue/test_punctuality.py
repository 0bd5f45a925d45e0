"""How punctual priority data are is counted from the catalogue's own record, and moves with it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from mapalus.apps.catalogue import actions, punctuality
from mapalus.apps.catalogue import counted as counted_datasets
from mapalus.apps.catalogue.models import Dataset, FigureStatus, Version
from mapalus.apps.jobs.models import Job
from mapalus.apps.ledger.following import READERS, follow
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.apps.ledger.sealer import seal
from tests.apps.catalogue.cast import (
    CONTRACT,
    GOOD,
    NOW,
    Province,
    awaiting_review,
    checked,
    declared,
    handed_in,
    published,
)

DAY = timedelta(days=1)
COUNTED = """
name: ketepatan
title: Ketepatan
schema:
  fields:
    - {name: triwulan, type: string}
    - {name: kumpulan_data, type: string}
    - {name: instansi, type: string}
    - {name: periode, type: string}
    - {name: tenggat, type: date}
    - {name: terbit, type: date}
    - {name: keadaan, type: string}
    - {name: jatuh_tempo, type: integer}
    - {name: tepat_waktu, type: integer}
    - {name: dihitung, type: datetime}
mapalus:
  unit: diskominfo
  producer: pos:diskominfo.kabid-statistik
  classification: terbuka
  counted: punctuality
"""


@pytest.fixture
def prior(here: Province) -> Province:
    Dataset.objects.filter(pk=here.dataset.pk).update(is_priority=True)
    return here


def owed(here: Province, due_at: datetime, *, period: str = "2026-W45") -> None:
    actions.expect(here.dataset, period=period, due_at=due_at, by=PLATFORM, now=due_at - 3 * DAY)


def keeping(now: datetime = NOW) -> str:
    (one,) = punctuality.kept(now=now)
    return one.keeping.value


def test_published_by_its_deadline_is_in_time(prior: Province) -> None:
    owed(prior, NOW)
    published(prior)
    assert keeping() == "tepat waktu"


def test_published_a_minute_after_its_deadline_is_late(prior: Province) -> None:
    owed(prior, NOW - timedelta(minutes=1))
    published(prior)
    assert keeping() == "terlambat"


def test_a_correction_published_later_keeps_the_first_day(prior: Province) -> None:
    owed(prior, NOW)
    published(prior)
    handin = checked(handed_in(prior.dataset, prior.operator, text=GOOD), now=NOW + DAY)
    handin = actions.confirm(handin, by=prior.head, now=NOW + DAY)
    actions.publish(handin, status=FigureStatus.FINAL, by=prior.walidata, now=NOW + DAY)
    assert keeping(NOW + DAY) == "tepat waktu"


def test_what_never_came_is_late(prior: Province) -> None:
    owed(prior, NOW - DAY)
    assert keeping() == "terlambat"


def test_what_is_due_later_does_not_count_yet(prior: Province) -> None:
    owed(prior, NOW + DAY)
    assert not punctuality.kept(now=NOW)


def test_what_is_published_ahead_of_its_deadline_counts_at_once(prior: Province) -> None:
    owed(prior, NOW + DAY)
    published(prior)
    assert keeping() == "tepat waktu"


def test_only_priority_data_of_the_last_thirteen_weeks_count(prior: Province) -> None:
    owed(prior, NOW - timedelta(weeks=13, hours=1))
    assert not punctuality.kept(now=NOW)
    owed(prior, NOW - DAY, period="2026-W46")
    assert punctuality.kept(now=NOW)
    Dataset.objects.update(is_priority=False)
    assert not punctuality.kept(now=NOW)


def test_a_deadline_that_was_moved_counts_as_it_was_last_set(prior: Province) -> None:
    owed(prior, NOW - 2 * DAY)
    owed(prior, NOW + DAY)
    published(prior)
    assert keeping() == "tepat waktu"


def test_what_came_in_time_says_where_it_stands(prior: Province) -> None:
    owed(prior, NOW + timedelta(hours=1))
    handin = checked(handed_in(prior.dataset, prior.operator))
    later = NOW + DAY
    assert keeping(later) == "menunggu pengesahan"
    handin = actions.confirm(handin, by=prior.head, now=NOW)
    assert keeping(later) == "menunggu pemeriksaan"
    actions.return_handin(handin, reason="Periksa lagi baris kedua", by=prior.walidata, now=NOW)
    assert keeping(later) == "dikembalikan"


# --- as a dataset ------------------------------------------------------------------------------------------------


@pytest.fixture
def counted(prior: Province, tmp_path: Path) -> Dataset:
    folder = tmp_path / "counted"
    folder.mkdir()
    return declared(folder, unit="diskominfo", text=COUNTED)


def told(version: Version | None) -> list[list[str]]:
    assert version is not None
    return counted_datasets.told(Dataset.objects.select_related("current").get(pk=version.dataset_id))


@pytest.mark.slow
def test_publishing_one_more_in_time_moves_the_number(prior: Province, counted: Dataset, tmp_path: Path) -> None:
    other = declared(tmp_path, text=CONTRACT.replace("name: dbd-mingguan", "name: malaria"))
    Dataset.objects.filter(pk=other.pk).update(is_priority=True)
    actions.expect(other, period="2026-W45", due_at=NOW - DAY, by=PLATFORM, now=NOW - 3 * DAY)
    owed(prior, NOW + timedelta(hours=1))
    first = punctuality.hand_in_count(now=NOW)
    assert [row[8] for row in told(first)] == ["0"]
    published(prior)
    second = punctuality.hand_in_count(now=NOW + timedelta(minutes=1))
    assert [(row[1], row[6], row[8]) for row in told(second)] == [
        ("dbd-mingguan", "tepat waktu", "1"),
        ("malaria", "terlambat", "0"),
    ]


@pytest.mark.slow
def test_counting_again_without_news_publishes_nothing_and_going_back_does(prior: Province, counted: Dataset) -> None:
    owed(prior, NOW)
    version = published(prior)
    assert punctuality.hand_in_count(now=NOW) is not None
    assert punctuality.hand_in_count(now=NOW + DAY) is None
    actions.withdraw(version, reason="Salah berkas", by=prior.walidata, now=NOW)
    assert told(punctuality.hand_in_count(now=NOW + DAY))[0][8] == "0"
    assert counted.versions.count() == 2


def test_where_no_contract_asks_for_it_nothing_is_counted(prior: Province) -> None:
    owed(prior, NOW - DAY)
    assert punctuality.hand_in_count(now=NOW) is None


def test_acts_on_priority_data_set_off_one_count(prior: Province, counted: Dataset) -> None:
    owed(prior, NOW + DAY)
    awaiting_review(prior)
    seal(now=NOW)
    follow(READERS["punctuality"])
    assert Job.objects.about("catalogue.punctuality").count() == 1
