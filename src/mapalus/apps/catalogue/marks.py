"""How far sources were read: the mark moves in the transaction that makes a version of what came, and in no other.

A mark stands for one version. Changes since the mark are laid upon that version, published or not; where a person sent
it back or took it away, the mark stands for nothing, and everything is brought anew.

A source that gives each of its files is read in their order: a file waits until a person has decided over the one
before, and what he decided was about that file alone.
"""

from __future__ import annotations

from mapalus.apps.catalogue.models import HandIn, HandInState, HarvestRun, Source, Version
from mapalus.engine.harvest.connector import Extent

__all__ = ["base_of", "changes_of", "checked", "is_passed", "standing", "undecided"]

_VOID = (HandInState.RETURNED, HandInState.WITHDRAWN, HandInState.NEEDS_CORRECTION, HandInState.REFUSED)


def checked(handin: HandIn) -> None:
    """A version of this hand-in stands: the source need not bring it again."""
    for run in HarvestRun.objects.filter(handin=handin, is_trial=False):
        Source.objects.filter(pk=run.source_id).update(mark=run.mark, snapshot=run.snapshot, rows=handin.rows)


def standing(source: Source) -> str:
    """The mark to ask with; empty where the version it stands for does not count, or is not there any more."""
    if not source.mark or _takes_each(source):
        return source.mark
    version = _last(source, before=None)
    if version is None or version.withdrawn_at is not None or not (version.path / "data.parquet").is_file():
        return ""
    handin = version.handin
    return "" if handin is None or handin.stage in _VOID else source.mark


def _takes_each(source: Source) -> bool:
    """Folders, SFTP and buckets whose files each hold rows of their own, instead of the newest that holds all."""
    return bool(source.options.get("take") == "each")


def undecided(source: Source, *, period: str) -> HandIn | None:
    """What nobody has decided over yet: the file before, or what a person handed in for the period. Another hand-in
    would take its place, and its rows be lost."""
    if not _takes_each(source):
        return None
    last = source.runs.real().exclude(handin=None).order_by("-begun_at", "-pk").first()
    if last is not None and last.handin is not None and last.handin.stage.is_open:
        return last.handin
    return HandIn.objects.open().filter(dataset=source.dataset, period=period).order_by("pk").first()


def is_passed(source: Source, handin: HandIn) -> bool:
    """A file that became no version, over which somebody has decided: the next one may come."""
    return _takes_each(source) and not handin.stage.is_open


def changes_of(handin: HandIn) -> HarvestRun | None:
    """The harvest of changes that this hand-in is; None: it is a whole table."""
    return HarvestRun.objects.filter(handin=handin, is_trial=False, extent=Extent.CHANGES).first()


def base_of(run: HarvestRun) -> Version | None:
    """The version that the changes of this harvest are laid upon: the one its mark stood for."""
    return _last(run.source, before=run)


def _last(source: Source, *, before: HarvestRun | None) -> Version | None:
    runs = source.runs.filter(is_trial=False, handin__versions__isnull=False)
    if before is not None:
        runs = runs.filter(pk__lt=before.pk)
    run = runs.order_by("-pk").select_related("handin").first()
    return run.handin.version if run is not None and run.handin is not None else None
