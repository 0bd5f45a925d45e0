"""Tiles of boards, by kind. A kind is a function that gathers what a tile shows, and one that draws it.

    @kind("number")
    def number(tile: Placed, around: Around) -> Shown: ...

Importing `all_kinds` registers those of this door; others register their own with `register` before pages are asked
for. What a kind asks of the database it asks for through `visible_to(around.actor)`: a tile shows what its reader may
see, and a kind nobody registered says so instead of showing nothing.
"""

from __future__ import annotations

from mapalus.doors.command.tiles.registry import KINDS, Placed, Shown, gathered, kind, register

__all__ = ["KINDS", "Placed", "Shown", "gathered", "kind", "register"]
