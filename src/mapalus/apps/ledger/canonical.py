"""The one form in which entries and blocks are hashed. Changing it would break every chain; a new one gets a new name.

An entry is a JSON array, UTF-8, keys sorted, no spaces; times are UTC with microseconds. Hashes follow RFC 6962
(Certificate Transparency): a leaf is SHA-256 of 0x00 and the entry, a node SHA-256 of 0x01 and its two children.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from datetime import UTC, datetime

from django.core.serializers.json import DjangoJSONEncoder

__all__ = ["ZERO", "EntryRow", "block_hash", "entry_hash", "merkle_root", "plain", "stamp"]

ZERO = "0" * 64
_ENTRY = "mapalus-entry-1"
_BLOCK = "mapalus-block-1"
_BIG = 1e15  # from here a float prints with an exponent in one database and without in the other
_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode

# act, at, position, person, unit, actor_label, subject, subject_label, data: the columns that are hashed, in order
EntryRow = tuple[str, datetime, str, str, str, str, str, str, object]


def plain(value: object) -> object:
    """The value as both databases give it back: JSON types only, no NUL, no number that one of them rewrites."""
    return _settled(json.loads(json.dumps(value, cls=DjangoJSONEncoder)))


def _settled(value: object) -> object:
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
    if isinstance(value, float):
        if not math.isfinite(value):
            return str(value)
        return int(value) if value == int(value) and (abs(value) >= _BIG or value == 0) else value
    if isinstance(value, dict):
        return {str(_settled(key)): _settled(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_settled(item) for item in value]
    return value


def stamp(at: datetime) -> str:
    """`2026-11-20T02:41:52.000000+00:00`"""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def entry_hash(sequence: int, row: EntryRow) -> str:
    act, at, position, person, unit, actor_label, subject, subject_label, data = row
    form = [_ENTRY, sequence, act, stamp(at), position, person, unit, actor_label, subject, subject_label, data]
    return hashlib.sha256(b"\x00" + _encode(form).encode()).hexdigest()


def merkle_root(hashes: Sequence[str]) -> str:
    """Root over leaf hashes (hex) as in RFC 6962: the left side is the largest power of two below the count."""
    level = [bytes.fromhex(item) for item in hashes]
    if not level:
        raise ValueError("a block holds at least one entry")
    # Pairing level by level and carrying an odd last node up gives the same tree, without recursion.
    while len(level) > 1:
        paired = [hashlib.sha256(b"\x01" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)]
        level = paired + level[len(paired) * 2 :]
    return level[0].hex()


def block_hash(*, number: int, first: int, last: int, root: str, previous: str, sealed_at: datetime) -> str:
    form = [_BLOCK, number, first, last, root, previous, stamp(sealed_at)]
    return hashlib.sha256(_encode(form).encode()).hexdigest()
