"""The report for people at a terminal: the verdict, what is wrong most often, the first cells, what was guessed."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from mapalus.engine.data.check import Outcome
from mapalus.engine.text import _, language_of_process, translate

__all__ = ["show"]

_SHOWN = 12
_BOLD, _DIM, _RED, _GREEN, _YELLOW = "1", "2", "31", "32", "33"
CODES = {
    "type-error": _("not of the type"),
    "constraint-error": _("outside the rule"),
    "unique-error": _("occurs twice"),
    "primary-key": _("key occurs twice"),
    "foreign-key": _("not in the reference list"),
    "missing-cell": _("row too short"),
    "extra-cell": _("row too long"),
    "encoding-error": _("unreadable characters"),
    "parse-error": _("row cannot be divided"),
}


MATTERS = {
    "delimiter": _("delimiter"),
    "quote": _("quotation mark"),
    "escape": _("escape sign"),
    "encoding": _("encoding"),
    "header_row": _("header in row"),
    "sheet": _("sheet"),
    "table": _("tables in the page:"),
    "records": _("records at"),
    "merged_cells": _("merged cells"),
    "format": _("form of"),
    "column": _("column for"),
}


def show(outcome: Outcome) -> None:
    """Print the report on standard output."""
    width = min(shutil.get_terminal_size((100, 40)).columns, 120)
    for line in _lines(outcome, width):
        print(line)  # noqa: T201 - the command line speaks so


def _lines(outcome: Outcome, width: int) -> Iterator[str]:
    report = outcome.report
    yield ""
    yield from _verdict(outcome)
    yield from _read_as(outcome)
    if report["error_counts"]:
        yield ""
        yield from _counts(report["error_counts"], outcome.rows)
        yield ""
        yield from _cells(report["errors"], width)
    if outcome.is_proposed:
        yield ""
        yield from _columns(report)
    notes = [*(w["message"] for w in report["warnings"]), *map(_guessed, report["guesses"])]
    if notes:
        yield ""
        yield _paint(translate(_("Worth knowing")), _BOLD)
        yield from (f"  · {_cut(note, width - 4)}" for note in notes[:_SHOWN])
        if len(notes) > _SHOWN:
            yield _paint(
                "  " + translate(_("and %(count)s more (--json shows all)")) % {"count": len(notes) - _SHOWN}, _DIM
            )
    if outcome.is_proposed:
        yield ""
        yield _paint(translate(_("Checked without a contract. `mapalus infer` writes the proposed one.")), _DIM)
    yield ""


def _guessed(guess: Mapping[str, Any]) -> str:
    """`header, row 4: its cells differ from those below`: the matter, what was taken, and why."""
    what, _colon, column = str(guess["what"]).partition(":")
    matter = translate(MATTERS.get(what, what)) + (f" {column}" if column else "")
    value = {"\t": "tab", None: "-"}.get(guess["value"], guess["value"])
    return f"{matter} {value}: {guess['reason']}"


def _verdict(outcome: Outcome) -> Iterator[str]:
    data = {
        "file": outcome.path.name,
        "rows": number(outcome.rows),
        "good": number(outcome.good_rows),
        "bad": number(outcome.bad_rows),
    }
    if outcome.is_valid:
        yield _paint("✓ ", _GREEN) + _paint(translate(_("%(file)s: all %(rows)s rows are good.")) % data, _BOLD)
    else:
        text = translate(_("%(file)s: %(bad)s of %(rows)s rows need correction, %(good)s are good.")) % data
        yield _paint("✗ ", _RED) + _paint(text, _BOLD)
    if not outcome.accepted:
        yield "  " + _paint(outcome.reason, _YELLOW)


def _read_as(outcome: Outcome) -> Iterator[str]:
    report = outcome.report
    parts = []
    if report["sheet"]:
        parts.append(translate(_("sheet %(sheet)s")) % {"sheet": report["sheet"]})
    elif report["dialect"]:
        delimiter = {"\t": "tab"}.get(report["dialect"]["delimiter"], report["dialect"]["delimiter"])
        parts += [report["dialect"]["encoding"], translate(_("divided by %(sign)s")) % {"sign": delimiter}]
    if report["header_row"]:
        parts.append(translate(_("header in row %(row)s")) % {"row": report["header_row"]})
    parts.append(translate(_("%(count)s columns")) % {"count": len(report["fields"])})
    yield _paint("  " + " · ".join(parts), _DIM)


def _counts(counts: Mapping[str, Mapping[str, int]], rows: int) -> Iterator[str]:
    """One line per kind and column, most frequent first, with a bar."""
    flat = sorted(((n, code, field) for code, fields in counts.items() for field, n in fields.items()), reverse=True)
    most = flat[0][0]
    wide = max(len(field) for _n, _code, field in flat[:_SHOWN]) or 1
    for n, code, field in flat[:_SHOWN]:
        bar = "▇" * max(1, round(12 * n / most))
        what = translate(CODES.get(code, code))
        yield f"  {number(n):>9}  {field or '-':<{wide}}  {_paint(f'{bar:<12}', _RED)}  {what}"
    if len(flat) > _SHOWN:
        yield _paint("  " + translate(_("and %(count)s more kinds")) % {"count": len(flat) - _SHOWN}, _DIM)


def _cells(errors: list[dict[str, Any]], width: int) -> Iterator[str]:
    rows = max((len(number(error["row"])) for error in errors[:_SHOWN]), default=1)
    wide = max((len(error["field"]) for error in errors[:_SHOWN]), default=1)
    word = translate(_("row"))
    for error in errors[:_SHOWN]:
        place = f"  {word} {number(error['row']):>{rows}}  {error['field']:<{wide}}  "
        yield _paint(place, _DIM) + _cut(error["message"], max(30, width - len(place)))
    if len(errors) > _SHOWN:
        yield _paint(
            "  "
            + translate(_("the first %(count)s; --bad writes them all, --workbook marks the cells"))
            % {"count": _SHOWN},
            _DIM,
        )


def _columns(report: Mapping[str, Any]) -> Iterator[str]:
    """What each column was taken for."""
    wide = min(32, max(len(field["name"]) for field in report["fields"]))
    for field in report["fields"][:40]:
        found = report["profile"].get(field["name"], {})
        kind = field["type"] + ("" if field["format"] == "default" else f" {field['format']}")
        sample = ", ".join(str(value) for value in (found.get("min"), found.get("max")) if value is not None)
        missing = translate(_("%(count)s empty")) % {"count": number(found["missing"])} if found.get("missing") else ""
        name = _cut(field["name"], wide)
        yield f"  {name:<{wide}}  {kind:<16}  {_cut(sample, 40):<40}  {_paint(missing, _DIM)}"


def number(value: int) -> str:
    """With groups as the reader's language writes them."""
    text = f"{value:,}"
    return text if language_of_process() == "en" else text.replace(",", ".")


def _cut(text: str, width: int) -> str:
    text = " ".join(str(text).split())
    return text if len(text) <= width else text[: max(1, width - 1)] + "…"


def _paint(text: str, colour: str) -> str:
    if not text or not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return text
    return f"\x1b[{colour}m{text}\x1b[0m"
