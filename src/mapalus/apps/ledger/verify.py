"""Does the ledger still say what was written? Streams over blocks and entries; memory stays at one block."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from django.db import DatabaseError, connection
from django.db.models import Subquery, Value
from django.db.models.functions import Coalesce

from mapalus.apps.ledger.canonical import ZERO, EntryRow, block_hash, hashed, merkle_root
from mapalus.apps.ledger.database import BlockRow, is_file_sound, read_blocks, read_sealed
from mapalus.apps.ledger.models import Block, Entry
from mapalus.engine.text import _, translate

__all__ = ["Checkpointed", "Flaw", "FlawKind", "Verdict", "verify"]

_CHUNK = 5_000


class FlawKind(StrEnum):
    ENTRY_CHANGED = "entry-changed"
    ENTRY_MISSING = "entry-missing"
    ENTRY_ADDED = "entry-added"
    BLOCK_CHANGED = "block-changed"
    BLOCK_MISSING = "block-missing"
    CHECKPOINT = "checkpoint"
    FILE = "file"


_TEXTS = {
    FlawKind.ENTRY_CHANGED: _("Entry %(sequence)s was changed after it was sealed."),
    FlawKind.ENTRY_MISSING: _("Entries %(first)s to %(last)s are missing."),
    FlawKind.ENTRY_ADDED: _("Entry %(sequence)s belongs to no block: it was added by hand."),
    FlawKind.BLOCK_CHANGED: _(
        "Block %(number)s (entries %(first)s to %(last)s) does not match its entries or its seal."
    ),
    FlawKind.BLOCK_MISSING: _("Block %(number)s is missing."),
    FlawKind.FILE: _("The database file itself is damaged: a table and its index no longer agree. Restore a backup."),
    FlawKind.CHECKPOINT: _(
        "The ledger does not continue the checkpoint at entry %(sequence)s: its end was cut or rewritten."
    ),
}


@dataclass(frozen=True)
class Flaw:
    """One thing that is wrong, and where."""

    kind: FlawKind
    data: dict[str, int]

    def say(self, *, language: str | None = None) -> str:
        return translate(_TEXTS[self.kind], language=language) % self.data


@dataclass(frozen=True)
class Checkpointed:
    """What a published checkpoint says: the block at the end, its hash, its last sequence."""

    number: int
    last: int
    hash: str


@dataclass
class Verdict:
    """What verification found. `flaws` holds the first of them; `wrong` counts all."""

    entries: int = 0
    blocks: int = 0
    waiting: int = 0
    wrong: int = 0
    flaws: list[Flaw] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        return self.wrong == 0

    def say(self, *, language: str | None = None) -> str:
        if self.is_whole:
            text = _(
                "The ledger is whole: %(entries)s entries in %(blocks)s blocks, %(waiting)s waiting for their seal."
            )
        else:
            text = _("The ledger is damaged in %(wrong)s places. First: %(flaw)s")
        first = self.flaws[0].say(language=language) if self.flaws else ""
        return translate(text, language=language) % {**vars(self), "flaw": first}


_LAST = Block.objects.order_by("-last").values("last")[:1]
_KEPT = 100  # flaws described; the rest are counted


class _Check:
    """Walks entries beside blocks, up to `end`: the sealer goes on while we read."""

    def __init__(self, *, end: int) -> None:
        self.verdict = Verdict()
        self.is_binary = connection.vendor != "sqlite"  # JSON is kept as values, not as text
        self.entries = self._stream(end)
        self.next: tuple[int, str, EntryRow] | None = next(self.entries, None)

    @staticmethod
    def _stream(end: int) -> Iterator[tuple[int, str, EntryRow]]:
        after = -1
        while rows := read_sealed(after, end, _CHUNK):
            yield from rows
            after = rows[-1][0]

    def flaw(self, kind: FlawKind, **data: int) -> None:
        self.verdict.wrong += 1
        if len(self.verdict.flaws) < _KEPT:
            self.verdict.flaws.append(Flaw(kind, data))

    def added_before(self, sequence: int | None) -> None:
        """Report entries that stand before `sequence` (or the end) and were claimed by no block."""
        while self.next is not None and (sequence is None or self.next[0] < sequence):
            self.flaw(FlawKind.ENTRY_ADDED, sequence=self.next[0])
            self.next = next(self.entries, None)

    def leaves(self, first: int, last: int) -> list[str]:
        """Recomputed hashes of a block's entries; flaws for those changed or missing."""
        hashes: list[str] = []
        expected = first
        while self.next is not None and self.next[0] <= last:
            sequence, stored, row = self.next
            if sequence > expected:
                self.flaw(FlawKind.ENTRY_MISSING, first=expected, last=sequence - 1)
            actual, is_as_written = hashed(sequence, row)
            if actual != stored or not (is_as_written or self.is_binary):
                self.flaw(FlawKind.ENTRY_CHANGED, sequence=sequence)
            hashes.append(actual)
            self.verdict.entries += 1
            expected = sequence + 1
            self.next = next(self.entries, None)
        if expected <= last:
            self.flaw(FlawKind.ENTRY_MISSING, first=expected, last=last)
        return hashes


