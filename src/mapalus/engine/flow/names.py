"""What expressions of a process may name besides the fields of the form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from mapalus.engine.expression import Expression, evaluate, names
from mapalus.engine.flow.clocks import is_late
from mapalus.engine.flow.situation import Situation
from mapalus.engine.workdays import Calendar

__all__ = ["SYSTEM_TYPES", "answer"]

# name -> type, as the check of expressions wants it
SYSTEM_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "$state": "string",  # the state before the act
        "$number": "string",
        "$unit": "string",  # the routed unit
        "$applicant_unit": "string",
        "$bounces": "integer",  # how often it was sent back as the wrong address
        "$returned_by": "multichoice",  # by which units
        "$received_on": "date",
        "$is_late": "boolean",  # some clock is past its time, or was when it ended
    }
)


def answer(
    tree: Expression, situation: Situation, values: Mapping[str, Any], *, now: datetime, calendar: Calendar
) -> Any:
    """The value of an expression for a case: fields by `values`, `$` names by the situation, days at the place."""
    given: dict[str, Any] = {name: _value(name, situation, values, now, calendar) for name in names(tree)}
    return evaluate(tree, given, now=now.astimezone(calendar.zone.tzinfo))


def _value(name: str, situation: Situation, values: Mapping[str, Any], now: datetime, calendar: Calendar) -> Any:
    match name:
        case "$state":
            return situation.state
        case "$number":
            return situation.number
        case "$unit":
            return situation.routed_unit
        case "$applicant_unit":
            return situation.applicant_unit
        case "$bounces":
            return situation.bounces
        case "$returned_by":
            return list(situation.returned_by)
        case "$received_on":
            return calendar.local_date(situation.received_at)
        case "$is_late":
            return any(is_late(ticking, now=now, calendar=calendar) for ticking in situation.clocks.values())
    return values.get(name)
