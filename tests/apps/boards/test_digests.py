"""A board in words every morning: once a day, to the position that asked, as far as it may see."""

from __future__ import annotations

import re
import socketserver
import threading
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage

from mapalus.apps.boards import digests, standing
from mapalus.apps.boards.models import Digest
from mapalus.apps.directory.actor import Official, official
from mapalus.apps.directory.models import Person
from mapalus.apps.notices import sending
from mapalus.apps.notices.letter import letter
from mapalus.apps.notices.models import Channel, Notice
from mapalus.engine.boards import Board, board_of
from mapalus.engine.errors import NotAllowed, Unavailable
from mapalus.project import health
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


def test_a_board_that_cannot_be_written_keeps_nobody_else_waiting(
    head: Official, monkeypatch: pytest.MonkeyPatch
) -> None:
    Digest.objects.create(board="papan-contoh", position="pupr.kadis", label="x", at=NOW)
    digests.ask_for_digest(_board("papan-contoh"), by=head, now=NOW)
    written = digests._writers[0]

    def write(board: Board, actor: Any, now: Any) -> tuple[str, str]:
        if actor.position == "pupr.kadis":
            raise ValueError
        return written(board, actor, now)

    monkeypatch.setattr(digests, "_writers", [write])
    for _again in range(2):
        with pytest.raises(ValueError):
            digests.send_all(now=NOW)
    assert Notice.objects.filter(receiver="position:dinkes.kadis", channel=Channel.IN_APP).count() == 1


def test_while_the_mail_server_is_away_it_stands_in_the_inbox_and_goes_out_once_when_it_is_back(
    head: Official, monkeypatch: pytest.MonkeyPatch, mailoutbox: list[EmailMessage]
) -> None:
    user = get_user_model().objects.create_user("dinkes", email="dinkes@contoh.test")
    Person.objects.filter(code="P28").update(user=user)
    digests.ask_for_digest(_board("papan-contoh"), by=head, now=NOW)
    digests.send_all(now=NOW)
    mail = Notice.objects.get(channel=Channel.MAIL)
    with monkeypatch.context() as away:
        away.setattr(EmailMessage, "send", _away)
        for _attempt in range(3):
            with pytest.raises(Unavailable):
                sending.send(mail.pk, now=NOW)
    assert Notice.objects.filter(channel=Channel.IN_APP).count() == 1
    assert not health._messages(NOW + timedelta(hours=1))[0]
    for _attempt in range(2):
        sending.send(mail.pk, now=NOW)
    assert [" ".join(one.subject.split()) for one in mailoutbox] == [" ".join(mail.subject.split())]
    assert health._messages(NOW + timedelta(hours=1))[0]


class Post(socketserver.StreamRequestHandler):
    """A mail server on this machine: takes one message after the other, and keeps them."""

    def handle(self) -> None:
        server: Any = self.server
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline().strip().upper():
            if line == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = iter(self.rfile.readline, b".\r\n")
                server.taken.append(message_from_bytes(b"".join(lines), policy=policy.default))
            self.wfile.write(b"221 bye\r\n" if line == b"QUIT" else b"250 ok\r\n")
            if line == b"QUIT":
                return


def test_a_mail_server_takes_it_with_the_same_words_plain_and_laid_out(head: Official, settings: Any) -> None:
    user = get_user_model().objects.create_user("dinkes", email="dinkes@contoh.test")
    Person.objects.filter(code="P28").update(user=user)
    digests.ask_for_digest(_board("papan-contoh"), by=head, now=NOW)
    digests.send_all(now=NOW)
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Post) as server:
        server.taken = []  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address[:2]
        settings.EMAIL_USE_TLS, settings.EMAIL_HOST_USER = False, ""
        sending.send(Notice.objects.get(channel=Channel.MAIL).pk, now=NOW)
        server.shutdown()
        (message,) = server.taken  # type: ignore[attr-defined]
    plain = message.get_body(("plain",)).get_content()
    laid_out = message.get_body(("html",)).get_content()
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert "Kasus DBD: – · belum ada data" in plain
    assert "<b>Kasus DBD</b>" in laid_out
    assert "belum ada data" in laid_out
    assert 'lang="id"' in laid_out
    link = next(line for line in plain.splitlines() if line.startswith("http"))
    assert f'href="{link}"' in laid_out
    assert not [one for one in re.findall(r"https?://[^\"<]+", laid_out) if one != link]  # nothing is fetched


def test_a_mail_lays_out_figures_lists_and_links_and_lets_no_markup_through() -> None:
    text = (
        "Kasus <DBD>: 1.204 kasus · turun 12 · sesuai target · Dinkes\nBiaya: Rp 3 miliar · APBD\n\n"
        "Lewat waktu\n- Dinkes & UPT\n- Dinsos\n\nLihat https://data.contoh.test/x hari ini."
    )
    page = str(letter("Papan <x>", text, ""))
    assert "<b>Kasus &lt;DBD&gt;</b>" in page
    assert '>1.204 kasus</span><br><span style="font-size:13px">turun 12</span>' in page
    assert page.count("<tr>") == 2
    assert page.count("<li ") == 2
    assert '<a href="https://data.contoh.test/x">' in page
    assert "<x>" not in page


def _away(*_args: object, **_more: object) -> int:
    raise OSError
