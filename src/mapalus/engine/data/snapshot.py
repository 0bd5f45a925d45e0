"""Snapshots: the bytes as they were received, kept under their own hash."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from mapalus.engine.data.durable import BUILDING, sync
from mapalus.engine.errors import NotFound, Refused
from mapalus.engine.text import _

__all__ = ["LARGEST", "Snapshot", "find", "leftovers", "store"]

LARGEST = 4 * 1024**3  # bytes of one hand-in, unless the caller says otherwise
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Snapshot:
    """What was received: its SHA-256 in hex, its size in bytes, where it lies."""

    sha256: str
    size: int
    path: Path


def store(root: Path, source: BinaryIO | Path, *, largest: int = LARGEST) -> Snapshot:
    """Keep a stream or a file. It is on the disk, whole and under its hash, when this returns.

    The same bytes twice are kept once. Memory: one chunk of a megabyte. Raises `Refused("too-large")`.
    """
    incoming = root / BUILDING / secrets.token_hex(12)
    incoming.parent.mkdir(parents=True, exist_ok=True)
    try:
        with _opened(source) as stream:
            digest, size = _receive(stream, incoming, largest=largest)
        final = _place(root, digest)
        if not (final.exists() and final.stat().st_size == size):
            final.parent.mkdir(parents=True, exist_ok=True)
            os.replace(incoming, final)
            sync(final.parent)
            sync(root)
        return Snapshot(digest, size, final)
    finally:
        incoming.unlink(missing_ok=True)


def find(root: Path, sha256: str) -> Snapshot:
    """The snapshot with this hash. Raises `NotFound`."""
    path = _place(root, sha256)
    if len(sha256) != 64 or not sha256.isalnum() or not path.is_file():
        raise NotFound(snapshot=sha256)
    return Snapshot(sha256, path.stat().st_size, path)


def leftovers(root: Path, known: set[str]) -> list[Path]:
    """What no row names: half-received files, and snapshots whose hash is not among `known`."""
    if not root.is_dir():
        return []
    half = list((root / BUILDING).glob("*"))
    whole = [path for path in root.glob("[0-9a-f][0-9a-f]/*") if path.name not in known]
    return sorted(half + whole)


def _place(root: Path, sha256: str) -> Path:
    return root / sha256[:2] / sha256


@contextmanager
def _opened(source: BinaryIO | Path) -> Iterator[BinaryIO]:
    if isinstance(source, Path):
        with source.open("rb") as stream:
            yield stream
    else:
        yield source


def _receive(stream: BinaryIO, target: Path, *, largest: int) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with target.open("xb") as file:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > largest:
                raise Refused(
                    "too-large",
                    _("The file is larger than %(largest)s MB."),
                    advice=_("Split it, or send it compressed."),
                    largest=largest // 1024**2,
                )
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest(), size
