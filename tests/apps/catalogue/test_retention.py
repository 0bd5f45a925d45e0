"""Versions go when the contract says so; never the current one, nor one that something stands on; a tombstone stays."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from mapalus.apps.catalogue import actions, retention
from mapalus.apps.catalogue.measuring import declare_indicator, measure
from mapalus.apps.catalogue.models import Dataset, FigureStatus, Version
from mapalus.apps.ledger.models import Entry
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.data.indicator import declaration_of
from mapalus.engine.data.indicator.frame import framed_of
from mapalus.engine.errors import Conflict
from mapalus.project import doctor
from tests.apps.catalogue.cast import CONTRACT, GOOD, NOW, checked, declared, handed_in, people

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
LATER = NOW + timedelta(days=400)


def kept(folder: Path, settings: Any, *, rule: str, versions: int = 4) -> Dataset:
    """A dataset with so many published versions, a month apart."""
    settings.DATA_DIR = folder / "data"
    people()
    made = declared(folder, text=CONTRACT + (f"  retention: {rule}\n" if rule else ""))
    for n in range(versions):
        handin = checked(handed_in(made, PLATFORM, text=GOOD.replace(",41", f",{40 + n}"), period=f"2026-W{40 + n}"))  # type: ignore[arg-type]
        actions.publish(handin, status=FigureStatus.FINAL, by=PLATFORM, now=NOW + timedelta(days=31 * n))
    made.refresh_from_db()
    return made


def left() -> list[int]:
    return list(Version.objects.filter(removed_at__isnull=True).order_by("number").values_list("number", flat=True))


def swept(dataset: Dataset, *, now: datetime = LATER) -> list[int]:
    retention.sweep(Dataset.objects.select_related("contract").get(pk=dataset.pk), now=now)
    return left()


@pytest.mark.parametrize(
    ("rule", "days", "expected"),
    [
        ("", 9000, [1, 2, 3, 4]),
        ("forever", 9000, [1, 2, 3, 4]),
        ("{versions: 2}", 0, [3, 4]),
        ("{months: 2}", 31 * 3, [3, 4]),
        ("{versions: 3, months: 2}", 31 * 3, [2, 3, 4]),
        ("{months: 1}", 9000, [4]),
    ],
)
def test_the_contract_says_how_long(tmp_path: Path, settings: Any, rule: str, days: int, expected: list[int]) -> None:
    dataset = kept(tmp_path, settings, rule=rule)
    assert swept(dataset, now=NOW + timedelta(days=days)) == expected


def test_a_removed_version_leaves_its_tombstone(tmp_path: Path, settings: Any) -> None:
    dataset = kept(tmp_path, settings, rule="{versions: 1}", versions=2)
    first = Version.objects.get(number=1)
    assert swept(dataset) == [2]
    assert not first.path.exists()
    first.refresh_from_db()
    assert first.snapshot
    assert first.removed_reason
    entry = Entry.objects.get(act="catalogue.remove-version")
    assert entry.data["snapshot"] == first.snapshot
    gone = Client().get("/data/dbd-mingguan/?version=1")
    assert gone.status_code == 410
    assert first.removed_reason in gone.content.decode()
    names = {"versions": True, "leftovers": True}
    assert {one.name: one.is_well for one in doctor.examine(now=LATER) if one.name in names} == names


def test_the_current_version_stays_even_when_it_is_an_old_one(tmp_path: Path, settings: Any) -> None:
    dataset = kept(tmp_path, settings, rule="{versions: 1}", versions=3)
    actions.roll_back(dataset, to=Version.objects.get(number=1), reason="keliru", by=PLATFORM, now=NOW)
    assert swept(dataset) == [1, 3]
    with pytest.raises(Conflict):
        retention.remove_version(Version.objects.get(number=1), reason="x", by=PLATFORM, now=NOW)


def test_a_version_on_which_a_number_stands_stays(tmp_path: Path, settings: Any) -> None:
    dataset = kept(tmp_path, settings, rule="{versions: 1}", versions=3)
    descriptor = {"code": "dbd", "title": "DBD", "dataset": "dbd-mingguan", "value": {"sum": "kasus"}}
    said = declaration_of(descriptor, file="uji")
    declare_indicator(dataset, declaration=said, by=PLATFORM, now=NOW)
    for number, period in ((1, "2026-W40"), (2, "2026-W41"), (3, "2026-W41")):
        frame = framed_of([(period, "", "")], [[1.0], [1.0], [None], [1], [2], [2], [0], [0]], (0,))
        version = Version.objects.get(number=number)
        measure(version, declared=[said], measures={("dbd", ""): frame}, by=PLATFORM, now=NOW)
    assert swept(dataset) == [1, 3]


def test_what_nobody_published_goes_after_half_a_year(tmp_path: Path, settings: Any) -> None:
    dataset = kept(tmp_path, settings, rule="", versions=1)
    waiting = checked(handed_in(dataset, PLATFORM, text=GOOD.replace(",41", ",99"), period="2026-W50"))  # type: ignore[arg-type]
    assert swept(dataset) == [1, 2]  # somebody still decides over it
    assert waiting.stage.is_open
    handed_in(dataset, PLATFORM, text=GOOD.replace(",41", ",98"), period="2026-W50")  # type: ignore[arg-type]
    assert swept(dataset, now=NOW + timedelta(days=30)) == [1, 2]
    assert swept(dataset) == [1]
