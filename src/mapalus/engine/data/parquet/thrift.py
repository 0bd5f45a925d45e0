"""The compact form of Thrift, in which the footer of a Parquet file is written: enough to read, alter and write one.

A struct is a dictionary, number of the field -> `Value`; fields that nobody here knows come out as they went in.
Source: Apache Thrift, "Thrift Compact protocol encoding"; Apache Parquet format, section "Metadata".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["BINARY", "I16", "I32", "I64", "LIST", "STRUCT", "Listed", "Struct", "Value", "dumps", "loads"]

TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = range(1, 13)
_SHORT = 15  # from here on a length, or the step to the next field, stands apart
_DEEPEST = 32


@dataclass
class Value:
    kind: int
    value: Any  # bool, int, 8 bytes of a double, bytes, Listed, list of pairs, Struct


@dataclass
class Listed:
    kind: int  # of the items
    items: list[Any]


Struct = dict[int, Value]


def loads(data: bytes) -> Struct:
    """The struct at the start of `data`. Raises ValueError for what is none."""
    try:
        return _Reader(data).struct(0)
    except IndexError as error:
        raise ValueError("cut off") from error


def dumps(struct: Struct) -> bytes:
    out = bytearray()
    _write_struct(out, struct)
    return bytes(out)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def unsigned(self) -> int:
        number = shift = 0
        while True:
            byte = self.byte()
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return number
            if shift > 63:
                raise ValueError("number too long")

    def signed(self) -> int:
        number = self.unsigned()
        return (number >> 1) ^ -(number & 1)

    def raw(self, length: int) -> bytes:
        if length > len(self.data) - self.at:
            raise ValueError("cut off")
        self.at += length
        return self.data[self.at - length : self.at]

    def struct(self, depth: int) -> Struct:
        if depth > _DEEPEST:
            raise ValueError("too deep")
        found: Struct = {}
        number = 0
        while head := self.byte():
            number = number + (head >> 4) if head >> 4 else self.signed()
            kind = head & 0x0F
            value = kind == TRUE if kind in (TRUE, FALSE) else self.value(kind, depth)
            found[number] = Value(kind, value)
        return found

    def value(self, kind: int, depth: int) -> Any:
        if kind in (TRUE, FALSE):  # an item of a list
            return self.byte() == TRUE
        if kind == BYTE:
            return self.byte()
        if kind in (I16, I32, I64):
            return self.signed()
        if kind == DOUBLE:
            return self.raw(8)
        if kind == BINARY:
            return self.raw(self.unsigned())
        if kind in (LIST, SET):
            return self.listed(depth + 1)
        if kind == MAP:
            return self.pairs(depth + 1)
        if kind == STRUCT:
            return self.struct(depth + 1)
        raise ValueError(f"no kind of value: {kind}")

    def listed(self, depth: int) -> Listed:
        head = self.byte()
        length = head >> 4 if head >> 4 < _SHORT else self.unsigned()
        if length > len(self.data):
            raise ValueError("cut off")
        return Listed(head & 0x0F, [self.value(head & 0x0F, depth) for _item in range(length)])

    def pairs(self, depth: int) -> tuple[int, list[tuple[Any, Any]]]:
        length = self.unsigned()
        if not length:
            return 0, []
        if length > len(self.data):
            raise ValueError("cut off")
        kinds = self.byte()
        return kinds, [(self.value(kinds >> 4, depth), self.value(kinds & 0x0F, depth)) for _item in range(length)]


def _write_struct(out: bytearray, struct: Struct) -> None:
    before = 0
    for number, each in sorted(struct.items()):
        kind = (TRUE if each.value else FALSE) if each.kind in (TRUE, FALSE) else each.kind
        if 0 < number - before <= _SHORT:
            out.append(number - before << 4 | kind)
        else:
            out.append(kind)
            _write_signed(out, number)
        if each.kind not in (TRUE, FALSE):
            _write(out, each.kind, each.value)
        before = number
    out.append(0)


def _write(out: bytearray, kind: int, value: Any) -> None:
    if kind in (TRUE, FALSE):
        out.append(TRUE if value else FALSE)
    elif kind == BYTE:
        out.append(value)
    elif kind in (I16, I32, I64):
        _write_signed(out, value)
    elif kind == DOUBLE:
        out += value
    elif kind == BINARY:
        _write_unsigned(out, len(value))
        out += value
    elif kind in (LIST, SET):
        _write_list(out, value)
    elif kind == MAP:
        kinds, pairs = value
        _write_unsigned(out, len(pairs))
        if pairs:
            out.append(kinds)
        for key, item in pairs:
            _write(out, kinds >> 4, key)
            _write(out, kinds & 0x0F, item)
    else:
        _write_struct(out, value)


def _write_list(out: bytearray, listed: Listed) -> None:
    length = len(listed.items)
    out.append(min(length, _SHORT) << 4 | listed.kind)
    if length >= _SHORT:
        _write_unsigned(out, length)
    for item in listed.items:
        _write(out, listed.kind, item)


def _write_signed(out: bytearray, number: int) -> None:
    _write_unsigned(out, number << 1 if number >= 0 else (-number << 1) - 1)


def _write_unsigned(out: bytearray, number: int) -> None:
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
