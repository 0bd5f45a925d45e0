"""What lies in a lake elsewhere and belongs to nothing: named first, removed only by a second look, never in a hurry.

A folder of the bucket is an orphan when no row names it: a publication was killed, or the database was put back to an
earlier day. `mapalus doctor` writes down what it found; `--fix` removes what such a list named before, whose last byte
is older than a day, and which still no row and no running publication names at that moment. Keys that are no version
(`<dataset>/v<number>/<file>`) are nobody's business here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog

__all__ = ["LISTED_FOR", "OLD", "Orphan", "look", "remove_listed"]

OLD = timedelta(days=1)  # what was written within this may belong to somebody who is still writing
LISTED_FOR = timedelta(days=30)  # a list older than this is none
_AGAIN = timedelta(minutes=1)  # the same look is no second one
log = structlog.get_logger()


@dataclass(frozen=True)
class Orphan:
    """A folder of the bucket that no row names. is_ripe: it was named before and is old enough to be removed."""

    folder: str  # dbd-mingguan/v9
    changed_at: datetime
    is_ripe: bool


def look(*, now: datetime) -> list[Orphan]:
    """The orphans of the bucket; what is found is written down, with the day it was found first."""
    from mapalus.apps.catalogue import afar

    there = afar.folders()  # first what lies there, then what rows name: never the other way round
    known = _known()
    before = _listed(now)
    found = {folder: changed for folder, changed in there.items() if afar.place_of(folder) not in known}
    _write({folder: before.get(folder, now) for folder in found})
    return [
        Orphan(folder, changed, now - changed > OLD and now - before.get(folder, now) >= _AGAIN)
        for folder, changed in sorted(found.items())
    ]


def remove_listed(*, now: datetime) -> int:
    """Remove what is ripe; how many. Each is looked for once more in the database right before."""
    from mapalus.apps.catalogue import afar

    done = 0
    for one in (one for one in look(now=now) if one.is_ripe):
        if afar.place_of(one.folder) in _known():
            continue  # a publication has just taken the number
        afar.remove_folder(one.folder)
        log.info("lake_orphan_removed", folder=one.folder)
        done += 1
    return done


def _known() -> set[tuple[str, int]]:
    """What rows name: versions, and the numbers that running publications have taken."""
    from mapalus.apps.catalogue.models import Run, RunState, Version

    running = Run.objects.filter(state=RunState.RUNNING, number__isnull=False)
    named = Version.objects.filter(removed_at__isnull=True).values_list("dataset__name", "number")
    return set(_pairs(named)) | set(_pairs(running.values_list("dataset__name", "number")))


def _pairs(rows: object) -> Iterator[tuple[str, int]]:
    for name, number in rows:  # type: ignore[attr-defined]
        yield str(name), int(number or 0)


def _file() -> Path:
    from django.conf import settings

    return Path(settings.DATA_DIR) / "doctor" / "lake-orphans.json"


def _listed(now: datetime) -> dict[str, datetime]:
    """Folder and when it was found first; what was found too long ago counts for nothing."""
    try:
        said = json.loads(_file().read_text(encoding="utf-8"))
        found = {str(folder): datetime.fromisoformat(at) for folder, at in said.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}
    return {folder: at for folder, at in found.items() if timedelta(0) <= now - at < LISTED_FOR}


def _write(found: dict[str, datetime]) -> None:
    path = _file()
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps({folder: at.isoformat() for folder, at in found.items()}, indent=1), encoding="utf-8")
    beside.replace(path)
