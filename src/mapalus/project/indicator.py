"""`mapalus indicator check|compute|list|why`: declarations, their values, and where a value comes from."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

from mapalus.engine.data.cli import indicator as alone
from mapalus.engine.errors import Problem
from mapalus.engine.text import _, language_of_process, translate

__all__ = ["main"]


def main(arguments: Sequence[str]) -> int:
    """check, compute: without a province. list, why: of the province; exit 2 where something cannot be done."""
    parser = argparse.ArgumentParser(prog="mapalus indicator", description=translate(_("indicators and their values")))
    verbs = parser.add_subparsers(dest="verb", required=True)
    alone.add_verbs(verbs)
    listing = verbs.add_parser("list", help=translate(_("every indicator: what it says now, and those without data")))
    listing.add_argument("--json", action="store_true")
    why = verbs.add_parser("why", help=translate(_("where a value comes from, down to the file and its rows")))
    why.add_argument("code", metavar="CODE")
    why.add_argument("--region", default="")
    why.add_argument("--period", default="")
    why.add_argument("--dimension", default="", help=translate(_("of a part: jk=L, or jk=L;umur=0-4")))
    why.add_argument("--rows", type=int, default=20, help=translate(_("how many rows are listed")))
    why.add_argument("--json", action="store_true")
    for one in (listing, why):
        one.add_argument("--data-dir", default="")
    given = parser.parse_args(list(arguments))
    try:
        if given.verb == "check":
            return alone.check(given.files)
        if given.verb == "compute":
            return alone.compute(given.files, given.data, expect=given.expect, as_json=given.json)
    except Problem as problem:
        print(problem.say(), file=sys.stderr)
        return 2
    return _of_the_province(given)


def _of_the_province(given: argparse.Namespace) -> int:
    from mapalus.project import home

    home.expect_province(home.enter(given.data_dir))
    from django.utils import translation

    with translation.override(language_of_process()):
        return _list(as_json=given.json) if given.verb == "list" else _why(given)


def _list(*, as_json: bool) -> int:
    from mapalus.apps.catalogue.models import Indicator
    from mapalus.apps.catalogue.readings import read
    from mapalus.apps.catalogue.without_data import without_data
    from mapalus.apps.ledger.platform import PLATFORM

    codes = list(Indicator.objects.visible_to(PLATFORM).order_by("order", "code").values_list("code", flat=True))
    readings = read(codes, actor=PLATFORM)
    lines = []
    for code in codes:
        reading = readings[code]
        now = reading.now
        lines.append({
            "code": code, "title": reading.indicator.title, "unit": reading.indicator.unit,
            "dataset": reading.indicator.dataset.name, "period": now.period if now else "",
            "value": now.value if now else None, "status": now.status if now else "", "state": reading.state.value,
            "target": reading.target, "missing": list(reading.missing), "problem": reading.problem,
        })  # fmt: skip
    waiting = [
        {"code": one.code, "title": one.title, "unit": one.unit, "held_by": one.agency} for one in without_data()
    ]
    if as_json:
        print(json.dumps({"indicators": lines, "without_data": waiting}, ensure_ascii=False, indent=1))
        return 0
    for line in lines:
        shown = "-" if line["value"] is None else f"{line['value']:.10g}"
        print(f"{line['code']:<12}{shown:>14} {line['unit']:<18}{line['period']:<10} {line['title']}")
    for one in waiting:
        told = translate(_("no data yet, held by %(agency)s")) % {"agency": one["held_by"]}
        print(f"{one['code']:<12}{'-':>14} {one['unit']:<18}{'':<10} {one['title']} ({told})")
    return 0


def _why(given: argparse.Namespace) -> int:
    from mapalus.apps.catalogue.lineage import as_json, lineage
    from mapalus.apps.ledger.platform import PLATFORM

    try:
        found = lineage(
            given.code, period=given.period, region=given.region, dimension=given.dimension, actor=PLATFORM,
            limit=given.rows,
        )  # fmt: skip
    except Problem as problem:
        print(problem.say(), file=sys.stderr)
        return 2
    told = as_json(found)
    if given.json:
        print(json.dumps(told, ensure_ascii=False, indent=1))
        return 0
    _say(told, "")
    return 0


def _say(told: dict[str, Any], margin: str) -> None:
    place = "  ".join(filter(None, [told["period"], told["region"] or "*", told["dimension"]]))
    print(f"{margin}{told['code']}  {place}  {told['value']}")
    for one in told["inputs"]:
        share = f"  = {one['numerator']} / {one['denominator']}" if one["denominator"] is not None else ""
        print(f"{margin}  {one['name'] or one['dataset']}: {one['value']}{share}")
        print(f"{margin}    {one['dataset']} v{one['version']}  {one['period']}  {one['rows']} rows  {one['address']}")
        for row in one["listed"]:
            print(f"{margin}      {row['file']} {row['snapshot']} row {row['line']}")
    for other in told["indicators"]:
        _say(other, margin + "  ")
