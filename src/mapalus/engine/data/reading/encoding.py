"""In which encoding a text file is written, and why we think so."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mapalus.engine.data.reading.raw import Notes
from mapalus.engine.errors import Invalid
from mapalus.engine.text import _

if TYPE_CHECKING:
    from mapalus.engine.data.reading.survey import Survey

__all__ = ["decided", "wide_encoding"]

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 1 << 16


def wide_encoding(head: bytes, *, notes: Notes | None = None) -> str | None:
    """The encoding of text whose characters are two or four bytes wide, else None."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            if name == "utf-8-sig":
                return None
            if notes:
                notes.guess("encoding", name, _("The file begins with a byte order mark."), 1.0)
            return name
    sample = head[: _SAMPLE - _SAMPLE % 2]
    half = len(sample) // 2
    if half < 2:
        return None
    for name, empty, told in (("utf-32-le", (2, 3), 0), ("utf-32-be", (0, 1), 3)):
        if len(sample) > 7 and not any(any(sample[place::4]) for place in empty) and all(sample[told::4]):
            if notes:
                notes.guess("encoding", name, _("Two of four bytes are zero, as in UTF-32 without a mark."), 0.9)
            return name
    for name, high, low in (("utf-16-le", sample[1::2], sample[::2]), ("utf-16-be", sample[::2], sample[1::2])):
        if high.count(0) > 0.4 * half and low.count(0) < 0.02 * half:
            if notes:
                notes.guess("encoding", name, _("Every second byte is zero, as in UTF-16 without a mark."), 0.9)
            return name
    return None


@dataclass(frozen=True)
class _Bytes:
    """Bytes beyond ASCII that are not UTF-8, by what they would be in Windows-1252."""

    control: int  # 0x80 to 0x9F
    undefined: int  # no character at all, or one that no text of ours has


def decided(path: Path, *, found: Survey, declared: str | None, notes: Notes) -> str:
    """The Python name of the encoding of a file of single-byte units or UTF-8."""
    if declared:
        return _known(declared, found)
    if found.broken == 0:
        if found.start:
            notes.guess("encoding", "utf-8", _("The file begins with a byte order mark."), 1.0)
        return "utf-8-sig" if found.start else "utf-8"
    odd = _odd_bytes(path)
    if found.start or found.multibyte >= found.broken or odd.undefined:
        notes.guess(
            "encoding",
            "utf-8",
            _("Most characters beyond ASCII are proper UTF-8; %(broken)s bytes are not."),
            0.9 if found.start or found.multibyte else 0.6,
            broken=found.broken,
        )
        return "utf-8-sig" if found.start else "utf-8"
    is_mac = odd.control and found.cr > 1 and not found.lf  # nothing but old Macs ends its lines so
    name = "mac-roman" if is_mac else "cp1252" if odd.control else "iso-8859-1"
    notes.guess(
        "encoding",
        name,
        _("The file is not UTF-8: %(broken)s bytes only make sense in an encoding of single bytes."),
        0.8,
        broken=found.broken,
    )
    return name


def _known(declared: str, found: Survey) -> str:
    try:
        name = codecs.lookup(declared).name
    except LookupError:
        raise Invalid(_("The contract names an encoding that does not exist: %(name)s."), name=declared) from None
    return "utf-8-sig" if name == "utf-8" and found.start else name


def _odd_bytes(path: Path) -> _Bytes:
    control = undefined = 0
    with path.open("rb") as file:
        while chunk := file.read(1 << 22):
            if chunk.isascii():
                continue
            control += sum(chunk.count(bytes((code,))) for code in range(0x80, 0xA0))
            undefined += sum(chunk.count(bytes((code,))) for code in (0x81, 0x8D, 0x8F, 0x90, 0x9D, 0xFE, 0xFF))
    return _Bytes(control=control, undefined=undefined)