def verify(*, checkpoint: Checkpointed | None = None) -> Verdict:
    """Recompute every hash, root and link, and compare. With a checkpoint, a cut or rewritten end is found too."""
    try:
        return _verified(checkpoint)
    except DatabaseError:
        if connection.vendor != "sqlite":
            raise
        return Verdict(wrong=1, flaws=[Flaw(FlawKind.FILE, {})])  # the file is so damaged that it cannot be read


def _verified(checkpoint: Checkpointed | None) -> Verdict:
    newest, end = Block.objects.order_by("-number").values_list("number", "last").first() or (0, 0)
    check = _Check(end=end)
    number, last, previous = 0, 0, ZERO
    is_continued = checkpoint is None
    for block in read_blocks(newest):
        for missing in range(number + 1, min(block.number, number + 1 + _KEPT)):
            check.flaw(FlawKind.BLOCK_MISSING, number=missing)
        is_next = block.number == number + 1
        check.added_before(block.first)
        before = check.verdict.wrong
        leaves = check.leaves(block.first, block.last)
        is_sound = (
            block.hash == _hash(block)
            and (not is_next or (block.previous == previous and block.first == last + 1))
            # A root that differs because an entry was changed or is missing is that entry's flaw, not a second one.
            and (check.verdict.wrong > before or (bool(leaves) and merkle_root(leaves) == block.root))
        )
        if not is_sound:
            check.flaw(FlawKind.BLOCK_CHANGED, number=block.number, first=block.first, last=block.last)
        if checkpoint is not None and block.number == checkpoint.number:
            is_continued = (block.hash, block.last) == (checkpoint.hash, checkpoint.last)
        number, last, previous = block.number, block.last, block.hash
        check.verdict.blocks += 1
    check.added_before(None)
    # One statement, so that a pass of the sealer between two questions is not taken for a forgery.
    beyond = Entry.objects.filter(sequence__gt=Coalesce(Subquery(_LAST), Value(0)))
    for sequence in beyond.order_by("sequence").values_list("sequence", flat=True)[:_KEPT]:
        check.flaw(FlawKind.ENTRY_ADDED, sequence=sequence or 0)
    if not is_continued and checkpoint is not None:
        check.flaw(FlawKind.CHECKPOINT, sequence=checkpoint.last)
    if not is_file_sound():
        check.flaw(FlawKind.FILE)
    check.verdict.waiting = Entry.objects.waiting().count()
    return check.verdict


def _hash(block: BlockRow) -> str:
    return block_hash(
        number=block.number,
        first=block.first,
        last=block.last,
        root=block.root,
        previous=block.previous,
        sealed_at=block.sealed_at,
    )
