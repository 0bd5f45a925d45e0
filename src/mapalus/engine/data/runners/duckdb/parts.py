"""A large file in parts of whole lines, so that several cores pass over it at once.

The first part is the file itself up to a number of records. The table engine cannot begin in the middle of a file, so
every other part comes to it through a pipe, into which the kernel moves the bytes without copying them.
"""

from __future__ import annotations

import errno
import os
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

from mapalus.engine.data.table import Scan

__all__ = ["Part", "fed", "parts_of", "piece_around"]

AT_MOST = 4  # each needs some 90 MB
SMALLEST = 8_000_000  # bytes: less is done before a second core has begun
_PIPE = 1 << 20
_LITTLE = 1 << 16
_PATIENCE = 50  # milliseconds between looks whether anybody still wants to read
_F_SETPIPE_SZ = 1031


@dataclass(frozen=True)
class Part:
    """Bytes of a file, whole lines. `before` records come before the first of them, `until` before what follows."""

    start: int
    stop: int
    before: int
    until: int | None = None  # None: to the end


def parts_of(scan: Scan, *, cores: int | None = None) -> list[Part]:
    """Parts of about the same size, as many as there are cores; one or none where that would not help."""
    if scan.spooled or not scan.marks or not hasattr(os, "splice"):
        return []
    size = scan.path.stat().st_size
    number = min(AT_MOST, cores or len(os.sched_getaffinity(0)), size // SMALLEST)
    offsets = [offset for offset, _rows in scan.marks]
    cuts = {bisect_left(offsets, size * n // number) for n in range(1, number)}
    marks = [scan.marks[cut] for cut in sorted(cuts) if cut < len(offsets)]
    marks = [(offset, _before(scan, rows)) for offset, rows in marks if offset < size and rows >= scan.first_row]
    begins, ends = [(0, 0), *marks], [*marks, (size, None)]
    return [Part(start, stop, before, until) for (start, before), (stop, until) in zip(begins, ends, strict=True)]


def piece_around(scan: Scan, row: int) -> Part:
    """A short part that holds a row of the file, which must lie behind the first mark."""
    at = bisect_left([rows for _offset, rows in scan.marks], row) - 1
    start, rows = scan.marks[at]
    if at + 1 < len(scan.marks):
        stop, later = scan.marks[at + 1]
        return Part(start, stop, _before(scan, rows), _before(scan, later))
    return Part(start, scan.path.stat().st_size, _before(scan, rows))


def _before(scan: Scan, rows: int) -> int:
    """Records of the table among the first `rows` lines: not those above it, nor blank ones."""
    return rows - (scan.first_row - 1) - bisect_right(scan.blank_rows, rows)


@contextmanager
def fed(path: Path, part: Part) -> Iterator[Path]:
    """A pipe out of which come the bytes of the part, by a name that this process can open.

    Raises OSError at its end where the file could not be read to the end of the part.
    """
    out, into = os.pipe()
    os.set_blocking(into, False)
    done = Event()
    failed: list[OSError] = []
    feeder = Thread(target=_feed, args=(path, part, into, done, failed), daemon=True)
    feeder.start()
    try:
        yield Path(f"/dev/fd/{out}")
    finally:
        done.set()
        feeder.join()
        os.close(out)
    if failed:
        raise failed[0]


def _feed(path: Path, part: Part, pipe: int, done: Event, failed: list[OSError]) -> None:
    import fcntl
    import select

    try:
        with suppress(OSError):  # the limit of the system is smaller: more turns
            fcntl.fcntl(pipe, _F_SETPIPE_SZ, _PIPE)
        poll = select.poll()
        poll.register(pipe, select.POLLOUT)
        move = _spliced
        with path.open("rb", buffering=0) as file:
            at = part.start
            while at < part.stop and not done.is_set():
                if not poll.poll(_PATIENCE):
                    continue
                try:
                    moved = move(file.fileno(), pipe, min(_PIPE, part.stop - at), at)
                except BlockingIOError:
                    continue
                except OSError:
                    if move is _copied:
                        raise
                    move = _copied  # not every file system lets its pages go
                    continue
                if not moved:
                    raise OSError(errno.EIO, "the file has become shorter", str(path))
                at += moved
    except OSError as error:
        failed.append(error)
    finally:
        os.close(pipe)


def _spliced(file: int, pipe: int, length: int, at: int) -> int:
    return os.splice(file, pipe, length, offset_src=at)


def _copied(file: int, pipe: int, length: int, at: int) -> int:
    data = os.pread(file, min(length, _LITTLE), at)
    return os.write(pipe, data) if data else 0
