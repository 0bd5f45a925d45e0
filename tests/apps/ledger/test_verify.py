"""Whoever changes, removes or adds anything in the ledger is found, and the place is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from mapalus.apps.ledger import checkpoint
from mapalus.apps.ledger.canonical import ZERO, entry_hash, merkle_root
from mapalus.apps.ledger.database import guard, read_sealed, unguard
from mapalus.apps.ledger.models import Block, Entry
from mapalus.apps.ledger.sealer import seal, seal_all
from mapalus.apps.ledger.verify import FlawKind, verify
from mapalus.engine.errors import Refused
from tests.apps.ledger.people import NOW

pytestmark = pytest.mark.django_db
SEED = bytes(32)


def write(count: int) -> None:
    Entry.objects.bulk_create(
        Entry(act="tests.act", at=NOW + timedelta(microseconds=i), position="p", actor_label="P", subject=f"s:{i}",
              data={"n": i, "kadar": 0.1 * i, "nama": "Sitaro"})
        for i in range(count)
    )  # fmt: skip


@pytest.fixture
def ledger() -> None:
    """Twelve entries in three blocks, and one that waits."""
    for _round in range(3):
        write(4)
        seal_all(now=NOW)
    write(1)
    unguard()


def test_a_ledger_is_whole_as_it_was_written(ledger: None) -> None:
    verdict = verify()
    assert verdict.is_whole, verdict.flaws
    assert (verdict.entries, verdict.blocks, verdict.waiting) == (12, 3, 1)
    assert verdict.say(language="en").startswith("The ledger is whole: 12 entries in 3 blocks, 1 waiting")


def test_an_empty_ledger_is_whole() -> None:
    assert verify().is_whole


def change(**values: object) -> Callable[[], object]:
    return lambda: Entry.objects.filter(sequence=6).update(**values)


def change_with_its_hash() -> None:
    Entry.objects.filter(sequence=6).update(act="tests.other")
    [(_sequence, _hash, row)] = read_sealed(5, 6, 1)
    Entry.objects.filter(sequence=6).update(hash=entry_hash(6, row))


def swap() -> None:
    Entry.objects.filter(sequence=6).update(sequence=99)
    Entry.objects.filter(sequence=7).update(sequence=6)
    Entry.objects.filter(sequence=99).update(sequence=7)


def add(sequence: int) -> Callable[[], object]:
    return lambda: Entry.objects.create(
        sequence=sequence, act="tests.act", at=NOW, position="p", actor_label="P", subject="s", hash="0" * 64
    )


def rewrite_block() -> None:
    change_with_its_hash()
    hashes = list(Entry.objects.after(4).filter(sequence__lte=8).values_list("hash", flat=True))
    Block.objects.filter(number=2).update(root=merkle_root(hashes))


FORGERIES: list[tuple[str, Callable[[], object], FlawKind]] = [
    *[
        (f"changed {name}", change(**{name: value}), FlawKind.ENTRY_CHANGED)
        for name, value in {
            "act": "x", "at": NOW, "position": "x", "person": "x", "unit": "x", "actor_label": "x", "subject": "x",
            "subject_label": "x", "data": {"n": 99}, "hash": "1" * 64,
        }.items()
    ],
    ("changed with its hash", change_with_its_hash, FlawKind.BLOCK_CHANGED),
    ("changed with hash and root", rewrite_block, FlawKind.BLOCK_CHANGED),
    ("two entries swapped", swap, FlawKind.ENTRY_CHANGED),
    ("removed", lambda: Entry.objects.filter(sequence=6).delete(), FlawKind.ENTRY_MISSING),
    ("first removed", lambda: Entry.objects.filter(sequence=1).delete(), FlawKind.ENTRY_MISSING),
    ("last removed", lambda: Entry.objects.filter(sequence=12).delete(), FlawKind.ENTRY_MISSING),
    ("all entries removed", lambda: Entry.objects.all().delete(), FlawKind.ENTRY_MISSING),
    ("added before", add(0), FlawKind.ENTRY_ADDED),
    ("added behind", add(13), FlawKind.ENTRY_ADDED),
    ("block removed", lambda: Block.objects.filter(number=2).delete(), FlawKind.BLOCK_MISSING),
    ("first block removed", lambda: Block.objects.filter(number=1).delete(), FlawKind.BLOCK_MISSING),
    ("last block removed", lambda: Block.objects.filter(number=3).delete(), FlawKind.ENTRY_ADDED),
    ("all blocks removed", lambda: Block.objects.all().delete(), FlawKind.ENTRY_ADDED),
    *[
        (f"block {name} changed", lambda n=name, v=value: Block.objects.filter(number=2).update(**{n: v}),
         FlawKind.BLOCK_CHANGED)
        for name, value in {"root": "2" * 64, "previous": "2" * 64, "hash": "2" * 64,
                            "sealed_at": NOW + timedelta(1)}.items()
    ],
]  # fmt: skip


@pytest.mark.parametrize(("forge", "kind"), [f[1:] for f in FORGERIES], ids=[f[0] for f in FORGERIES])
def test_every_forgery_is_found_and_named(ledger: None, forge: Callable[[], object], kind: FlawKind) -> None:
    forge()
    verdict = verify()
    assert not verdict.is_whole
    assert verdict.flaws[0].kind is kind, verdict.flaws
    assert "damaged" in verdict.say(language="en")


SPOILED = {
    "a byte that is no UTF-8": "act = CAST(X'74FF7374' AS TEXT)",
    "text as bytes": "actor_label = CAST(actor_label AS BLOB)",
    "a number for a text": "person = 0",
    "data that is no JSON": "data = '{'",
    "data as bytes": "data = CAST(data AS BLOB)",
    "another blank in the data": "data = replace(data, ', ', ',\t')",
    "a moment written otherwise": "at = replace(at, ' ', 'T')",
    "no moment": "at = '2026-13-99 99:99:99'",
    "a moment as bytes": "at = CAST(at AS BLOB)",
    "a hash in capitals": "hash = upper(hash)",
}


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED.keys())
def test_whatever_a_changed_byte_makes_of_a_column_is_found(ledger: None, spoil: str) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("a server keeps typed values: no byte of its files reaches a reader")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA ignore_check_constraints = ON")
        cursor.execute(f"UPDATE ledger_entry SET {spoil} WHERE sequence = 6")
        cursor.execute("PRAGMA ignore_check_constraints = OFF")
    verdict = verify()
    assert (verdict.flaws[0].kind, verdict.flaws[0].data) == (FlawKind.ENTRY_CHANGED, {"sequence": 6})


@pytest.mark.parametrize("spoil", ["sealed_at = 'x'", "root = CAST(X'FF' AS TEXT)", "previous = ''"])
def test_a_spoiled_block_is_found(ledger: None, spoil: str) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("a server keeps typed values: no byte of its files reaches a reader")
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE OR IGNORE ledger_block SET {spoil} WHERE number = 2")
    assert verify().flaws[0].kind is FlawKind.BLOCK_CHANGED


def cut_end() -> None:
    Entry.objects.filter(sequence__gt=8).delete()
    Block.objects.filter(number=3).delete()


def test_a_checkpoint_shows_that_the_end_was_cut(ledger: None) -> None:
    line = checkpoint.signed(SEED, now=NOW)
    assert line is not None
    cut_end()
    assert verify().is_whole  # nothing inside the ledger can tell
    verdict = verify(checkpoint=checkpoint.opened(line))
    assert [flaw.kind for flaw in verdict.flaws] == [FlawKind.CHECKPOINT]


def test_a_ledger_that_grew_still_continues_its_checkpoint(ledger: None) -> None:
    line = checkpoint.signed(SEED, now=NOW)
    assert line is not None
    seal_all(now=NOW)
    assert verify(checkpoint=checkpoint.opened(line)).is_whole


def test_a_forged_checkpoint_is_refused(ledger: None) -> None:
    line = checkpoint.signed(SEED, now=NOW)
    assert line is not None
    for wrong in (line.replace('"last": 12', '"last": 13'), "{}", "[]", "hello", json.dumps({"signature": 3})):
        with pytest.raises(Refused):
            checkpoint.opened(wrong)
    with pytest.raises(Refused, match="another key"):
        checkpoint.opened(line, public_key="ab" * 32)


def test_sequences_have_no_gap_and_blocks_chain(ledger: None) -> None:
    assert list(Entry.objects.after(0).values_list("sequence", flat=True)) == list(range(1, 13))
    blocks = list(Block.objects.order_by("number"))
    assert [block.previous for block in blocks] == [ZERO, blocks[0].hash, blocks[1].hash]


def test_a_block_holds_at_most_its_limit() -> None:
    write(5)
    assert seal(now=NOW, limit=3) == 3
    assert seal(now=NOW, limit=3) == 2
    assert seal(now=NOW, limit=3) == 0
    assert [(b.first, b.last) for b in Block.objects.order_by("number")] == [(1, 3), (4, 5)]


def test_the_database_refuses_to_change_what_is_written(ledger: None) -> None:
    guard()
    for act in (
        lambda: Entry.objects.filter(sequence=3).update(subject="x"),
        lambda: Entry.objects.waiting().update(act="x"),
        lambda: Entry.objects.filter(sequence=3).update(sequence=None),
        lambda: Entry.objects.filter(sequence=3).delete(),
        lambda: Entry.objects.waiting().delete(),
        lambda: Block.objects.filter(number=1).update(root="x"),
        lambda: Block.objects.filter(number=1).delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()
    assert seal(now=NOW) == 1
    assert verify().is_whole


def test_the_merkle_root_is_that_of_rfc_6962() -> None:
    from hashlib import sha256

    def leaf(data: bytes) -> bytes:
        return sha256(b"\x00" + data).digest()

    def tree(leaves: list[bytes]) -> bytes:
        if len(leaves) == 1:
            return leaves[0]
        k = 1
        while k * 2 < len(leaves):
            k *= 2
        return sha256(b"\x01" + tree(leaves[:k]) + tree(leaves[k:])).digest()

    for count in range(1, 20):
        leaves = [leaf(bytes([i])) for i in range(count)]
        assert merkle_root([item.hex() for item in leaves]) == tree(leaves).hex()
