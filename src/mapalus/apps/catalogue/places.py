"""Where the catalogue keeps what is too large for the database."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

__all__ = ["below", "harvests", "held", "lake", "marked", "remembered", "snapshots", "workshop"]


def lake() -> Path:
    """Versions: `<dataset>/v<number>/`."""
    return Path(settings.DATA_DIR) / "lake"


def held() -> Path:
    """Checked hand-ins that may not become a version: same form, by number of the run."""
    return Path(settings.DATA_DIR) / "held"


def marked() -> Path:
    """Workbooks with the wrong cells marked, by number of the run; made anew at will."""
    return Path(settings.DATA_DIR) / "marked"


def snapshots() -> Path:
    """The bytes as received, by their hash."""
    return Path(settings.DATA_DIR) / "snapshots"


def workshop() -> Path:
    """What a running check writes before it is whole; whatever lies here without a live process may go."""
    return Path(settings.DATA_DIR) / "workshop"


def below(path: Path) -> str:
    """A path as the database names it: relative to the data folder."""
    return path.relative_to(settings.DATA_DIR).as_posix()


def harvests() -> Path:
    """What sources bring, by the key of the source, until it is a snapshot: an interrupted harvest goes on from it."""
    return Path(settings.DATA_DIR) / "harvests"


def remembered() -> Path:
    """What processes worked out of the whole catalogue, for those that start later; made anew at will."""
    return Path(settings.DATA_DIR) / ".remembered"
