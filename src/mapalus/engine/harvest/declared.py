"""A connector declared in a few lines: its settings are checked once, here, before its own code sees them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mapalus.engine.harvest.connector import Option, Shelf, Source, Surroundings
from mapalus.engine.harvest.options import Settings, fitting
from mapalus.engine.text import Label

__all__ = ["Declared"]


@dataclass(frozen=True)
class Declared:
    """Implements `Connector`. opening, shelving: what makes a source, and a shelf, of settings that fit."""

    name: str
    title: Label
    summary: Label
    options: tuple[Option, ...]
    opening: Callable[[Settings, Surroundings], Source]
    shelving: Callable[[Settings, Surroundings], Shelf | None] | None = None

    def open(self, options: Mapping[str, object], surroundings: Surroundings) -> Source:
        return self.opening(fitting(self, options), surroundings)

    def shelf(self, options: Mapping[str, object], surroundings: Surroundings) -> Shelf | None:
        if self.shelving is None:
            return None
        return self.shelving(fitting(self, options), surroundings)
