"""Web Mercator (EPSG:3857) as longitude and latitude: the one projection that a short formula undoes.

Many map servers give nothing else, whatever they are asked for. Source of the formula: EPSG guidance note 7-2, 1024.
"""

from __future__ import annotations

import math
from typing import Any

__all__ = ["degrees_of"]

_RADIUS = 6_378_137.0  # metres
_DIGITS = 8  # of a degree: a millimetre


def degrees_of(coordinates: Any) -> Any:
    """Coordinates of GeoJSON, nested however deep, in degrees; heights stay as they are."""
    if not isinstance(coordinates, list) or not coordinates:
        return coordinates
    if isinstance(coordinates[0], list):
        return [degrees_of(one) for one in coordinates]
    try:
        x, y = float(str(coordinates[0])), float(str(coordinates[1]))
    except (ValueError, IndexError):
        return coordinates
    longitude = math.degrees(x / _RADIUS)
    latitude = math.degrees(2 * math.atan(math.exp(y / _RADIUS)) - math.pi / 2)
    return [round(longitude, _DIGITS), round(latitude, _DIGITS), *coordinates[2:]]
