"""What the chain of turns asks of the directory."""

from __future__ import annotations

from datetime import datetime

from mapalus.engine.ports import Actor

__all__ = ["head_of", "holder", "superior", "unit_of", "walidata"]


def unit_of(actor: Actor) -> str:
    return actor.position.partition(".")[0]


def holder(position: str, now: datetime) -> str | None:
    """Code of the person who holds a position now, in whatever form; None: vacant."""
    from mapalus.apps.directory import stub

    return stub.holder(position, now)


def superior(position: str) -> str:
    """Code of the position above; empty at the top."""
    from mapalus.apps.directory.models import Position

    return Position.objects.filter(code=position).values_list("superior__code", flat=True).first() or ""


def head_of(unit: str, now: datetime) -> str:
    from mapalus.apps.directory.models import Position

    return Position.objects.filter(unit__code=unit, is_head=True).values_list("code", flat=True).first() or ""


def walidata(now: datetime) -> str:
    from mapalus.apps.directory import stub

    return stub.walidata(now)
