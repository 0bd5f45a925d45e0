"""The morning digest: a board in words, told to the positions that asked for it, before the day's work begins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time

import structlog
from django.urls import reverse
from django.utils import timezone

from mapalus.apps.boards.models import Digest
from mapalus.apps.boards.standing import board_named, may_see
from mapalus.apps.directory.actor import official
from mapalus.apps.jobs.job import job
from mapalus.apps.jobs.schedule import schedule
from mapalus.apps.ledger.action import action, note
from mapalus.apps.notices.actions import tell
from mapalus.apps.notices.addresses import person_of
from mapalus.engine import clock
from mapalus.engine.boards import Board
from mapalus.engine.errors import NotAllowed, NotFound
from mapalus.engine.ports import Actor

__all__ = ["Writer", "ask_for_digest", "declare", "end_digest", "send_all", "write_with"]

log = structlog.get_logger()
_WHEN = time(6, 45)  # of the province's zone
Writer = Callable[[Board, Actor, datetime], tuple[str, str]]
_writers: list[Writer] = []


def write_with(writer: Writer) -> None:
    """The door that shows boards hands in how one is put into words: subject and text, as that actor may see it."""
    _writers[:] = [writer]


@action("boards.ask-for-digest")
def ask_for_digest(board: Board, *, by: Actor, now: datetime) -> Digest:
    """Have a board in words every morning, in the position one acts as."""
    if not may_see(board, by):
        raise NotAllowed(board=board.name)
    found, _new = Digest.objects.get_or_create(
        board=board.name, position=by.position, ended_at=None, defaults={"label": by.label, "at": now}
    )
    note(subject=found, board=board.name)
    return found


@action("boards.end-digest")
def end_digest(digest: Digest, *, by: Actor, now: datetime) -> Digest:
    """Have it no more."""
    digest.ended_at = digest.ended_at or now
    digest.save(update_fields=["ended_at"])
    note(board=digest.board)
    return digest


def send_all(*, now: datetime) -> int:
    """Tell every position its boards; how many were told. A board that is gone, or not its any more, is left out.

    One that cannot be put into words keeps nobody else waiting. Raises what was wrong with the last such, once all the
    others have theirs: the job is tried again, and whoever has his gets no second one.
    """
    sent, wrong = 0, None
    for digest in Digest.objects.wanted():
        try:
            sent += _send(digest, now=now)
        except Exception as error:
            log.exception("digest_not_written", board=digest.board, position=digest.position)
            wrong = error
    if wrong is not None:
        raise wrong
    return sent


def _send(digest: Digest, *, now: datetime) -> bool:
    receiver = f"position:{digest.position}"
    person = person_of(receiver, now)
    actor = official(person, digest.position, now=now) if person else None
    try:
        board = board_named(digest.board)
    except NotFound:
        log.info("digest_without_board", board=digest.board, position=digest.position)
        return False
    if not may_see(board, actor) or actor is None or not _writers:
        return False
    subject, body = _writers[0](board, actor, now)
    told = tell(
        receiver,
        event=f"digest:{board.name}:{timezone.localdate(now)}",
        subject=subject,
        body=body,
        url=reverse("command:board", args=[board.name]),
        is_asked_for=True,
        now=now,
    )
    return bool(told)


@job()
def send_digests() -> int:
    """Send the morning's digests. Run again the same day, nobody gets a second one."""
    return send_all(now=clock.now())


def declare() -> None:
    """Every morning."""
    schedule("boards.digests", send_digests, daily=_WHEN)
