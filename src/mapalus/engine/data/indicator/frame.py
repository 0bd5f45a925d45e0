"""Values of one indicator (or one of its inputs) as columns, and as the bytes that are kept of them.

A web process reads these: no table library is needed for it.
"""

from __future__ import annotations

import json
import math
import zlib
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b
from typing import Any, Final

from mapalus.engine.data.indicator.periods import order

__all__ = [
    "EMPTY", "Frame", "Key", "Keys", "Mark", "digest", "framed_of", "joined", "overlaid", "pack", "sort_key", "unpack",
    "with_origin",
]  # fmt: skip

Key = tuple[str, str, str]  # period, region (empty: the province), dimension (empty: all; `kelamin=L;umur=0-4`)
_NAN = math.nan
_FORMAT = 1
_DIGITS = 12  # that are compared: beyond them is the order in which threads add


class Mark:
    """What a value is worth: bits. The two lowest: how final it is (0: as its version)."""

    VERY_PROVISIONAL: Final = 1
    PROVISIONAL: Final = 2
    FINAL: Final = 3
    STATUS: Final = 3
    SUPPRESSED: Final = 4  # a small group, or what would give one away
    CONFLICTING: Final = 8  # rows that say different things of the same
    INCOMPLETE: Final = 16  # parts of it are not there
    NOT_FINITE: Final = 32  # endless, or no number


