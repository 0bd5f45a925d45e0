"""A situation as JSON and back, exactly: what the app keeps between acts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from mapalus.engine.deadlines import Pause, Term, Unit
from mapalus.engine.flow.situation import Situation, Taken, Ticking

__all__ = ["from_json", "to_json"]

_ACT = ("act", "origin", "to", "person", "position", "label", "reason", "stands_for", "unit")


def to_json(situation: Situation) -> dict[str, Any]:
    """The situation in JSON's own types. Values go in as they are: the app may keep personal ones apart."""
    return {
        "state": situation.state,
        "received_at": situation.received_at.isoformat(),
        "values": dict(situation.values),
        "routed_unit": situation.routed_unit,
        "applicant_unit": situation.applicant_unit,
        "returned_by": list(situation.returned_by),
        "acts": [
            {"at": taken.at.isoformat(), **{name: text for name in _ACT if (text := getattr(taken, name))}}
            for taken in situation.acts
        ],
        "clocks": {name: _clock(ticking) for name, ticking in situation.clocks.items()},
        "closed_at": _text(situation.closed_at),
        "number": situation.number,
    }


def from_json(stored: Mapping[str, Any]) -> Situation:
    """What `to_json` wrote. Raises KeyError or ValueError for anything else."""
    return Situation(
        state=stored["state"],
        received_at=datetime.fromisoformat(stored["received_at"]),
        values=MappingProxyType(dict(stored["values"])),
        routed_unit=stored["routed_unit"],
        applicant_unit=stored["applicant_unit"],
        returned_by=tuple(stored["returned_by"]),
        acts=tuple(
            Taken(at=datetime.fromisoformat(act["at"]), **{name: act.get(name, "") for name in _ACT})
            for act in stored["acts"]
        ),
        clocks=MappingProxyType({name: _ticking(clock) for name, clock in stored["clocks"].items()}),
        closed_at=_moment(stored["closed_at"]),
        number=stored["number"],
    )


def _clock(ticking: Ticking) -> dict[str, Any]:
    return {
        "started_at": ticking.started_at.isoformat(),
        "ended_at": _text(ticking.ended_at),
        "term": None if ticking.term is None else [str(ticking.term.unit), _amount(ticking.term.amount)],
        "fixed": _text(ticking.fixed),
        "pauses": [[_text(pause.start), _text(pause.end)] for pause in ticking.pauses],
        "extended": ticking.extended,
        "reminded": list(ticking.reminded),
        "escalated": ticking.escalated,
        "late_since": _text(ticking.late_since),
    }


def _ticking(stored: Mapping[str, Any]) -> Ticking:
    term = stored["term"]
    return Ticking(
        started_at=datetime.fromisoformat(stored["started_at"]),
        ended_at=_moment(stored["ended_at"]),
        term=None if term is None else Term(Unit(term[0]), _exact(term[1])),
        fixed=_moment(stored["fixed"]),
        pauses=tuple(Pause(datetime.fromisoformat(start), _moment(end)) for start, end in stored["pauses"]),
        extended=stored["extended"],
        reminded=tuple(stored["reminded"]),
        escalated=stored["escalated"],
        late_since=_moment(stored.get("late_since")),
    )


def _amount(amount: int | float | Decimal | Fraction) -> int | float | str:
    """Whole as a number, parts as a fraction in text, so that nothing is rounded."""
    if isinstance(amount, int | float):
        return amount
    return int(amount) if amount == int(amount) else str(Fraction(amount))


def _exact(amount: int | float | str) -> int | float | Fraction:
    return Fraction(amount) if isinstance(amount, str) else amount


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
