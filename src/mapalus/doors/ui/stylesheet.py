"""All style sheets in one answer: written as small files, sent as one without comments, named by their content."""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.urls import reverse

__all__ = ["Sheet", "address", "files", "sheet"]

FOLDER = Path(__file__).parent / "static" / "ui" / "css"
_COMMENT = re.compile(rb"/\*.*?\*/", re.DOTALL)
_INDENT = re.compile(rb"\n\s*")


@dataclass(frozen=True)
class Sheet:
    text: bytes
    packed: bytes  # gzip
    version: str  # first digits of its SHA-256


def files() -> list[Path]:
    """In the order of their layers, which tokens.css declares."""
    first = [FOLDER / f"{name}.css" for name in ("tokens", "reset", "base", "layout")]
    return [*first, *sorted((FOLDER / "components").glob("*.css")), FOLDER / "utilities.css"]


def _read() -> Sheet:
    # What is written for those who read the files is not sent: a tenth of the weight on the wire.
    text = _INDENT.sub(b"\n", _COMMENT.sub(b"", b"".join(path.read_bytes() for path in files())))
    return Sheet(text, gzip.compress(text, 9, mtime=0), sha256(text).hexdigest()[:12])


_kept = cache(_read)


def sheet() -> Sheet:
    """The sheet; read again at every call only while debugging."""
    return _read() if settings.DEBUG else _kept()


def address() -> str:
    """`/-/ui.<version>.css`; the address changes with the content, so it may be kept for ever."""
    return reverse("ui:stylesheet", args=(sheet().version,))
