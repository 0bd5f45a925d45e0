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

__all__ = ["ZERO", "EntryRow", "block_hash", "entry_hash", "hashed", "merkle_root", "plain", "stamp"]

ZERO = "0" * 64
_ENTRY = "mapalus-entry-1"
_BLOCK = "mapalus-block-1"
_BIG = 1e15  # from here a float prints with an exponent in one database and without in the other
# What is no JSON value (the bytes of a spoiled cell) is written as Python shows it: it differs from what was sealed.
_encode = json.JSONEncoder(
    sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=repr
).encode

# act, at (as `stamp` writes it), position, person, unit, actor_label, subject, subject_label, data (JSON text): the
# columns that are hashed, in order, as `database.read_entries` gives them
EntryRow = tuple[str, str, str, str, str, str, str, str, str]


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
    form = [_ENTRY, sequence, *row[:-1], json.loads(row[-1])]
    return hashlib.sha256(b"\x00" + _bytes(form)).hexdigest()


def hashed(sequence: int, row: EntryRow) -> tuple[str, bool]:
    """The hash, and whether the JSON text is as it was written: another blank in it changes no value, but the text."""
    data = row[-1]
    try:
        value = json.loads(data)
    except (ValueError, TypeError):
        value = data  # somebody spoiled it: hashed as it stands, it differs from what was sealed
    form = [_ENTRY, sequence, *row[:-1], value]
    return hashlib.sha256(b"\x00" + _bytes(form)).hexdigest(), _is_as_written(data, value)


def _is_as_written(data: object, value: object) -> bool:
    # One byte that changes the text and not the value is a blank, a letter of an escape, or that of an exponent.
    if isinstance(data, str) and data.isprintable() and "\\" not in data and "E" not in data:
        return True
    return json.dumps(value) == data


def _bytes(form: object) -> bytes:
    return _encode(form).encode("utf-8", "surrogateescape")


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


def block_hash(*, number: int, first: int, last: int, root: str, previous: str, sealed_at: str) -> str:
    """`sealed_at` as `stamp` writes it."""
    return hashlib.sha256(_bytes([_BLOCK, number, first, last, root, previous, sealed_at])).hexdigest()
