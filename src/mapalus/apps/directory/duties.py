"""What an official role must do by itself, how often, by which rule: data/duties.yml, read strictly.

Pure but for the reading of that file: which duties a set of roles has, which period a day lies in, by which working
day the duty of a period is due. What was done is `DutyDone`; what a dataset or a case demands comes from those.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from mapalus.engine.errors import Misconfigured
from mapalus.engine.strict_yaml import YamlProblem, load_yaml
from mapalus.engine.text import _
from mapalus.engine.workdays import Calendar

__all__ = [
    "Duty",
    "Often",
    "Sample",
    "due_on",
    "duties",
    "duties_of",
    "duty_named",
    "next_of",
    "period_of",
    "previous_of",
    "read",
]

_FILE = Path(__file__).parent / "data" / "duties.yml"
_SLUG = re.compile(r"[a-z][a-z0-9-]{2,59}")
_TEXTS = ("title", "title_en", "text", "text_en", "basis")
_KEYS = {*_TEXTS, "roles", "unless", "often", "day", "month", "is_checked", "sample", "sample_en", "ask", "how"}
_MAY_LACK = {"unless", "month", "how"}
_LONGEST_TEXT = 320  # two lines
_DAY = timedelta(days=1)


class Often(StrEnum):
    """How often a duty comes back."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"


@dataclass(frozen=True)
class Sample:
    """A filled example, in two languages; invented, and said so on the page."""

    text: str
    text_en: str


@dataclass(frozen=True)
class Duty:
    """One duty, of positions with one of `roles` and none of `unless`.

    `day`: weekly 1 (Monday) to 7; else of the month, 31 meaning its last. `month`: of the quarter or year.
    `is_checked`: whether the legal basis was found in a published text; else the page says that it is to be checked.
    `ask`: role of the position to ask. `how`: name of the page of the desk where it is done; empty: outside Mapalus.
    """

    name: str
    roles: frozenset[str]
    unless: frozenset[str]
    often: Often
    day: int
    month: int
    title: str
    title_en: str
    text: str
    text_en: str
    basis: str
    is_checked: bool
    sample: Sample
    ask: str
    how: str


@cache
def duties() -> Mapping[str, Duty]:
    """Every declared duty by its name, in the order of the file. Raises `Misconfigured` where the file is wrong."""
    return read(_FILE.read_text(encoding="utf-8"))


def duty_named(name: str) -> Duty | None:
    return duties().get(name)


def duties_of(roles: Collection[str]) -> tuple[Duty, ...]:
    """Those of a position with these roles."""
    return tuple(duty for duty in duties().values() if duty.roles & set(roles) and not duty.unless & set(roles))


def read(text: str) -> Mapping[str, Duty]:
    """From the text of a file. Everything unknown, missing or out of range is refused with the name of the duty."""
    try:
        found: Any = load_yaml(text, depth=6)
    except YamlProblem as problem:
        raise Misconfigured(
            _("duties.yml, line %(line)s: %(fault)s."), line=problem.line, fault=problem.say()
        ) from problem
    listed = found.get("duties") if isinstance(found, dict) and set(found) == {"duties"} else None
    if not isinstance(listed, dict) or not listed:
        raise Misconfigured(_("duties.yml holds one key, duties, with a duty under each name."))
    return {str(name): _duty(str(name), given) for name, given in listed.items()}


def _duty(name: str, given: Any) -> Duty:
    if fault := _fault(name, given):
        raise Misconfigured(_("The duty %(duty)s in duties.yml: %(fault)s."), duty=name, fault=fault)
    return Duty(
        name=name,
        roles=frozenset(given["roles"]),
        unless=frozenset(given.get("unless", ())),
        often=Often(given["often"]),
        day=given["day"],
        month=given.get("month", 1),
        **{key: given[key].strip() for key in _TEXTS},
        is_checked=given["is_checked"],
        sample=Sample(given["sample"].strip(), given["sample_en"].strip()),
        ask=given["ask"],
        how=given.get("how", ""),
    )


def _fault(name: str, given: Any) -> str:
    """What is wrong with one duty, in English for whoever edits the file; empty: nothing."""
    if not _SLUG.fullmatch(name) or not isinstance(given, dict):
        return "a name of small letters, and keys under it"
    if wrong := (_KEYS - _MAY_LACK - set(given)) | (set(given) - _KEYS):
        return f"missing or unknown: {', '.join(sorted(wrong))}"
    texts = [key for key in (*_TEXTS, "sample", "sample_en", "ask") if not _is_text(given[key])]
    if texts or not isinstance(given["is_checked"], bool) or not isinstance(given.get("how", ""), str):
        return f"no text, or not true/false: {', '.join(texts) or 'is_checked, how'}"
    if any(len(given[key]) > _LONGEST_TEXT for key in ("text", "text_en")):
        return f"the rule is said in two lines, at most {_LONGEST_TEXT} signs"
    for roles in (given["roles"], given.get("unless", ["-"])):
        if not isinstance(roles, list) or not roles or not all(_is_text(role) for role in roles):
            return "roles and unless are lists of roles"
    return _when(given)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _when(given: Mapping[str, Any]) -> str:
    often, day, month = given["often"], given["day"], given.get("month", 1)
    if often not in list(Often):
        return f"often is one of {', '.join(Often)}"
    days, months = (7 if often == Often.WEEKLY else 31), {Often.QUARTERLY: 3, Often.YEARLY: 12}.get(Often(often), 1)
    if type(day) is not int or type(month) is not int or not (1 <= day <= days and 1 <= month <= months):
        return f"day is 1 to {days}, month 1 to {months}"
    return ""


# --- periods -----------------------------------------------------------------------------------------------------


def period_of(duty: Duty, day: date) -> str:
    """The period a day lies in, as the catalogue writes periods: 2026-W47, 2026-11, 2026-Q4, 2026."""
    match duty.often:
        case Often.WEEKLY:
            year, week, _weekday = day.isocalendar()
            return f"{year}-W{week:02}"
        case Often.MONTHLY:
            return f"{day:%Y-%m}"
        case Often.QUARTERLY:
            return f"{day.year}-Q{(day.month - 1) // 3 + 1}"
        case Often.YEARLY:
            return f"{day.year}"


def _first_day(duty: Duty, day: date) -> date:
    """Of the period that a day lies in."""
    match duty.often:
        case Often.WEEKLY:
            return day - timedelta(days=day.weekday())
        case Often.MONTHLY:
            return day.replace(day=1)
        case Often.QUARTERLY:
            return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
        case Often.YEARLY:
            return date(day.year, 1, 1)


_SPAN = {Often.WEEKLY: 7, Often.MONTHLY: 31, Often.QUARTERLY: 92, Often.YEARLY: 366}


def next_of(duty: Duty, day: date) -> date:
    """The first day of the period after that of `day`."""
    return _first_day(duty, _first_day(duty, day) + _SPAN[duty.often] * _DAY)


def previous_of(duty: Duty, day: date) -> date:
    """The first day of the period before that of `day`."""
    return _first_day(duty, _first_day(duty, day) - _DAY)


def due_on(duty: Duty, day: date, calendar: Calendar) -> date:
    """The day by which the duty of the period around `day` is due: the last working day up to the declared one."""
    first = _first_day(duty, day)
    if duty.often is Often.WEEKLY:
        return calendar.on_or_before(first + (duty.day - 1) * _DAY)
    month = first.month + duty.month - 1
    last = monthrange(first.year, month)[1]
    return calendar.on_or_before(date(first.year, month, min(duty.day, last)))
