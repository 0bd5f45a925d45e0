"""How far a table was read: the mark of a harvest, as JSON.

`since`: the greatest value of the column of changes that was seen. `seen`: digests of the rows that stand in the
overlap before it, so that the same row is not brought again only because it is read again. `keys`: number and sum of
the digests of all keys, and the greatest key; it tells whether a row is gone without keeping a list of them.
`whole`: number and sum of the digests of all rows, which tells whether anything changed at all.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from hashlib import blake2b

__all__ = ["Mark", "Sum", "Window", "before", "comparable"]

_SEEN_MOST = 500  # digests in a mark; more rows than that in one overlap are simply brought again
_ROUND = 1 << 128


@dataclass
class Sum:
    """A set of rows or keys, as their number and the sum of their digests: equal for equal sets in any order."""

    count: int = 0
    total: int = 0

    def add(self, text: str) -> None:
        self.count += 1
        self.total = (self.total + int.from_bytes(blake2b(text.encode(), digest_size=16).digest(), "big")) % _ROUND

    def without(self, other: Sum) -> Sum:
        return Sum(self.count - other.count, (self.total - other.total) % _ROUND)

    def written(self) -> str:
        return f"{self.count}-{self.total:032x}"

    @classmethod
    def read(cls, text: str) -> Sum:
        count, _dash, total = text.partition("-")
        return cls(int(count), int(total or "0", 16))


@dataclass
class Mark:
    """See the module's words."""

    since: str = ""
    is_number: bool = False
    seen: frozenset[str] = frozenset()
    keys: str = ""
    top: str = ""  # greatest key, where the key is one whole number
    whole: str = ""
    of: str = ""  # digest of what was asked; another table or column begins anew
    columns: str = ""  # digest of their names; a renamed or added one changes every row

    @classmethod
    def read(cls, text: str, *, of: str) -> Mark:
        """An empty mark where there is none, or where something else was asked then."""
        try:
            found = json.loads(text) if text else {}
            mark = cls(**{**found, "seen": frozenset(found.get("seen", ()))})
        except (TypeError, ValueError, AttributeError):
            return cls(of=of)
        return mark if mark.of == of else cls(of=of)

    def written(self) -> str:
        return json.dumps({**self.__dict__, "seen": sorted(self.seen)}, separators=(",", ":"))


def comparable(text: str, *, is_number: bool) -> Decimal | str | None:
    """What marks are compared by; None for what is no place in an order (NULL, infinity, NaN)."""
    if not is_number:
        return None if text.lstrip("-").casefold().startswith("infinity") else text
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def before(since: str, *, is_number: bool, overlap: int) -> str:
    """The value from which is read again."""
    if is_number:
        return str(Decimal(since) - overlap)
    try:
        moment = datetime.fromisoformat(since)
        if len(since) == 10:
            return (moment - timedelta(days=-(-overlap // 86_400))).date().isoformat()
        return (moment - timedelta(seconds=overlap)).isoformat(since[10])
    except (ValueError, OverflowError):
        return since


@dataclass
class Window:
    """Follows the rows that are read and keeps what the next mark needs: the greatest value and what lies near it."""

    is_number: bool
    overlap: int
    horizon: str = ""  # texts beyond this are days that are still to come: no mark
    top: Decimal | str | None = None
    text: str = ""
    near: list[tuple[Decimal | str, str]] = field(default_factory=list)
    is_full: bool = False  # so many rows near the top that their digests are not kept

    def add(self, value: str, digest: str) -> None:
        place = comparable(value, is_number=self.is_number)
        if place is None or (self.horizon and isinstance(place, str) and place > self.horizon):
            return
        if self.top is None or place > self.top:  # type: ignore[operator]
            self.top, self.text = place, value
        self.near.append((place, digest))
        if len(self.near) > 8 * _SEEN_MOST:
            self._prune()

    def _prune(self) -> None:
        if self.top is None:
            return
        edge = comparable(before(self.text, is_number=self.is_number, overlap=self.overlap), is_number=self.is_number)
        self.near = [item for item in self.near if item[0] >= edge]  # type: ignore[operator]
        if len(self.near) > 4 * _SEEN_MOST:
            self.near = []
            self.is_full = True

    def seen(self) -> frozenset[str]:
        self._prune()
        return frozenset(digest for _place, digest in self.near) if len(self.near) <= _SEEN_MOST else frozenset()
