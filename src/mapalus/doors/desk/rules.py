"""What was wrong, by rule: a title, how to mend it, and how many cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from mapalus.doors.desk.sheets import letter_of
from mapalus.engine.data.badrows import Count, counts
from mapalus.engine.data.contract import Contract

__all__ = ["RuleRow", "guess_name", "rule_rows"]


@dataclass(frozen=True)
class RuleRow:
    """One row of the table "what is wrong"; `most` is the count of the most frequent one."""

    title: str
    mend: str
    column: str  # letter and title, as on the sheet
    count: int
    code: str
    rule: str
    field: str
    most: int


def rule_rows(folder: Path, report: Mapping[str, Any], contract: Contract) -> tuple[RuleRow, ...]:
    """From the side file of the check, the most frequent first."""
    found = sorted(counts(folder / "report.sqlite"), key=lambda one: (-one.cells, one.field, one.code, one.rule))
    most = max((one.cells for one in found), default=1)
    return tuple(
        RuleRow(
            *_words(one, contract),
            column=_column(one.field, report, contract),
            count=one.cells,
            code=one.code,
            rule=one.rule,
            field=one.field,
            most=most,
        )
        for one in found
    )


def _words(one: Count, contract: Contract) -> tuple[str, str]:
    if one.code == "type-error":
        return _type_words(one.field, contract)
    if one.code == "constraint-error":
        return _constraint_words(one, contract)
    return {
        "unique-error": (_("Twice"), _("The value stands in an earlier row; the first one counts.")),
        "primary-key": (_("The same row twice"), _("The key stands in an earlier row; the first one counts.")),
        "foreign-key": (_("Not in the list"), _("Choose a value of the list; near ones stand beside the cell.")),
        "missing-cell": (_("Cells are missing"), _("The row ends too early. Fill it to the last column.")),
        "extra-cell": (_("Cells too many"), _("The row has more cells than the header. Delete the rest.")),
        "encoding-error": (_("Characters cannot be read"), _("Save the file as UTF-8, or as Excel.")),
        "parse-error": (_("The row cannot be read"), _("A quotation mark is open or misplaced.")),
    }.get(one.code, (one.code, _("See the reason beside the cell.")))


def _type_words(field: str, contract: Contract) -> tuple[str, str]:
    kind = next((item.type for item in contract.fields if item.name == field), "string")
    return {
        "integer": (_("Not a whole number"), _("Write digits only; letters such as O and l are no digits.")),
        "number": (_("Not a number"), _("Write one number a cell, without words and units.")),
        "date": (_("Not a date"), _("Write the day as 17/08/2026 or 2026-08-17.")),
        "boolean": (_("Neither yes nor no"), _("Write Ya or Tidak.")),
    }.get(kind, (_("Not of the right kind"), _("See the reason beside the cell.")))


def _constraint_words(one: Count, contract: Contract) -> tuple[str, str]:
    """By the rule that is broken; a rule over several columns speaks for itself."""
    own = next((rule.message for rule in contract.rules if rule.name == one.rule and rule.message), "")
    if own:
        return own.rstrip("."), _("See the reason beside the cell.")
    item = next((item for item in contract.fields if item.name == one.field), None)
    bound = str(item.constraints.get(one.rule, "")) if item else ""
    least, largest = _("Correct the value, or ask walidata about the bound."), _("Choose one of the values allowed.")
    return {
        "required": (_("Empty"), _("Fill in every one of these cells.")),
        "minimum": (_("Less than %(bound)s") % {"bound": bound}, least),
        "exclusiveMinimum": (_("Not more than %(bound)s") % {"bound": bound}, least),
        "maximum": (_("More than %(bound)s") % {"bound": bound}, least),
        "exclusiveMaximum": (_("Not less than %(bound)s") % {"bound": bound}, least),
        "minLength": (
            _("Shorter than %(bound)s characters") % {"bound": bound},
            _("Look whether something was cut off."),
        ),
        "maxLength": (_("Longer than %(bound)s characters") % {"bound": bound}, _("Shorten the text.")),
        "pattern": (_("Not in the agreed form"), _("See the reason beside the cell.")),
        "enum": (_("Not one of the choices"), largest),
        "codes": (_("Not in the code list"), largest),
    }.get(one.rule, (_("Outside what the contract allows"), _("See the reason beside the cell.")))


def _column(field: str, report: Mapping[str, Any], contract: Contract) -> str:
    names = field.split(", ")
    titles = {item.name: item.title or item.name for item in contract.fields}
    told = [f"{letter_of(name, report, contract)} {titles.get(name, name)}".strip() for name in names if name]
    return ", ".join(told)


def guess_name(what: str) -> str:
    """What was guessed, as people call it."""
    if what.startswith("column:"):
        return _("Column %(name)s") % {"name": what.removeprefix("column:")}
    return {
        "delimiter": _("Divider of columns"),
        "encoding": _("Encoding"),
        "header_row": _("Header row"),
        "header_rows": _("Header rows"),
        "sheet": _("Sheet"),
        "decimal_char": _("Decimal sign"),
        "group_char": _("Thousands sign"),
        "quote": _("Quotation mark"),
        "date_order": _("Order of the date"),
        "total_rows": _("Total rows"),
        "footnote_rows": _("Footnotes"),
        "merged_cells": _("Merged cells"),
        "sheets": _("Sheets"),
        "lines": _("Lines of the file"),
        "format": _("Kind of file"),
        "title_rows": _("Title rows"),
    }.get(what, what.replace("_", " "))
