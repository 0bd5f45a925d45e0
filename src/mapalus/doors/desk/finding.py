"""A hand-in by its receipt, for whoever may see it."""

from __future__ import annotations

from mapalus.apps.catalogue.models import HandIn
from mapalus.doors.desk.rail import Seat
from mapalus.engine.errors import NotFound

__all__ = ["find"]


def find(receipt: str, place: Seat) -> HandIn:
    """A hand-in this position may see. Raises `NotFound`."""
    found = HandIn.objects.visible_to(place.actor).for_reading().filter(receipt=receipt).first()
    if found is None:
        raise NotFound(receipt=receipt)
    return found
