"""What differs between two versions, row by row: worked out once by a job, kept as a file, read by pages."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

from django.conf import settings

from mapalus.apps.catalogue import contracts
from mapalus.apps.catalogue.models import Version
from mapalus.apps.jobs.job import enqueue, job
from mapalus.apps.ledger.action import reference
from mapalus.engine.data.lake import VersionFolder
from mapalus.engine.errors import NotFound

__all__ = ["ready", "work_out", "work_out_difference"]

MOST = 4 * 1024**3  # bytes of all kept differences; the least used go first


def ready(old: Version, new: Version) -> Path | None:
    """The file of what differs; None while a job works it out, which this call queues. Raises `NotFound`."""
    path = _place(old, new)
    if path.exists():
        os.utime(path)
        return path
    enqueue(work_out_difference, old.pk, new.pk, key=f"difference:{path.stem}", subject=reference(new), priority=30)
    return None


@job(attempts=3)
def work_out_difference(old: int, new: int) -> int:
    """Work out what differs between two versions, by their keys. How many rows do."""
    found = {one.pk: one for one in Version.objects.filter(pk__in=(old, new)).select_related("dataset", "contract")}
    if len(found) < 2:
        return 0  # one of them went meanwhile
    return work_out(found[old], found[new])


def work_out(old: Version, new: Version) -> int:
    """The same, now."""
    from mapalus.engine.data.changes import Kind, write_changes

    path = _place(old, new)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}-{os.getpid()}-{os.urandom(4).hex()}")
    contract = contracts.load(new.contract.path.parent)
    try:
        made = write_changes(fresh, old=VersionFolder(old.path), new=VersionFolder(new.path), contract=contract)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    _make_room(path)
    return sum(made.counts[kind] for kind in Kind)


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "differences"


def _place(old: Version, new: Version) -> Path:
    """Named by both side files as they are: where an erasure wrote one anew, the difference is another one."""
    try:
        stats = [VersionFolder(one.path).rows.stat() for one in (old, new)]
    except OSError:
        raise NotFound from None
    said = repr([(one.pk, stat.st_size, stat.st_mtime_ns) for one, stat in zip((old, new), stats, strict=True)])
    name = f"{old.dataset_id}-v{old.number}-v{new.number}-{sha256(said.encode()).hexdigest()[:16]}"
    return _folder() / f"{name}.sqlite"


def _make_room(besides: Path) -> None:
    found = [(path.stat().st_mtime, path.stat().st_size, path) for path in _folder().glob("*.sqlite")]
    taken = sum(size for _at, size, _path in found)
    for _at, size, path in sorted(found):
        if taken <= MOST:
            return
        if path != besides:
            path.unlink(missing_ok=True)
            taken -= size
