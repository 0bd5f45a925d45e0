"""Writing so that a crash leaves the state before or the state after: fsync, one rename, fsync of the folder."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["BUILDING", "building", "copy", "sync", "sync_folder"]

BUILDING = ".building"  # half-made folders live here, under the same root, hence on the same disk


def sync(path: Path) -> None:
    """Bring the bytes of a file, or the entries of a folder, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Every file below a folder, then the folders themselves."""
    for path in sorted(folder.rglob("*"), reverse=True):
        sync(path)
    sync(folder)


def copy(source: Path, target: Path) -> Path:
    """A copy of its own: a link would change with the original."""
    shutil.copyfile(source, target)
    return target


@contextmanager
def building(root: Path, final: Path) -> Iterator[Path]:
    """A folder to fill; it appears as `final` by ONE rename when the block ends well, and not at all otherwise.

    Raises `FileExistsError` when `final` is there already: what appeared once never changes.
    """
    if final.exists():
        raise FileExistsError(final)
    beside = root / BUILDING
    beside.mkdir(parents=True, exist_ok=True)
    folder = beside / f"{final.parent.name}-{final.name}-{secrets.token_hex(6)}"
    folder.mkdir()
    try:
        yield folder
        sync_folder(folder)
        final.parent.mkdir(parents=True, exist_ok=True)
        os.rename(folder, final)
        sync(final.parent)
        sync(final.parent.parent)
    except OSError as error:
        # the name was taken while we built: a rename onto a full folder is refused by the system
        raise (FileExistsError(final) if final.exists() else error) from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)
