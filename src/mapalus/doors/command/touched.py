"""The place in the ledger at which a tile last may have come to look different: what a drawn tile is kept by.

Read on from where this process stood, so that an entry about something else costs a look at its name and redraws
nothing. What decides who may see what (positions, agreements, classes of data) touches every tile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from threading import Lock
from typing import Any

from mapalus.apps.boards.standing import ALL, MEASURED, boards, parts_touched
from mapalus.apps.ledger.models import Entry
from mapalus.engine.boards import Board

__all__ = ["Touched"]

_MOST = 500  # entries read on; behind more, everything counts as touched
# Acts that say nothing of sight or data: entries of these apps touch what `parts_touched` names, and nothing else.
_APART = ("cases.", "jobs.", "letters.", "notices.", "watch.", "portfolio.", "signin.", "ledger.")
# Of the catalogue: rows and numbers as they come, which name what they change.
_NAMED = frozenset({
    MEASURED, *(f"catalogue.{verb}" for verb in (
        "begin-check", "call", "confirm", "hand-in", "receive-rows", "record-check", "remind", "return", "score",
        "step", "tick", "try-source",
    )),
})  # fmt: skip


class Touched:
    """Of one process and one ledger; for any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._place = self._all = 0
        self._parts: dict[tuple[str, str], int] = {}

    def forget(self) -> None:
        with self._lock:
            self._place = self._all = 0
            self._parts.clear()

    def at(self, board: str, part: str, *, sequence: int) -> int:
        """The newest entry up to `sequence` (or a later one, read meanwhile) after which this part is drawn anew."""
        with self._lock:
            if sequence != self._place:
                self._read(sequence)
            known = self._parts
            return max(self._all, known.get((board, part), 0), known.get((board, ALL), 0))

    def _read(self, sequence: int) -> None:
        if self._place < sequence <= self._place + _MOST and self._place:
            rows = Entry.objects.after(self._place).values_list("sequence", "act", "data")[: _MOST + 1]
            among = cache(boards)
            for at, act, data in list(rows):
                self._take(act, data, at or 0, among)
                self._place = max(self._place, at or 0)
        elif sequence > self._place or sequence < self._place - _MOST:
            # Where it stood is not known, or another ledger was put in its place.
            self._place = self._all = sequence
            self._parts.clear()

    def _take(self, act: str, data: Mapping[str, Any], at: int, among: Callable[[], Mapping[str, Board]]) -> None:
        if act not in _NAMED and not act.startswith(_APART):
            self._all = at
            return
        if act == MEASURED:  # a number that was worked out anew and is the same may say another day
            data = {"indicators": data.get("indicators", data.get("changed"))}
        for board, parts in parts_touched(act, data, among=among).items():
            for part in parts:
                self._parts[board, part] = at