class Keys(tuple[Key, ...]):
    """Keys in their order, and where each is; frames with the same keys share them."""

    @cached_property
    def places(self) -> dict[Key, int]:
        return {key: place for place, key in enumerate(self)}

    @cached_property
    def by_region(self) -> dict[tuple[str, str], list[int]]:
        """(region, dimension) -> places from the oldest period to the newest."""
        found: dict[tuple[str, str], list[int]] = {}
        for place, (_period, region, dimension) in enumerate(self):
            found.setdefault((region, dimension), []).append(place)
        return found

    @cached_property
    def by_period(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for place, key in enumerate(self):
            found.setdefault(key[0], []).append(place)
        return found

    @cached_property
    def _regions(self) -> dict[tuple[str, str], dict[str, int]]:
        return {}

    def regions(self, period: str, dimension: str = "") -> dict[str, int]:
        """Regions below the province that have a value of a dimension (all together) in a period -> places."""
        asked = (period, dimension)
        if asked not in self._regions:
            places = self.by_period.get(period, ())
            self._regions[asked] = {self[at][1]: at for at in places if self[at][1] and self[at][2] == dimension}
        return self._regions[asked]

    @cached_property
    def head(self) -> bytes:
        return _head(self)


@dataclass(frozen=True, slots=True)
class Frame:
    """Columns of one length, in the order of `keys`. `origins` point into `sources`: what each value came from."""

    keys: Keys
    values: Sequence[float | None]
    numerators: Sequence[float | None]
    denominators: Sequence[float | None]
    rows: Sequence[int]
    firsts: Sequence[int]  # -1: not known
    lasts: Sequence[int]
    marks: Sequence[int]
    origins: Sequence[int]
    sources: tuple[int, ...] = (0,)

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def places(self) -> dict[Key, int]:
        return self.keys.places

    def picked(self, chosen: Sequence[int]) -> Frame:
        """Only these places, in this order."""
        return framed_of(
            tuple(self.keys[i] for i in chosen), [[column[i] for i in chosen] for column in self.columns], self.sources
        )

    @property
    def columns(self) -> tuple[Sequence[Any], ...]:
        return (
            self.values, self.numerators, self.denominators, self.rows, self.firsts, self.lasts, self.marks,
            self.origins,
        )  # fmt: skip


EMPTY = Frame(Keys(), [], [], [], [], [], [], [], [], ())


def framed_of(keys: Iterable[Key], columns: Sequence[Sequence[Any]], sources: tuple[int, ...]) -> Frame:
    """A frame of its columns in their order."""
    values, numerators, denominators, rows, firsts, lasts, marks, origins = columns
    return Frame(Keys(keys), values, numerators, denominators, rows, firsts, lasts, marks, origins, sources)


def sort_key(key: Key) -> tuple[object, ...]:
    return (order(key[0]), key[1], key[2])


# --- bytes ----------------------------------------------------------------------------------------------------------


def pack(frame: Frame) -> bytes:
    """The frame as bytes; the same frame gives the same bytes."""
    count = len(frame.keys)
    body = b"".join(
        (
            _doubles(frame.values), _doubles(frame.numerators), _doubles(frame.denominators),
            array("q", frame.rows).tobytes(), array("q", frame.firsts).tobytes(), array("q", frame.lasts).tobytes(),
            bytes(frame.marks), array("H", frame.origins).tobytes(),
        )
    )  # fmt: skip
    sources = json.dumps(frame.sources).encode()
    head = frame.keys.head
    sizes = array("I", [_FORMAT, count, len(head), len(sources)]).tobytes()
    return sizes + zlib.compress(head + sources + body, 1)


def _head(keys: Sequence[Key]) -> bytes:
    periods = list(dict.fromkeys(key[0] for key in keys))
    regions = list(dict.fromkeys(key[1] for key in keys))
    dimensions = list(dict.fromkeys(key[2] for key in keys))
    at = [{text: place for place, text in enumerate(words)} for words in (periods, regions, dimensions)]
    indexes = b"".join(array("I", [at[part][key[part]] for key in keys]).tobytes() for part in range(3))
    names = json.dumps([periods, regions, dimensions], ensure_ascii=False, separators=(",", ":")).encode()
    return array("I", [len(names)]).tobytes() + names + indexes


@lru_cache(maxsize=256)
def _keys(head: bytes) -> Keys:
    size = int.from_bytes(head[:4], "little")
    names = json.loads(head[4 : 4 + size])
    indexes = array("I", head[4 + size :])
    count = len(indexes) // 3
    return Keys(
        (names[0][indexes[i]], names[1][indexes[count + i]], names[2][indexes[2 * count + i]]) for i in range(count)
    )


def _doubles(values: Sequence[float | None]) -> bytes:
    return array("d", [_NAN if value is None else value for value in values]).tobytes()


def unpack(data: bytes | memoryview) -> Frame:
    """The frame in the bytes."""
    data = bytes(data)
    if not data:
        return EMPTY
    _format, count, head_size, sources_size = array("I", data[:16])
    whole = zlib.decompress(data[16:])
    keys = _keys(whole[:head_size])
    at = head_size + sources_size
    sources = tuple(json.loads(whole[head_size:at]))
    view = memoryview(whole)
    wide = [view[at + part * 8 * count : at + (part + 1) * 8 * count] for part in range(6)]
    at += 48 * count
    values, numerators, denominators = (_floats(part) for part in wide[:3])
    rows, firsts, lasts = (array("q", part.tobytes()) for part in wide[3:])
    return Frame(
        keys, values, numerators, denominators, rows, firsts, lasts,
        view[at : at + count].tobytes(), array("H", view[at + count : at + 3 * count].tobytes()), sources,
    )  # fmt: skip


def _floats(part: memoryview) -> Sequence[float | None]:
    found = array("d", part.tobytes())
    # nothing is equal to itself but what is a number
    return [value if value == value else None for value in found]


def digest(frame: Frame) -> str:
    """Of what a reader sees: keys, values to twelve digits, marks; not of where they came from."""
    told = blake2b(digest_size=16)
    told.update(frame.keys.head)
    told.update(bytes(frame.marks))
    told.update(",".join(map(_short, frame.values)).encode())
    return told.hexdigest()


def _short(value: float | None) -> str:
    return "" if value is None else "%.12g" % value  # noqa: UP031 - half the time of a format


def with_origin(frame: Frame, source: int) -> Frame:
    """The same, all of it from one source."""
    return Frame(
        frame.keys, frame.values, frame.numerators, frame.denominators, frame.rows, frame.firsts, frame.lasts,
        frame.marks, [0] * len(frame.keys), (source,),
    )  # fmt: skip


def overlaid(below: Frame, above: Frame) -> Frame:
    """Both together: of a period both speak of, what `above` says is the whole. What it says no more is gone."""
    if below.keys == above.keys or not below.keys:
        return above
    if not above.keys:
        return below
    told = above.keys.by_period
    left = [place for place, key in enumerate(below.keys) if key[0] not in told]
    if not left:
        return above
    return joined([below.picked(left), above])


def joined(frames: Sequence[Frame]) -> Frame:
    """Frames without a key in common as one, in the order of keys; sources that nothing points to are left out."""
    sources: dict[int, int] = {}
    lines: list[tuple[Any, ...]] = []
    for frame in frames:
        for line in zip(frame.keys, *frame.columns, strict=True):
            source = frame.sources[line[8]]
            lines.append((*line[:8], sources.setdefault(source, len(sources))))
    if not lines:
        return EMPTY
    lines.sort(key=lambda line: sort_key(line[0]))
    keys, *rest = zip(*lines, strict=True)
    return framed_of(keys, rest, tuple(sources))
