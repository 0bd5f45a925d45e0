"""A board as a value: its tiles in their order, for whom it is, and where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["KINDS", "LEVELS", "Board", "Kind", "Tile"]

LEVELS = ("kabupaten", "kecamatan", "desa")


@dataclass(frozen=True)
class Kind:
    """What a kind of tile may say of itself, and what it must."""

    may: frozenset[str]
    must: frozenset[str] = frozenset()
    most: int = 1  # indicators it can show


_TITLES = frozenset({"kind", "title", "title_en"})
_OF_ONE = _TITLES | {"indicator", "region"}
_INDICATOR = frozenset({"indicator"})

KINDS: Mapping[str, Kind] = {
    "number": Kind(_OF_ONE, _INDICATOR),
    "line": Kind(_OF_ONE | {"indicators", "periods"}, _INDICATOR, most=5),
    "bar": Kind(_OF_ONE | {"by", "most"}, _INDICATOR),
    "ranking": Kind(_OF_ONE | {"by", "most"}, _INDICATOR),
    "map": Kind(_OF_ONE | {"level"}, _INDICATOR),
    "table": Kind(_OF_ONE | {"indicators", "by"}, _INDICATOR, most=8),
    "cases": Kind(_TITLES | {"service", "what", "most"}),
    "overdue": Kind(_TITLES | {"most"}),
    "incidents": Kind(
        _TITLES | {"dataset", "lat", "lon", "at", "hours", "name", "region_column"}, frozenset({"dataset", "at"})
    ),
    "text": Kind(_TITLES | {"text", "text_en"}, frozenset({"text"})),
    "link": Kind(_TITLES | {"href", "image"}, frozenset({"href", "title"})),
    "alarms": Kind(_TITLES),
    "districts": Kind(_TITLES),
    "state": Kind(_TITLES),
    "news": Kind(_TITLES | {"most"}),
}


@dataclass(frozen=True)
class Tile:
    """One part of a board. Which of the fields count depends on its kind (`KINDS`)."""

    kind: str = "number"
    indicators: tuple[str, ...] = ()
    title: str = ""
    title_en: str = ""
    region: str = ""
    periods: int = 24
    by: str = "region"
    most: int = 0  # 0: as many as the kind shows
    level: str = "kabupaten"
    service: str = ""  # pack of the cases; empty: all
    what: str = "overdue"  # overdue, or mine: what waits for whoever looks
    dataset: str = ""
    lat: str = "lintang"
    lon: str = "bujur"
    at: str = ""
    name: str = ""  # column with what happened
    region_column: str = ""
    hours: float = 24
    text: str = ""
    text_en: str = ""
    href: str = ""
    image: str = ""

    @property
    def indicator(self) -> str:
        return self.indicators[0] if self.indicators else ""

    def title_in(self, language: str) -> str:
        return self.title_en if self.title_en and language.startswith("en") else self.title


@dataclass(frozen=True)
class Board:
    """What people look at. `number` counts the editions made on the page; 0: as the pack has it."""

    name: str
    title: str
    title_en: str = ""
    tiles: tuple[Tile, ...] = ()
    public: bool = False  # seen without signing in
    audience: tuple[str, ...] = ()  # codes of positions or units; empty: all officials
    region: str = ""
    rotate: int = 20  # seconds
    number: int = 0
    descriptor: Mapping[str, Any] = field(default_factory=dict)  # as it was read

    @property
    def codes(self) -> frozenset[str]:
        """Indicators it shows."""
        return frozenset(code for tile in self.tiles for code in tile.indicators)

    def title_in(self, language: str) -> str:
        return self.title_en if self.title_en and language.startswith("en") else self.title
