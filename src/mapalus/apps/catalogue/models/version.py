from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mapalus.apps.catalogue import afar
from mapalus.apps.catalogue.models.dataset import Classification, ContractVersion, Dataset
from mapalus.apps.catalogue.models.handin import FigureStatus, HandIn, Run
from mapalus.apps.catalogue.reach import reach
from mapalus.engine.ports import Actor

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["Download", "Publication", "PublicationKind", "Version", "VersionQuerySet"]


class VersionQuerySet(models.QuerySet["Version"]):
    def visible_to(self, actor: Actor | None) -> VersionQuerySet:
        """Published versions of what is open or openly counted; for officials also everything of their unit."""
        opened = models.Q(dataset__classification=Classification.OPEN) | models.Q(dataset__is_counted_openly=True)
        public = opened & models.Q(published_at__isnull=False, withdrawn_at__isnull=True, removed_at__isnull=True)
        sight = reach(actor)
        if sight.everything:
            return self
        return self.filter(public | models.Q(dataset__unit__in=sight.units)) if sight.units else self.filter(public)

    def taken_from_public(self) -> VersionQuerySet:
        """Once published and out of sight since: number, day and reason stay public, the rows do not."""
        opened = models.Q(dataset__classification=Classification.OPEN) | models.Q(dataset__is_counted_openly=True)
        gone = models.Q(withdrawn_at__isnull=False) | models.Q(removed_at__isnull=False)
        return self.filter(opened, gone, published_at__isnull=False).order_by("-withdrawn_at", "-removed_at")

    def published(self) -> VersionQuerySet:
        return self.filter(published_at__isnull=False, withdrawn_at__isnull=True, removed_at__isnull=True)


class Version(models.Model):
    """One immutable state of a dataset: a folder of the lake, and where it came from. Unseen until it is published."""

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    folder = models.CharField(max_length=240, help_text="below the data folder")
    contract = models.ForeignKey(ContractVersion, on_delete=models.PROTECT, related_name="versions")
    run = models.OneToOneField(Run, on_delete=models.PROTECT, related_name="version")
    handin = models.ForeignKey(HandIn, on_delete=models.PROTECT, null=True, blank=True, related_name="versions")
    snapshot = models.CharField(max_length=64, help_text="SHA-256 of the bytes as received")
    period = models.CharField(max_length=40, blank=True)
    rows_good = models.PositiveBigIntegerField()
    rows_bad = models.PositiveBigIntegerField()
    status = models.CharField(max_length=20, choices=FigureStatus, default=FigureStatus.PROVISIONAL)
    quality = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=400, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True, help_text="its folder is gone; this row is what is left")
    removed_reason = models.CharField(max_length=400, blank=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["dataset", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["dataset", "number"], name="version_number"),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True, withdrawn_reason="")
                | (models.Q(withdrawn_at__isnull=False) & ~models.Q(withdrawn_reason="")),
                name="version_withdrawn_has_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(removed_at__isnull=True, removed_reason="")
                | (models.Q(removed_at__isnull=False) & ~models.Q(removed_reason="")),
                name="version_removed_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dataset} v{self.number}"

    @property
    def lies_at(self) -> Path:
        """Where its folder is, or would be: it may not be at hand."""
        return Path(settings.DATA_DIR) / self.folder

    @property
    def path(self) -> Path:
        """The folder with data.parquet, rows.sqlite, report.sqlite and version.json; fetched where it is elsewhere.

        Raises `Unavailable` where the object storage that holds it does not answer.
        """
        return afar.at_hand(self.lies_at) if settings.LAKE and self.removed_at is None else self.lies_at

    @property
    def rows(self) -> int:
        return self.rows_good + self.rows_bad

    @property
    def is_published(self) -> bool:
        return self.published_at is not None and self.withdrawn_at is None and self.removed_at is None

    def age(self, now: datetime) -> float | None:
        """Seconds since it was published; None while it is not."""
        return None if self.published_at is None else (now - self.published_at).total_seconds()


class PublicationKind(models.TextChoices):
    PUBLISHED = "published", _("published")
    WITHDRAWN = "withdrawn", _("withdrawn")
    ROLLED_BACK = "rolled-back", _("rolled back")


class Publication(models.Model):
    """One act by which a version came before the public, or left it."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="publications")
    kind = models.CharField(max_length=12, choices=PublicationKind, default=PublicationKind.PUBLISHED)
    at = models.DateTimeField()
    position = models.CharField(max_length=120)
    label = models.CharField(max_length=240)
    note = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering: ClassVar = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.version} {self.kind}"


class Download(models.Model):
    """How often a dataset was taken, by day and format; nothing about who took it."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="downloads")
    day = models.DateField()
    format = models.CharField(max_length=12)
    count = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["dataset", "day", "format"], name="download_day")]

    def __str__(self) -> str:
        return f"{self.dataset_id} {self.day} {self.format}"
