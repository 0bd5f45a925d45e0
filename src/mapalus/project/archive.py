"""One archive of a whole province: a tar whose last member lists every file with its size and SHA-256.

The database is taken first, in one consistent moment; files are immutable and exist before their rows, so whatever it
names is in the archive. An archive without its list, or whose bytes differ from it, is refused as a whole.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from mapalus.engine.errors import Refused
from mapalus.engine.text import _

__all__ = ["DATABASE", "Listed", "pack", "unpack"]

DATABASE = "database"  # name of the database's member: a SQLite file, or a dump of PostgreSQL
_LIST = "mapalus-backup.json"
_FORM = 1
_CHUNK = 1 << 20
_MOST_FILES = 5_000_000
# made anew, half-made, taken first, or lines and files of the last minutes
_LEFT_OUT = frozenset(
    {"static", "workshop", "exports", "differences", ".building", "ledger", ".use", ".imports", ".remembered"}
)
_LEFT_OUT_FILES = (".sqlite", ".sqlite-wal", ".sqlite-shm", ".sqlite-queue", ".lock", ".new")


@dataclass(frozen=True)
class Listed:
    """What the list says of the archive."""

    files: dict[str, tuple[int, str]]
    about: dict[str, str]  # engine of the database, release, when


def pack(out: Path, *, folder: Path, first: Mapping[str, Path], about: Mapping[str, str]) -> int:
    """Write the archive beside `out` and give it its name once it is whole and on the disk. How many files.

    `first`: members by name that were taken before everything else, the database among them.
    """
    fresh = out.with_name(f"{out.name}.{os.getpid()}.new")
    listed: dict[str, tuple[int, str]] = {}
    try:
        with fresh.open("xb") as raw:
            os.chmod(fresh, 0o600)  # it holds personal values unmasked
            with tarfile.open(fileobj=raw, mode="w|", format=tarfile.PAX_FORMAT) as tar:
                for name, path in first.items():
                    _add(tar, name, path, listed)
                for path in _files(folder):
                    _add(tar, f"files/{path.relative_to(folder).as_posix()}", path, listed)
                text = json.dumps({"form": _FORM, "about": dict(about), "files": listed}).encode()
                member = tarfile.TarInfo(_LIST)
                member.size = len(text)
                tar.addfile(member, io.BytesIO(text))
            raw.flush()
            os.fsync(raw.fileno())
        fresh.replace(out)
    finally:
        fresh.unlink(missing_ok=True)
    return len(listed)


def _files(folder: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _LEFT_OUT)
        for name in sorted(names):
            path = Path(root) / name
            if path.is_file() and not path.is_symlink() and not name.endswith(_LEFT_OUT_FILES):
                yield path


def _add(tar: tarfile.TarFile, name: str, path: Path, listed: dict[str, tuple[int, str]]) -> None:
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return  # removed since it was listed: nothing of the database's moment names it
    with file:
        member = tarfile.TarInfo(name)
        member.size, member.mode = os.fstat(file.fileno()).st_size, 0o600
        reader = _Hashing(file)
        tar.addfile(member, reader)
        listed[name] = (member.size, reader.digest.hexdigest())


class _Hashing:
    """Reads a file and hashes what was read."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.digest = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        found = self.file.read(size)
        self.digest.update(found)
        return found


def unpack(archive: Path, *, into: Path) -> Listed:
    """Write every file of the archive below `into` (an empty folder) and compare it with the list.

    Raises `Refused` when it is not a backup, is cut off, or differs from its list; what was written is then worthless.
    """
    seen: dict[str, tuple[int, str]] = {}
    listed: Listed | None = None
    try:
        with archive.open("rb") as raw, tarfile.open(fileobj=raw, mode="r|") as tar:
            for count, member in enumerate(tar):
                source = tar.extractfile(member) if member.isfile() else None
                if source is None or listed is not None or count > _MOST_FILES:
                    raise _refused()
                if member.name == _LIST:
                    listed = _read_list(source.read(member.size))
                else:
                    seen[member.name] = _write(source, into / _safe(member.name))
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        if isinstance(error, FileNotFoundError | PermissionError):
            raise Refused("backup", _("%(path)s cannot be read."), path=archive) from None
        raise _refused() from None
    if listed is None or seen != listed.files:
        raise _refused()
    return listed


def _refused() -> Refused:
    return Refused(
        "backup",
        _("This is not a whole backup: it was cut off, changed, or is something else."),
        advice=_("Nothing was restored. Take another copy of it."),
    )


def _read_list(text: bytes) -> Listed:
    content = json.loads(text)
    if not isinstance(content, dict) or content.get("form") != _FORM:
        raise ValueError("form")
    return Listed({name: (int(size), str(digest)) for name, (size, digest) in content["files"].items()},
                  {str(key): str(value) for key, value in content["about"].items()})  # fmt: skip


def _safe(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts or path.parts[0] not in (DATABASE, "files"):
        raise ValueError(name)
    return path


def _write(source: IO[bytes], target: Path) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as file:
        while chunk := source.read(_CHUNK):
            file.write(chunk)
            digest.update(chunk)
            size += len(chunk)
    return size, digest.hexdigest()
