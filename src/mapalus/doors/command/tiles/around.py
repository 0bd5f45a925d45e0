"""What stands round a tile while its page is made: who looks, where, in which language; asked for once by all tiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from mapalus.apps.catalogue.models import Classification
from mapalus.apps.catalogue.readings import Reading, read
from mapalus.apps.directory.models import Region
from mapalus.apps.directory.roster import Roster, roster
from mapalus.engine.boards import Board, Tile
from mapalus.engine.data.indicator import State
from mapalus.engine.ports import Actor

__all__ = ["Around"]

_LEVELS = {"kabupaten": 2, "kecamatan": 3, "desa": 4}


@dataclass
class Around:
    """`region`: dotted code where the whole board was asked for somewhere else than it stands; empty: there."""

    board: Board
    actor: Actor | None
    now: datetime
    language: str
    is_wall: bool = False
    region: str = ""
    _readings: dict[str, Mapping[str, Reading]] = field(default_factory=dict)

    def place_of(self, tile: Tile) -> str:
        """Where a tile stands: its own place, else where the page was asked for, else the board's. Empty: province."""
        code = tile.region or self.region or self.board.region
        return "" if code == settings.PROVINCE_CODE else code

    def readings(self, place: str) -> Mapping[str, Reading]:
        """All indicators of the board at a place; asked for once."""
        if place not in self._readings:
            found = read(self.board.codes, actor=self.actor, region=place)
            # A wall hangs where others pass: what is closed never does, whoever lends it his sight.
            kept = {code: one for code, one in found.items() if not (self.is_wall and _is_closed(one))}
            self._readings[place] = kept
        return self._readings[place]

    def reading(self, tile: Tile) -> Reading | None:
        return self.readings(self.place_of(tile)).get(tile.indicator)

    def own(self, tile: Tile) -> list[Reading]:
        """Readings of all indicators of a tile that this reader may see, in their order."""
        found = self.readings(self.place_of(tile))
        return [found[code] for code in tile.indicators if code in found]

    @cached_property
    def worst(self) -> str:
        """Code of the one number that is written in red: outside its limit by the largest part of the limit."""
        late = [
            one
            for one in self.readings("" if self.region in ("", settings.PROVINCE_CODE) else self.region).values()
            if one.state is State.LATE and not one.conflict
        ]
        shown = {tile.indicator for tile in self.board.tiles if tile.kind == "number"}
        worst = max((one for one in late if one.indicator.code in shown), key=_distance, default=None)
        return worst.indicator.code if worst else ""

    @cached_property
    def holders(self) -> Roster:
        return roster(self.now)

    def children(self, place: str, level: str = "kabupaten") -> Mapping[str, str]:
        """Regions directly in a place (of the province: at the level asked for), code -> name."""
        code = place or settings.PROVINCE_CODE
        wanted = _LEVELS[level] if not place else place.count(".") + 2
        if (code, wanted) not in self._children:
            found = Region.objects.filter(level=wanted, code__startswith=f"{code}.")
            self._children[code, wanted] = dict(found.order_by("code").values_list("code", "name"))
        return self._children[code, wanted]

    @cached_property
    def _children(self) -> dict[tuple[str, int], Mapping[str, str]]:
        return {}

    def names(self, codes: Sequence[str]) -> Mapping[str, str]:
        return dict(Region.objects.filter(code__in=codes).values_list("code", "name"))

    @cached_property
    def place_name(self) -> str:
        code = self.region or self.board.region
        return self.names([code]).get(code, "") if code and code != settings.PROVINCE_CODE else ""

    def why(self, code: str, place: str = "") -> str:
        address = reverse("command:why", args=[code])
        return f"{address}?{urlencode({'wilayah': place})}" if place else address

    def here(self, place: str) -> str:
        """The same board for another place."""
        return f"?{urlencode({'wilayah': place})}"


def _is_closed(reading: Reading) -> bool:
    return reading.indicator.dataset.classification == Classification.CLOSED


def _distance(reading: Reading) -> float:
    value = reading.now.value if reading.now else None
    bound = reading.indicator.thresholds.get("soon", reading.indicator.thresholds.get("good"))
    bounds = bound if isinstance(bound, list) else [bound]
    return min(
        (
            abs((value or 0.0) - float(edge)) / max(abs(float(edge)), 1.0)
            for edge in bounds
            if isinstance(edge, int | float)
        ),
        default=0.0,
    )
