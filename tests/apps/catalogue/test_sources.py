"""Sources: what comes of asking them, when they are asked again, who is told, and that nothing is lost."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from mapalus.apps.catalogue import actions, connecting, contracts, setting_off, source_acts
from mapalus.apps.catalogue.harvesting import alone, harvest, harvest_in_order, into
from mapalus.apps.catalogue.models import (
    Dataset,
    HandIn,
    HandInState,
    HarvestOutcome,
    HarvestRun,
    Source,
    SourceState,
    SourceWay,
    Version,
)
from mapalus.apps.jobs.worker import run_waiting
from mapalus.apps.ledger.models import Entry
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.apps.notices.models import Notice
from mapalus.engine.errors import Invalid, Misconfigured, NotAllowed, Problem
from mapalus.engine.harvest import registry
from tests.apps.catalogue import sourcing
from tests.apps.catalogue.cast import CONTRACT, GOOD, MIXED, NOW, Province, contract, published
from tests.apps.catalogue.sourcing import put, reread, source

MORE = GOOD + "71.73,Ani Contoh,45,7\n"
slow = pytest.mark.slow


def told(position: str) -> list[str]:
    """What was told to a position, in its app: the sentence before the name of the data."""
    found = Notice.objects.filter(receiver=f"position:{position}", channel="in-app").order_by("pk")
    return [one.subject.partition(":")[0] for one in found if one.event.startswith("source:")]


@pytest.fixture(autouse=True)
def connector(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_points", sourcing.installed)


@slow
def test_good_rows_of_a_trusted_source_are_published_by_themselves(here: Province, tmp_path: Path) -> None:
    made = source(here.dataset, put(tmp_path / "sistem", GOOD))
    run = harvest(made, now=NOW)
    assert run is not None
    assert (run.outcome, run.rows, run.rows_bad) == (HarvestOutcome.BROUGHT, 2, 0)
    made = reread(made)
    assert made.dataset.current is not None
    assert made.dataset.current.handin == run.handin
    assert made.mark
    assert made.answered_at is not None
    assert made.next_at is not None
    assert made.next_at > NOW + timedelta(minutes=59)
    assert not into(made).exists()
    assert Entry.objects.filter(act="catalogue.end-harvest").count() == 1


@slow
def test_without_trust_it_goes_the_way_of_a_hand_in(here: Province, tmp_path: Path) -> None:
    made = source(here.dataset, put(tmp_path / "sistem", GOOD), way=SourceWay.HANDIN)
    run = harvest(made, now=NOW)
    assert run is not None
    assert run.handin is not None
    assert run.handin.stage is HandInState.AWAITING_CONFIRMATION
    assert run.handin.turn == "dinkes.kadis"
    assert reread(made).mark  # the bytes are kept, whole: they need not come again


@slow
def test_bad_rows_are_never_published_by_themselves(here: Province, tmp_path: Path) -> None:
    made = source(here.dataset, put(tmp_path / "sistem", MIXED))
    run = harvest(made, now=NOW)
    assert run is not None
    assert run.outcome == HarvestOutcome.HELD
    assert not Version.objects.published().exists()
    assert "2 of 4 rows" in str(run.problem["text"] % run.problem["data"])
    assert Notice.objects.filter(receiver="position:dinkes.kabid-p2p", event__contains=":held:").exists()


@slow
def test_an_empty_answer_of_a_source_that_had_rows_is_held_back(here: Province, tmp_path: Path) -> None:
    made = source(here.dataset, put(tmp_path / "sistem", GOOD))
    harvest(made, now=NOW)
    put(tmp_path / "sistem", GOOD.splitlines()[0] + "\n")
    run = harvest(reread(made), now=NOW + timedelta(hours=1))
    assert run is not None
    assert run.outcome == HarvestOutcome.HELD
    assert run.problem["data"]["reason"] == "kosong"
    made = reread(made)
    assert made.dataset.current is not None
    assert made.dataset.current.rows_good == 2
    assert made.mark != run.mark


@slow
def test_nothing_new_writes_no_ledger_row_and_makes_no_hand_in(here: Province, tmp_path: Path) -> None:
    made = source(here.dataset, put(tmp_path / "sistem", GOOD))
    harvest(made, now=NOW)
    before = Entry.objects.count()
    run = harvest(reread(made), now=NOW + timedelta(hours=1))
    assert run is not None
    assert run.outcome == HarvestOutcome.UNCHANGED
    assert Entry.objects.count() == before
    # another mark over the same bytes: nothing new either, and the mark goes on
    put(tmp_path / "sistem", GOOD, mark="versi-2")
    run = harvest(reread(made), now=NOW + timedelta(hours=2))
    assert run is not None
    assert run.outcome == HarvestOutcome.UNCHANGED
    assert reread(made).mark == "versi-2"
    assert HandIn.objects.count() == 1


def test_who_does_not_answer_is_asked_again_sooner_and_then_more_slowly(here: Province, tmp_path: Path) -> None:
    made = source(here.dataset, put(tmp_path / "sistem", GOOD, wrong="away"), schedule="daily 02:00")
    waits = []
    for n in range(7):
        now = NOW + timedelta(hours=n)
        run = harvest(reread(made), now=now)
        assert run is not None
        assert run.outcome == HarvestOutcome.FAILED
        assert run.retry_at is not None
        waits.append((run.retry_at - now).total_seconds() / 60)
    assert [round(wait / (1 << n)) for n, wait in enumerate(waits[:4])] == [1, 1, 1, 1]
    assert waits[5] > 250
    made = reread(made)
    assert made.is_slowed
    assert not made.mark
    assert told("dinkes.kabid-p2p") == ["Sumber tidak menjawab, sekarang lebih jarang ditanya"]
    assert Entry.objects.filter(act="catalogue.end-harvest").count() == 1  # that it fails, not each time


@slow
def test_what_recovers_is_as_before(here: Province, tmp_path: Path) -> None:
    made = source(here.dataset, put(tmp_path / "sistem", GOOD, wrong="away"))
    harvest(made, now=NOW)
    put(tmp_path / "sistem", GOOD)
    run = harvest(reread(made), now=NOW + timedelta(minutes=2))
    assert run is not None
    assert run.outcome == HarvestOutcome.BROUGHT
    made = reread(made)
    assert (made.failures, made.failing_since, made.problem) == (0, None, {})


@slow
def test_a_vanished_source_is_told_at_once_and_nothing_is_deleted(here: Province, tmp_path: Path) -> None:
    made = source(here.dataset, put(tmp_path / "sistem", GOOD))
    harvest(made, now=NOW)
    put(tmp_path / "sistem", GOOD, wrong="gone")
    run = harvest(reread(made), now=NOW + timedelta(hours=1))
    assert run is not None
    assert run.outcome == HarvestOutcome.VANISHED
    made = reread(made)
    assert made.state == SourceState.VANISHED
    assert made.next_at is not None
    assert made.next_at - NOW >= timedelta(days=1)
    assert made.dataset.current is not None
    told = Notice.objects.filter(event__contains=":vanished:").values_list("receiver", flat=True)
    assert {"position:dinkes.kabid-p2p", "position:diskominfo.kabid-statistik"} <= set(told)
    put(tmp_path / "sistem", GOOD)
    harvest(made, now=NOW + timedelta(days=2))
    assert reread(made).state == SourceState.ACTIVE


@pytest.mark.parametrize("wrong", ["settings", "bug"])
def test_what_waiting_does_not_mend_is_told_and_not_hammered(here: Province, tmp_path: Path, wrong: str) -> None:
    made = source(here.dataset, put(tmp_path / "sistem", GOOD, wrong=wrong))
    run = harvest(made, now=NOW)
    assert run is not None
    assert run.outcome == HarvestOutcome.REFUSED
    made = reread(made)
    assert made.needs_person
    assert made.next_at is not None
    assert made.next_at >= NOW + timedelta(days=1)
    assert len(told("dinkes.kabid-p2p")) == len(told("diskominfo.kabid-statistik")) == 1
    assert Source.objects.troubled().get() == made


def test_a_missing_secret_is_named_and_never_a_value(
    here: Province, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = source(here.dataset, put(tmp_path / "sistem", GOOD), secret="portal-kunci")
    run = harvest(made, now=NOW)
    assert run is not None
    assert run.outcome == HarvestOutcome.REFUSED
    assert "MAPALUS_SECRET_PORTAL_KUNCI" in str(run.problem)
    monkeypatch.setenv("MAPALUS_SECRET_PORTAL_KUNCI", "sangat-rahasia")
    assert connecting.has_secret("portal-kunci")
    assert connecting.secret("portal-kunci") == "sangat-rahasia"
    assert connecting.missing_secrets("contoh", made.options) == ()


@pytest.mark.django_db
def test_the_secret_of_the_installation_is_no_secret_of_a_source() -> None:
    assert not connecting.has_secret("key")
    for name in ("key", "KEY", "key-file", "../x", "a b"):
        with pytest.raises(Invalid):
            connecting.secret(name)
    with pytest.raises(Misconfigured):
        connecting.secret("tidak-ada")


def test_two_never_ask_one_source_at_once(here: Province, tmp_path: Path) -> None:
    made = source(here.dataset, put(tmp_path / "sistem", GOOD))
    with alone(made) as first:
        assert first
        with alone(made) as second:
            assert not second
        assert harvest(made, now=NOW) is None
    assert not HarvestRun.objects.exists()


@slow
def test_due_sources_become_jobs_one_each_and_a_broken_one_holds_up_no_other(
    here: Province, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source(here.dataset, put(tmp_path / "a", GOOD, wrong="bug"))
    second = source(here.dataset, put(tmp_path / "b", MORE))
    later = NOW + timedelta(hours=1)
    assert setting_off.set_off(now=NOW) == 0  # there is time to try them out
    assert setting_off.set_off(now=later) == 2
    assert setting_off.set_off(now=later) == 0  # until their next time
    monkeypatch.setattr("mapalus.engine.clock.now", lambda: later)
    assert run_waiting(now=later) >= 2
    assert reread(second).mark


def test_a_paused_source_is_not_asked(here: Province, tmp_path: Path) -> None:
    made = source(here.dataset, put(tmp_path / "sistem", GOOD))
    source_acts.pause_source(made, reason="Portal dipelihara", by=here.operator, now=NOW)
    assert setting_off.set_off(now=NOW + timedelta(days=3)) == 0
    source_acts.resume_source(made, by=here.operator, now=NOW)
    assert setting_off.set_off(now=NOW + timedelta(minutes=1)) == 1


def test_other_settings_bring_everything_anew(here: Province, tmp_path: Path) -> None:
    made = source(here.dataset, put(tmp_path / "sistem", GOOD))
    Source.objects.filter(pk=made.pk).update(mark="sampai-sini")
    source_acts.change_source(made, title="Nama lain", by=here.operator, now=NOW)
    assert reread(made).mark == "sampai-sini"
    source_acts.change_source(made, options={"folder": str(put(tmp_path / "lain"))}, by=here.operator, now=NOW)
    assert reread(made).mark == ""


def test_only_the_unit_and_walidata_touch_a_source_and_only_walidata_trusts_it(here: Province, tmp_path: Path) -> None:
    made = source(here.dataset, put(tmp_path / "sistem", GOOD), way=SourceWay.HANDIN)
    for act in (source_acts.resume_source, source_acts.harvest_now, source_acts.try_source):
        with pytest.raises(NotAllowed):
            act(made, by=here.stranger, now=NOW)
    with pytest.raises(NotAllowed):
        source_acts.trust_source(made, way=SourceWay.DIRECT, reason="x", by=here.operator, now=NOW)
    source_acts.trust_source(made, way=SourceWay.DIRECT, reason="Kesepakatan", by=here.walidata, now=NOW)
    assert list(Source.objects.visible_to(here.operator)) == [made]
    assert not Source.objects.visible_to(here.stranger).exists()
    assert not Source.objects.visible_to(None).exists()


def test_settings_that_do_not_fit_are_said_in_the_form(here: Province, tmp_path: Path) -> None:
    for options, field in (({}, "folder"), ({"folder": "x"}, "folder"), ({"folder": "/x", "lain": 1}, "lain")):
        with pytest.raises(Invalid) as refused:
            source_acts.add_source(
                here.dataset, connector="contoh", options=options, keeper=here.dataset.producer, by=here.operator,
                now=NOW,
            )  # fmt: skip
        assert field in refused.value.fields


@slow
def test_what_was_taken_away_keeps_what_came_of_it(here: Province, tmp_path: Path) -> None:
    made = source(here.dataset, put(tmp_path / "sistem", GOOD))
    harvest(made, now=NOW)
    source_acts.forget_source(made, reason="Sistem ditutup", by=here.walidata, now=NOW)
    assert not Source.objects.kept().exists()
    assert HarvestRun.objects.get().handin is not None
    assert Dataset.objects.get().current is not None
    assert source(here.dataset, put(tmp_path / "baru", GOOD)).name == made.name


NEW = [
    {"Kode wilayah": "71.71", "Nama pelapor": "Siti Contoh", "Minggu": 45, "Kasus": 50},
    {"Kode wilayah": "71.74", "Nama pelapor": "Ani Contoh", "Minggu": 45, "Kasus": 3},
]


def numbers(version: Version) -> list[str]:
    """Region and cases of each row of a version."""
    from mapalus.engine.data.glance import first_rows

    contract = contracts.load(version.contract.path.parent)
    return [f"{row[0]} {row[3]}" for row in first_rows(version.path / "data.parquet", contract=contract, number=50)]


@slow
@pytest.mark.parametrize("way", [SourceWay.DIRECT, SourceWay.HANDIN])
def test_changes_and_deletions_are_laid_upon_the_version_the_mark_stands_for(
    here: Province, tmp_path: Path, way: SourceWay
) -> None:
    made = source(here.dataset, put(tmp_path / "sistem", MORE), way=way)
    harvest(made, now=NOW)
    put(tmp_path / "sistem", MORE, mark="2", changes=NEW, deleted=[{"Kode wilayah": "71.72", "Minggu": 45}])
    run = harvest(reread(made), now=NOW + timedelta(hours=1))
    assert run is not None
    assert run.outcome in (HarvestOutcome.BROUGHT, HarvestOutcome.HELD)  # so few rows: a look at what changed
    assert run.handin is not None
    assert run.handin.version is not None
    assert numbers(run.handin.version) == ["71.71 50", "71.73 7", "71.74 3"]
    assert run.handin.version.rows_good == 3
    assert reread(made).mark == "2"


@slow
def test_what_a_person_sent_back_is_brought_whole_again(here: Province, tmp_path: Path) -> None:
    made = source(here.dataset, put(tmp_path / "sistem", MORE), way=SourceWay.HANDIN)
    first = harvest(made, now=NOW)
    assert first is not None
    assert first.handin is not None
    actions.return_handin(first.handin, reason="Salah minggu", by=here.head, now=NOW)
    put(tmp_path / "sistem", MORE.replace("41", "40"), mark="2", changes=NEW)
    run = harvest(reread(made), now=NOW + timedelta(hours=1))
    assert run is not None
    assert run.handin is not None
    assert run.extent == "whole"
    assert run.handin.version is not None
    assert numbers(run.handin.version) == ["71.71 40", "71.72 12", "71.73 7"]


@slow
def test_only_deletions_are_followed_too(here: Province, tmp_path: Path) -> None:
    made = source(here.dataset, put(tmp_path / "sistem", MORE))
    harvest(made, now=NOW)
    put(tmp_path / "sistem", GOOD, mark="2", changes=[], deleted=[{"Kode wilayah": "71.73", "Minggu": 45}])
    (tmp_path / "sistem" / "says").write_text((tmp_path / "sistem" / "says").read_text().replace("[]", "[null]"))
    run = harvest(reread(made), now=NOW + timedelta(hours=1))
    assert run is not None
    assert run.handin is not None
    assert run.handin.version is not None
    assert numbers(run.handin.version) == ["71.71 41", "71.72 12"]


DECLARED = """
  source:
    system: SKDR Kemenkes
    connector: contoh
    options: {folder: FOLDER}
    schedule: setiap Senin 02.00
    keeper: dinkes.data
    publishes: langsung
