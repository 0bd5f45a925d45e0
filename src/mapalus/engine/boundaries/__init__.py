"""Boundaries of regions: read from GeoJSON, simplified with their shared borders once, fitted into a drawing.

`reading` takes a file, `simplifying` makes it small, `outlines` is what is kept and drawn. Coordinates are whole
hundred-thousandths of a degree (about a metre), longitude before latitude, EPSG:4326.
"""

from __future__ import annotations

from mapalus.engine.boundaries.outlines import GRAIN, Fitted, Outline, Outlines, fitted
from mapalus.engine.boundaries.reading import Feature, Features, read
from mapalus.engine.boundaries.simplifying import simplified

__all__ = ["GRAIN", "Feature", "Features", "Fitted", "Outline", "Outlines", "fitted", "read", "simplified"]
