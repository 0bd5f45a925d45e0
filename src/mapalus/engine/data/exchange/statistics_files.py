"""A filled form of BPS as JSON, CSV or a workbook."""

from __future__ import annotations

import csv
import io
from typing import Any

from mapalus.engine.data.exchange.statistics import Form, Sheet

__all__ = ["as_csv", "as_document", "as_xlsx"]

_HEAD = ("Rincian", "Uraian", "Kode", "Isian")


def as_document(form: Form) -> dict[str, Any]:
    """Plain values for JSON."""
    return {
        "formulir": form.name.upper(),
        "judul": form.title,
        **({"identitas": dict(form.header)} if form.header else {}),
        "blok": [_block(one) for one in form.sheets],
        "belum_diisi": [f"{one.where} {one.what}" for one in form.empty],
    }


def _block(sheet: Sheet) -> dict[str, Any]:
    if sheet.columns:
        return {"judul": sheet.title, "baris": [dict(zip(sheet.columns, row, strict=True)) for row in sheet.rows]}
    listed = [
        {
            "rincian": one.no, "uraian": one.label, "kode": one.code, "isian": one.text,
            **({"catatan": "dari ingatan, cocokkan dengan formulir BPS"} if one.is_from_memory else {}),
        }
        for one in sheet.items
    ]  # fmt: skip
    return {"judul": sheet.title, "rincian": listed}


def _lines(form: Form) -> list[tuple[str, ...]]:
    lines: list[tuple[str, ...]] = [(form.title,), *form.header]
    for sheet in form.sheets:
        lines.append((sheet.title,))
        if sheet.columns:
            lines += [sheet.columns, *sheet.rows]
        else:
            lines.append(_HEAD)
            lines += [(one.no, one.label, one.code, one.text) for one in sheet.items]
        lines.append(())
    return lines


def as_csv(form: Form) -> str:
    """One sheet after the other; cells that a spreadsheet would run are defused."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for line in _lines(form):
        writer.writerow([_defused(cell) for cell in line])
    return out.getvalue()


def _defused(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def as_xlsx(form: Form) -> bytes:
    """A workbook, one worksheet for each block or table."""
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        for n, sheet in enumerate(form.sheets):
            page = book.add_worksheet(f"{n + 1}. {sheet.title}"[:31].translate(str.maketrans("[]:*?/\\", "()-- --")))
            page.set_column(0, 20, 26)
            head = 0
            for line in (*((form.title,),), *form.header, ()):
                page.write_row(head, 0, [str(cell) for cell in line], bold)
                head += 1
            columns = sheet.columns or _HEAD
            page.write_row(head, 0, columns, bold)
            rows = sheet.rows or [(one.no, one.label, one.code, one.text) for one in sheet.items]
            for r, row in enumerate(rows):
                for c, cell in enumerate(row):
                    page.write_string(head + 1 + r, c, cell, wrapped)
    return out.getvalue()
