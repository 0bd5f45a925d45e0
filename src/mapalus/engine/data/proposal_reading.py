"""How a file should be read from now on: headers, totals, notes, and years that stand side by side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from mapalus.engine.data.table import Guess, Scan
from mapalus.engine.text import _

__all__ = ["proposed_reading"]

_YEAR = re.compile(r"(?P<before>.*?)[\s_-]*(?P<year>(?:19|20)[0-9]{2})(?P<after>\s*\*{0,2})\s*")
_FEWEST = 3  # years side by side


def proposed_reading(scan: Scan) -> tuple[dict[str, Any], list[Guess]]:
    """What `mapalus.reading` should say, with its reasons; empty where nothing is unusual."""
    reading: dict[str, Any] = {}
    guesses: list[Guess] = []
    told = {one.what: one.value for one in scan.guesses}
    rows = told.get("header_rows")
    if isinstance(rows, list | tuple) and len(rows) > 1:
        reading["header_rows"] = [int(str(one)) for one in rows]
    elif isinstance(told.get("header_row"), int) and int(str(told["header_row"])) > 1:
        reading["header_row"] = told["header_row"]
    codes = {warn.code for warn in scan.warnings}
    if "total-row" in codes:
        reading["totals"] = "drop"
    if "footnote-rows" in codes:
        reading["footnotes"] = "drop"
    wide = _years(scan.titles or scan.columns)
    if wide:
        # a header of two rows is told by its last one: pinned to that row alone, the names would be other ones
        reading = {key: one for key, one in reading.items() if key != "header_row"}
        columns, name = wide
        reading["unpivot"] = {"columns": columns, "name": "tahun", "value": name}
        text = _("%(count)s columns are years; as rows they stay the same when another year comes.")
        guesses.append(Guess("unpivot", len(columns), text, 0.9, {"count": len(columns)}))
    return reading, guesses


def _years(titles: Sequence[str]) -> tuple[list[str], str] | None:
    """The columns that differ in nothing but a year, and what to call their values; None for other columns."""
    found: dict[str, list[str]] = {}
    for title in titles:
        read = _YEAR.fullmatch(title.strip())
        if read:
            found.setdefault(" ".join(read["before"].lower().split()), []).append(title)
    if len(found) != 1:
        return None  # none, or several measures for each year: a person says how these are meant
    before, columns = next(iter(found.items()))
    if len(columns) < _FEWEST or len(columns) == len(titles):
        return None
    words = re.sub(r"[^a-z0-9]+", "_", before).strip("_")
    return columns, words if words and words not in ("tahun", "thn", "th", "year") else "nilai"
