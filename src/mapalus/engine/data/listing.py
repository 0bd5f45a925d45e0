"""A small list as a workbook: one sheet, one table, texts that no spreadsheet runs as a formula."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

__all__ = ["listing"]

_WIDEST, _NARROWEST = 60, 8  # characters of a column


def listing(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """The bytes of an XLSX with a heading, a filter and columns as wide as what stands in them, within reason."""
    import xlsxwriter

    box = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(box, options)
    sheet = book.add_worksheet(title[:31])
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    widths = [len(name) for name in columns]
    sheet.write_row(0, 0, columns, bold)
    last = 0
    for last, row in enumerate(rows, start=1):
        for place, value in enumerate(row):
            sheet.write(last, place, value, wrapped)
            widths[place] = max(widths[place], len(str(value)))
    for place, width in enumerate(widths):
        sheet.set_column(place, place, min(max(width, _NARROWEST), _WIDEST))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(last, 1), max(len(columns) - 1, 0))
    book.close()
    return box.getvalue()
