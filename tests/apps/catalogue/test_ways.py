"""The way of a hand-in, as packs/satu-data declares it and as a province may change it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from mapalus.apps.cases.loading import load_packs
from mapalus.apps.cases.models import PackRefusal, PackVersion
from mapalus.apps.catalogue import actions, checking, packs, waking, ways
from mapalus.apps.catalogue.models import FigureStatus, HandIn, HandInProcess, HandInState, Version
from mapalus.apps.directory import actions as directory
from mapalus.apps.directory.models import LocalDay
from mapalus.apps.ledger.models import Entry
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.apps.notices.models import Notice
from mapalus.engine.errors import Conflict, NotAllowed
from mapalus.engine.flow.problems import Condition
from mapalus.engine.packs.loader import load_texts
from tests.apps.catalogue.cast import (
    CONTRACT,
    GOOD,
    NOW,
    PACKS,
    Province,
    awaiting_review,
    bps,
    checked,
    declared,
    handed_in,
    published,
)

pytestmark = [pytest.mark.slow]
MONTHLY = CONTRACT.replace("cadence: mingguan", "cadence: bulanan\n  priority: ya").replace("dbd-mingguan", "stunting")


def texts() -> dict[str, str]:
    folder = PACKS / "satu-data"
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.*") if path.is_file()}


def told(position: str) -> list[str]:
    found = Notice.objects.filter(receiver=f"position:{position}", channel="in-app").order_by("pk")
    return list(found.values_list("subject", flat=True))


def priority(here: Province, folder: Path) -> HandIn:
    dataset = declared(folder, text=MONTHLY)
    handin = checked(handed_in(dataset, here.operator, text=GOOD, period="2026-10"))
    return actions.confirm(handin, by=here.head, now=NOW)


# --- who, and when -----------------------------------------------------------------------------------------------


def test_the_next_one_is_told_that_it_is_his_turn_and_until_when(here: Province) -> None:
    handin = checked(handed_in(here.dataset, here.operator))
    assert told("dinkes.kadis") == ["Giliran Anda: Kasus DBD Mingguan, 2026-W45"]
    assert handin.step_due_at == datetime(2026, 11, 24, 8, tzinfo=UTC)  # two working days, at 16.00 WITA
    actions.confirm(handin, by=here.head, now=NOW)
    assert told("diskominfo.kabid-statistik") == ["Giliran Anda: Kasus DBD Mingguan, 2026-W45"]


def test_what_waits_too_long_is_reminded_then_passed_up_each_once(here: Province) -> None:
    handin = checked(handed_in(here.dataset, here.operator))
    late = NOW + timedelta(days=5)
    assert waking.wake(now=late) == 1
    assert waking.wake(now=late) == 0
    assert told("dinkes.kadis")[1:] == [
        "Menunggu Anda: Kasus DBD Mingguan, 2026-W45",
        "Menunggu Anda: Kasus DBD Mingguan, 2026-W45",
        "Lewat waktunya: Kasus DBD Mingguan, 2026-W45",
    ]
    assert told("diskominfo.kabid-statistik") == ["Lewat waktunya: Kasus DBD Mingguan, 2026-W45"]
    assert Entry.objects.filter(act="catalogue.tick").count() == 1
    handin.refresh_from_db()
    assert handin.stage is HandInState.AWAITING_CONFIRMATION


def test_another_holiday_moves_the_limit_of_what_waits(here: Province) -> None:
    handin = checked(handed_in(here.dataset, here.operator))
    directory.add_day(
        LocalDay, day=datetime(2026, 11, 23, tzinfo=UTC).date(), name="HUT", decree="CONTOH", by=PLATFORM, now=NOW
    )
    assert waking.recompute(now=NOW) == 1
    handin.refresh_from_db()
    assert handin.step_due_at == datetime(2026, 11, 25, 8, tzinfo=UTC)


# --- the pembina data ----------------------------------------------------------------------------------------------


def test_priority_data_are_checked_again_by_the_pembina_before_they_appear(here: Province, tmp_path: Path) -> None:
    pembina = bps()
    handin = priority(here, tmp_path)
    with pytest.raises(Condition):
        actions.publish(handin, status=FigureStatus.FINAL, by=here.walidata, now=NOW)
    handin = actions.step(handin, act="teruskan", by=here.walidata, now=NOW)
    assert (handin.stage, handin.turn) == (HandInState.AWAITING_ENDORSEMENT, "bps.kepala")
    assert HandIn.objects.visible_to(pembina).get() == handin
    with pytest.raises(NotAllowed):
        actions.endorse(handin, by=here.walidata, now=NOW)
    handin = actions.endorse(handin, by=pembina, now=NOW)
    assert (handin.stage, handin.turn) == (HandInState.APPROVED, "diskominfo.kabid-statistik")
    actions.publish(handin, status=FigureStatus.FINAL, by=here.walidata, now=NOW)
    assert Version.objects.visible_to(None).count() == 1


def test_the_pembina_sends_back_with_a_reason(here: Province, tmp_path: Path) -> None:
    pembina = bps()
    handin = actions.step(priority(here, tmp_path), act="teruskan", by=here.walidata, now=NOW)
    back = actions.return_handin(handin, reason="Konsep balita tidak sama", by=pembina, now=NOW)
    assert (back.stage, back.turn, back.verdict) == (HandInState.RETURNED, "dinkes.data", "Konsep balita tidak sama")


def test_a_pembina_who_does_not_answer_does_not_hold_the_data_for_ever(here: Province, tmp_path: Path) -> None:
    bps()
    handin = actions.step(priority(here, tmp_path), act="teruskan", by=here.walidata, now=NOW)
    later = NOW + timedelta(days=8)
    waking.wake(now=later)
    handin.refresh_from_db()
    assert (handin.stage, handin.turn) == (HandInState.APPROVED, "diskominfo.kabid-statistik")
    assert "Pembina data belum menjawab: Kasus DBD Mingguan, 2026-10" in told("diskominfo.kabid-statistik")
    actions.publish(handin, status=FigureStatus.FINAL, by=here.walidata, now=later)


def test_weekly_priority_data_and_those_without_a_pembina_wait_for_nobody(here: Province, tmp_path: Path) -> None:
    handin = priority(here, tmp_path)  # nobody is the pembina here
    assert handin.stage is HandInState.AWAITING_REVIEW
    actions.publish(handin, status=FigureStatus.FINAL, by=here.walidata, now=NOW)
    bps()
    here.dataset.is_priority = True
    here.dataset.save()
    actions.publish(awaiting_review(here), status=FigureStatus.FINAL, by=here.walidata, now=NOW)


# --- after it is published -----------------------------------------------------------------------------------------


def state_of(version: Version) -> str:
    assert version.handin is not None
    return str(HandIn.objects.get(pk=version.handin.pk).situation["state"])


def test_a_newer_version_a_withdrawal_and_a_roll_back_are_told_to_the_hand_ins(here: Province) -> None:
    first = published(here, text=GOOD)
    second = published(here, text=GOOD.replace("41", "40"), period="2026-W46")
    assert (state_of(first), state_of(second)) == ("diperbarui", "terbit")
    actions.roll_back(here.dataset, to=first, reason="Revisi", by=here.walidata, now=NOW)
    assert (state_of(first), state_of(second)) == ("terbit", "diperbarui")
    actions.withdraw(first, reason="Manado terhitung dua kali", by=here.walidata, now=NOW)
    assert (state_of(first), state_of(second)) == ("ditarik", "terbit")
    assert first.handin is not None
    assert HandIn.objects.get(pk=first.handin.pk).stage is HandInState.WITHDRAWN
    assert told("dinkes.data")[-1] == "Kasus DBD Mingguan, 2026-W45 ditarik dari penerbitan"


# --- another process -----------------------------------------------------------------------------------------------


def changed() -> dict[str, str]:
    """A district without a second look by walidata's head, whose secretary of the agency looks before the head."""
    files = texts()
    files["pack.yml"] = files["pack.yml"].replace("version: 1.0.0", "version: 1.1.0")
    files["CHANGELOG.md"] += "- 1.1.0: sekretaris memeriksa lebih dulu.\n"
    files["process.yml"] = (
        files["process.yml"]
        .replace(
            "  # diajukan\n",
            "  # diajukan\n  sekretaris: { label: Diperiksa sekretaris, label_en: With the secretary, "
            "stage: awaiting-confirmation, turn: sekretaris, deadline: { working_days: 1, reminders: [100] } }\n",
        )
        .replace("to: pengesahan, by: [system]", "to: sekretaris, by: [system]")
        .replace(
            "  # walidata\n",
            "  paraf: { label: Paraf, label_en: Initial, from: [sekretaris], to: pengesahan, by: [sekretaris] }\n"
            "  # walidata\n",
        )
        .replace(
            "  walidata: { unit_field",
            "  sekretaris: { unit_field: instansi, role: sekretaris, label: Sekretaris, label_en: Secretary }\n"
            "  walidata: { unit_field",
        )
    )
    return files


