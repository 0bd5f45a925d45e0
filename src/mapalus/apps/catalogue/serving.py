"""What readers of a version read: its side file, and for the current version of a stream also what came since."""

from __future__ import annotations

from mapalus.apps.catalogue.models import Version
from mapalus.apps.catalogue.streaming import streams
from mapalus.engine.data.lake import VersionFolder
from mapalus.engine.data.live import Served, live_place

__all__ = ["served"]


def served(version: Version) -> Served:
    """The rows of a version as everybody may see them. Costs one look at a folder where nothing is streamed."""
    rows = VersionFolder(version.path).rows
    folder = streams() / version.dataset.name
    if not folder.is_dir() or version.dataset.current_id != version.pk:
        return Served(rows)
    live = live_place(streams(), dataset=version.dataset.name, number=version.number)
    if (live / "current").is_file():
        return Served(rows, live)
    return _before(version) or Served(rows)


def _before(version: Version) -> Served | None:
    """A version made of the stream's own rows is there a moment before the file that grows beside it.

    Until then the version before it, with all that had come since, shows the same rows and the newer ones.
    """
    if not version.segments.exists():
        return None
    earlier = Version.objects.published().filter(dataset=version.dataset_id, number__lt=version.number)
    last = earlier.order_by("-number").first()
    if last is None:
        return None
    live = live_place(streams(), dataset=version.dataset.name, number=last.number)
    return Served(VersionFolder(last.path).rows, live) if (live / "current").is_file() else None
