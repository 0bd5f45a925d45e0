"""Examples of the acts on boards and alarms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from mapalus.apps.boards import actions
from mapalus.apps.boards.models import Edition, Screen
from mapalus.engine.boards import Board, board_of
from mapalus.engine.ports import Actor
from tests.apps.boards import examples_alarms
from tests.apps.catalogue.cast import NOW

__all__ = ["EXAMPLES"]

Call = Callable[[], object]
DOCUMENT: dict[str, Any] = {"title": "Papan contoh", "tiles": [{"kind": "text", "text": "Contoh."}]}


def _board() -> Board:
    return board_of(DOCUMENT, name="papan-contoh")


def _edition() -> Edition:
    return Edition.objects.create(
        name="papan-contoh", number=1, document=DOCUMENT, position="system", label="Mapalus", at=NOW, reason="Contoh."
    )


def edit(by: Actor) -> Call:
    return lambda: actions.edit(_board(), document=DOCUMENT, based_on=0, reason="Papan baru.", by=by, now=NOW)


def restore(by: Actor) -> Call:
    edition = _edition()
    return lambda: actions.restore(edition, reason="Kembali ke yang lama.", by=by, now=NOW)


def remove(by: Actor) -> Call:
    _edition()
    return lambda: actions.remove(_board(), reason="Tidak dipakai lagi.", by=by, now=NOW)


def issue_wall(by: Actor) -> Call:
    _edition()
    return lambda: actions.issue_wall(_board(), place="Ruang rapat", by=by, now=NOW)


def issue_leaders_wall(by: Actor) -> Call:
    _edition()
    until = NOW + timedelta(days=30)
    return lambda: actions.issue_leaders_wall(_board(), place="Ruang gubernur", until=until, by=by, now=NOW)


def revoke_wall(by: Actor) -> Call:
    screen = Screen.objects.create(
        board="papan-contoh", place="Ruang rapat", digest="0" * 64, position="system", label="Mapalus", at=NOW
    )
    return lambda: actions.revoke_wall(screen, by=by, now=NOW)


EXAMPLES = {
    "boards.edit": edit,
    "boards.issue-leaders-wall": issue_leaders_wall,
    "boards.issue-wall": issue_wall,
    "boards.remove": remove,
    "boards.restore": restore,
    "boards.revoke-wall": revoke_wall,
    **examples_alarms.EXAMPLES,
}
