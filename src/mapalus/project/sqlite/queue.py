"""A place in the queue of writers: a lock on a file, waited for no longer than a declared time.

The system hands such a lock on at once and frees it when its process dies, but it has no call that waits only so long.
Where somebody else is first, a thread waits for the file and the writer waits for the thread. Who gives up leaves his
thread in the queue: it hands on at once what it gets, and the next try of the same connection takes its place over.
"""

from __future__ import annotations

import errno
import fcntl
import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Holder", "Place", "holder"]

_LINE = 48  # bytes of the one line that the holder writes: his number, and since when


class Place:
    """One connection's place. Not for several threads at once, as connections are not."""

    def __init__(self, path: str) -> None:
        # A file of each connection's own opening: such locks are between openings, hence between threads as well.
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._change = threading.Condition()
        self._has_waiter = False  # a thread stands in the queue for us
        self._is_wanted = False  # somebody waits for that thread
        self._is_first = False
        self._is_closed = False

    def take(self, seconds: float) -> bool:
        """Be first. False: not within so many seconds."""
        if not self._has_waiter and self._take_free():
            return True
        with self._change:
            self._is_wanted = True
            if not self._has_waiter:
                self._has_waiter = True
                threading.Thread(target=self._wait, name="write-queue", daemon=True).start()
            self._change.wait_for(lambda: self._is_first, seconds)
            self._is_wanted = False
            if self._is_first:
                self._sign()
            return self._is_first

    def leave(self) -> None:
        if self._is_first:
            self._is_first = False
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Leave for good. The file is closed by the thread where one still waits."""
        with self._change:
            self.leave()
            self._is_closed = True
            if not self._has_waiter:
                os.close(self._file)

    def _take_free(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.EACCES):
                return False
            raise
        self._is_first = True
        self._sign()
        return True

    def _wait(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_EX)
        with self._change:
            self._has_waiter = False
            if self._is_wanted:
                self._is_first = True
                self._change.notify()
                return
            fcntl.flock(self._file, fcntl.LOCK_UN)
            if self._is_closed:
                os.close(self._file)

    def _sign(self) -> None:
        """For `doctor`: who is first, and since when."""
        os.pwrite(self._file, f"{os.getpid()} {time.time():.3f}".ljust(_LINE).encode(), 0)


@dataclass(frozen=True)
class Holder:
    """The process that is first in the queue."""

    pid: int
    since: float  # seconds of the epoch
    command: str  # empty where the system does not tell
    is_stopped: bool


def holder(database: str | Path) -> Holder | None:
    """Who is first in the queue before this database; None: nobody."""
    path = Path(f"{database}-queue")
    if not path.exists():
        return None
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            said = file.read(_LINE).split()
            if len(said) != 2:
                return Holder(0, time.time(), "", is_stopped=False)
            pid = int(said[0])
            return Holder(pid, float(said[1]), _command(pid), is_stopped=_is_stopped(pid))
        fcntl.flock(file, fcntl.LOCK_UN)
    return None


def _command(pid: int) -> str:
    try:
        return " ".join(Path(f"/proc/{pid}/cmdline").read_text(errors="replace").split("\0")).strip()[:120]
    except OSError:
        return ""


def _is_stopped(pid: int) -> bool:
    try:
        said = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return False
    return said.rpartition(")")[2].split()[:1] in (["T"], ["t"])
