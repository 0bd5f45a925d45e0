"""How long versions are kept: declared in the contract, carried out by a nightly job, written down as an act.

`mapalus.retention` of a contract: `{versions: 12}` (so many published ones), `{months: 24}` (since publication), both
(whatever keeps longer), or `forever`, which is also what counts where nothing is said: every published version stays.
Versions that nobody published and that nothing waits for go after `unpublished_months` (6). The current version, and
one that something refers to, is never removed. A tombstone stays: number, days, hashes, and why the rows are gone.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Q
from django.utils.translation import gettext, override

from mapalus.apps.catalogue import afar, streaming
from mapalus.apps.catalogue.models import Dataset, HandInState, Measurement, Standing, Version
from mapalus.apps.jobs.job import job
from mapalus.apps.jobs.schedule import schedule
from mapalus.apps.ledger.action import action, note
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine import clock
from mapalus.engine.errors import Conflict, Invalid
from mapalus.engine.ports import Actor
from mapalus.engine.text import _

__all__ = ["Kept", "declare", "declared", "due", "remove_old_versions", "remove_version", "sweep"]

_MONTH = timedelta(days=30.44)
_UNPUBLISHED = 6  # months


@dataclass(frozen=True)
class Kept:
    """How long, in versions and months; None: without end."""

    versions: int | None = None
    months: int | None = None
    unpublished_months: int = _UNPUBLISHED

    @property
    def is_forever(self) -> bool:
        return self.versions is None and self.months is None


def declared(dataset: Dataset) -> Kept:
    """What the contract of a dataset says."""
    said = streaming.contract_of(dataset.contract).mapalus.get("retention") if dataset.contract else None
    if not isinstance(said, Mapping):
        return Kept()
    return Kept(
        versions=_positive(said.get("versions")),
        months=_positive(said.get("months")),
        unpublished_months=_positive(said.get("unpublished_months")) or _UNPUBLISHED,
    )


def _positive(value: object) -> int | None:
    return int(value) if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def due(dataset: Dataset, *, now: datetime) -> Iterator[tuple[Version, str]]:
    """Versions whose term is over, each with the reason."""
    kept = declared(dataset)
    there = list(dataset.versions.filter(removed_at__isnull=True).select_related("handin").order_by("-number"))
    published = [one for one in there if one.published_at is not None and one.withdrawn_at is None]
    for place, version in enumerate(published):
        if not kept.is_forever and _is_over(version, place, kept, now=now) and not _is_needed(version, dataset):
            yield version, _("The term that the contract sets for its versions is over.")
    for version in there:
        if version in published or now - version.created_at < kept.unpublished_months * _MONTH:
            continue
        if not (version.handin is not None and version.handin.stage.is_open) and not _is_needed(version, dataset):
            yield version, _("It was not published, or was withdrawn, and its term is over.")


def _is_over(version: Version, place: int, kept: Kept, *, now: datetime) -> bool:
    by_number = kept.versions is None or place >= kept.versions
    at = version.published_at or version.created_at
    by_age = kept.months is None or now - at >= kept.months * _MONTH
    return by_number and by_age


def _is_needed(version: Version, dataset: Dataset) -> bool:
    """The current one; one that a number on a board stands on and no newer one replaces; one under way."""
    if dataset.current_id == version.pk:
        return True
    if version.handin is not None and version.handin.stage in (HandInState.CHECKING, HandInState.RECEIVED):
        return True
    standings = Standing.objects.filter(Q(indicator__dataset=dataset) | Q(indicator__inputs__dataset=dataset))
    return any(version.pk in versions for versions in standings.values_list("versions", flat=True))


@action("catalogue.remove-version", public=True)
def remove_version(version: Version, *, reason: str, by: Actor, now: datetime) -> Version:
    """Remove the rows of a version whose term is over; its number, days and hashes stay, with the reason."""
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say why the version is removed.")})
    dataset = Dataset.objects.select_for_update(of=("self",)).get(pk=version.dataset_id)
    version = Version.objects.select_for_update(of=("self",)).select_related("handin").get(pk=version.pk)
    if version.removed_at is not None or _is_needed(version, dataset):
        raise Conflict(_("This version is still needed, or is gone already."), advice="")
    version.removed_at, version.removed_reason = now, reason[:400]
    version.save(update_fields=["removed_at", "removed_reason"])
    Measurement.objects.filter(version=version).delete()  # no value stands on it, or it would be needed
    note(
        dataset=dataset.name, unit=dataset.unit_code, version=version.number, version_id=version.pk,
        snapshot=version.snapshot, rows=version.rows_good, reason=reason,
    )  # fmt: skip
    return version


def sweep(dataset: Dataset, *, now: datetime) -> int:
    """Remove what is due. The row says so before the folder goes: killed between the two, the next night ends it."""
    count = 0
    for version, reason in list(due(dataset, now=now)):
        with override("id"):  # it stands in public, like the reason of a withdrawal
            said = gettext(reason)
        remove_version(version, reason=said, by=PLATFORM, now=now)
        afar.remove(version.lies_at)
        count += 1
    for version in dataset.versions.filter(removed_at__isnull=False):
        if version.lies_at.is_dir():
            shutil.rmtree(version.lies_at, ignore_errors=True)
    return count


@job()
def remove_old_versions() -> int:
    """Every night: versions whose term is over. How many went."""
    datasets = Dataset.objects.select_related("contract", "current")
    return sum(sweep(dataset, now=clock.now()) for dataset in datasets.iterator(chunk_size=200))


def declare() -> None:
    schedule("catalogue.retention", remove_old_versions, daily=time(3, 30))