def test_a_province_changes_the_way_and_what_is_under_way_keeps_its_own(here: Province) -> None:
    before = checked(handed_in(here.dataset, here.operator))
    actions.load_process(load_texts(changed()), by=PLATFORM, now=NOW)
    after = checked(handed_in(here.dataset, here.operator, text=GOOD, period="2026-W46"))
    assert (before.turn, after.turn) == ("dinkes.kadis", "dinkes.sekretaris")
    ((act, _meaning),) = ways.look(after, now=NOW).open_acts(here.head_own, NOW)
    assert act.label == "Paraf"
    after = actions.step(after, act="paraf", by=here.head_own, now=NOW)
    assert after.turn == "dinkes.kadis"
    assert actions.confirm(after, by=here.head, now=NOW).stage is HandInState.AWAITING_REVIEW
    assert actions.confirm(before, by=here.head, now=NOW).stage is HandInState.AWAITING_REVIEW


def test_the_pack_is_loaded_with_the_others_but_is_no_service(here: Province) -> None:
    packs.keep(load_texts(changed()), now=NOW)
    loaded = load_packs([PACKS / "satu-data"], now=NOW)
    # the small province has no secretary of the province, whom the pack names
    assert loaded.refused == ("satu-data",)
    assert PackRefusal.objects.get().problems[0]["code"] in ("unknown-position", "version-not-raised")
    assert not PackVersion.objects.exists()
    assert HandInProcess.objects.current().get().version == "1.1.0"


