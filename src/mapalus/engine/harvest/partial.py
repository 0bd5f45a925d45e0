"""A file on its way over a protocol that can begin in the middle (SFTP, a folder): what arrived stays.

The bytes lie in `NAME.part`; `NAME.part.json` says of which file they are and how many are surely on the disk.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from mapalus.engine.errors import Refused, Unavailable
from mapalus.engine.text import _

__all__ = ["Partial"]

_SYNC = 4 * 1024**2


class Partial:
    """identity: what changes whenever the content does; another one begins anew. largest: bytes."""

    def __init__(self, into: Path, name: str, *, identity: str, largest: int) -> None:
        self._final = into / name
        self._path = into / f"{name}.part"
        self._state = into / f"{name}.part.json"
        self._identity = identity
        self._largest = largest
        self.size = self._left()

    def take(self, pieces: Iterable[bytes]) -> None:
        """Add the bytes that follow those at hand. Whatever interrupts it, what came is kept."""
        kept = self.size
        try:
            with self._path.open("ab") as file:
                try:
                    for piece in pieces:
                        if self.size + len(piece) > self._largest:
                            raise Refused(
                                "too-large",
                                _("The file is larger than %(largest)s MB."),
                                largest=self._largest // 1024**2,
                            )
                        file.write(piece)
                        self.size += len(piece)
                        if self.size - kept >= _SYNC:
                            kept = self._keep(file)
                finally:
                    self._keep(file)
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise Unavailable(_("The disk of this machine is full.")) from error
            raise

    def done(self) -> Path:
        os.replace(self._path, self._final)
        self._state.unlink(missing_ok=True)
        return self._final

    def forget(self) -> None:
        """The file is another one now: begin anew."""
        self.size = 0
        self._state.unlink(missing_ok=True)
        self._path.write_bytes(b"")

    def _keep(self, file: BinaryIO) -> int:
        file.flush()
        os.fsync(file.fileno())
        beside = self._state.with_suffix(".new")
        beside.write_text(json.dumps({"identity": self._identity, "kept": self.size}))
        os.replace(beside, self._state)
        return self.size

    def _left(self) -> int:
        try:
            state = json.loads(self._state.read_text())
            kept = int(state["kept"])
            if state["identity"] == self._identity and self._path.stat().st_size >= kept:
                os.truncate(self._path, kept)
                return kept
        except (OSError, ValueError, KeyError, TypeError):
            pass
        self._state.unlink(missing_ok=True)
        self._path.unlink(missing_ok=True)
        return 0
