"""Maps: values by region with imported boundaries, or as tiles without them; and things that happened, as dots.

    shown = Choropleth(title=..., areas=(Area("71.71", "Kota Manado", 5.0, href="?wilayah=71.71"), ...), ...)
    drawn_map(shown, source=..., name="tile-4")

`Outlines` are boundaries as they come from the directory; None draws tiles. Nothing here knows a model.
"""

from __future__ import annotations

from mapalus.doors.ui.maps.choropleth import Area, Choropleth
from mapalus.doors.ui.maps.dots import Dot, Dots
from mapalus.doors.ui.maps.figure import drawn_map

__all__ = ["Area", "Choropleth", "Dot", "Dots", "drawn_map"]
