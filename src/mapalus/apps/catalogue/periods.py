"""One spelling for a period: `2026`, `2026-10`, `2026-Q3`, `2026-S1`, `2026-W45`, `2026-10-20`."""

from __future__ import annotations

import re

__all__ = ["canonical"]

_PART = re.compile(r"(?P<year>\d{4})[-/ ]?(?P<kind>[QTSW])[- ]?0?(?P<number>\d{1,2})", re.IGNORECASE)


def canonical(text: str) -> str:
    """The period as the catalogue writes it; other words stay as they are. T (triwulan) is a quarter."""
    found = _PART.fullmatch(text.strip())
    if found is None:
        return text.strip()
    kind = found["kind"].upper().replace("T", "Q")
    number = int(found["number"])
    return f"{found['year']}-{kind}{number:02}" if kind == "W" else f"{found['year']}-{kind}{number}"
