"""The records of an answer that comes in pages, kept page by page, so that an interrupted harvest goes on.

    with Pages(into, question=f"{address} {mark}", largest=surroundings.largest) as pages:
        step = pages.step or {"page": 1}
        while step:
            answer = ...
            step = {"page": step["page"] + 1} if more else None
            pages.add(answer["rows"], step=step)
        return Harvest(pages.path, "rows.ndjson")

A page is on the disk before the step after it is: after kill -9 the file is cut back to the last whole page and that
step is asked for again. Nothing is doubled, nothing lost, one page is in memory.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mapalus.engine import exact_json
from mapalus.engine.errors import Refused, Unavailable
from mapalus.engine.text import _

__all__ = ["Pages"]

OLDEST = 24 * 3600.0  # seconds after which a harvest begins anew: pages and cursors do not stay the same for ever
OLDEST_WHOLE = 3600.0  # and after which one that came whole, but became no version, is no longer what the source holds


class Pages:
    """question: what tells this harvest from another (settings and mark, no secrets); another one begins anew.

    largest: bytes. kept: whatever the connector wants to find again beside the step (a total, a mark on its way).
    """

    def __init__(self, into: Path, *, question: str, largest: int, name: str = "records") -> None:
        self.path = into / f"{name}.ndjson"
        self._state = into / f"{name}.step.json"
        self._largest = largest
        self._question = hashlib.sha256(question.encode()).hexdigest()
        self.step: Any = None  # None: begin
        self.kept: dict[str, Any] = {}
        self.records = 0
        self.size = 0
        self.is_whole = False  # an earlier call got to the end
        self._open()

    def __enter__(self) -> Pages:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def add(self, records: Iterable[Mapping[str, object]], *, step: Any) -> int:
        """Keep one page and what to ask next (None: this was the last). How many records it had.

        Raises `Refused` when the harvest grows past its bound.
        """
        count = size = 0
        try:
            for record in records:
                line = (exact_json.dump(record) + "\n").encode("utf-8", "surrogatepass")
                size += len(line)
                if self.size + size > self._largest:
                    raise Refused(
                        "too-large", _("The file is larger than %(largest)s MB."), largest=self._largest // 1024**2
                    )
                self._file.write(line)
                count += 1
            self._file.flush()
            os.fsync(self._file.fileno())
            self._settle(count, size, step)
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise Unavailable(_("The disk of this machine is full.")) from error
            raise
        return count

    def forget(self) -> None:
        """What was kept is of no use: whoever comes next begins anew."""
        self._state.unlink(missing_ok=True)

    def _settle(self, count: int, size: int, step: Any) -> None:
        self.records, self.size, self.step = self.records + count, self.size + size, step
        self.is_whole = step is None
        state = {
            "question": self._question, "size": self.size, "records": self.records, "step": step,
            "whole": self.is_whole, "kept": self.kept,
        }  # fmt: skip
        beside = self._state.with_suffix(".new")
        with beside.open("w") as file:
            json.dump(state, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, self._state)

    def _open(self) -> None:
        state = self._left()
        if state:
            self.size, self.records = state["size"], state["records"]
            self.step, self.kept, self.is_whole = state["step"], state["kept"], state["whole"]
            os.truncate(self.path, self.size)
        else:
            self._state.unlink(missing_ok=True)
            self.path.unlink(missing_ok=True)
        self._file = self.path.open("ab")

    def _left(self) -> dict[str, Any]:
        """What an earlier call left of the same question; empty when there is nothing to go on from."""
        try:
            state: dict[str, Any] = json.loads(self._state.read_text())
            fits = (
                state["question"] == self._question
                and time.time() - self._state.stat().st_mtime < (OLDEST_WHOLE if state["whole"] else OLDEST)
                and self.path.stat().st_size >= state["size"]
            )
            return state if fits else {}
        except (OSError, ValueError, KeyError, TypeError):
            return {}
