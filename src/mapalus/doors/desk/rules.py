"""What was wrong, by rule: a title, how to mend it, and how many cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from mapalus.doors.desk.sheets import letter_of
from mapalus.engine.data.contract import Contract

__all__ = ["RuleRow", "guess_name", "rule_rows"]


@dataclass(frozen=True)
class RuleRow:
    """One row of the table "what is wrong"; `share` is of the most frequent one, in percent."""

    title: str
    mend: str
    column: str  # letter and title, as on the sheet
    count: int
    code: str
    field: str
    most: int = 1


def rule_rows(report: Mapping[str, Any], contract: Contract) -> tuple[RuleRow, ...]:
    """From `error_counts{code:{field:n}}`, the most frequent first."""
    found = [
        RuleRow(*_words(code, field, contract), _column(field, report, contract), int(count), code, field)
        for code, fields in report.get("error_counts", {}).items()
        for field, count in fields.items()
    ]
    found.sort(key=lambda row: (-row.count, row.column, row.code))
    most = max((row.count for row in found), default=1)
    return tuple(RuleRow(r.title, r.mend, r.column, r.count, r.code, r.field, most) for r in found)


def _words(code: str, field: str, contract: Contract) -> tuple[str, str]:
    kind = next((item.type for item in contract.fields if item.name == field), "string")
    if code == "type-error":
        return {
            "integer": (_("Not a whole number"), _("Write digits only; letters such as O and l are no digits.")),
            "number": (_("Not a number"), _("Write one number a cell, without words and units.")),
            "date": (_("Not a date"), _("Write the day as 17/08/2026 or 2026-08-17.")),
            "boolean": (_("Neither yes nor no"), _("Write Ya or Tidak.")),
        }.get(kind, (_("Not of the right kind"), _("See the reason beside the cell.")))
    return {
        "constraint-error": (_("Outside what the contract allows"), _("See the reason beside the cell.")),
        "unique-error": (_("Twice"), _("The value stands in an earlier row; the first one counts.")),
        "primary-key": (_("The same row twice"), _("The key stands in an earlier row; the first one counts.")),
        "foreign-key": (_("Not in the list"), _("Choose a value of the list; near ones stand beside the cell.")),
        "missing-cell": (_("Cells are missing"), _("The row ends too early. Fill it to the last column.")),
        "extra-cell": (_("Cells too many"), _("The row has more cells than the header. Delete the rest.")),
        "encoding-error": (_("Characters cannot be read"), _("Save the file as UTF-8, or as Excel.")),
        "parse-error": (_("The row cannot be read"), _("A quotation mark is open or misplaced.")),
    }.get(code, (code, _("See the reason beside the cell.")))


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
