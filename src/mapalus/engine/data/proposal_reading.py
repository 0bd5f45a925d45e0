"""How a file should be read from now on: headers, totals, notes, and years that stand side by side."""

from __future__ import annotations

import re
from typing import Any

from mapalus.engine.data.reading.wide import are_mixed, wide_columns
from mapalus.engine.data.table import Guess, Scan
from mapalus.engine.text import _, slug

__all__ = ["proposed_reading"]


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
    head = next((str(warn.data.get("label", "")) for warn in scan.warnings if warn.code == "group-rows"), "")
    if head:
        words = slug(re.split(r"[\s.:]", head.lstrip("IVXivx. "))[0])
        reading["groups"] = {"kec": "kecamatan", "kab": "kabupaten"}.get(words, words)
    wide = wide_columns(scan.titles or scan.columns)
    if wide:
        reading["unpivot"] = {"columns": wide.pattern, "name": wide.names[0], "value": wide.value}
        if len(wide.names) > 1:
            del reading["unpivot"]["name"]
        guesses.append(Guess("unpivot", wide.count, wide.reason, 0.9, {"count": wide.count}))
    elif are_mixed(scan.titles or scan.columns):
        text = _(
            "Years stand in several columns, but not every year has the same ones: whoever knows them may declare."
        )
        guesses.append(Guess("unpivot", None, text, 0.3))
    return reading, guesses
