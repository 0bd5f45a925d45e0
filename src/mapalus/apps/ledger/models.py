from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from mapalus.engine.ports import Actor

__all__ = ["Block", "Cursor", "Entry", "Heartbeat", "Salt"]


class EntryQuerySet(models.QuerySet["Entry"]):
    def after(self, sequence: int) -> Self:
        """Sealed entries behind a sequence, in order: the only way to follow the ledger."""
        return self.filter(sequence__gt=sequence).order_by("sequence")

    def waiting(self) -> Self:
        """Committed, but not yet put in order."""
        return self.filter(sequence__isnull=True).order_by("id")

    def about(self, subject: str) -> Self:
        """Entries on one thing (`app.model:key`), oldest first."""
        return self.filter(subject=subject).order_by("sequence", "id")

    def visible_to(self, viewer: Actor | None, now: datetime) -> Self:
        """Public acts for everybody; one's own unit's acts; everything for a position that may `ledger.read`."""
        # Read late: actions register while apps load, and this module is loaded first.
        from mapalus.apps.ledger.action import public_acts

        seen = Q(act__in=public_acts())
        if viewer is not None:
            if viewer.may("ledger.read", Entry, now):
                return self.all()
            seen |= Q(position=viewer.position)
            if unit := unit_of(viewer):
                seen |= Q(unit=unit)
        return self.filter(seen)

    def last_sequence(self) -> int:
        """The sequence of the newest sealed entry; 0 when there is none."""
        newest = self.filter(sequence__isnull=False).order_by("-sequence").values_list("sequence", flat=True).first()
        return newest or 0


def unit_of(actor: Actor) -> str:
    """Code of the actor's unit; empty for an actor without one, such as the platform."""
    unit = getattr(actor, "unit", "")
    return str(getattr(unit, "code", unit) or "")


class Entry(models.Model):
    """One act. Written in the act's own transaction without a sequence; the sealer puts it in order.

    Actor and subject are plain references with a label frozen at the time: nothing blocks a deletion.
    `id` says nothing about order: only `sequence` does. A database trigger refuses to change what is sealed.
    """

    sequence = models.PositiveBigIntegerField(unique=True, null=True, editable=False)
    act = models.CharField(max_length=80)
    at = models.DateTimeField(help_text="the actor's time of the act")
    position = models.CharField(max_length=120)
    person = models.CharField(max_length=80, blank=True)
    unit = models.CharField(max_length=80, blank=True)
    actor_label = models.CharField(max_length=240)
    subject = models.CharField(max_length=160, help_text="app.model:key")
    subject_label = models.CharField(max_length=240, blank=True)
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    hash = models.CharField(max_length=64, blank=True, editable=False)

    objects: ClassVar = EntryQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["sequence", "id"]
        indexes: ClassVar = [
            models.Index(fields=["subject", "sequence"], name="entry_subject"),
            models.Index(fields=["act", "sequence"], name="entry_act"),
            models.Index(fields=["id"], name="entry_waiting", condition=Q(sequence__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.sequence or '…'} {self.act} {self.subject}"


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

    def __str__(self) -> str:
        return f"{self.number} ({self.first}-{self.last})"


class Cursor(models.Model):
    """How far one reader has followed the ledger; it moves in the transaction of what the reader did."""

    name = models.CharField(max_length=80, unique=True)
    sequence = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} {self.sequence}"


class Heartbeat(models.Model):
    """A sign of life, written every few seconds: one row for whoever seals, one for each process of streams."""

    name = models.CharField(max_length=40, unique=True, default="sealer")
    host = models.CharField(max_length=120)
    pid = models.PositiveIntegerField()
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.host}:{self.pid}"


class Salt(models.Model):
    """What keeps a commitment from being guessed. Destroying it is what erases a personal value from the ledger."""

    key = models.CharField(max_length=32, unique=True)
    value = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.key
