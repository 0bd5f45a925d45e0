"""How far sources were read: the mark moves in the transaction that makes the version stand, and in no other."""

from __future__ import annotations

from mapalus.apps.catalogue.models import HandIn, HarvestRun, Source, Version
from mapalus.apps.catalogue.models.source import HarvestRunQuerySet
from mapalus.engine.harvest.connector import Extent

__all__ = ["checked", "published"]


def checked(handin: HandIn) -> None:
    """A version of this hand-in stands. What came whole is kept whole, so the source need not bring it again."""
    _move(HarvestRun.objects.filter(handin=handin, is_trial=False).exclude(extent=Extent.CHANGES))


def published(version: Version) -> None:
    """The version is the current one: the next changes are laid upon it."""
    if version.handin_id is not None:
        _move(HarvestRun.objects.filter(handin=version.handin_id, is_trial=False, extent=Extent.CHANGES))


def _move(runs: HarvestRunQuerySet) -> None:
    for run in runs.select_related("handin"):
        rows = run.handin.rows if run.handin else None
        Source.objects.filter(pk=run.source_id).update(mark=run.mark, snapshot=run.snapshot, rows=rows)
