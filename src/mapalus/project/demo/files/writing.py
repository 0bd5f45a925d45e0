"""Text files as offices write them: dialects, encodings, and Indonesian numbers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

__all__ = ["comma", "delimited", "dotted", "initials", "sample_nik", "sample_title"]

sample_title = "DATA CONTOH - bukan data resmi"


def dotted(number: float) -> str:
    """1234567 -> 1.234.567"""
    return f"{round(number):,}".replace(",", ".")


def comma(number: float, digits: int = 2) -> str:
    """97.42 -> 97,42"""
    return f"{number:.{digits}f}".replace(".", ",")


def delimited(
    rows: Iterable[Sequence[object]], *, delimiter: str = ",", encoding: str = "utf-8", newline: str = "\r\n"
) -> bytes:
    """Delimited text; `encoding` may be `utf-8-sig` or `utf-16` to begin with a mark of its byte order."""
    box = io.StringIO()
    csv.writer(box, delimiter=delimiter, lineterminator=newline).writerows(rows)
    text = box.getvalue()
    if encoding == "utf-16":
        return b"\xff\xfe" + text.encode("utf-16-le")
    return text.encode(encoding)


def sample_nik(number: int) -> str:
    """A number of a person who does not exist: 16 digits beginning with 00, which no region has."""
    return f"00{number:014d}"


def initials(number: int) -> str:
    """A made-up name that nobody can mistake for a person: CONTOH WARGA BAKA."""
    syllables = ("BA", "DE", "FI", "GO", "KU", "LA", "ME", "NI", "PO", "RU", "SA", "TE", "WI", "YO")
    parts = []
    for _ in range(4):
        number, rest = divmod(number, len(syllables))
        parts.append(syllables[rest])
    return "CONTOH WARGA " + "".join(parts)
