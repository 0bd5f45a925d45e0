from __future__ import annotations

from typing import ClassVar

from django.db import models

__all__ = ["Block", "Entry"]


class Block(models.Model):
    """A run of sealed entries: Merkle root over their hashes, chained to the block before."""

    number = models.PositiveBigIntegerField(unique=True)
    first = models.PositiveBigIntegerField(help_text="sequence of its first entry")
    last = models.PositiveBigIntegerField(help_text="sequence of its last entry")
    root = models.CharField(max_length=64)
    previous = models.CharField(max_length=64, help_text="hash of the block before; zeros for the first")
    hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["number"]


class Entry(models.Model):
    """One act. Written in the act's own transaction without a sequence; the sealer puts it in order.

    Actor and subject are plain references with a label frozen at the time: nothing blocks a deletion.
    """

    sequence = models.PositiveBigIntegerField(unique=True, null=True, editable=False)
    act = models.CharField(max_length=80)
    at = models.DateTimeField()
    position = models.CharField(max_length=120)
    person = models.CharField(max_length=80, blank=True)
    actor_label = models.CharField(max_length=240)
    subject = models.CharField(max_length=160, help_text="app.model:key")
    subject_label = models.CharField(max_length=240, blank=True)
    data = models.JSONField(default=dict)
    hash = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        ordering: ClassVar = ["sequence", "id"]
        indexes: ClassVar = [
            models.Index(fields=["subject", "sequence"], name="entry_subject"),
            models.Index(fields=["act", "sequence"], name="entry_act"),
        ]
