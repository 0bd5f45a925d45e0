"""What readers of a version read: its side file, and where it is the present one of a stream also what came since."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

from mapalus.apps.catalogue.models import Version
from mapalus.apps.catalogue.streaming import streams
from mapalus.engine import clock
from mapalus.engine.data.lake import VersionFolder
from mapalus.engine.data.live import live_place
from mapalus.engine.data.rows import open_rows
from mapalus.engine.data.served import Served
from mapalus.engine.errors import NotFound

__all__ = ["served"]

_BACK = 20  # versions
_STILL = 30.0  # seconds; the file itself goes later than that
_MAKING = timedelta(minutes=1)  # that the file beside a version which was handed in may take until it is whole


def served(version: Version, *, is_present: bool) -> Served:
    """The rows of a version as everybody may see them.

    `is_present`: it was just looked up as the present state of its dataset, so that what a stream has brought since
    belongs to it. The caller says so, and nobody asks the database once more: another version may have become the
    present one meanwhile, and the rows acknowledged before would be in neither of what is read. Asked for by its number
    a version is what it was when it appeared. Costs one look at a folder where nothing is streamed.
    """
    rows = VersionFolder(version.path).rows
    if not is_present or not (streams() / version.dataset.name).is_dir():
        return Served(rows)
    if _has_small_counts(rows):
        return Served(rows)
    live = live_place(streams(), dataset=version.dataset.name, number=version.number)
    if _counts(live):
        return Served(rows, live)
    return _before(version) or Served(rows)


def _has_small_counts(rows: Path) -> bool:
    """Of a table in which small counts are left out, what came since is shown when it is a version.

    Each row would have been looked at by itself: beside it, the version before and the one after, the sums of the
    table tell what another row hides (adr/0033).
    """
    try:
        return any(column.suppressed for column in open_rows(rows).columns)
    except NotFound:
        return False


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
        base = _base(later)
        if base is None:
            return None
        live = live_place(streams(), dataset=version.dataset.name, number=base.number)
        if _counts(live):
            return Served(VersionFolder(base.path).rows, live)
        later = base
    return None


def _base(version: Version) -> Version | None:
    """The version that a compaction started from stands in its run.

    One that was handed in starts from nothing; but rows of the stream that wait stand beside it as well, and are not
    out of sight for the moment that their new file takes.
    """
    seen = Version.objects.published().select_related("run")
    if "base" in version.run.report:
        return seen.filter(pk=version.run.report["base"] or 0).first()
    published = version.published_at
    if published is None or clock.now() - published > _MAKING or not version.dataset.segments.waiting().exists():
        return None
    return seen.filter(dataset=version.dataset_id, number__lt=version.number).order_by("-number").first()
