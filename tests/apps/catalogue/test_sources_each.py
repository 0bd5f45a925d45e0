"""A source that gives each of its files: none is passed over, and none takes the place of one nobody decided over."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models import Q

from mapalus.apps.catalogue import actions, connecting, source_acts
from mapalus.apps.catalogue.harvesting import harvest_in_order
from mapalus.apps.catalogue.models import FigureStatus, HandIn, HandInState, Source
from mapalus.apps.ledger.platform import PLATFORM
from tests.apps.catalogue.cast import GOOD, NOW, Province, checked, kept_bytes, province
from tests.apps.catalogue.sourcing import reread

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def here(tmp_path: Path) -> Province:
    return province(tmp_path)


def drop(here: Province, *texts: str, since: int = 0) -> None:
    folder = connecting.surroundings(unit=here.dataset.unit_code).folder
    assert folder is not None
    for number, text in enumerate(texts, since):
        path = folder / f"berkas-{number}.csv"
        path.write_text(text)
        os.utime(path, (1_700_000_000 + number, 1_700_000_000 + number))


def reviewed(here: Province) -> Source:
    return source_acts.add_source(
        here.dataset, connector="folder", options={"take": "each", "pattern": "*.csv"}, keeper=here.dataset.producer,
        by=PLATFORM, now=NOW,
    )  # fmt: skip


def turn(made: Source, hour: int) -> list[str]:
    """The files that came in this turn."""
    runs = harvest_in_order(reread(made), now=NOW + timedelta(hours=hour))
    return [run.facts["file"] for run in runs if run.handin is not None and run.outcome != "unchanged"]


def publish(handin: HandIn, hour: int) -> None:
    actions.publish(handin, status=FigureStatus.FINAL, by=PLATFORM, now=NOW + timedelta(hours=hour))


def test_each_file_waits_for_the_decision_over_the_one_before(here: Province) -> None:
    drop(here, GOOD, GOOD.replace("Siti", "Sitti"), GOOD.replace("Siti", "Sity"))
    made = reviewed(here)
    assert turn(made, 0) == ["berkas-0.csv"]
    first = HandIn.objects.get()
    assert turn(made, 1) == []
    assert first.receipt in str(reread(made).problem)
    first.refresh_from_db()
    assert first.stage is HandInState.AWAITING_CONFIRMATION  # the second did not take its place
    publish(first, 2)
    assert turn(made, 3) == ["berkas-1.csv"]
    assert reread(made).problem == {}
    publish(HandIn.objects.latest("pk"), 4)
    assert turn(made, 5) == ["berkas-2.csv"]
    assert not HandIn.objects.filter(Q(state=HandInState.REPLACED)).exists()


def test_a_file_of_which_nothing_can_be_published_is_passed_once_somebody_put_another_in_its_place(
    here: Province,
) -> None:
    drop(here, GOOD.replace("41", "x").replace("12", "y"), GOOD.replace("Siti", "Sity"))
    made = reviewed(here)
    assert turn(made, 0) == ["berkas-0.csv"]
    assert HandIn.objects.get().stage.may_be_corrected
    assert turn(made, 1) == []
    bad = HandIn.objects.get()
    right = actions.hand_in(
        here.dataset, snapshot=kept_bytes(GOOD), file_name="dikoreksi.csv", period=bad.period, key="tangan",
        is_queued=False, by=PLATFORM, now=NOW + timedelta(hours=2),
    )  # fmt: skip
    bad.refresh_from_db()
    assert bad.stage is HandInState.REPLACED
    assert right.stage.is_open
    assert turn(made, 3) == []  # nor does the next file take the place of what the person handed in
    right.refresh_from_db()
    assert right.stage.is_open
    publish(checked(right), 4)
    assert turn(made, 5) == ["berkas-1.csv"]  # the first one is passed, by the decision of a person


def test_what_a_person_sends_back_is_not_brought_anew_from_the_first_file_on(here: Province) -> None:
    drop(here, GOOD, GOOD.replace("Siti", "Sitti"))
    made = reviewed(here)
    turn(made, 0)
    publish(HandIn.objects.get(), 1)
    assert turn(made, 2) == ["berkas-1.csv"]
    second = HandIn.objects.latest("pk")
    actions.return_handin(second, reason="belum lengkap", by=here.head, now=NOW + timedelta(hours=3))
    assert turn(made, 4) == []
    drop(here, GOOD.replace("Siti", "Sittti"), since=1)  # corrected, under the same name
    assert HandIn.objects.count() == 2
