"""The process of a pack as a picture in plain words: the stations of its first story, who has the turn, how long."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mapalus.apps.cases.packs import here
from mapalus.doors.ui.parts import Step
from mapalus.engine.deadlines import Unit
from mapalus.engine.flow import BEGIN, Clock, Period, Process
from mapalus.engine.packs.pack import Pack, Story

__all__ = ["own_acts", "path", "period", "role_label"]


def path(pack: Pack) -> tuple[Step, ...]:
    """The stations of an ordinary case; none where no story tells one."""
    process = pack.process
    if process is None:
        return ()
    return tuple(_station(process, name, acts) for name, acts in _stations(pack, process))


def own_acts(pack: Pack) -> tuple[str, ...]:
    """What the applicant may do after sending."""
    acts = pack.process.transitions.values() if pack.process else ()
    return tuple(dict.fromkeys(here(act, "label") for act in acts if "applicant" in act.by))


def _stations(pack: Pack, process: Process) -> list[tuple[str, set[str]]]:
    """States as the story passes them, one for each public name, with the acts taken in them."""
    ways = [way for one in pack.stories.values() if (way := _way(one, process))]
    whole = [way for way in ways if process.states[way[-1]].is_final and len(set(way)) > 2]
    names = max(whole or ways, key=lambda way: (_worn(way, ways), len(way)), default=[process.initial])
    found: dict[str, tuple[str, set[str]]] = {}
    for name in names:
        if name in process.states:
            state = process.states[name]
            label = here(state, "public") or here(state, "label")
            found.setdefault(label, (name, set()))
            found[label][1].add(name)
    return list(found.values())


def _way(story: Story, process: Process) -> list[str]:
    """The states a story passes, refusals left out."""
    names = [process.initial]
    for step in story.steps:
        act = process.transitions.get(step.act)
        if act is not None and act.to and not step.refused:
            names.append(act.to)
    return names


def _worn(way: Sequence[str], ways: Sequence[Sequence[str]]) -> float:
    """How many stories go this way, state by state: the ordinary case is the one that most go."""
    return sum(sum(name in other for other in ways) for name in way) / len(way)


def _station(process: Process, name: str, names: set[str]) -> Step:
    state = process.states[name]
    who = role_label(process, state.turn) if state.turn and not state.is_final else ""
    clock = _clock(process, names, is_first=name == process.initial)
    parts = [who] if who else []
    if clock is not None and (limit := period(clock.period)):
        parts.append(_("at most %(limit)s") % {"limit": limit})
    return Step(here(state, "public") or here(state, "label"), ", ".join(parts))


def _clock(process: Process, names: set[str], *, is_first: bool) -> Clock | None:
    starts = names | ({BEGIN} if is_first else set())
    found = [one for one in process.clocks.values() if starts & set(one.starts) or one.while_in in names]
    return min(found, key=lambda one: one.period.amount or 10_000, default=None)


def role_label(process: Process, role: str) -> str:
    """Who: the applicant is addressed as `you`."""
    if role == "applicant":
        return _("you")
    if role in ("system", "anyone", ""):
        return ""
    found = process.role(role)
    return here(found, "label") or role


def period(term: Period) -> str:
    """`3 hari kerja`; empty where it depends on something or is a day."""
    amount = term.amount if term.amount is not None else term.otherwise
    if amount is None:
        return ""
    count = int(amount)
    match term.unit:
        case Unit.WORKING_DAYS:
            return ngettext("%(count)s working day", "%(count)s working days", count) % {"count": count}
        case Unit.HOURS:
            return ngettext("%(count)s hour", "%(count)s hours", count) % {"count": count}
    return ngettext("%(count)s office hour", "%(count)s office hours", count) % {"count": count}
