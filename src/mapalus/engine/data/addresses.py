"""In which cell of a workbook a value stood: its sheet, the letters over its column, the row.

What the check knows of a file is kept with where its rows come from, in a few words: `sheet`, `cells` (field ->
letters), and where columns became rows `turned` (`by`: the fields that hold their labels, `field`, `cells`: labels ->
letters), where sheets became one table `sheet_field`, which holds the name of the sheet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mapalus.engine.data.check import Outcome

__all__ = ["cells_in", "kept_of"]

_BETWEEN = "\x1f"


def kept_of(outcome: Outcome) -> dict[str, Any]:
    """What is kept of a workbook; nothing of another file."""
    scan = outcome.scan
    if scan.sheet is None:
        return {}
    named = {scan.columns[place]: field for field, place in outcome.places.items() if place < len(scan.columns)}
    kept: dict[str, Any] = {
        "sheet": scan.sheet,
        "cells": {field: scan.cells[column] for column, field in named.items() if column in scan.cells},
    }
    reading = outcome.contract.mapalus.get("reading")
    column = reading.get("sheet_column") if isinstance(reading, Mapping) else None
    if column in named:
        kept["sheet_field"] = named[column]
    labels = next(iter(scan.turned), ())
    by = [named.get(column, "") for column in scan.columns[-1 - len(labels) : -1]] if labels else []
    if by and all(by) and scan.columns[-1] in named:
        letters = {_BETWEEN.join(label): letter for label, letter in scan.turned.items()}
        kept["turned"] = {"by": by, "field": named[scan.columns[-1]], "cells": letters}
    return kept


def cells_in(
    kept: Mapping[str, Any], line: int, *, ask: Callable[[Sequence[str]], Sequence[object]]
) -> tuple[str, dict[str, str]]:
    """The sheet and the addresses (`F17`) by field. `ask`: what the row holds in these fields."""
    sheet = str(kept.get("sheet") or "")
    found = {str(field): f"{letters}{line}" for field, letters in (kept.get("cells") or {}).items()}
    turned = kept.get("turned") or {}
    if turned:
        label = _BETWEEN.join("" if one is None else str(one) for one in ask(turned["by"]))
        if label in turned["cells"]:
            found[turned["field"]] = f"{turned['cells'][label]}{line}"
    if kept.get("sheet_field"):
        sheet = str(next(iter(ask([kept["sheet_field"]])), None) or sheet)
    return sheet, found
