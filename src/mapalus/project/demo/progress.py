"""A bar in the terminal; where there is no terminal, a line now and then."""

from __future__ import annotations

import sys
import time
from typing import TextIO

__all__ = ["Bar"]

_WIDTH = 28


class Bar:
    """Says on `out` (stderr) which step of how many is being done."""

    def __init__(self, total: int, *, out: TextIO | None = None) -> None:
        self.total = max(total, 1)
        self.done = 0
        self.out = out or sys.stderr
        self._started = time.monotonic()
        self._said = -1

    def step(self, text: str) -> None:
        """Begin the next step."""
        if self.out.isatty():
            full = _WIDTH * self.done // self.total
            line = f"[{'█' * full}{'░' * (_WIDTH - full)}] {self.done:>2}/{self.total} {text}"
            self.out.write("\r" + line[:118].ljust(118))
        elif self.done * 10 // self.total > self._said:
            self._said = self.done * 10 // self.total
            self.out.write(f"{100 * self.done // self.total:>3} %  {text}\n")
        self.out.flush()
        self.done += 1

    def end(self, text: str) -> None:
        took = f"{time.monotonic() - self._started:.0f}"
        self.out.write(("\r" if self.out.isatty() else "") + f"{text} ({took} s)".ljust(118) + "\n")
        self.out.flush()
