"""What rises to a leader and what stands in the strip of alarms: by where units stand, and nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mapalus.apps.boards.models import Alarm
from mapalus.apps.boards.standing import board_named, declared
from mapalus.apps.cases.models import Case, PackVersion
from mapalus.apps.catalogue import indicators
from mapalus.apps.catalogue.models import Dataset
from mapalus.apps.directory.actor import Official, official
from mapalus.apps.directory.roster import roster
from mapalus.doors.command import fragments
from mapalus.doors.command.tiles.alarms import Out, alarms
from mapalus.doors.command.tiles.around import Around
from mapalus.doors.command.tiles.reaching import RISES_AFTER, covered, is_above, risen
from mapalus.doors.command.tiles.registry import Placed
from mapalus.engine.boards import Tile
from tests.apps.catalogue import cast
from tests.doors.command import scene
from tests.doors.command.test_boards import settle

pytestmark = pytest.mark.django_db
NOW = cast.NOW


@pytest.fixture
def assistant() -> Official:
    """Stands above the heads of Dinkes, PUPR and Diskominfo."""
    cast.people()
    found = official("P04", "setda.asisten1", now=NOW)
    assert found is not None
    return found


def waiting(number: str, *, unit: str, days: int, turn: str, **more: Any) -> Case:
    """A published case that has been overdue for some days of the calendar."""
    pack, _new = PackVersion.objects.get_or_create(
        name="aduan", digest="0" * 64, defaults={"title": "Aduan", "version": "1.0.0", "loaded_at": NOW, "files": {}}
    )
    due = NOW - timedelta(days=days)
    facts = {"is_published": True, "published_at": NOW, **more}
    return Case.objects.create(
        number=number, pack=pack, pack_name="aduan", title=number, state="diproses", turn=turn, unit=unit,
        received_at=due - timedelta(days=5), due_at=due, due_order=due, opened_by="applicant", code_digest=number,
        **facts,
    )  # fmt: skip


def numbers(actor: Official | None, **more: Any) -> list[str]:
    return [one.number for one in risen(actor, roster(NOW), now=NOW, **more)]


def test_a_case_rises_to_who_stands_directly_above_the_head_once_it_is_overdue_for_a_working_week(
    assistant: Official,
) -> None:
    waiting("LAMA", unit="pupr", days=30, turn="pupr.kabid-bm")
    waiting("BARU", unit="pupr", days=RISES_AFTER - 2, turn="pupr.kabid-bm")
    assert numbers(assistant) == ["LAMA"]
    assert numbers(official("P37", "pupr.kadis", now=NOW)) == []  # his own unit: it waits there, it does not rise
    assert numbers(None) == []


def test_the_longest_overdue_comes_first_and_a_service_can_be_asked_for(assistant: Official) -> None:
    waiting("DUA", unit="dinkes", days=20, turn="dinkes.data")
    waiting("SATU", unit="pupr", days=40, turn="pupr.data")
    assert numbers(assistant) == ["SATU", "DUA"]
    assert numbers(assistant, service="layanan-lain") == []


def test_restricted_and_secret_cases_and_ones_own_turn_never_rise(assistant: Official) -> None:
    waiting("TERBATAS", unit="pupr", days=30, turn="pupr.data", is_restricted=True)
    waiting("RAHASIA", unit="pupr", days=30, turn="pupr.data", is_secret=True, is_published=False, published_at=None)
    waiting("GILIRAN", unit="pupr", days=30, turn="setda.asisten1")
    assert numbers(assistant) == []


def test_who_stands_above_whom_goes_up_the_line_and_never_in_circles(assistant: Official) -> None:
    holders = roster(NOW)
    assert covered(assistant) >= {"setda.asisten1"}
    assert covered(None) == frozenset()
    assert is_above(covered(assistant), "dinkes.data", holders)
    assert not is_above(["dinkes.kadis"], "pupr.data", holders)
    assert not is_above(["dinkes.kadis"], "dinkes.kadis", holders)
    assert not is_above(["dinkes.kadis"], "tidak.ada", holders)


# --- the strip ----------------------------------------------------------------------------------------------------


@pytest.fixture
def province(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.DATA_DIR, settings.PACKS = tmp_path, [scene.write_pack(tmp_path)]
    declared.cache_clear()
    indicators.declarations.cache_clear()
    fragments.forget()
    scene.build()
    scene.publish(20.0)  # 45 of 100 km: outside the limit of 65
    settle()
    yield
    declared.cache_clear()
    indicators.declarations.cache_clear()


def strip(*, is_wall: bool = False, actor: Any = None) -> list[Out]:
    around = Around(board_named("gubernur"), actor, scene.AT, "id", is_wall=is_wall)
    shown = alarms(Placed(Tile(kind="alarms"), 1), around)
    assert isinstance(shown.context, list)
    return shown.context


def alarm(rule: str = "jalan", **more: Any) -> Alarm:
    return Alarm.objects.create(
        rule=rule, indicator="LIV-14", title="Jalan di luar batas", position="pupr.kadis", began_at=scene.AT, **more
    )


def test_what_is_out_of_order_without_a_rule_is_said_once_with_the_way_to_why(province: None) -> None:
    (one,) = strip()
    assert (one.state, one.title, one.href) == ("late", "Kemantapan jalan", "/papan/mengapa/LIV-14/")
    assert strip(is_wall=True)[0].href == ""


def test_an_alarm_by_rule_takes_the_place_of_its_number_and_names_its_position(province: None) -> None:
    alarm()
    (one,) = strip()
    assert (one.title, one.position, one.state) == ("Jalan di luar batas", "Kepala Dinas PUPR", "late")
    assert one.since == scene.AT


def test_what_is_answered_stands_after_what_waits_and_what_is_over_not_at_all(province: None) -> None:
    alarm("dijawab", answered_at=scene.AT, answered_by="Kepala Dinas PUPR", answer="Ditambal minggu ini.")
    alarm("biasa")
    alarm("mendesak", is_urgent=True)
    alarm("selesai", ended_at=scene.AT)
    assert [(one.state, one.is_urgent) for one in strip()] == [("late", True), ("late", False), ("soon", False)]


def test_a_number_that_is_not_for_the_reader_does_not_alarm_before_him(province: None) -> None:
    alarm()
    Dataset.objects.update(classification="terbatas", classification_ground="Pasal 17 (contoh)")
    assert strip() == []
