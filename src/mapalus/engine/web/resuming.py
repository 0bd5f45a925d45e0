"""A file that comes over a bad line: what arrived stays, and the next try asks for the rest.

`NAME.part` holds the bytes, `NAME.part.json` whose they are and how many are surely on the disk: after a crash the
part is cut back to those, so that nothing is gone on from which the disk never kept.
"""

from __future__ import annotations

import errno
import json
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO

from mapalus.engine.errors import Refused, Unavailable
from mapalus.engine.text import _
from mapalus.engine.web.answers import Download, file_name, steady
from mapalus.engine.web.exchange import Again, Reply

__all__ = ["Part"]

_SYNC = 4 * 1024**2  # bytes between two times that the disk is asked to keep them
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)$")


class Part:
    """One file on its way. address: without what is secret; another address begins anew."""

    def __init__(self, into: Path, name: str, *, address: str) -> None:
        self._final = into / name
        self._path = into / f"{name}.part"
        self._state = into / f"{name}.part.json"
        self._address = address
        self._known = self._read()
        self._farthest = self._size()  # bytes that were here at any time

    def headers(self) -> dict[str, str]:
        """What asks for the rest, and only if the file is still the same; empty: there is nothing to go on from."""
        size = self._size()
        validator = self._validator()
        return {"Range": f"bytes={size}-", "If-Range": validator} if size and validator else {}

    def receive(
        self, reply: Reply, *, count: Callable[[int], None], largest: int, tell: Callable[[float], None]
    ) -> Download:
        """The whole file. Raises `Again` when the answer was cut, or does not fit what is here."""
        if self._is_whole(reply):
            return self._done(reply, self._size(), self._size())
        start = self._start(reply)
        total = _total(reply, start)
        if total is not None and total > largest:
            raise Refused("too-large", _("The file is larger than %(largest)s MB."), largest=largest // 1024**2)
        if start == 0:
            self._path.unlink(missing_ok=True)
        count(start)
        self._known = {
            "address": self._address, "kept": start,
            "etag": reply.headers.get("etag") or (self._known.get("etag", "") if start else ""),
            "modified": steady(reply.headers), "total": total,
        }  # fmt: skip
        size = self._append(reply, start, total, count, tell)
        if total is not None and size != total and not reply.coding:
            raise Again(
                Unavailable(_("%(host)s cut its answer off."), host=reply.host),
                progressed=self._is_farther(size, start),
            )
        return self._done(reply, size, start)

    def _done(self, reply: Reply, size: int, start: int) -> Download:
        os.replace(self._path, self._final)
        self._state.unlink(missing_ok=True)
        name = file_name(reply.headers, reply.address) or self._final.name
        return Download(self._final, reply.address, name, size, reply.headers, resumed=start)

    def _append(
        self, reply: Reply, start: int, total: int | None, count: Callable[[int], None], tell: Callable[[float], None]
    ) -> int:
        size = kept = start
        self._write()
        try:
            with self._path.open("ab") as file:
                try:
                    for piece in reply.content():
                        file.write(piece)
                        size += len(piece)
                        count(len(piece))
                        if size - kept >= _SYNC:
                            kept = self._keep(file, size)
                            tell(size / total if total else 0.0)
                finally:
                    self._keep(file, size)
        except Again as again:
            if reply.coding:  # unpacked bytes are not those of a range
                self._forget()
            raise Again(again.problem, progressed=self._is_farther(size, start) and not reply.coding) from again
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise Unavailable(_("The disk of this machine is full.")) from error
            raise
        return size

    def _is_farther(self, size: int, start: int) -> bool:
        """More came than ever before: a host that sends the same beginning again and again makes no progress."""
        farther = size > max(start, self._farthest)
        self._farthest = max(size, self._farthest)
        return farther

    def _is_whole(self, reply: Reply) -> bool:
        """It was cut between its last byte and its name: the host says that nothing is left to send."""
        size = self._size()
        return reply.status == 416 and size > 0 and reply.headers.get("content-range", "") == f"bytes */{size}"

    def _start(self, reply: Reply) -> int:
        """Where this answer goes on. Raises `Again` (from the beginning) when it is not about the bytes here."""
        if reply.status == 200:
            return 0
        size = self._size()
        found = _RANGE.match(reply.headers.get("content-range", ""))
        etag = reply.headers.get("etag", "")
        fits = reply.status == 206 and found and int(found[1]) == size and not reply.coding
        is_other = etag and self._known.get("etag") and etag != self._known["etag"]
        before, total = self._known.get("total"), _total(reply, size)
        if not fits or is_other or (before is not None and total is not None and before != total):
            self._forget()
            raise Again(Unavailable(_("%(host)s cut its answer off."), host=reply.host))
        return size

    def _size(self) -> int:
        return int(str(self._known.get("kept", 0)))

    def _validator(self) -> str:
        etag = str(self._known.get("etag", ""))
        return etag if etag and not etag.startswith("W/") else str(self._known.get("modified", ""))

    def _read(self) -> Mapping[str, object]:
        """What an earlier call left, cut back to what it surely kept."""
        try:
            known = json.loads(self._state.read_text())
            kept = int(known["kept"])
            if known["address"] == self._address and self._path.stat().st_size >= kept:
                os.truncate(self._path, kept)
                return dict(known)
        except (OSError, ValueError, KeyError, TypeError):
            pass
        self._forget()
        return {}

    def _keep(self, file: BinaryIO, size: int) -> int:
        file.flush()
        os.fsync(file.fileno())
        self._known = {**self._known, "kept": size}
        self._write()
        return size

    def _write(self) -> None:
        beside = self._state.with_suffix(".new")
        beside.write_text(json.dumps(self._known))
        os.replace(beside, self._state)

    def _forget(self) -> None:
        self._known = {}
        self._path.unlink(missing_ok=True)
        self._state.unlink(missing_ok=True)


def _total(reply: Reply, start: int) -> int | None:
    if reply.status == 206:
        found = _RANGE.match(reply.headers.get("content-range", ""))
        return int(found[3]) if found and found[3] != "*" else None
    length = reply.headers.get("content-length", "")
    return int(length) if length.isdecimal() and not reply.coding else None
