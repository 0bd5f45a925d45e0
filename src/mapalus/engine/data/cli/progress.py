"""A line that moves while a large file is checked; only on a terminal, only on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mapalus.engine.text import _, translate

__all__ = ["bar"]

_LARGE = 20_000_000  # bytes; smaller files are done before one could read the line
_WIDTH = 24
STEPS = {
    "read": _("Reading"),
    "keys": _("Looking for doubles"),
    "rows": _("Checking rows"),
    "reasons": _("Finding reasons"),
}


@contextmanager
def bar(path: Path) -> Iterator[Callable[[str, float], None] | None]:
    """The function to call with a step and its share done; None where nobody would see it."""
    if not sys.stderr.isatty() or not path.is_file() or path.stat().st_size < _LARGE:
        yield None
        return
    start = time.monotonic()

    def show(step: str, share: float) -> None:
        filled = "█" * round(_WIDTH * share)
        seconds = time.monotonic() - start
        sys.stderr.write(
            f"\r\x1b[2K  {translate(STEPS.get(step, step)):<20} {filled:░<{_WIDTH}} {share:>4.0%}  {seconds:4.0f} s"
        )
        sys.stderr.flush()

    try:
        yield show
    finally:
        sys.stderr.write("\r\x1b[2K")
        sys.stderr.flush()
