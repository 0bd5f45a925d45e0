from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from mapalus.apps.catalogue.models import Dataset, FigureStatus, Indicator, Source, Version
from mapalus.apps.federation.models.instance import Instance, InstanceQuerySet
from mapalus.engine.ports import Actor

__all__ = [
    "Arrival", "Asked", "Conflict", "ConflictQuerySet", "Exchange", "ExchangeOutcome", "ExchangeQuerySet", "Link",
    "Quoted", "SharedValue", "SharedValueQuerySet",
]  # fmt: skip


class ExchangeOutcome(models.TextChoices):
    RUNNING = "running", _("running")
    BROUGHT = "brought", _("brought something new")
    UNCHANGED = "unchanged", _("nothing new")
    FAILED = "failed", _("did not answer")
    REFUSED = "refused", _("cannot be used")


class Asked(models.TextChoices):
    """Why it was asked."""

    SCHEDULE = "schedule", _("by schedule")
    PING = "ping", _("at publication")
    HAND = "hand", _("by hand")
    RETRY = "retry", _("tried again")


def _open(actor: Actor | None) -> InstanceQuerySet:
    return Instance.objects.open_to(actor)


class ExchangeQuerySet(models.QuerySet["Exchange"]):
    def visible_to(self, actor: Actor | None) -> ExchangeQuerySet:
        return self.filter(instance__in=_open(actor))


class Exchange(models.Model):
    """One conversation with the other end: when, why, what came, what failed. One runs at a time."""

    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, related_name="exchanges")
    asked = models.CharField(max_length=10, choices=Asked, default=Asked.SCHEDULE)
    outcome = models.CharField(max_length=10, choices=ExchangeOutcome, default=ExchangeOutcome.RUNNING)
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveIntegerField(default=1, help_text="in a row, with this one")
    since = models.PositiveBigIntegerField(default=0)
    reached = models.PositiveBigIntegerField(default=0, help_text="sequence it told; the mark once all is stored")
    versions = models.PositiveIntegerField(default=0)
    values = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0, help_text="rows of other regions or not agreed")
    notes = models.JSONField(default=list, blank=True)
    problem = models.JSONField(default=dict, blank=True)

    objects = ExchangeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-begun_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["instance"], condition=models.Q(outcome="running"), name="federation_one_exchange_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.instance} {self.outcome}"

    @property
    def took(self) -> timedelta | None:
        return self.ended_at - self.begun_at if self.ended_at else None


class Link(models.Model):
    """A dataset of the other end and the dataset here that its versions become."""

    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, related_name="links")
    remote = models.CharField(max_length=100, help_text="its name there")
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="+")
    source = models.ForeignKey(Source, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    contract = models.CharField(max_length=64, blank=True, help_text="digest of its contract there, as taken over")
    problem = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering: ClassVar = ["instance", "remote"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["instance", "remote"], name="federation_link_once")]

    def __str__(self) -> str:
        return f"{self.instance} {self.remote}"


class Arrival(models.Model):
    """One version of theirs that became one of ours."""

    exchange = models.ForeignKey(Exchange, on_delete=models.CASCADE, related_name="arrivals")
    link = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="arrivals")
    number = models.PositiveIntegerField(null=True, blank=True, help_text="of the version there, where it has numbers")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True, help_text="there")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.link} {self.number}"


class SharedValueQuerySet(models.QuerySet["SharedValue"]):
    def visible_to(self, actor: Actor | None) -> SharedValueQuerySet:
        """What a district shares with the province is published with its name on it."""
        return self.filter(instance__in=Instance.objects.visible_to(actor))


class SharedValue(models.Model):
    """A number that a district published, as it stands there now. `value` empty: no data, never 0."""

    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, related_name="values")
    indicator = models.CharField(max_length=40)
    region = models.CharField(max_length=13)
    period = models.CharField(max_length=40, blank=True)
    value = models.FloatField(null=True, blank=True)
    unit = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=20, choices=FigureStatus, default=FigureStatus.PROVISIONAL)
    published_at = models.DateTimeField(null=True, blank=True)
    source = models.CharField(max_length=400, blank=True, help_text="address there")
    source_version = models.CharField(max_length=24, blank=True)
    at = models.DateTimeField()

    objects = SharedValueQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["indicator", "period", "region"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["indicator", "region", "period"], name="federation_value_once")
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.region} {self.period}"


class Quoted(models.TextChoices):
    """Which number is quoted once a conflict is settled."""

    DISTRICT = "district", _("the district's")
    PROVINCE = "province", _("the province's")
    BOTH = "both", _("both, each for what it measures")


class ConflictQuerySet(models.QuerySet["Conflict"]):
    def visible_to(self, actor: Actor | None) -> ConflictQuerySet:
        """Two published numbers that differ are public; so is that they do."""
        return self.filter(instance__in=Instance.objects.visible_to(actor))

    def unsettled(self) -> ConflictQuerySet:
        return self.filter(settled_at__isnull=True, ended_at__isnull=True)


class Conflict(models.Model):
    """Two published numbers for one region and period. Neither is changed; settled by an act, reopened by a change."""

    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, related_name="conflicts")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    region = models.CharField(max_length=13)
    period = models.CharField(max_length=40, blank=True)
    ours = models.FloatField(help_text="the province's")
    ours_source = models.CharField(max_length=240)
    ours_position = models.CharField(max_length=120, help_text="the position that answers for it")
    theirs = models.FloatField(help_text="the district's")
    theirs_source = models.CharField(max_length=400, blank=True)
    theirs_position = models.CharField(max_length=120)
    opened_at = models.DateTimeField()
    reopened_at = models.DateTimeField(null=True, blank=True)
    answers = models.JSONField(default=list, blank=True, help_text="what either side said: side, label, at, text")
    quoted = models.CharField(max_length=10, choices=Quoted, blank=True)
    reason = models.CharField(max_length=1000, blank=True, help_text="what each is quoted for, and why")
    settled_label = models.CharField(max_length=240, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="when the numbers no longer differed")

    objects = ConflictQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-opened_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["indicator", "region", "period"], name="federation_conflict_once"),
            models.CheckConstraint(
                condition=models.Q(settled_at__isnull=True, quoted="", reason="")
                | (models.Q(settled_at__isnull=False) & ~models.Q(quoted="") & ~models.Q(reason="")),
                name="federation_settled_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.region} {self.period}"

    @property
    def unit_code(self) -> str:
        return self.instance.unit_code

    @property
    def position_code(self) -> str:
        """Whose number it is here: that position may answer, too."""
        return self.ours_position

    @property
    def difference(self) -> float:
        return self.theirs - self.ours

    @property
    def is_open(self) -> bool:
        return self.settled_at is None and self.ended_at is None
