"""Use is counted without a trace of who: cheap on the way, added up once, told to the producer."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from mapalus.apps.catalogue import use
from mapalus.apps.catalogue.models import Download, UseSegment
from mapalus.apps.notices.models import Notice
from tests.apps.catalogue import cast
from tests.apps.catalogue.cast import NOW, Province

DAY = date(2026, 11, 20)


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path / ".use"


def _lines(folder: Path) -> list[str]:
    return [line for path in folder.glob("*.log") for line in path.read_text().splitlines()]


def test_a_use_is_one_line_with_nothing_about_who(folder: Path) -> None:
    use.count(7, "csv", agent="Mozilla/5.0 (rahasia)", now=NOW)
    assert _lines(folder) == ["7 2026-11-20 csv"]


def test_the_hot_path_asks_no_database(folder: Path) -> None:
    for _again in range(3):
        use.count(7, use.API, agent="curl/8", now=NOW)  # no database is allowed in this test
    assert len(_lines(folder)) == 3


@pytest.mark.parametrize("agent", ["Googlebot/2.1", "Mozilla/5.0 (compatible; bingbot/2.0)", "AhrefsBot", "my-crawler"])
def test_robots_stand_apart(folder: Path, agent: str) -> None:
    use.count(7, "csv", agent=agent, now=NOW)
    assert _lines(folder) == ["7 2026-11-20 robot"]


@pytest.mark.parametrize("agent", ["curl/8.4", "python-requests/2.31", "Mozilla/5.0 (X11; Linux) Firefox/130", "R/4.3"])
def test_programs_of_people_are_readers(agent: str) -> None:
    assert not use.is_robot(agent)


def test_threads_lose_no_line(folder: Path) -> None:
    def many() -> None:
        for _again in range(200):
            use.count(7, "csv", now=NOW)

    threads = [threading.Thread(target=many) for _one in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert _lines(folder) == ["7 2026-11-20 csv"] * 1600


def test_counting_never_fails_a_page(tmp_path: Path, settings: Any) -> None:
    (tmp_path / ".use").write_text("a file where the folder should be")
    settings.DATA_DIR = tmp_path
    use.count(7, "csv", now=NOW)


def test_what_is_counted_is_added_up_once(here: Province) -> None:
    for kind in ("csv", "csv", "xlsx", use.API, use.PAGE):
        use.count(here.dataset.pk, kind, agent="Mozilla", now=NOW)
    use.count(here.dataset.pk, "csv", agent="Googlebot", now=NOW)
    use.count(999_999, "csv", agent="Mozilla", now=NOW)  # a dataset that is gone
    assert use.flush(now=NOW) == 0, "somebody may still write to it"
    assert use.flush(now=NOW + timedelta(minutes=11)) == 7
    assert use.flush(now=NOW + timedelta(minutes=11)) == 0
    assert use.used([here.dataset.pk], since=DAY, until=DAY)[here.dataset.pk] == use.Use(3, 1, 1, 1)


def test_killed_between_the_table_and_the_file_it_is_not_added_twice(here: Province, monkeypatch: Any) -> None:
    use.count(here.dataset.pk, "csv", now=NOW)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", lambda *a, **k: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            use.flush(now=NOW, is_last=True)
    assert use.flush(now=NOW, is_last=True) == 0
    assert Download.objects.get().count == 1
    assert UseSegment.objects.count() == 1


def test_a_torn_line_is_passed_over(here: Province) -> None:
    use.count(here.dataset.pk, "csv", now=NOW)
    (path,) = use._folder().glob("*.log")
    path.write_text(path.read_text() + "7 2026-11\n\x00\x00\n-1 2026-11-20 ;drop\n")
    assert use.flush(now=NOW, is_last=True) == 1


def test_the_producer_is_told_once_a_month(here: Province) -> None:
    cast.published(here)
    Download.objects.create(dataset=here.dataset, day=date(2026, 10, 3), format="csv", count=12)
    at = NOW.replace(day=2)
    assert use.tell_producers(now=at) == 1
    assert use.tell_producers(now=at) == 0
    notice = Notice.objects.filter(receiver="position:dinkes.kabid-p2p").first()
    assert notice is not None
    assert "12" in notice.subject


def test_months_are_told_oldest_first(here: Province) -> None:
    Download.objects.create(dataset=here.dataset, day=date(2026, 10, 3), format="csv", count=12)
    months = use.monthly(here.dataset, now=NOW, months=3)
    assert [month for month, _use in months] == ["2026-09", "2026-10", "2026-11"]
    assert months[1][1].files == 12
