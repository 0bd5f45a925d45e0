"""Archives: the one table in a ZIP, and a file packed by gzip, unpacked within bounds."""

from __future__ import annotations

import gzip
import re
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from shutil import copyfileobj

from mapalus.engine.data.reading.limits import MAX_BOOK_BYTES, MAX_RATIO, too_large
from mapalus.engine.errors import Refused
from mapalus.engine.text import _

__all__ = ["the_table", "unpacked_gzip", "unpacked_member"]

_CHUNK = 1 << 20
_LITTER = re.compile(r"(?:^|/)(?:__MACOSX/|\.(?!\.?/)|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
_BESIDE = re.compile(r"readme|baca|petunjuk|panduan|lisensi|licen[cs]e|metadata|catatan", re.IGNORECASE)
_NO_TABLES = frozenset(
    [".md", ".pdf", ".doc", ".docx", ".rtf", ".ppt", ".pptx", ".png", ".jpg", ".jpeg", ".gif", ".xml", ".qgz"]
)


def the_table(infos: Sequence[zipfile.ZipInfo], *, wanted: object = None) -> zipfile.ZipInfo:
    """The one file of an archive that is a table, or the `wanted` one by name; `Refused` names the others."""
    files = [info for info in infos if not _LITTER.search(info.filename)]
    for info in files:
        if wanted in (info.filename, PurePosixPath(info.filename).name):
            return info
    tables = [info for info in files if not _is_beside(info.filename)]
    if len(files) == 1 or len(tables) == 1:
        return (tables or files)[0]
    if not files:
        raise Refused("empty-file", _("The archive is empty."), advice=_("Hand in the table itself."))
    raise Refused(
        "not-tabular",
        _("This is an archive of %(count)s files; only one file at a time can be read: %(names)s."),
        advice=_("Unpack it and hand in the table."),
        count=len(files),
        names=", ".join(PurePosixPath(info.filename).name for info in files[:5]) + ("…" if len(files) > 5 else ""),
    )


def _is_beside(name: str) -> bool:
    path = PurePosixPath(name)
    return path.suffix.lower() in _NO_TABLES or bool(_BESIDE.match(path.stem))


def unpacked_member(path: Path, info: zipfile.ZipInfo, target: Path) -> Path:
    """The member written to `target`; its size was looked at before."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path) as archive, archive.open(info) as packed, target.open("wb") as out:
        try:
            copyfileobj(packed, out, _CHUNK)
        except (zipfile.BadZipFile, EOFError, zlib.error):
            raise _damaged() from None
    return _filled(target)


def unpacked_gzip(path: Path, target: Path) -> Path:
    """What gzip packed, written to `target`; gzip does not say its size, so it is counted on the way."""
    target.parent.mkdir(parents=True, exist_ok=True)
    most = min(MAX_BOOK_BYTES, max(1 << 24, path.stat().st_size * MAX_RATIO))
    size = 0
    with gzip.open(path) as packed, target.open("wb") as out:
        try:
            while chunk := packed.read(_CHUNK):
                size += len(chunk)
                if size > most:
                    raise too_large(_("Unpacked, the file would be more than %(limit)s MB."), limit=most >> 20)
                out.write(chunk)
        except (OSError, EOFError, zlib.error):
            raise _damaged() from None
    return _filled(target)


def _damaged() -> Refused:
    return Refused("truncated", _("The archive is damaged, so it cannot be unpacked."))


def _filled(target: Path) -> Path:
    if not target.stat().st_size:
        raise Refused("empty-file", _("The file in the archive is empty."))
    return target
