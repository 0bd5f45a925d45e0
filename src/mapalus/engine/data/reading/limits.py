"""How much one file may ask of the machine. Beyond these numbers a file is refused with one sentence."""

from __future__ import annotations

from mapalus.engine.errors import Refused
from mapalus.engine.text import _

__all__ = [
    "MAX_BOOK_BYTES",
    "MAX_BOOK_CELLS",
    "MAX_CELL",
    "MAX_COLUMNS",
    "MAX_JSON_BYTES",
    "MAX_MARKDOWN_BYTES",
    "MAX_MARKUP_BYTES",
    "MAX_RATIO",
    "MAX_SHEET_XML_BYTES",
    "too_large",
]

MAX_COLUMNS = 16_384  # as many as a worksheet has
MAX_CELL = 1_000_000  # characters in one cell
MAX_BOOK_BYTES = 1 << 30  # a workbook, unpacked
MAX_BOOK_CELLS = 40_000_000  # rows x columns between the first and the last filled cell
MAX_RATIO = 300  # unpacked to packed, beyond 16 MiB unpacked
MAX_JSON_BYTES = 200 << 20  # one JSON document that is not an array of records
MAX_MARKUP_BYTES = 32 << 20  # HTML, which takes thirty times its size in memory
MAX_SHEET_XML_BYTES = 64 << 20  # a workbook as one XML file
MAX_MARKDOWN_BYTES = 8 << 20


def too_large(what: str, *, limit: object, **data: object) -> Refused:
    """The refusal for `what` (a message id that may use %(limit)s and the other data)."""
    return Refused("too-large", what, advice=_("Split the file, or hand it in as CSV."), limit=limit, **data)
