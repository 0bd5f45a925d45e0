"""Taking apart what a server packed: gzip and deflate, piece by piece, so that a small bomb stays small."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

__all__ = ["CODINGS", "decoded"]

CODINGS = ("gzip", "x-gzip", "deflate")
_PIECE = 1 << 18


def decoded(pieces: Iterable[bytes], coding: str) -> Iterator[bytes]:
    """The pieces unpacked; no piece is larger than a quarter of a megabyte. Raises EOFError where the end is missing.

    Raises ValueError for what is not packed as it says.
    """
    try:
        yield from _deflate(pieces) if coding == "deflate" else _gzip(pieces)
    except zlib.error as error:
        raise ValueError(coding) from error


def _gzip(pieces: Iterable[bytes]) -> Iterator[bytes]:
    unpacking = zlib.decompressobj(31)
    seen = False
    for piece in pieces:
        rest = piece
        while rest:
            if unpacking.eof:  # several members one after the other are one file
                unpacking = zlib.decompressobj(31)
            seen = True
            yield from _bounded(unpacking, rest)
            rest = unpacking.unused_data if unpacking.eof else b""
            if rest and not rest.strip(b"\0"):  # padding
                rest = b""
    if seen and not unpacking.eof:
        raise EOFError


def _deflate(pieces: Iterable[bytes]) -> Iterator[bytes]:
    unpacking = None
    for piece in pieces:
        if unpacking is None and piece:
            # some servers send the raw form, without the header of zlib
            unpacking = zlib.decompressobj(15 if piece[0] & 0x0F == 8 else -15)
        if unpacking is not None:
            yield from _bounded(unpacking, piece)
    if unpacking is not None and not unpacking.eof:
        raise EOFError


def _bounded(unpacking: zlib._Decompress, piece: bytes) -> Iterator[bytes]:
    out = unpacking.decompress(piece, _PIECE)
    while out:
        yield out
        out = unpacking.decompress(unpacking.unconsumed_tail, _PIECE)
