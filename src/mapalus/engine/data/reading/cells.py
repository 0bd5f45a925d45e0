"""What one cell looks like: number, date, address, code, words; total lines and footnotes by their words."""

from __future__ import annotations

import re
from enum import StrEnum

__all__ = ["Look", "is_footnote", "is_total", "is_year", "key", "look", "shape"]

_NUMBER = re.compile(r"\(?[-+]?\s*(rp\.?\s*)?[\d.,' ]*\d[\d.,]*\s*%?\)?\**", re.IGNORECASE)
_MONTHS = r"jan|feb|peb|mar|apr|mei|may|jun|jul|agu|ags|agt|aug|sep|okt|oct|nov|nop|des|dec"
_DATE = re.compile(
    rf"\d{{1,4}}[-/.]\d{{1,2}}[-/.]\d{{1,4}}([ t]\d.*)?|\d{{1,2}}[ -]({_MONTHS})[a-z]*[ -]\d{{2,4}}", re.IGNORECASE
)
_ADDRESS = re.compile(r"https?://\S+|[^@\s]+@[^@\s]+\.\w+|(?:[\w-]+\.)+[a-z]{2,}(/\S*)?", re.IGNORECASE)
_YEAR = re.compile(r"(19|20)\d\d")
_TOTAL = re.compile(
    r"(sub|grand)?[ -]*(jumlah|jml|total|rata ?-? ?rata|rerata|average|sum)\b.{0,60}", re.IGNORECASE | re.DOTALL
)
_FOOTNOTE = re.compile(
    r"\W{0,3}\s*(sumber|source|catatan|keterangan|ket\b|note|dicetak|diunduh|diolah|diakses|access|mengetahui|nip\b"
    r"|tanggal (cetak|unduh|akses)|update|pemutakhiran|copyright|©|data (bersumber|diolah)"
    r"|angka (sementara|tetap|sangat)|\*+\)?\s*\w)",
    re.IGNORECASE,
)
_DIGITS, _LETTERS = re.compile(r"\d+"), re.compile(r"[^\W\d_]+")
_PLAIN = re.compile(r"[^0-9a-z]+")


class Look(StrEnum):
    """The kinds of cell that tell a header from a row."""

    BLANK = "blank"
    NUMBER = "number"
    DATE = "date"
    ADDRESS = "address"
    CODE = "code"  # one word with a digit in it
    WORDS = "words"


def look(cell: str) -> Look:
    """The kind of one cell."""
    text = cell.strip()
    if not text:
        return Look.BLANK
    if len(text) > 200:
        return Look.WORDS
    if any(map(str.isdigit, text)):
        if _NUMBER.fullmatch(text):
            return Look.NUMBER if not _DATE.fullmatch(text) else Look.DATE
        if _DATE.fullmatch(text):
            return Look.DATE
    if _ADDRESS.fullmatch(text):
        return Look.ADDRESS
    if " " not in text and any(map(str.isdigit, text)) and "_" not in text:
        return Look.CODE
    return Look.WORDS


def is_year(cell: str) -> bool:
    """Whether a cell is a year from 1900 to 2099, perhaps marked with asterisks."""
    return bool(_YEAR.fullmatch(cell.strip().rstrip("*) ").strip()))


def is_total(label: str) -> bool:
    """Whether a label says that its row adds up others: JUMLAH, Total, Sub Total, Rata-rata."""
    text = label.strip()
    return len(text) < 80 and bool(_TOTAL.fullmatch(text))


def is_footnote(text: str) -> bool:
    """Whether a line begins like a note below a table: Sumber, Catatan, Dicetak, an asterisk."""
    return bool(_FOOTNOTE.match(text.strip()))


def shape(cell: str) -> str:
    """A cell with every run of letters as `a` and every run of digits as `9`: `ID101` -> `a9`."""
    return _DIGITS.sub("9", _LETTERS.sub("a", cell.strip()))


def key(text: str) -> str:
    """A name without case, marks and spaces, to compare headers with fields."""
    return _PLAIN.sub("", text.casefold())
