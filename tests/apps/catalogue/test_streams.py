"""Rows sent one after another: on the disk before they are acknowledged, once, seen at once, later a version."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mapalus.apps.catalogue import actions, compacting, dependents, indicators, streaming, stumbles
from mapalus.apps.catalogue.holdings import CatalogueHoldings
from mapalus.apps.catalogue.models import Dataset, FigureStatus, StreamRequest, StreamSegment, Version
from mapalus.apps.catalogue.readings import read
from mapalus.apps.catalogue.serving import served
from mapalus.apps.ledger.models import Entry
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine import clock
from mapalus.engine.data.indicator import declaration_of
from mapalus.engine.data.lake import VersionFolder
from mapalus.engine.data.merge import parts_of
from mapalus.engine.data.query import Query
from mapalus.engine.data.rows import place_of
from mapalus.engine.data.served import search
from mapalus.engine.errors import Conflict, NotAllowed, Unavailable
from mapalus.project import doctor
from tests.apps.catalogue.cast import CONTRACT, GOOD, NOW, actor, checked, declared, handed_in, people
from tests.apps.catalogue.streaming import STREAMED, Taking, begun, body, line

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def taking(tmp_path: Path, settings: Any) -> Iterator[Taking]:
    settings.DATA_DIR = tmp_path / "data"
    dataset, key, _secret = begun(tmp_path)
    lane = Taking(dataset, key, scratch=tmp_path / "scratch")
    lane.follow()
    yield lane
    lane.close()


def rows(**asked: Any) -> list[tuple[Any, ...]]:
    dataset = Dataset.objects.select_related("current").get()
    assert dataset.current is not None
    query = Query(fields=("kode_wilayah", "pelapor", "minggu", "kasus"), sort="kode_wilayah, minggu", **asked)
    return search(served(dataset.current, is_present=True), query).records


def test_rows_are_seen_when_they_are_acknowledged(taking: Taking) -> None:
    (answer,) = taking.send(body(line("71.73", 45, 3), line("71.71", 45, 50)))
    assert (answer.status, answer.body["accepted"], answer.body["rejected"]) == (200, 2, 0)
    assert [(r[0], r[3]) for r in rows()] == [("71.71", 50), ("71.72", 12), ("71.73", 3)]
    assert {r[1] for r in rows()} == {"S••• C••••", "B••• C••••"}
    segment = StreamSegment.objects.get()
    assert (segment.path / "rows.ndjson").is_file()
    entry = Entry.objects.get(act="catalogue.receive-rows")
    assert entry.data["snapshot"] == segment.snapshot
    assert "Siti" not in str(entry.data)
    assert entry.actor_label.startswith("Aplikasi RS")


def test_rows_are_shown_with_the_next_version_where_small_counts_are_left_out(tmp_path: Path, settings: Any) -> None:
    """Before, each would stand for itself; and what the version hides for the sake of another was read already."""
    settings.DATA_DIR = tmp_path / "data"
    text = STREAMED.replace("  cadence: mingguan", "  cadence: mingguan\n  suppress: 5")
    dataset, key, _secret = begun(tmp_path, text=text)
    lane = Taking(dataset, key, scratch=tmp_path / "scratch")
    lane.follow()
    before = rows()
    (answer,) = lane.send(body(line("71.73", 45, 3), line("71.74", 45, 50)))
    assert answer.status == 200
    assert rows() == before
    assert compacting.compact(Dataset.objects.get(), now=NOW) is not None
    assert {r[0] for r in rows()} == {"71.71", "71.72", "71.73", "71.74"}
    assert [r[3] for r in rows() if r[0] == "71.73"] == [None]
    lane.close()


def test_each_sender_hears_of_his_own_lines(taking: Taking) -> None:
    first, second = taking.send(
        body(line("71.73", 45, 3), line("71.73", 99, 3)), b"sampah\n" + body(line("71.01", 1, 2))
    )
    assert (first.body["accepted"], first.body["rejected"]) == (1, 1)
    assert [(e["line"], e["field"], e["rule"]) for e in first.body["errors"]] == [(2, "minggu", "maximum")]
    assert [(e["line"], e["code"]) for e in second.body["errors"]] == [(1, "parse-error")]
    assert first.body["sequence"] == second.body["sequence"] == 1
    assert len(rows()) == 4
    (all_bad,) = taking.send(body(line("71.73", 99, 3)))
    assert all_bad.status == 422


def test_a_request_sent_again_gets_the_same_answer_and_adds_nothing(taking: Taking) -> None:
    sent = body(line("71.73", 45, 3), line("71.73", 46, "x", name="Rahasia Contoh"))
    (first,) = taking.send(sent, names=("a",))
    (again,) = taking.send(sent, names=("a",))
    assert again == first
    assert StreamSegment.objects.count() == StreamRequest.objects.count() == 1
    assert "Rahasia" not in str(StreamRequest.objects.get().answer)
    (other,) = taking.send(body(line("71.74", 45, 3)), names=("a",))
    assert other.status == 422
    assert len(rows()) == 3


def test_rows_become_a_version_with_the_line_each_came_from(taking: Taking) -> None:
    taking.send(body(line("71.73", 45, 3), line("71.73", 99, 3)))
    taking.send(body(line("71.71", 45, 50), line("71.73", 45, 4)))
    before = rows()
    dataset = Dataset.objects.get()
    assert compacting.compact(dataset, now=NOW) == 3
    assert rows() == before  # beside the version before, with all that came
    taking.follow()
    assert rows() == before
    dataset.refresh_from_db()
    assert dataset.current is not None
    assert dataset.current.is_published
    assert (dataset.current.number, dataset.current.rows_bad) == (2, 1)
    folder = VersionFolder(dataset.current.path)
    found = search(
        served(dataset.current, is_present=True), Query(fields=("_id", "kode_wilayah", "kasus"), sort="kode_wilayah")
    )
    places = {record[1]: place_of(folder.rows, record[0]) for record in found.records}
    parts = parts_of(folder)
    assert {name: (parts[p[0]]["file"], p[1]) for name, p in places.items() if p} == {
        "71.71": ("kiriman.ndjson", 3), "71.72": ("dbd_m45.csv", 3), "71.73": ("kiriman.ndjson", 4),
    }  # fmt: skip
    assert not StreamSegment.objects.waiting().exists()
    folders = streaming.streams() / "dbd-mingguan" / "segments"
    assert not list(folders.iterdir())
    taking.send(body(line("71.75", 45, 9)))
    assert [(r[0], r[3]) for r in rows()] == [("71.71", 50), ("71.72", 12), ("71.73", 4), ("71.75", 9)]


def test_rows_that_come_during_a_compaction_are_seen_throughout(taking: Taking, monkeypatch: Any) -> None:
    taking.send(body(line("71.73", 45, 3)))
    record = compacting.record_version

    def late(*args: Any, **kwargs: Any) -> Any:
        taking.send(body(line("71.74", 45, 8), line("71.73", 45, 5)))
        return record(*args, **kwargs)

    monkeypatch.setattr(compacting, "record_version", late)
    compacting.compact(Dataset.objects.get(), now=NOW)
    expected = [("71.71", 41), ("71.72", 12), ("71.73", 5), ("71.74", 8)]
    assert [(r[0], r[3]) for r in rows()] == expected
    taking.follow()
    assert [(r[0], r[3]) for r in rows()] == expected
    assert StreamSegment.objects.waiting().count() == 1


def test_only_who_holds_a_key_that_counts_is_acknowledged(taking: Taking) -> None:
    streaming.revoke_key(taking.key, reason="diganti", by=PLATFORM, now=NOW)
    (answer,) = taking.send(body(line("71.73", 45, 3)))
    assert answer.status == 403
    assert not StreamSegment.objects.exists()
    assert len(rows()) == 2


def test_a_key_is_issued_by_who_answers_and_only_where_rows_may_come(tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path / "data"
    people()
    dataset = declared(tmp_path, text=CONTRACT)
    with pytest.raises(Conflict):
        streaming.issue_key(dataset, name="x", by=PLATFORM, now=NOW)
    with pytest.raises(NotAllowed):
        streaming.issue_key(dataset, name="x", by=actor("dinkes.data"), now=NOW)


def whole_now() -> float | None:
    """What the one indicator says of the province."""
    now = read(["UJI-1"], actor=PLATFORM)["UJI-1"].now
    assert now is not None
    return now.value


def test_the_number_on_a_board_follows_the_stream(taking: Taking, monkeypatch: Any) -> None:
    said = {"code": "UJI-1", "title": "Kasus", "dataset": "dbd-mingguan", "value": {"sum": "kasus"}}
    declared_one = declaration_of(said, file="uji")
    monkeypatch.setattr(indicators, "declarations", lambda: (declared_one,))
    pace = taking.lane.growing.pace
    taking.send(body(line("71.71", 45, 50), line("71.73", 45, 3)))
    assert pace.follow(now=NOW) == 1
    assert whole_now() == 50 + 12 + 3
    taking.send(body(line("71.71", 45, 1)))
    taking.send(body(line("71.71", 45, 2), line("71.71", 45, 4)))  # two rounds of the lane, one of the indicators
    assert pace.follow(now=NOW) == 1
    assert whole_now() == 4 + 12 + 3
    entries = Entry.objects.filter(act="catalogue.measure")
    recorded = entries.count()
    taking.send(body(line("71.71", 45, 4)))  # the same again: boards hear nothing
    assert (pace.follow(now=NOW), entries.count()) == (0, recorded)
    # A job that was queued before these rows came must not have the last word.
    current = Version.objects.latest("number")
    indicators.work_out_version(current, now=NOW + timedelta(seconds=1))
    assert whole_now() == 41 + 12
    assert pace.follow(now=NOW + timedelta(seconds=2)) == 1
    assert whole_now() == 4 + 12 + 3
    compacting.compact(Dataset.objects.get(), now=NOW)
    taking.follow()
    taking.send(body(line("71.73", 45, 30)))
    pace.follow(now=NOW)
    assert whole_now() == 4 + 12 + 30


def test_who_looked_up_the_present_version_reads_all_that_was_acknowledged_whatever_comes_meanwhile(
    taking: Taking,
) -> None:
    taking.send(body(line("71.73", 45, 3)))
    looked_up = Dataset.objects.select_related("current").get().current
    assert looked_up is not None
    compacting.compact(Dataset.objects.get(), now=NOW)  # at this very moment another version becomes the present one
    found = search(served(looked_up, is_present=True), Query(fields=("kode_wilayah",)))
    assert ("71.73",) in found.records
    exactly = search(served(looked_up, is_present=False), Query(fields=("kode_wilayah",)))
    assert ("71.73",) not in exactly.records


def test_nothing_is_acknowledged_before_it_can_be_seen(taking: Taking, monkeypatch: Any) -> None:
    begin, missed = taking.lane.growing._begin, []

    def another_version_came(*given: Any) -> None:
        missed.append(given)
        if len(missed) > 2:
            begin(*given)

    taking.lane.growing.drop()
    monkeypatch.setattr(taking.lane.growing, "_begin", another_version_came)
    (answer,) = taking.send(body(line("71.73", 45, 3)))
    assert len(missed) == 3
    assert answer.body["visible"] is True
    assert len(rows()) == 3


def test_a_stream_that_stumbles_loses_nothing_and_is_seen_to_stumble(taking: Taking, monkeypatch: Any) -> None:
    assert taking.lane.growing.live is not None

    def full(*_given: Any, **_named: Any) -> None:
        raise Unavailable from OSError(28, "No space left on device")

    monkeypatch.setattr(taking.lane.growing.live, "apply", full)
    (answer,) = taking.send(body(line("71.73", 45, 3)))
    assert (answer.status, answer.body["visible"]) == (200, True)
    assert len(rows()) == 3
    stumble = stumbles.of("dbd-mingguan")
    assert stumble is not None
    assert (stumble.doing, stumble.error, stumble.times) == ("showing", "OSError", 1)
    now = clock.now()
    wrong = [one for one in doctor.examine(now=now) if one.name == "streams"]
    assert not wrong[0].is_well
    assert "dbd-mingguan" in wrong[0].say()


def test_rows_that_wait_stay_in_sight_when_a_version_is_handed_in(taking: Taking) -> None:
    taking.send(body(line("71.73", 45, 3)))
    dataset = Dataset.objects.get()
    again = checked(handed_in(dataset, PLATFORM, text=GOOD, period="2026-W46"))  # type: ignore[arg-type]
    actions.publish(again, status=FigureStatus.FINAL, by=PLATFORM, now=clock.now())
    assert ("71.73", 3) in [(r[0], r[3]) for r in rows()]  # its own file is not there yet
    taking.follow()
    assert ("71.73", 3) in [(r[0], r[3]) for r in rows()]


def test_who_sends_is_asked_before_a_change_and_his_keys_are_handed_over(taking: Taking) -> None:
    senders = [one for one in dependents.of(Dataset.objects.get()) if one.kind == "sender"]
    assert [(one.label, one.position) for one in senders] == [("Aplikasi RS", taking.key.position)]
    held = [one for one in CatalogueHoldings().held_by(taking.key.position, NOW) if one.kind == "stream-key"]
    assert [one.key for one in held] == [str(taking.key.pk)]
    streaming.revoke_key(taking.key, reason="diganti", by=PLATFORM, now=NOW)
    assert not [one for one in dependents.of(Dataset.objects.get()) if one.kind == "sender"]
    assert not [one for one in CatalogueHoldings().held_by(taking.key.position, NOW) if one.kind == "stream-key"]
