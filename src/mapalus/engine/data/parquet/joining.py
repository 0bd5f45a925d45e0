"""Row groups of several Parquet files of one schema as one file, byte for byte; only places in the footer change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from mapalus.engine.data.parquet import thrift
from mapalus.engine.data.parquet.thrift import Struct, Value

__all__ = ["Piece", "join"]

_MAGIC = b"PAR1"
_TAIL = 8  # length of the footer, magic
_BLOCK = 1 << 20
# fields of the footer, of a row group, of a column chunk and of its metadata (parquet.thrift)
_SCHEMA, _ROWS, _GROUPS = 2, 3, 4
_COLUMNS, _GROUP_ROWS, _GROUP_PLACE, _ORDINAL = 1, 3, 5, 7
_CHUNK_PLACE, _METADATA, _INDEXES = 2, 3, (4, 5, 6, 7)
_PACKED, _DATA, _INDEX, _DICTIONARY, _BLOOM, _BLOOM_LENGTH = 7, 9, 10, 11, 14, 15


@dataclass(frozen=True)
class Piece:
    """Row groups of one file, by number; None: all of them."""

    path: Path
    groups: Sequence[int] | None = None


def join(pieces: Sequence[Piece], into: Path) -> int:
    """Write the row groups of all pieces, in that order, to the file `into`; returns the number of rows.

    The first piece is the file `into` itself where it is to be kept whole: then only the others are copied. Raises
    ValueError for files of different schemas. Indexes of pages, which are only a help, are left out.
    """
    footers = {piece.path: _footer(piece.path) for piece in pieces}
    first = footers[pieces[0].path]
    if any(footer.schema != first.schema for footer in footers.values()):
        raise ValueError("the files differ in their columns")
    stays = pieces[0].path == into and pieces[0].groups is None
    if not stays and any(piece.path == into for piece in pieces):
        raise ValueError("a file that is taken apart cannot be written over")
    groups: list[Struct] = []
    with into.open("r+b" if stays else "wb") as out:
        if stays:
            groups += first.groups
            out.truncate(first.ends)
            out.seek(first.ends)
        else:
            out.write(_MAGIC)
        for piece in pieces[1 if stays else 0 :]:
            chosen = footers[piece.path].chosen(piece.groups)
            with piece.path.open("rb") as source:
                groups += [_copied(group, source, out) for group in chosen]
        return first.finish(groups, out)


@dataclass
class _Footer:
    struct: Struct
    ends: int  # where the footer begins

    @property
    def schema(self) -> Value:
        return self.struct[_SCHEMA]

    @property
    def groups(self) -> list[Struct]:
        found: list[Struct] = self.struct[_GROUPS].value.items
        return found

    def chosen(self, numbers: Sequence[int] | None) -> list[Struct]:
        return self.groups if numbers is None else [self.groups[number] for number in numbers]

    def finish(self, groups: list[Struct], out: BinaryIO) -> int:
        """Write the footer for these groups; the number of rows."""
        for number, group in enumerate(groups):
            if _ORDINAL in group:
                group[_ORDINAL].value = number
            for chunk in _chunks(group):
                for index in _INDEXES:
                    chunk.pop(index, None)
        rows = sum(int(group[_GROUP_ROWS].value) for group in groups)
        listed = thrift.Listed(thrift.STRUCT, groups)
        struct = self.struct | {_ROWS: Value(thrift.I64, rows), _GROUPS: Value(thrift.LIST, listed)}
        data = thrift.dumps(struct)
        out.write(data + len(data).to_bytes(4, "little") + _MAGIC)
        return rows


def _footer(path: Path) -> _Footer:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _TAIL))
        tail = file.read()
        length = int.from_bytes(tail[:4], "little")
        if tail[4:] != _MAGIC or length + _TAIL > size:
            raise ValueError("no Parquet file")
        file.seek(size - _TAIL - length)
        return _Footer(thrift.loads(file.read(length)), size - _TAIL - length)


def _chunks(group: Struct) -> Iterator[Struct]:
    yield from group[_COLUMNS].value.items


def _copied(group: Struct, source: BinaryIO, out: BinaryIO) -> Struct:
    """The row group with its bytes at the end of `out`, and what it says of places put right."""
    places = [_place(chunk) for chunk in _chunks(group)]
    start = min(begin for begin, _end in places)
    by = out.tell() - start
    _copy(source, out, start, max(end for _begin, end in places))
    _shift(group, (_GROUP_PLACE,), by)
    for chunk in _chunks(group):
        _shift(chunk, (_CHUNK_PLACE,), by)
        metadata = chunk[_METADATA].value
        _shift(metadata, (_DATA, _INDEX, _DICTIONARY), by)
        _copy_bloom(metadata, source, out)
    return group


def _place(chunk: Struct) -> tuple[int, int]:
    """First byte of a column chunk, and the one after its last."""
    metadata = chunk[_METADATA].value
    begin = min(metadata[number].value for number in (_DATA, _INDEX, _DICTIONARY) if number in metadata)
    return begin, begin + metadata[_PACKED].value


def _shift(struct: Struct, numbers: Sequence[int], by: int) -> None:
    for number in numbers:
        if number in struct and struct[number].value:  # 0: not told
            struct[number].value += by


def _copy_bloom(metadata: Struct, source: BinaryIO, out: BinaryIO) -> None:
    if _BLOOM in metadata and _BLOOM_LENGTH in metadata:
        start = metadata[_BLOOM].value
        metadata[_BLOOM].value = out.tell()
        _copy(source, out, start, start + metadata[_BLOOM_LENGTH].value)
    else:  # without a length nobody can tell where it ends
        metadata.pop(_BLOOM, None)


def _copy(source: BinaryIO, out: BinaryIO, start: int, stop: int) -> None:
    source.seek(start)
    left = stop - start
    while left > _BLOCK:
        _write(source, out, _BLOCK)
        left -= _BLOCK
    _write(source, out, left)


def _write(source: BinaryIO, out: BinaryIO, length: int) -> None:
    data = source.read(length)
    if len(data) != length:
        raise ValueError("cut off")
    out.write(data)
