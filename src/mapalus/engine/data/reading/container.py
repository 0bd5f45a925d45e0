"""What is inside a ZIP or an OLE file, looked at before anything is unpacked."""

from __future__ import annotations

import zipfile
import zlib
from enum import StrEnum
from pathlib import Path
from typing import Any

from mapalus.engine.data.reading.limits import MAX_BOOK_BYTES, MAX_RATIO, too_large
from mapalus.engine.errors import Refused
from mapalus.engine.text import _

__all__ = [
    "Container",
    "declares_entities",
    "encrypted",
    "inside_ole",
    "inside_zip",
    "members",
    "not_a_table",
    "with_entities",
]

_OLE_HEAD = 1 << 20


class Container(StrEnum):
    """Kinds of packed file."""

    XLSX = "xlsx"
    XLSB = "xlsb"
    ODS = "ods"
    XLS = "xls"
    ZIP = "zip"  # anything else that is packed


def members(path: Path) -> list[zipfile.ZipInfo]:
    """The files in a ZIP, after the checks for bombs, passwords and truncation."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError):
        raise Refused(
            "truncated",
            _("The file is cut short: its end is missing, or it was damaged on the way."),
            advice=_("Send it again from the original."),
        ) from None
    if any(info.flag_bits & 1 for info in infos):
        raise encrypted()
    size = sum(info.file_size for info in infos)
    packed = max(1, path.stat().st_size)
    if size > MAX_BOOK_BYTES or (size > 1 << 24 and size / packed > MAX_RATIO):
        raise too_large(_("Unpacked, the file would be %(size)s MB."), limit=MAX_BOOK_BYTES, size=size >> 20)
    return infos


def encrypted() -> Refused:
    """The refusal of anything under a password."""
    return Refused(
        "encrypted",
        _("The file is protected by a password, so nothing in it can be read."),
        advice=_("Remove the password and hand it in again."),
    )


def declares_entities(source: Any) -> bool:
    """Whether an XML part of a workbook begins with a document type: no program that keeps tables writes one."""
    try:
        with zipfile.ZipFile(source) as archive:
            for info in archive.infolist():
                if info.filename.lower().endswith((".xml", ".rels")):
                    with archive.open(info) as part:
                        if b"<!DOCTYPE" in part.read(4096):
                            return True
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, zlib.error):
        pass
    return False


def with_entities() -> Refused:
    """The refusal of XML that would have to be unfolded before anyone knew how large it is."""
    return Refused(
        "not-tabular",
        _("The XML declares entities, which no spreadsheet does; it is not read."),
    )


def inside_zip(path: Path, infos: list[zipfile.ZipInfo]) -> Container:
    """The kind of a ZIP; a document that holds no table is refused by its name."""
    names = {info.filename.replace("\\", "/").lower() for info in infos}
    if any(name.startswith("xl/") and name.endswith("workbook.bin") for name in names):
        return Container.XLSB
    if any(name.endswith("workbook.xml") and name.startswith("xl/") for name in names):
        return Container.XLSX
    for folder, kind in (
        ("word/", _("This is a Word document, not a table.")),
        ("ppt/", _("This is a PowerPoint presentation, not a table.")),
    ):
        if any(name.startswith(folder) for name in names):
            raise not_a_table(kind)
    if "content.xml" in names:
        with zipfile.ZipFile(path) as archive:
            mime = archive.read("mimetype")[:100] if "mimetype" in archive.namelist() else b""
        if b"opendocument.text" in mime:
            raise not_a_table(_("This is an OpenDocument text, not a table."))
        return Container.ODS
    return Container.ZIP


def inside_ole(path: Path) -> Container:
    """The kind of an OLE compound file, by the names of its streams."""
    with path.open("rb") as file:
        data = file.read()
    if len(data) < 1024:
        raise Refused("truncated", _("The file is cut short: its end is missing, or it was damaged on the way."))

    def has(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    directory = int.from_bytes(data[48:52], "little")
    if (directory + 1) << int.from_bytes(data[30:32], "little") > len(data):
        raise Refused("truncated", _("The file is cut short: its end is missing, or it was damaged on the way."))
    if has("EncryptedPackage"):
        raise encrypted()
    if has("Workbook") or has("Book"):
        return Container.XLS
    if has("WordDocument"):
        raise not_a_table(_("This is a Word document, not a table."))
    if has("PowerPoint Document"):
        raise not_a_table(_("This is a PowerPoint presentation, not a table."))
    raise not_a_table(_("This is a Microsoft file of another kind, not a table."))


def not_a_table(sentence: str) -> Refused:
    """The refusal of a file that is something else; `sentence` is the message id that names it."""
    return Refused(
        "not-tabular",
        sentence,
        advice=_("Hand in the table itself, as a spreadsheet or CSV."),
    )
