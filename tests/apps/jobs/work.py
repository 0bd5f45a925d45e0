"""Jobs of the tests."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

from mapalus.apps.jobs.job import job, progress
from mapalus.engine.errors import Refused, Unavailable

calls: list[object] = []


@job()
def remember(what: object) -> object:
    """Keep what was given."""
    calls.append(what)
    return what


@job(attempts=3, rest=timedelta(seconds=10))
def fall_over(kind: str) -> None:
    """Fail in one way or another."""
    calls.append(kind)
    raise {"bug": ValueError("secret"), "away": Unavailable(), "bad": Refused("empty-file", "It is empty.")}[kind]


@job()
def report() -> None:
    """Say how far it is."""
    progress(done=7, total=10, message="%(n)s of ten rows", n=7)


@job()
def slow(folder: str, seconds: float) -> str:
    """Leave a mark at the beginning, take time, leave one at the end. Checks now and then whether to stop."""
    with (Path(folder) / "begun").open("a") as marks:
        marks.write(f"{os.getpid()}\n")
    until = time.monotonic() + (seconds if len((Path(folder) / "begun").read_text().split()) == 1 else 0)
    while time.monotonic() < until:
        progress(done=1, total=2)
        time.sleep(0.02)
    with (Path(folder) / "ended").open("a") as marks:
        marks.write(f"{os.getpid()}\n")
    return "done"
