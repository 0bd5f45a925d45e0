"""A board in words every morning: once a day, to the position that asked, as far as it may see."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mapalus.apps.boards import digests, standing
from mapalus.apps.boards.models import Digest
from mapalus.apps.directory.actor import Official, official
from mapalus.apps.notices.models import Channel, Notice
from mapalus.engine.boards import Board, board_of
from mapalus.engine.errors import NotAllowed
from tests.apps.catalogue.cast import NOW, declared, people

pytestmark = pytest.mark.django_db
OPEN = {
    "title": "Papan Contoh", "public": True,
    "tiles": [{"kind": "text", "text": "x"}, {"kind": "number", "indicator": "DBD", "title": "Kasus DBD"},
              {"kind": "overdue", "title": "Lewat waktu"}],
}  # fmt: skip


@pytest.fixture
def head(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Official:
    settings.DATA_DIR = tmp_path / "data"
    people()
    declared(tmp_path)
    boards = {"papan-contoh": board_of(OPEN, name="papan-contoh")}
    boards["tertutup"] = board_of({**OPEN, "public": False, "for": ["pupr.kadis"]}, name="tertutup")
    monkeypatch.setattr(standing, "declared", lambda: boards)
    found = official("P28", "dinkes.kadis", now=NOW)
    assert found is not None
    return found


def _board(name: str) -> Board:
    return standing.board_named(name)


def test_it_goes_out_once_a_morning_and_says_what_is_not_there(head: Official) -> None:
    digests.ask_for_digest(_board("papan-contoh"), by=head, now=NOW)
    digests.ask_for_digest(_board("papan-contoh"), by=head, now=NOW)
    assert digests.send_all(now=NOW) == 1
    assert digests.send_all(now=NOW) == 0
    assert digests.send_all(now=NOW + timedelta(days=1)) == 1
    notice = Notice.objects.filter(channel=Channel.IN_APP).order_by("pk").first()
    assert notice is not None
    assert (notice.receiver, "Papan Contoh" in notice.subject) == ("position:dinkes.kadis", True)
    assert "Kasus DBD: – · belum ada data" in notice.body
    mail = Notice.objects.filter(channel=Channel.MAIL).first()
    assert mail is not None
    assert not mail.is_daily


def test_it_stays_with_the_position_and_ends_on_request(head: Official) -> None:
    made = digests.ask_for_digest(_board("papan-contoh"), by=head, now=NOW)
    assert not Digest.objects.visible_to(official("P37", "pupr.kadis", now=NOW)).exists()
    digests.end_digest(made, by=head, now=NOW)
    assert digests.send_all(now=NOW) == 0
    assert digests.ask_for_digest(_board("papan-contoh"), by=head, now=NOW).pk != made.pk


def test_a_board_for_others_is_not_told(head: Official) -> None:
    with pytest.raises(NotAllowed):
        digests.ask_for_digest(_board("tertutup"), by=head, now=NOW)
    Digest.objects.create(board="tertutup", position="dinkes.kadis", label="x", at=NOW)
    assert digests.send_all(now=NOW) == 0
