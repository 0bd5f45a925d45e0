"""Where a stream stumbled: what went wrong in the intake, kept beside its rows for whoever keeps the house.

    <data folder>/streams/<dataset>/stumbled.json

It is written where the database may be what failed. It names the kind of error and never what was sent. Written by the
intake alone; read by the doctor, `/-/health`, `/-/metrics` and the dataset's page on the desk.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from mapalus.apps.catalogue import streaming

__all__ = ["LATELY", "Stumble", "lately", "of", "of_late", "write_down"]

LATELY = timedelta(hours=1)  # who keeps the house hears of it for so long
_NAME = "stumbled.json"


@dataclass(frozen=True)
class Stumble:
    """What last went wrong with a stream, and how often since it last went well for `LATELY`."""

    dataset: str
    at: datetime
    doing: str  # following, taking, showing, measuring, bug
    error: str  # kind of the error
    times: int = 1


def write_down(dataset: str, *, doing: str, error: BaseException, now: datetime) -> None:
    """Remember it. A disk that is full is no reason to stop: then nobody but the log is told."""
    before = of(dataset)
    times = before.times + 1 if before is not None and now - before.at < LATELY else 1
    cause = error.__cause__ or error
    said = asdict(Stumble(dataset, now, doing, type(cause).__name__, times)) | {"at": now.isoformat()}
    path = _path(dataset)
    fresh = path.with_suffix(".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(json.dumps(said), encoding="utf-8")
        os.replace(fresh, path)
    except OSError:
        return


def of(dataset: str) -> Stumble | None:
    """What went wrong last with the stream of a dataset; None where nothing ever did."""
    try:
        said = json.loads(_path(dataset).read_text(encoding="utf-8"))
        return Stumble(**{**said, "at": datetime.fromisoformat(said["at"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def of_late(dataset: str, *, now: datetime) -> Stumble | None:
    """The same, while it is news."""
    found = of(dataset)
    return found if found is not None and now - found.at < LATELY else None


def lately(*, now: datetime) -> Iterator[Stumble]:
    """Streams that stumbled a short while ago."""
    for path in sorted(streaming.streams().glob(f"*/{_NAME}")):
        found = of_late(path.parent.name, now=now)
        if found is not None:
            yield found


def _path(dataset: str) -> Path:
    return streaming.streams() / dataset / _NAME
