"""What a process worked out of the whole catalogue, kept in a file, so that the next process need not do it again.

Nothing relies on such a file: whoever reads one compares it with the database by the revision of every dataset and
reads anew what was written since. It is signed with the key of the installation, so nobody else's file is read; one
written by other code, or not to be read or written, is as good as none.
"""

from __future__ import annotations

import gc
import hmac
import marshal
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.conf import settings

from mapalus.apps.catalogue import places

__all__ = ["WORTH", "keep", "recall"]

WORTH = 500  # datasets; what so few give is worked out as fast as it is read
_LARGEST = 256 << 20  # bytes


def recall(name: str, *, made_by: Sequence[str]) -> Any | None:
    """What was kept under a name by the same code (modules, by name); None if there is nothing to be relied on."""
    path = _path(name)
    try:
        if path.stat().st_size > _LARGEST:
            return None
        signature, said = (data := path.read_bytes())[:32], memoryview(data)[32:]
        if not hmac.compare_digest(signature, _signed(said)):
            return None
        with _uncollected():
            mark, value = marshal.loads(said)  # noqa: S302 - signed by ourselves with the key of the installation
    except (OSError, ValueError, EOFError, TypeError):
        return None
    return value if mark == _mark(made_by) else None


def keep(name: str, value: Any, *, made_by: Sequence[str]) -> None:
    """Plain values only: tuples, lists, dicts, sets, texts, numbers, None. It appears at once and whole, or not."""
    path = _path(name)
    said = marshal.dumps((_mark(made_by), value))
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, building = tempfile.mkstemp(prefix=f".{name}-", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(_signed(said))
                file.write(said)
            Path(building).replace(path)
        except OSError:
            Path(building).unlink(missing_ok=True)
            raise


@contextmanager
def _uncollected() -> Iterator[None]:
    """Nothing of what is read is garbage: the collector would walk through all of it again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _path(name: str) -> Path:
    return places.remembered() / f"{name}.kept"


def _signed(said: bytes | memoryview) -> bytes:
    return hmac.digest(f"mapalus.remembered {settings.SECRET_KEY}".encode(), said, "sha256")


def _mark(made_by: Sequence[str]) -> tuple[Any, ...]:
    """What the code was: this Python, and the files of the modules."""
    files = (Path(sys.modules[name].__file__ or "").stat() for name in sorted({__name__, *made_by}))
    return sys.version_info[:3], tuple((file.st_mtime_ns, file.st_size) for file in files)
