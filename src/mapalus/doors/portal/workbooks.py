"""Workbooks of versions, built once: a version never changes, and a workbook of a large one takes its time."""

from __future__ import annotations

import os
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.utils.translation import get_language

from mapalus.engine.data.export import Format, Meta, export
from mapalus.engine.data.served import Served

__all__ = ["MOST", "workbook"]

MOST = 256 * 1024 * 1024  # bytes kept; what was asked for longest ago goes first


def workbook(rows: Served, *, meta: Meta, mark: str) -> Path:
    """The file of these rows with these words about them; made now if it is not kept. Raises `OSError`.

    The rows' file names the version, and its size and time change where an erasure wrote it anew; `mark` names the
    moment where rows of a stream are among them, whose number in `meta` changes meanwhile.
    """
    stat = rows.rows.stat()
    words = meta if rows.live is None else meta.title
    said = repr((rows.rows.as_posix(), stat.st_size, stat.st_mtime_ns, words, get_language(), mark))
    folder = Path(settings.DATA_DIR) / "exports"
    path = folder / f"{sha256(said.encode()).hexdigest()[:40]}.xlsx"
    if path.exists():
        os.utime(path)
        return path
    folder.mkdir(parents=True, exist_ok=True)
    _write(path, export(rows, Format.XLSX, meta=meta))
    _make_room(folder, besides=path)
    return path


def _write(path: Path, chunks: Iterable[bytes]) -> None:
    """Whole or not at all: two who ask at once each write their own, and one name remains."""
    fresh = path.with_name(f".{path.name}-{os.getpid()}-{os.urandom(4).hex()}")
    try:
        with fresh.open("wb") as file:
            file.writelines(chunks)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _make_room(folder: Path, *, besides: Path) -> None:
    found = []
    for path in folder.iterdir():
        try:
            found.append((path.stat().st_mtime, path.stat().st_size, path))
        except OSError:
            continue  # another process was here
    taken = sum(size for _at, size, _path in found)
    for _at, size, path in sorted(found):
        if taken <= MOST:
            return
        if path != besides:
            path.unlink(missing_ok=True)
            taken -= size
