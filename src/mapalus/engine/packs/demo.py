"""A story as demo data: what to do to a case, in order, moved to another time where one is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from mapalus.engine.flow import BEGIN
from mapalus.engine.packs.pack import Player, Story

__all__ = ["DemoEvent", "demo_events"]


@dataclass(frozen=True)
class DemoEvent:
    """Something to do to a demo case: `begin`, an act, or `tick`; refused steps are left out."""

    at: datetime
    act: str
    role: str
    person: str
    values: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""


def demo_events(story: Story, *, begins_at: datetime | None = None) -> tuple[DemoEvent, ...]:
    """The story as events in order, begun at another moment when one is given: the same weekday and time are kept by
    moving whole weeks, so that it begins at or before that moment and working days stay what they were."""
    shift = timedelta()
    if begins_at is not None:
        shift = timedelta(weeks=(begins_at - story.given.at) // timedelta(weeks=1))
    given = story.given
    events = [
        DemoEvent(given.at + shift, BEGIN, given.by.role, given.by.person or given.by.role, dict(given.values)),
    ]
    for step in story.steps:
        if step.refused:
            continue
        player = step.by or Player("system")
        act = "tick" if step.tick else step.act
        person = "" if step.tick else player.person or player.role
        events.append(DemoEvent(step.at + shift, act, player.role, person, dict(step.values), step.reason))
    return tuple(events)
