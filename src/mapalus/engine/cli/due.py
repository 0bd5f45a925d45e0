"""`mapalus due RULES.csv --holidays H.csv`: due dates by the rules of the clock, for checking and for planning."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

from mapalus.engine.cli.due_table import Rule, read_holidays, read_rules
from mapalus.engine.deadlines import Due, Unit, due, explain
from mapalus.engine.errors import Problem
from mapalus.engine.text import _, language_of_process, translate

__all__ = ["main"]

_NAMED = 5  # ids that a warning names
_WEEKDAYS = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
_MONTHS = (
    _("January"),
    _("February"),
    _("March"),
    _("April"),
    _("May"),
    _("June"),
    _("July"),
    _("August"),
    _("September"),
    _("October"),
    _("November"),
    _("December"),
)


def main(arguments: Sequence[str]) -> int:
    """Exit 0, or 2 with a sentence for each row that cannot be reckoned; then nothing is printed."""
    options = _parser().parse_args(arguments)
    try:
        holidays = read_holidays(Path(options.holidays)) if options.holidays else None
        rules = read_rules(Path(options.rules), holidays)
        dues = [
            due(rule.term, received_at=rule.received_at, calendar=rule.calendar, pauses=rule.pauses) for rule in rules
        ]
    except Problem as problem:
        print(problem.say(), file=sys.stderr)  # noqa: T201 - the command line speaks so
        return 2
    for warning in (*(holidays.warnings if holidays else ()), *_beyond(rules, dues)):
        print(warning, file=sys.stderr)  # noqa: T201
    try:
        if options.json:
            found = [_entry(rule, deadline, story=options.explain) for rule, deadline in zip(rules, dues, strict=True)]
            print(json.dumps(found, ensure_ascii=False, indent=1))  # noqa: T201
        else:
            for line in _lines(rules, dues, story=options.explain):
                print(line)  # noqa: T201
    except BrokenPipeError:  # who reads has seen enough
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - the interpreter flushes it at its end
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mapalus due",
        description=translate(_("Reckons due dates: working days, hours day and night, or open hours.")),
    )
    parser.add_argument(
        "rules",
        metavar="RULES.csv",
        help=translate(_("columns id, kind, unit, amount, received_at, zone, holiday_set, pauses")),
    )
    parser.add_argument(
        "--holidays", metavar="H.csv", help=translate(_("columns set, date, name, category; without it, weekends only"))
    )
    parser.add_argument("--json", action="store_true", help=translate(_("print one JSON array instead of the table")))
    parser.add_argument(
        "--explain", action="store_true", help=translate(_("tell the story of each due date, day by day"))
    )
    return parser


def _entry(rule: Rule, deadline: Due, *, story: bool) -> dict[str, object]:
    entry: dict[str, object] = {"id": rule.id, "due": _iso(rule, deadline)}
    if story:
        entry["days"] = [
            {
                "day": told.day.isoformat(),
                "why": str(told.why),
                "counted": told.counted,
                "number": told.number,
                "hours": told.hours,
                "name": told.name,
                "text": told.say(),
            }
            for told in explain(rule.term, received_at=rule.received_at, calendar=rule.calendar, pauses=rule.pauses)
        ]
    return entry


def _iso(rule: Rule, deadline: Due) -> str:
    """A date for working days, a time with the offset of the zone for hours, nothing while the clock stands."""
    if deadline.day is None or deadline.at is None:
        return ""
    return deadline.day.isoformat() if rule.term.unit is Unit.WORKING_DAYS else deadline.at.isoformat()


def _beyond(rules: Sequence[Rule], dues: Sequence[Due]) -> Iterator[str]:
    """A warning for each set of holidays that says nothing about a year in which a deadline runs."""
    found: dict[tuple[str, int], list[str]] = {}
    for rule, deadline in zip(rules, dues, strict=True):
        if rule.term.unit is Unit.HOURS or not rule.holiday_set:
            continue
        first = rule.calendar.local_date(rule.received_at).year
        last = deadline.day.year if deadline.day else first
        for year in set(range(first, last + 1)) - rule.years:
            found.setdefault((rule.holiday_set, year), []).append(rule.id)
    for (name, year), ids in sorted(found.items()):
        more = translate(_(" and %(count)s more")) % {"count": len(ids) - _NAMED} if len(ids) > _NAMED else ""
        yield translate(
            _("The holidays of %(set)s say nothing about %(year)s: only weekends are left out there (%(ids)s%(more)s).")
        ) % {"set": name, "year": year, "ids": ", ".join(ids[:_NAMED]), "more": more}


def _lines(rules: Sequence[Rule], dues: Sequence[Due], *, story: bool) -> Iterator[str]:
    wide = max((len(rule.id) for rule in rules), default=0)
    terms = [f"{rule.term.amount} {rule.term.unit}" for rule in rules]
    broad = max(map(len, terms), default=0)
    for rule, term, deadline in zip(rules, terms, dues, strict=True):
        yield f"{rule.id:<{wide}}  {term:<{broad}}  {_said(rule, deadline)}"
        if story:
            for told in explain(rule.term, received_at=rule.received_at, calendar=rule.calendar, pauses=rule.pauses):
                yield f"{'':<{wide}}    {_long(told.day):<24}  {told.say()}"


def _said(rule: Rule, deadline: Due) -> str:
    if deadline.day is None or deadline.at is None:
        return translate(_("the clock stands"))
    if rule.term.unit is Unit.WORKING_DAYS:
        return _long(deadline.day)
    return f"{_long(deadline.day)}, {_clock(deadline.at)} {rule.calendar.zone}"


def _long(day: date) -> str:
    return f"{translate(_WEEKDAYS[day.weekday()])}, {day.day} {translate(_MONTHS[day.month - 1])} {day.year}"


def _clock(at: datetime) -> str:
    shown = at.strftime("%H:%M:%S") if at.second or at.microsecond else at.strftime("%H:%M")
    return shown if language_of_process() == "en" else shown.replace(":", ".")
