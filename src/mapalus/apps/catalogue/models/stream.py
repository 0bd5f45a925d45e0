from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.db import models

from mapalus.apps.catalogue.models.dataset import ContractVersion, Dataset
from mapalus.apps.catalogue.models.version import Version
from mapalus.apps.catalogue.reach import reach
from mapalus.engine.ports import Actor

__all__ = ["StreamKey", "StreamKeyQuerySet", "StreamRequest", "StreamSegment", "StreamSegmentQuerySet"]


class StreamKeyQuerySet(models.QuerySet["StreamKey"]):
    def visible_to(self, actor: Actor | None) -> StreamKeyQuerySet:
        """Keys to datasets of one's unit, and those one's position answers for; walidata sees all."""
        sight = reach(actor)
        if sight.everything:
            return self
        if actor is None:
            return self.none()
        return self.filter(models.Q(dataset__unit__in=sight.units) | models.Q(position__in=sight.positions))

    def valid(self, now: datetime) -> StreamKeyQuerySet:
        unended = models.Q(expires_at__isnull=True) | models.Q(expires_at__gt=now)
        return self.filter(unended, revoked_at__isnull=True)


class StreamKey(models.Model):
    """With what an application sends rows to one dataset. Of its secret only the hash is here."""

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="stream_keys")
    name = models.CharField(max_length=120, help_text="the application that sends")
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the secret, which nobody keeps")
    hint = models.CharField(max_length=12, help_text="how the secret begins, to tell keys apart")
    position = models.CharField(max_length=120, help_text="the position that answers for what is sent")
    label = models.CharField(max_length=240)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_reason = models.CharField(max_length=400, blank=True)

    objects = StreamKeyQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["dataset", "-issued_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"

    @property
    def unit_code(self) -> str:
        return self.dataset.unit_code

    @staticmethod
    def digest_of(secret: str) -> str:
        return hashlib.sha256(secret.encode()).hexdigest()


class StreamSegmentQuerySet(models.QuerySet["StreamSegment"]):
    def waiting(self) -> StreamSegmentQuerySet:
        """Not yet part of a version, in the order in which they were acknowledged."""
        return self.filter(version__isnull=True).order_by("sequence")


class StreamSegment(models.Model):
    """Rows that were acknowledged together: an immutable folder, and this row, without which it does not exist."""

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="segments")
    sequence = models.PositiveBigIntegerField(help_text="of the dataset, from 1 without gaps")
    folder = models.CharField(max_length=240, help_text="below the data folder: rows.ndjson, good.parquet, bad.parquet")
    snapshot = models.CharField(max_length=64, help_text="SHA-256 of rows.ndjson, the lines as received")
    contract = models.ForeignKey(ContractVersion, on_delete=models.PROTECT, related_name="+")
    lines = models.PositiveIntegerField()
    rows_good = models.PositiveIntegerField()
    rows_bad = models.PositiveIntegerField()
    at = models.DateTimeField()
    version = models.ForeignKey(
        Version, on_delete=models.PROTECT, null=True, blank=True, related_name="segments",
        help_text="the version it became part of; empty: it is served beside the current one",
    )  # fmt: skip

    objects = StreamSegmentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["dataset", "sequence"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["dataset", "sequence"], name="segment_sequence")]
        indexes: ClassVar = [models.Index(fields=["dataset", "version"], name="segment_waiting")]

    def __str__(self) -> str:
        return f"{self.dataset} #{self.sequence}"

    @property
    def path(self) -> Path:
        return Path(settings.DATA_DIR) / self.folder


class StreamRequest(models.Model):
    """One acknowledged request: sent again under its name, it gets the same answer and adds nothing."""

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="+")
    key = models.ForeignKey(StreamKey, on_delete=models.PROTECT, related_name="requests")
    name = models.CharField(max_length=120, help_text="as the sender calls it: Idempotency-Key")
    digest = models.CharField(max_length=64, help_text="SHA-256 of what was sent")
    segment = models.ForeignKey(StreamSegment, on_delete=models.PROTECT, null=True, blank=True, related_name="requests")
    first_line = models.PositiveIntegerField(help_text="of the segment, from 1")
    answer = models.JSONField(default=dict)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["key", "name"], name="stream_request_name")]

    def __str__(self) -> str:
        return self.name
