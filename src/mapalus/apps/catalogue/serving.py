"""What readers of a version read: its side file, and for the current version of a stream also what came since."""

from __future__ import annotations

import time
from pathlib import Path

from mapalus.apps.catalogue.models import Version
from mapalus.apps.catalogue.streaming import streams
from mapalus.engine.data.lake import VersionFolder
from mapalus.engine.data.live import Served, live_place

__all__ = ["served"]

_BACK = 20  # versions
_STILL = 30.0  # seconds; the file itself goes later than that


def served(version: Version) -> Served:
    """The rows of a version as everybody may see them. Costs one look at a folder where nothing is streamed."""
    rows = VersionFolder(version.path).rows
    folder = streams() / version.dataset.name
    if not folder.is_dir() or version.dataset.current_id != version.pk:
        return Served(rows)
    live = live_place(streams(), dataset=version.dataset.name, number=version.number)
    if _counts(live):
        return Served(rows, live)
    return _before(version) or Served(rows)


def _counts(live: Path) -> bool:
    """Whether readers may take this file: one that was given up holds rows of another time.

    Who looked up the version just before it was replaced still reads it.
    """
    try:
        given_up = time.time() - (live / "retired").stat().st_mtime
    except OSError:
        given_up = 0.0
    return given_up < _STILL and (live / "current").is_file()


def _before(version: Version) -> Served | None:
    """A version made of the stream's own rows is there a moment before the file that grows beside it.

    Until then the version before it, with all that had come since, shows the same rows and the newer ones; where
    versions followed each other faster than their files, the last one that has one.
    """
    later = version
    for _step in range(_BACK):
        # what a compaction started from stands in its run; any other version starts from nothing
        base = Version.objects.published().filter(pk=later.run.report.get("base") or 0).select_related("run").first()
        if base is None:
            return None
        live = live_place(streams(), dataset=version.dataset.name, number=base.number)
        if _counts(live):
            return Served(VersionFolder(base.path).rows, live)
        later = base
    return None
