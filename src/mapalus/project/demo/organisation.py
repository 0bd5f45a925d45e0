"""The province's regions, agencies, positions and people; and who acted on a day of the story."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from mapalus.engine.errors import NotAllowed

if TYPE_CHECKING:
    from mapalus.engine.ports import Actor
    from mapalus.project.demo.province import Province
    from mapalus.project.demo.storyclock import StoryClock

__all__ = ["actor", "load_country", "load_people"]


def load_country(*, province: str | None, now: datetime) -> None:
    """The regions of one province, or of all Indonesia; both code systems."""
    from mapalus.apps.directory import actions
    from mapalus.apps.directory.models import Region
    from mapalus.apps.ledger.platform import PLATFORM

    actions.load_regions(Region, province=province, by=PLATFORM, now=now)


def load_people(province: Province, clock: StoryClock) -> None:
    """Units, positions, people and appointments of the story; its people enter by one click, without passwords."""
    from mapalus.apps.directory.loading import load_organisation
    from mapalus.apps.ledger.platform import PLATFORM

    load_organisation(province.story, day0=clock.day_zero, by=PLATFORM, now=clock.moment(0, "07:00"))


def actor(position: str, *, now: datetime) -> Actor:
    """Whoever holds the position at that moment; a vacancy falls upward. Raises `NotAllowed` where nobody does."""
    from mapalus.apps.directory.actor import official
    from mapalus.apps.directory.roster import roster

    hat = roster(now).responsible(position)
    found = official(hat.person, hat.position, now=now) if hat else None
    if found is None:
        raise NotAllowed(position=position)
    return found
