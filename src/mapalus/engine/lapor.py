"""Files of SP4N-LAPOR!: its rows read whatever their headings are called, and what we tell it written back.

Its interface is for approved developers; files are for everybody. A state there is a name of ours (`status`), by a
table that the pack of complaints holds; here only the words that its files use for them are known.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from mapalus.engine.errors import Invalid
from mapalus.engine.text import _

__all__ = ["COLUMNS", "Answered", "Report", "read", "safe_cell", "write"]

LARGEST = 5 * 1024**2
MOST_ROWS = 5000
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "number": ("nomor lapor", "nomor laporan", "tracking id", "no tracking", "id laporan", "id", "nomor"),
    "title": ("judul", "judul laporan", "perihal"),
    "text": ("isi", "isi laporan", "laporan", "deskripsi"),
    "at": ("tanggal laporan", "tanggal masuk", "tanggal", "waktu"),
    "status": ("status", "status laporan", "keadaan"),
    "kind": ("klasifikasi", "klasifikasi laporan", "jenis"),
    "place": ("lokasi", "lokasi kejadian", "tempat"),
    "answer": ("tindak lanjut", "jawaban", "tanggapan"),
    "is_anonymous": ("anonim",),
    "is_secret": ("rahasia",),
}
# words of its files -> names of ours (the pack's list status-lapor)
_STATUSES: tuple[tuple[str, str], ...] = (
    ("bukan wewenang", "bukan-wewenang"), ("bukan kewenangan", "bukan-wewenang"), ("arsip", "arsip"),
    ("ditolak", "arsip"), ("tunda", "tunda"), ("belum terverifikasi", "belum-verifikasi"),
    ("belum diverifikasi", "belum-verifikasi"), ("belum verifikasi", "belum-verifikasi"),
    ("terkirim", "belum-verifikasi"),
    ("verifikasi", "terverifikasi"), ("belum ditindaklanjuti", "terverifikasi"), ("proses", "proses"),
    ("selesai", "selesai"), ("tutup", "selesai"),
)  # fmt: skip
_KINDS: tuple[tuple[str, str], ...] = (
    ("tidak berkadar", "pengaduan"), ("berkadar", "pengawasan"), ("informasi", "informasi"), ("aspirasi", "aspirasi"),
    ("pengaduan", "pengaduan"),
)  # fmt: skip
_NUMBER = re.compile(r"[0-9]{4,12}")


@dataclass(frozen=True)
class Report:
    """One row of a file. `line` counts from 1 at the heading; `problem` says why it cannot be taken over."""

    line: int
    number: str = ""
    title: str = ""
    text: str = ""
    on: date | None = None
    status: str = ""
    kind: str = ""
    place: str = ""
    answer: str = ""
    is_anonymous: bool = False
    is_secret: bool = False
    problem: str = ""


@dataclass(frozen=True)
class Answered:
    """What LAPOR! is to learn of one report."""

    number: str
    own_number: str
    status: str
    agency: str
    answer: str  # empty where it was told before
    on: date | None


COLUMNS = ("nomor_lapor", "nomor_mapalus", "status", "instansi", "tindak_lanjut", "tanggal_tindak_lanjut")


def read(content: bytes) -> tuple[Report, ...]:
    """The rows of a file. Raises `Invalid` for a file that is none of LAPOR!."""
    if len(content) > LARGEST:
        raise Invalid(fields={"file": _("This file is too large.")})
    text = _decoded(content)
    first = text.partition("\n")[0]
    sign = max(";,\t", key=first.count)
    rows = list(csv.reader(io.StringIO(text), delimiter=sign))
    if not rows:
        raise Invalid(fields={"file": _("This file is empty.")})
    places = _places(rows[0])
    if "number" not in places or "status" not in places:
        raise Invalid(fields={"file": _("The columns for the number and the status are missing.")})
    filled = [
        (line, row) for line, row in enumerate(rows[1 : MOST_ROWS + 1], start=2) if any(cell.strip() for cell in row)
    ]
    return tuple(_report(line, row, places) for line, row in filled)


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _places(heading: Sequence[str]) -> dict[str, int]:
    plain = [re.sub(r"[^a-z]+", " ", cell.lower()).strip() for cell in heading]
    found: dict[str, int] = {}
    for name, words in _HEADINGS.items():
        place = next((plain.index(word) for word in words if word in plain), None)
        if place is not None:
            found[name] = place
    return found


def _report(line: int, row: Sequence[str], places: Mapping[str, int]) -> Report:
    def cell(name: str) -> str:
        place = places.get(name)
        return row[place].strip() if place is not None and place < len(row) else ""

    number = cell("number").lstrip("#").strip()
    status = _known(cell("status"), _STATUSES)
    problem = ""
    if not _NUMBER.fullmatch(number):
        problem = _("The number is not one of LAPOR!.")
    elif not status:
        problem = _("The status is not known.")
    return Report(
        line=line, number=number, title=cell("title"), text=cell("text"), on=_day(cell("at")), status=status,
        kind=_known(cell("kind"), _KINDS), place=cell("place"), answer=cell("answer"),
        is_anonymous=_is_yes(cell("is_anonymous")), is_secret=_is_yes(cell("is_secret")), problem=problem,
    )  # fmt: skip


def _known(text: str, table: Iterable[tuple[str, str]]) -> str:
    plain = " ".join(text.lower().replace("-", " ").split())
    return next((name for word, name in table if word in plain), "")


def _is_yes(text: str) -> bool:
    return text.strip().lower() in ("ya", "y", "1", "true", "anonim", "rahasia")


def _day(text: str) -> date | None:
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y"):
        try:
            return datetime.strptime(text[:10], form).date()  # noqa: DTZ007 - a day, no moment
        except ValueError:
            continue
    return None


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def write(rows: Iterable[Answered]) -> str:
    """The file for LAPOR!, with a heading; UTF-8, comma."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in rows:
        cells = (one.number, one.own_number, one.status, one.agency, one.answer, one.on.isoformat() if one.on else "")
        writer.writerow([safe_cell(cell) for cell in cells])
    return out.getvalue()