"""


def changed(here: Province, tmp_path: Path, text: str) -> None:
    kept = contract(tmp_path, CONTRACT.rstrip() + text)
    actions.change_contract(here.dataset, kept=kept, reason="Sumber berubah", by=PLATFORM, now=NOW)


def test_a_contract_declares_its_source_changes_it_and_takes_it_away(here: Province, tmp_path: Path) -> None:
    text = DECLARED.replace("FOLDER", str(put(tmp_path / "a", GOOD)))
    changed(here, tmp_path, text)
    made = Source.objects.get()
    assert (made.title, made.schedule, made.keeper_code) == ("SKDR Kemenkes", "weekly monday 02:00", "dinkes.data")
    assert made.way == SourceWay.DIRECT
    changed(here, tmp_path, text.replace("setiap Senin 02.00", "setiap jam"))
    assert reread(made).schedule == "hourly"
    acts = Entry.objects.filter(act__contains="source").values_list("act", flat=True)
    assert {"catalogue.add-source", "catalogue.change-source", "catalogue.trust-source"} <= set(acts)
    changed(here, tmp_path, "\n  source: {system: SKDR Kemenkes}\n")
    assert Source.objects.kept().get().kind == "upload"
    changed(here, tmp_path, "\n  themes: [kesehatan]\n")
    assert not Source.objects.kept().exists()


@pytest.mark.parametrize(
    "wrong",
    ["connector: tidak-ada", "schedule: kadang", "keeper: bukan.siapa", "publishes: x", "lain: 1", "options: [1]"],
)
def test_a_contract_with_a_source_that_does_not_fit_is_refused_whole(
    here: Province, tmp_path: Path, wrong: str
) -> None:
    lines = {"connector": "contoh", "options": f"{{folder: {put(tmp_path / 'a', GOOD)}}}"}
    name, _colon, value = wrong.partition(": ")
    lines[name] = value
    text = "\n  source:\n" + "".join(f"    {key}: {said}\n" for key, said in lines.items())
    with pytest.raises(Problem):
        changed(here, tmp_path, text)
    assert here.dataset.contracts.count() == 1
    assert not Source.objects.exists()


@slow
def test_attempts_that_brought_nothing_are_forgotten_and_what_brought_a_version_never(
    here: Province, tmp_path: Path
) -> None:
    made = source(here.dataset, put(tmp_path / "sistem", GOOD))
    for hour in range(3):
        harvest(reread(made), now=NOW + timedelta(hours=hour))
    assert setting_off.forget_old(now=NOW + timedelta(days=30)) == 0
    assert setting_off.forget_old(now=NOW + timedelta(days=100)) == 2
    assert made.runs.get().outcome == HarvestOutcome.BROUGHT


@slow
def test_what_somebody_handed_in_already_is_not_brought_again(here: Province, tmp_path: Path) -> None:
    published(here, text=GOOD)
    made = source(here.dataset, put(tmp_path / "sistem", GOOD))
    for hour in range(2):
        run = harvest(reread(made), now=NOW + timedelta(hours=hour))
        assert run is not None
        assert run.outcome == HarvestOutcome.UNCHANGED
    assert HandIn.objects.count() == 1
    assert made.runs.latest("pk").size is None  # the second time the mark said so, without a byte
    assert made.runs.exclude(handin=None).count() == 1


@slow
def test_a_source_that_goes_back_to_what_it_was_is_followed(here: Province, tmp_path: Path) -> None:
    """The same bytes as an earlier version, but not as the one that stands: that is news."""
    made = source(here.dataset, put(tmp_path / "sistem", GOOD))
    other = GOOD.replace("Siti", "Sitti")
    assert other != GOOD
    for hour, text in enumerate((GOOD, other, GOOD, other)):
        put(tmp_path / "sistem", text, mark=f"versi-{hour}")
        run = harvest(reread(made), now=NOW + timedelta(hours=hour))
        assert run is not None
        assert run.outcome == HarvestOutcome.BROUGHT
        current = reread(made).dataset.current
        assert current is not None
        assert (current.number, run.snapshot) == (hour + 1, run.handin.snapshot if run.handin else "")
        assert reread(made).mark == f"versi-{hour}"


@slow
def test_every_new_file_of_a_folder_comes_in_one_turn_the_oldest_first(
    here: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # the folder of the platform itself
    folder = connecting.surroundings(unit=here.dataset.unit_code).folder
    assert folder is not None
    names = ("Siti", "Sitti", "Sity")
    for number, name in enumerate(names):
        path = folder / f"{9 - number}.csv"  # the order is that of time, not of names
        path.write_text(GOOD.replace("Siti", name))
        os.utime(path, (1_700_000_000 + number, 1_700_000_000 + number))
    made = source_acts.add_source(
        here.dataset, connector="folder", options={"take": "each", "pattern": "*.csv"}, keeper=here.dataset.producer,
        by=PLATFORM, now=NOW,
    )  # fmt: skip
    Source.objects.filter(pk=made.pk).update(way=SourceWay.DIRECT)
    runs = harvest_in_order(reread(made), now=NOW)
    assert [run.facts["file"] for run in runs] == ["9.csv", "8.csv", "7.csv"]
    current = reread(made).dataset.current
    assert current is not None
    assert (current.number, len(harvest_in_order(reread(made), now=NOW))) == (3, 1)
    # one that cannot be published stops the row: nothing goes past it
    for number, text in enumerate((MIXED.replace("41", "x"), GOOD.replace("41", "44"))):
        path = folder / f"lagi-{number}.csv"
        path.write_text(text)
        os.utime(path, (1_800_000_000 + number, 1_800_000_000 + number))
    assert [run.facts["file"] for run in harvest_in_order(reread(made), now=NOW)] == ["lagi-0.csv"]


@slow
def test_a_source_that_suddenly_brings_far_fewer_rows_is_held_back(here: Province, tmp_path: Path) -> None:
    many = "".join(f"71.{n % 90:02},Siti Contoh,{1 + n // 90},{n % 40}\n" for n in range(400))
    made = source(here.dataset, put(tmp_path / "sistem", GOOD.splitlines()[0] + "\n" + many))
    harvest(made, now=NOW)
    put(tmp_path / "sistem", GOOD.splitlines()[0] + "\n" + "".join(many.splitlines(keepends=True)[:20]))
    run = harvest(reread(made), now=NOW + timedelta(hours=1))
    assert run is not None
    assert run.outcome == HarvestOutcome.HELD
    current = reread(made).dataset.current
    assert current is not None
    assert current.rows_good == 400
