"""Indicators without a number are listed to officials, with why, who is responsible and since when."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.utils import translation

from mapalus.apps.catalogue import actions, indicators
from mapalus.apps.catalogue.gaps import Reason, gaps
from mapalus.apps.catalogue.models import Dataset, FigureStatus
from mapalus.apps.jobs.worker import run_waiting
from mapalus.apps.ledger.following import READERS, follow
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.apps.ledger.sealer import seal_all
from mapalus.doors.command.gaps import GapPage, without_numbers
from mapalus.engine import clock
from mapalus.engine.data.indicator import declaration_of
from mapalus.engine.errors import NotAllowed
from tests.apps.catalogue.cast import NOW, actor, checked, declared, handed_in, people

pytestmark = pytest.mark.django_db
DBD = {"code": "DBD", "title": "Kasus", "dataset": "dbd-mingguan", "value": {"sum": "kasus"}}
GONE = {**DBD, "code": "TIADA", "dataset": "tidak-ada"}
BROKEN = {**DBD, "code": "RUSAK", "value": {"sum": "kolom_lain"}}


@pytest.fixture
def dataset(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    settings.DATA_DIR = tmp_path / "data"
    people()
    made = tuple(declaration_of(one, file="uji") for one in (DBD, GONE, BROKEN))
    monkeypatch.setattr(indicators, "declarations", lambda: made)
    monkeypatch.setattr("mapalus.apps.catalogue.gaps.declarations", lambda: made)
    return declared(tmp_path)


def reasons(code: str = "dinkes.data") -> dict[str, Reason]:
    return {one.code: one.reason for one in gaps(actor(code), now=clock.now()) if one.reason is not Reason.UNDECLARED}


def test_each_has_its_reason(dataset: Dataset, rf: Any) -> None:
    Dataset.objects.update(due_at=None)
    assert reasons() == {
        "DBD": Reason.NOT_PUBLISHED, "RUSAK": Reason.NOT_PUBLISHED, "TIADA": Reason.NO_DATASET,
    }  # fmt: skip
    handin = checked(handed_in(dataset, PLATFORM, period="2026-W45"))  # type: ignore[arg-type]
    actions.publish(handin, status=FigureStatus.FINAL, by=PLATFORM, now=NOW)
    seal_all(now=clock.now())
    follow(READERS["indicators"])
    run_waiting(now=clock.now())
    assert reasons() == {"RUSAK": Reason.BROKEN, "TIADA": Reason.NO_DATASET}
    Dataset.objects.update(due_at=NOW)
    assert reasons()["DBD"] is Reason.LATE
    Dataset.objects.update(classification="terbatas", classification_ground="UU 27/2022")
    assert reasons("pupr.data")["DBD"] is Reason.NOT_SHARED


def test_the_page_is_for_officials(dataset: Dataset, rf: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    request = rf.get("/papan/tanpa-angka/")
    with pytest.raises(NotAllowed):
        without_numbers(request)
    request.actor = actor("dinkes.data")
    shown: list[GapPage] = []

    def kept(_request: Any, _name: str, facts: dict[str, Any]) -> HttpResponse:
        shown.append(facts["page"])
        return HttpResponse()

    monkeypatch.setattr("mapalus.doors.command.gaps.render", kept)
    with translation.override("id"):
        without_numbers(request)
    (page,) = shown
    line = next(one for one in page.empty if one.code == "DBD")
    assert (line.position, line.why) == ("Kabid P2P", "belum ada versi terbit")
    assert line.since is not None
    assert len(page.undeclared) > 50
