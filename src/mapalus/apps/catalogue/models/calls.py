from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from mapalus.apps.catalogue.models.dataset import Dataset, DatasetState
from mapalus.apps.catalogue.models.handin import HandIn
from mapalus.apps.catalogue.reach import reach
from mapalus.engine.ports import Actor

__all__ = ["DataCall", "DataCallQuerySet", "Owed", "OwedQuerySet", "Reminder", "ReminderKind"]


class DataCallQuerySet(models.QuerySet["DataCall"]):
    def visible_to(self, actor: Actor | None) -> DataCallQuerySet:
        """Walidata sees every call; an agency those that ask something of it."""
        sight = reach(actor)
        if sight.everything:
            return self
        asked = Owed.objects.filter(call=models.OuterRef("pk"), dataset__unit__in=sight.units)
        return self.filter(models.Exists(asked)) if sight.units else self.none()


class DataCall(models.Model):
    """A permintaan setoran: walidata asks agencies for one period of some datasets until a day."""

    number = models.CharField(max_length=20, unique=True, help_text="PS-2026-0001")
    title = models.CharField(max_length=200)
    reason = models.CharField(max_length=1000, blank=True, help_text="what for, as the agencies read it")
    period = models.CharField(max_length=40)
    due_at = models.DateTimeField()
    issued_at = models.DateTimeField()
    position = models.CharField(max_length=120)
    label = models.CharField(max_length=240)
    called_off_at = models.DateTimeField(null=True, blank=True)
    called_off_reason = models.CharField(max_length=400, blank=True)

    objects = DataCallQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-issued_at", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(called_off_at__isnull=True, called_off_reason="")
                | (models.Q(called_off_at__isnull=False) & ~models.Q(called_off_reason="")),
                name="data_call_off_has_reason",
            )
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_off(self) -> bool:
        return self.called_off_at is not None


class OwedQuerySet(models.QuerySet["Owed"]):
    def visible_to(self, actor: Actor | None) -> OwedQuerySet:
        sight = reach(actor)
        if sight.everything:
            return self
        return self.filter(dataset__unit__in=sight.units) if sight.units else self.none()

    def open(self) -> OwedQuerySet:
        """Neither fulfilled nor taken back."""
        return self.filter(fulfilled_at__isnull=True, dropped_at__isnull=True, dataset__state=DatasetState.ACTIVE)

    def awaited(self) -> OwedQuerySet:
        """Open, and nothing for it is on its way: somebody has to hand in."""
        mine = HandIn.objects.filter(dataset=models.OuterRef("dataset"), period=models.OuterRef("period"))
        return self.open().filter(~models.Exists(mine.open()))

    def overdue(self, now: datetime) -> OwedQuerySet:
        return self.open().filter(due_at__lt=now)

    def count_reminders(self) -> OwedQuerySet:
        """With `reminded`: how often its producer was asked again."""
        told = models.Count("reminders", filter=models.Q(reminders__kind__in=_ASKING))
        return self.annotate(reminded=told)

    def first_of(self, datasets: Iterable[Dataset]) -> dict[int, Owed]:
        """What is due first of each of these datasets, with `reminded`; by the dataset's key, one query."""
        mine = self.open().filter(dataset__in=[one.pk for one in datasets]).order_by("due_at", "pk")
        found: dict[int, Owed] = {}
        for one in mine.count_reminders():
            found.setdefault(one.dataset_id, one)
        return found

    def for_reading(self) -> OwedQuerySet:
        return self.select_related("dataset", "dataset__unit", "dataset__producer", "dataset__current", "call")


class Owed(models.Model):
    """One period of one dataset that is owed until a moment, by its cadence or because a call asks for it."""

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="owing")
    period = models.CharField(max_length=40)
    due_at = models.DateTimeField()
    call = models.ForeignKey(DataCall, on_delete=models.PROTECT, null=True, blank=True, related_name="owing")
    since = models.DateTimeField()
    fulfilled_at = models.DateTimeField(null=True, blank=True, help_text="when its hand-in was published")
    dropped_at = models.DateTimeField(null=True, blank=True, help_text="when nobody asked for it any more")
    wake_at = models.DateTimeField(null=True, blank=True, db_index=True, help_text="when the next reminder is due")

    objects = OwedQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["due_at", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["dataset", "period"], name="owed_once")]

    def __str__(self) -> str:
        return f"{self.dataset} {self.period}"

    @property
    def is_open(self) -> bool:
        return self.fulfilled_at is None and self.dropped_at is None

    @property
    def unit_code(self) -> str:
        return self.dataset.unit_code

    @property
    def producer_code(self) -> str:
        return self.dataset.producer_code

    def is_late(self, now: datetime) -> bool:
        return self.is_open and self.due_at < now


class ReminderKind(models.TextChoices):
    DECLARED = "declared", _("by the calendar")
    BY_HAND = "by-hand", _("by hand")
    ESCALATED = "escalated", _("passed up")


_ASKING = (ReminderKind.DECLARED, ReminderKind.BY_HAND)


class Reminder(models.Model):
    """Somebody was told that a file is owed. `number` counts those that went to the producer."""

    owed = models.ForeignKey(Owed, on_delete=models.CASCADE, related_name="reminders")
    kind = models.CharField(max_length=12, choices=ReminderKind)
    rule = models.CharField(max_length=40, blank=True, help_text="of lists/pengingat.csv; empty: by hand")
    number = models.PositiveIntegerField(null=True, blank=True)
    at = models.DateTimeField()
    to = models.CharField(max_length=120, help_text="code of the position")
    label = models.CharField(max_length=240, blank=True, help_text="who reminded; empty: the platform")

    class Meta:
        ordering: ClassVar = ["at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["owed", "rule", "to"], condition=~models.Q(rule=""), name="reminder_rule_once"
            ),
            models.UniqueConstraint(fields=["owed", "number"], name="reminder_number"),
        ]

    def __str__(self) -> str:
        return f"{self.owed_id} {self.rule or self.number}"
