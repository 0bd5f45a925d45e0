"""Alarms rise and end as the numbers say, once each; the position that is told answers."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mapalus.apps.boards import alarming, alarms
from mapalus.apps.boards.models import Alarm
from mapalus.apps.catalogue import actions, indicators
from mapalus.apps.catalogue.models import Dataset, FigureStatus
from mapalus.apps.directory.actor import official
from mapalus.apps.jobs.worker import run_waiting
from mapalus.apps.ledger.following import READERS, follow
from mapalus.apps.ledger.models import Entry
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.apps.ledger.sealer import seal_all
from mapalus.apps.notices.models import Notice
from mapalus.engine import clock
from mapalus.engine.boards.alarm import Rule, examine_rule
from mapalus.engine.data.indicator import declaration_of
from mapalus.engine.errors import Invalid, NotAllowed, Problem
from tests.apps.catalogue.cast import GOOD, NOW, checked, declared, handed_in, people

pytestmark = pytest.mark.django_db
DBD = {
    "code": "DBD", "title": "Kasus DBD", "unit": "kasus", "dataset": "dbd-mingguan", "value": {"sum": "kasus"},
    "region": "kode_wilayah", "period": "minggu", "better": "down", "thresholds": {"good": 10, "soon": 50},
}  # fmt: skip
LOW = GOOD.replace(",41", ",3")


@pytest.fixture
def dataset(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    settings.DATA_DIR = tmp_path / "data"
    people()
    made = (declaration_of(DBD, file="uji"),)
    monkeypatch.setattr(indicators, "declarations", lambda: made)
    return declared(tmp_path)


def says(monkeypatch: pytest.MonkeyPatch, **more: Any) -> Rule:
    raw = {"indicator": "DBD", "title": "Kasus DBD di luar batas", "when": {"state": "late"}, **more}
    rule, problems = examine_rule(raw, name="dbd-naik")
    assert rule is not None, problems
    monkeypatch.setattr(alarms, "rules", lambda: (rule,))
    return rule


def publish(dataset: Dataset, text: str, *, period: str) -> None:
    handin = checked(handed_in(dataset, PLATFORM, text=text, period=period))  # type: ignore[arg-type]
    actions.publish(handin, status=FigureStatus.PROVISIONAL, by=PLATFORM, now=NOW)


def settle() -> None:
    """What sealer, readers and worker do in their processes."""
    for name in ("indicators", "alarms"):
        seal_all(now=clock.now())
        follow(READERS[name])
        run_waiting(now=clock.now() + timedelta(minutes=1))


def test_an_alarm_rises_with_the_number_is_told_once_and_ends_with_it(dataset: Dataset, monkeypatch: Any) -> None:
    says(monkeypatch, to=["pos:dinkes.kadis"], urgent=True)
    publish(dataset, GOOD, period="2026-W45")
    settle()
    alarm = Alarm.objects.standing().get()
    assert (alarm.value, alarm.position, alarm.is_urgent) == (53.0, "dinkes.kadis", True)
    assert Notice.objects.filter(event=f"alarm:{alarm.pk}", receiver="position:dinkes.kadis").exists()
    told = Notice.objects.count()
    assert alarms.look(now=NOW) == (0, 0)
    assert Notice.objects.count() == told
    publish(dataset, LOW.replace(",45,", ",46,"), period="2026-W46")
    settle()
    assert not Alarm.objects.standing().exists()
    assert list(Entry.objects.filter(act__startswith="boards.").order_by("pk").values_list("act", flat=True)) == [
        "boards.raise-alarm", "boards.end-alarm",
    ]  # fmt: skip


def test_each_kabupaten_alarms_by_itself(dataset: Dataset, monkeypatch: Any) -> None:
    says(monkeypatch, when={"above": 30}, regions="kabupaten")
    publish(dataset, GOOD, period="2026-W45")
    settle()
    assert [(one.region, one.value, one.position) for one in Alarm.objects.standing()] == [
        ("71.71", 41.0, "dinkes.kabid-p2p")
    ]


def test_a_number_that_is_not_there_neither_raises_nor_ends(dataset: Dataset, monkeypatch: Any) -> None:
    rule = says(monkeypatch)
    assert alarms.look(now=NOW) == (0, 0)
    alarming.raise_alarm(rule, region="", value=1.0, period="", positions=(), by=PLATFORM, now=NOW)
    assert alarms.look(now=NOW) == (0, 0)


def test_the_position_that_is_told_answers_and_nobody_else(dataset: Dataset, monkeypatch: Any) -> None:
    rule = says(monkeypatch)
    alarm = alarming.raise_alarm(
        rule, region="", value=53.0, period="", positions=("dinkes.kadis",), by=PLATFORM, now=NOW
    )
    head, other = official("P28", "dinkes.kadis", now=NOW), official("P37", "pupr.kadis", now=NOW)
    assert head is not None
    assert other is not None
    with pytest.raises(NotAllowed):
        alarming.answer_alarm(alarm, answer="Sudah.", by=other, now=NOW)
    with pytest.raises(Invalid):
        alarming.answer_alarm(alarm, answer=" ", by=head, now=NOW)
    alarming.answer_alarm(alarm, answer="Penyelidikan hari ini.", by=head, now=NOW)
    assert Alarm.objects.get().answered_by == head.label
    alarming.end_alarm(Alarm.objects.get(), by=PLATFORM, now=NOW)
    with pytest.raises(Problem) as over:
        alarming.answer_alarm(alarm, answer="Terlambat.", by=head, now=NOW)
    assert over.value.code == "alarm-is-over"


def test_one_alarm_stands_for_a_rule_and_place_whoever_is_first(dataset: Dataset, monkeypatch: Any) -> None:
    from django.db import IntegrityError, transaction

    rule = says(monkeypatch)
    for _turn in range(2):
        try:
            with transaction.atomic():
                alarming.raise_alarm(rule, region="", value=1.0, period="", positions=(), by=PLATFORM, now=NOW)
        except IntegrityError:
            break
    assert Alarm.objects.standing().count() == 1
