"""Tiles as markup, drawn once for all who see the same: kept by what they show, and by the sight of who looks.

A fragment belongs to the entry of the ledger that touched it last (`touched`), and to a minute, because ages and limits
go on without an entry. Never shared between actors of different sight; whoever is not signed in shares
with whoever else is not. Kept in the process, bounded.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from threading import Lock

from django.conf import settings
from django.utils.safestring import SafeString

from mapalus.apps.boards.standing import part_of
from mapalus.doors.command.tiles import all_kinds
from mapalus.doors.command.tiles.around import Around
from mapalus.doors.command.tiles.registry import Placed, gathered, markup
from mapalus.doors.command.touched import Touched
from mapalus.engine.ports import Actor

__all__ = ["Fragment", "forget", "fragment", "fragments"]

assert all_kinds
_MOST = 4_000  # some 8 kB each


@dataclass(frozen=True)
class Fragment:
    """One tile as markup. `etag` changes when it does."""

    placed: Placed
    markup: SafeString
    etag: str

    @property
    def kind(self) -> str:
        return self.placed.tile.kind


_kept: OrderedDict[tuple[object, ...], Fragment] = OrderedDict()
_lock = Lock()
_touched = Touched()


def forget() -> None:
    """Draw everything anew: for tests that change rows behind the ledger's back."""
    _touched.forget()
    with _lock:
        _kept.clear()


def fragments(around: Around, *, sequence: int) -> Sequence[Fragment]:
    """All tiles of the board, in their order."""
    return [fragment(Placed(tile, n), around, sequence=sequence) for n, tile in enumerate(around.board.tiles, 1)]


def fragment(placed: Placed, around: Around, *, sequence: int) -> Fragment:
    """One tile as who looks may see it."""
    key = _key(placed, around, sequence)
    with _lock:
        found = _kept.get(key)
        if found is not None:
            _kept.move_to_end(key)
            return found
    drawn = markup(placed, gathered(placed, around), around)
    made = Fragment(placed, drawn, blake2b(drawn.encode(), digest_size=10).hexdigest())
    if sequence:  # without a ledger nothing says when it is out of date
        with _lock:
            _kept[key] = made
            while len(_kept) > _MOST:
                _kept.popitem(last=False)
    return made


def _key(placed: Placed, around: Around, sequence: int) -> tuple[object, ...]:
    at = _touched.at(around.board.name, part_of(placed.number), sequence=sequence) if sequence else 0
    return (
        at, int(around.now.timestamp() // 60), _sight(around.actor), around.board.name, around.board.number,
        placed.number, placed.tile, around.language[:2], around.is_wall, around.region, str(settings.DATA_DIR),
    )  # fmt: skip


def _sight(actor: Actor | None) -> tuple[object, ...]:
    """What a fragment may be shared by: the person in one position, in one's own or another's name."""
    if actor is None:
        return ()
    mandate = getattr(actor, "mandate", None)
    return (actor.position, actor.person, actor.label, getattr(mandate, "number", None))