def test_a_hand_in_from_before_ways_were_declared_goes_on(here: Province) -> None:
    handin = awaiting_review(here)
    HandIn.objects.update(process=None, situation={})
    with pytest.raises(NotAllowed):
        actions.publish(handin, status=FigureStatus.FINAL, by=here.head, now=NOW)
    version = actions.publish(handin, status=FigureStatus.FINAL, by=here.walidata, now=NOW)
    assert version.is_published


def test_who_decides_too_late_hears_who_was_faster(here: Province) -> None:
    handin = awaiting_review(here)
    actions.publish(handin, status=FigureStatus.FINAL, by=here.walidata, now=NOW)
    with pytest.raises(Conflict) as refused:
        actions.return_handin(handin, reason="Terlambat", by=here.walidata_head, now=NOW)
    assert refused.value.say(language="id").startswith("Kabid Statistik sudah lebih dahulu: Terbitkan, pukul 10.41.")


def test_the_platform_publishes_what_it_counted_itself_at_once(here: Province) -> None:
    handin = checking.check(handed_in(here.dataset, PLATFORM, text=GOOD), now=NOW)  # type: ignore[arg-type]
    assert actions.publish(handin, status=FigureStatus.FINAL, by=PLATFORM, now=NOW).is_published


def test_who_cites_a_withdrawn_version_reads_why_and_the_page_keeps_the_note(here: Province, client: Client) -> None:
    published(here, text=GOOD)
    second = published(here, text=GOOD.replace("41", "40"), period="2026-W46")
    actions.withdraw(second, reason="Manado terhitung dua kali", by=here.walidata, now=NOW)
    page = client.get("/data/dbd-mingguan/").content.decode()
    assert "Versi 2 ditarik" in page
    assert "Manado terhitung dua kali" in page
    gone = client.get("/data/dbd-mingguan/?version=2")
    assert gone.status_code == 410
    assert "Manado terhitung dua kali" in gone.content.decode()
