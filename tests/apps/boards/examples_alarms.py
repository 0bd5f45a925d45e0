"""Examples of the acts on alarms and digests."""

from __future__ import annotations

from collections.abc import Callable

from mapalus.apps.boards import alarming, digests
from mapalus.apps.boards.models import Alarm, Digest
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.boards import Board
from mapalus.engine.boards.alarm import Rule
from mapalus.engine.ports import Actor
from tests.apps.catalogue.cast import NOW

__all__ = ["EXAMPLES"]

Call = Callable[[], object]
BOARD = Board("papan-contoh", "Papan contoh", public=True)
RULE = Rule("dbd-naik", "DBD", "Kasus DBD di luar batas", above=50, to=("dinkes.kadis",))


def _raised(by: Actor) -> Alarm:
    return alarming.raise_alarm(
        RULE, region="", value=53.0, period="2026-W45", positions=("dinkes.kadis",), by=by, now=NOW
    )


def raise_alarm(by: Actor) -> Call:
    return lambda: _raised(by)


def end_alarm(by: Actor) -> Call:
    alarm = _raised(PLATFORM)
    return lambda: alarming.end_alarm(alarm, by=by, now=NOW)


def answer_alarm(by: Actor) -> Call:
    alarm = _raised(PLATFORM)
    return lambda: alarming.answer_alarm(alarm, answer="Penyelidikan epidemiologi hari ini.", by=by, now=NOW)


def ask_for_digest(by: Actor) -> Call:
    return lambda: digests.ask_for_digest(BOARD, by=by, now=NOW)


def end_digest(by: Actor) -> Call:
    digest = Digest.objects.create(board=BOARD.name, position="dinkes.kadis", label="Kadis", at=NOW)
    return lambda: digests.end_digest(digest, by=by, now=NOW)


EXAMPLES = {
    "boards.ask-for-digest": ask_for_digest,
    "boards.end-digest": end_digest,
    "boards.raise-alarm": raise_alarm,
    "boards.end-alarm": end_alarm,
    "boards.answer-alarm": answer_alarm,
}
