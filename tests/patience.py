"""How long a test waits for what must come: on a busy machine much longer than one thinks, and a limit that is not
reached costs nothing."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache
from typing import TypeVar

__all__ = ["PATIENCE", "start_of_python", "until"]

PATIENCE = 600.0  # seconds
T = TypeVar("T")


def until(look: Callable[[], T], *, seconds: float = PATIENCE, every: float = 0.02) -> T:
    """Look again and again until something true is found, and give it back."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, f"not within {seconds:.0f} seconds: {found!r}"
        time.sleep(every)
    return found


@cache
def start_of_python() -> float:
    """Seconds of processor time in which this machine starts Python and reads JSON: a measure of its speed now."""
    code = "import json, argparse, datetime, time; print(time.process_time())"
    return min(
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
        for _attempt in range(3)
    )
