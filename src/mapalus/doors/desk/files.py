"""Files at the desk's counter: what is plainly no table is said at once; what was wrong goes home marked."""

from __future__ import annotations

import re
from pathlib import Path
from typing import BinaryIO

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from mapalus.apps.catalogue.checking import marked_path
from mapalus.apps.catalogue.models import HandIn
from mapalus.engine.errors import NotFound

__all__ = ["marked_workbook", "refuse_wrong_kind"]

_PLAIN_NO = (  # first bytes of what people hand in by mistake
    (b"%PDF", "PDF"),
    (b"\xff\xd8\xff", "JPG"),
    (b"\x89PNG", "PNG"),
    (b"GIF8", "GIF"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"MZ", "EXE"),
)
_DOCUMENTS = (".doc", ".docx", ".odt", ".ppt", ".pptx", ".rtf", ".zip")


def refuse_wrong_kind(file: UploadedFile[bytes]) -> None:
    """A form error for a picture, a document or a program. Everything finer is the check's."""
    suffix = Path(file.name or "").suffix.lower()
    file.seek(0)
    head = file.read(8)
    file.seek(0)
    kind = next((name for magic, name in _PLAIN_NO if head.startswith(magic)), "")
    if not kind and suffix in _DOCUMENTS:
        kind = suffix[1:].upper()
    if kind in ("PDF", "JPG", "PNG", "GIF"):
        text = _(
            "This is a %(kind)s: a picture of a table, not a table. Hand in the Excel or CSV file it was made from."
        )
        raise forms.ValidationError(text % {"kind": kind})
    if kind:
        text = _("This is a %(kind)s file, not a table. Save the table as Excel or CSV, then hand it in.")
        raise forms.ValidationError(text % {"kind": kind})
    if not head:
        raise forms.ValidationError(_("This file is empty. Save it again, then hand it in."))


def marked_workbook(handin: HandIn) -> tuple[BinaryIO, str]:
    """The producer's workbook with the wrong cells marked, and what it is called. Raises `NotFound`."""
    run = handin.runs.first()
    if run is None or not marked_path(run).is_file():
        raise NotFound(receipt=handin.receipt)
    stem = re.sub(r"[^\w.() -]+", "_", Path(handin.file_name).stem) or "setoran"
    return marked_path(run).open("rb"), f"{stem} - ditandai {handin.receipt}.xlsx"
