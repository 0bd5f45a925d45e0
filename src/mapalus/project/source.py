"""`mapalus source list|check|run`: the sources of the province, from the command line."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mapalus.engine.errors import NotFound, Problem, Unavailable
from mapalus.engine.text import _, language_of_process, translate
from mapalus.project import home

if TYPE_CHECKING:
    from mapalus.apps.catalogue.models import HarvestRun, Source

__all__ = ["main", "told"]

_TAKEN = ("text", "advice")


def main(arguments: Sequence[str]) -> int:
    """list: exit 0, or 1 where a source needs somebody. check, run: 0 well, 1 held back or away, 2 impossible."""
    parser = argparse.ArgumentParser(prog="mapalus source", description=translate(_("the sources of the province")))
    verbs = parser.add_subparsers(dest="verb", required=True)
    listing = verbs.add_parser("list", help=translate(_("every source: how it stands, when it answered last")))
    listing.add_argument("--json", action="store_true")
    for verb, text in (
        ("check", _("ask whether it answers and lets us in; brings nothing")),
        ("run", _("fetch it now, check, and publish where its way allows")),
    ):
        one = verbs.add_parser(verb, help=translate(text))
        one.add_argument("name", help=translate(_("name of the source")))
    for one in verbs.choices.values():
        one.add_argument("--data-dir", default="")
    given = parser.parse_args(list(arguments))
    home.expect_province(home.enter(given.data_dir))
    from django.utils import translation

    with translation.override(language_of_process()):
        if given.verb == "list":
            return _list(as_json=given.json)
        return _check(_named(given.name)) if given.verb == "check" else _run(_named(given.name))


def _named(name: str) -> Source:
    from mapalus.apps.catalogue.models import Source

    found = Source.objects.for_reading().kept().filter(name=name).first()
    if found is None:
        known = ", ".join(Source.objects.kept().values_list("name", flat=True)[:20])
        raise NotFound(_("There is no source %(name)s. There are: %(known)s."), name=name, known=known)
    return found


def _list(*, as_json: bool) -> int:
    from django.utils import timezone

    from mapalus.apps.catalogue.models import Source

    found = list(Source.objects.for_reading().kept())
    if as_json:
        print(json.dumps([_plain(one) for one in found], ensure_ascii=False, indent=1))
    else:
        width = max((len(one.name) for one in found), default=0)
        for one in found:
            answered = timezone.localtime(one.answered_at).strftime("%Y-%m-%d %H:%M") if one.answered_at else "–"
            state = str(one.SAID[one.standing])
            print(
                f"{one.name:<{width}}  {state:<16}  {answered:<16}  {one.connector or '–':<8}  {_problem(one.problem)}"
            )
    return 1 if any(one.standing in ("vanished", "failing", "broken") for one in found) else 0


def _plain(one: Source) -> dict[str, object]:
    return {
        "name": one.name,
        "title": one.title,
        "dataset": one.dataset.name,
        "kind": one.kind,
        "connector": one.connector,
        "state": one.standing,
        "schedule": one.schedule,
        "keeper": one.keeper_code,
        "way": one.way,
        "failures": one.failures,
        "problem": _problem(one.problem),
        "answered_at": one.answered_at.isoformat() if one.answered_at else None,
        "next_at": one.next_at.isoformat() if one.next_at else None,
    }


def _check(source: Source) -> int:
    from mapalus.apps.catalogue import connecting

    try:
        connecting.open_source(source.connector, source.options, unit=source.unit_code).check()
    except Problem as problem:
        print(f"{source.name}: {problem.say()}", file=sys.stderr)
        return 1 if isinstance(problem, Unavailable) else 2
    print(translate(_("%(name)s answers.")) % {"name": source.name})
    return 0


def _run(source: Source) -> int:
    from mapalus.apps.catalogue.harvesting import harvest_in_order
    from mapalus.apps.catalogue.models import HarvestOutcome
    from mapalus.engine.clock import now

    runs = harvest_in_order(source, now=now())
    if not runs:
        raise Unavailable(_("This source is being asked this very moment."), advice="")
    for one in runs:
        print(told(one))
    run = runs[-1]
    if run.stage in (HarvestOutcome.BROUGHT, HarvestOutcome.UNCHANGED):
        return 0
    return 1 if run.stage in (HarvestOutcome.HELD, HarvestOutcome.FAILED) else 2


def told(run: HarvestRun) -> str:
    """What came of it, in one line."""
    from django.utils import translation

    with translation.override(language_of_process()):
        parts = [f"{run.source.name}: {run.stage.label}"]
    if run.handin is not None:
        parts.append(run.handin.receipt)
    if run.rows is not None:
        parts.append(
            translate(_("%(rows)s rows, %(bad)s of them wrong")) % {"rows": run.rows, "bad": run.rows_bad or 0}
        )
    parts += [_problem(run.problem)] if run.problem else []
    return ". ".join(parts)


def _problem(parts: dict[str, object]) -> str:
    if not parts:
        return ""
    data = parts.get("data")
    words = {name: value for name, value in data.items() if name not in _TAKEN} if isinstance(data, dict) else {}
    return Problem(str(parts.get("text", "")), advice=str(parts.get("advice", "")), **words).say()
