from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from mapalus.apps.catalogue.models.dataset import ContractVersion, Dataset
from mapalus.apps.catalogue.models.process import HandInProcess
from mapalus.apps.catalogue.reach import reach
from mapalus.engine.ports import Actor

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from mapalus.apps.catalogue.models.version import Version

__all__ = ["FigureStatus", "HandIn", "HandInQuerySet", "HandInState", "Receipt", "Run", "RunState"]


class FigureStatus(models.TextChoices):
    """Status angka; a provisional figure is marked wherever it stands."""

    VERY_PROVISIONAL = "sangat-sementara", _("very provisional")
    PROVISIONAL = "sementara", _("provisional")
    FINAL = "tetap", _("final")

    @property
    def mark(self) -> str:
        """The sign BPS puts behind such a figure."""
        return {"sangat-sementara": "**", "sementara": "*"}.get(self.value, "")


class HandInState(models.TextChoices):
    """What the step a hand-in stands at is to the machine; which step it is, its process says (`stage` of a state)."""

    RECEIVED = "received", _("received")
    CHECKING = "checking", _("being checked")
    NEEDS_CORRECTION = "needs-correction", _("needs correction")
    RETURNED = "returned", _("returned")
    AWAITING_CONFIRMATION = "awaiting-confirmation", _("awaiting confirmation")
    AWAITING_REVIEW = "awaiting-review", _("awaiting review")
    AWAITING_ENDORSEMENT = "awaiting-endorsement", _("awaiting the pembina data")
    APPROVED = "approved", _("approved")
    PUBLISHED = "published", _("published")
    WITHDRAWN = "withdrawn", _("withdrawn")
    REFUSED = "refused", _("cannot be used")
    REPLACED = "replaced", _("replaced by a newer one")

    @property
    def is_open(self) -> bool:
        """Somebody still has to do something."""
        return self in _OPEN

    @property
    def awaits_decision(self) -> bool:
        """It is checked, good, and somebody has to decide."""
        return self in _DECIDED

    @property
    def may_be_corrected(self) -> bool:
        return self in (HandInState.NEEDS_CORRECTION, HandInState.RETURNED, HandInState.REFUSED)

    @property
    def in_public(self) -> StrOrPromise:
        """How far what is on its way has come, as everybody may know it."""
        return _("being corrected") if self.may_be_corrected else HandInState.CHECKING.label


_OPEN = (
    HandInState.RECEIVED,
    HandInState.CHECKING,
    HandInState.NEEDS_CORRECTION,
    HandInState.RETURNED,
    HandInState.AWAITING_CONFIRMATION,
    HandInState.AWAITING_REVIEW,
    HandInState.AWAITING_ENDORSEMENT,
    HandInState.APPROVED,
    HandInState.REFUSED,
)
_DECIDED = (
    HandInState.AWAITING_CONFIRMATION,
    HandInState.AWAITING_REVIEW,
    HandInState.AWAITING_ENDORSEMENT,
    HandInState.APPROVED,
)


class HandInQuerySet(models.QuerySet["HandIn"]):
    def visible_to(self, actor: Actor | None) -> HandInQuerySet:
        """Hand-ins of one's unit, one's turn, or one's own hand; walidata sees all; the public none."""
        sight = reach(actor)
        if sight.everything:
            return self
        if actor is None:
            return self.none()
        seen = models.Q(dataset__unit__in=sight.units) | models.Q(turn__in=sight.positions)
        seen |= models.Q(position=actor.position)
        return self.filter(seen | models.Q(confirmed_person=actor.person) if actor.person else seen)

    def open(self) -> HandInQuerySet:
        return self.filter(state__in=_OPEN)

    def awaiting_decision(self) -> HandInQuerySet:
        return self.filter(state__in=_DECIDED)

    def closed(self) -> HandInQuerySet:
        return self.exclude(state__in=_OPEN).order_by("-closed_at", "-id")

    def by_limit(self) -> HandInQuerySet:
        """What is due first comes first; what has no limit, last."""
        return self.order_by(models.F("due_at").asc(nulls_last=True), "received_at")

    def latest_of(self, datasets: Sequence[int]) -> dict[int, HandIn]:
        """The newest hand-in of each dataset that still counts, by the dataset's key; one query."""
        counted = self.filter(dataset__in=datasets).exclude(state__in=("withdrawn", "replaced"))
        newest = counted.filter(dataset=models.OuterRef("dataset")).order_by("-received_at", "-id").values("pk")[:1]
        found = counted.filter(pk=models.Subquery(newest)).select_related("dataset")
        return {handin.dataset_id: handin for handin in found}

    def coming_for(self, datasets: Iterable[Dataset]) -> dict[int, HandInState]:
        """Of datasets for whose expected period something is on its way: how far, by the dataset's key; one query."""
        mine = self.open().filter(dataset__in=[one.pk for one in datasets], period=F("dataset__expected_period"))
        found = mine.order_by("received_at", "id").values_list("dataset", "state")
        return {int(dataset): HandInState(state) for dataset, state in found}

    def coming_late(self, now: datetime) -> Iterable[int]:
        """On the way for what a dataset owes by now; the dataset's keys, each maybe more than once."""
        late = self.open().filter(dataset__due_at__lt=now, period=F("dataset__expected_period"))
        return late.order_by().values_list("dataset", flat=True)

    def count_by_turn(self) -> dict[str, int]:
        """How much waits for each position, by its code."""
        counted = self.open().exclude(turn="").order_by().values_list("turn").annotate(n=models.Count("pk"))
        return {str(turn): int(number) for turn, number in counted}

    def matching(self, words: str) -> HandInQuerySet:
        """By receipt number, file name or the dataset's title."""
        return self.filter(
            models.Q(receipt__icontains=words)
            | models.Q(file_name__icontains=words)
            | models.Q(dataset__title__icontains=words)
        )

    def turn_of(self, actor: Actor) -> HandInQuerySet:
        """What waits for this actor's position, or for a vacant one whose duties fall to it."""
        return self.open().filter(turn__in=reach(actor).positions)

    def for_reading(self) -> HandInQuerySet:
        return self.select_related("dataset", "dataset__unit", "dataset__producer", "contract", "previous")


class HandIn(models.Model):
    """A setoran: one file handed in for one period of a dataset, and how far it has come."""

    receipt = models.CharField(max_length=20, unique=True, help_text="tanda terima: S-2026-00012")
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="handins")
    contract = models.ForeignKey(ContractVersion, on_delete=models.PROTECT, related_name="handins")
    period = models.CharField(max_length=40, blank=True)
    file_name = models.CharField(max_length=240)
    size = models.PositiveBigIntegerField()
    snapshot = models.CharField(max_length=64, help_text="SHA-256 of the bytes as received")
    note = models.CharField(max_length=1000, blank=True, help_text="what the one who handed in wants to say")
    key = models.CharField(max_length=80, unique=True, help_text="one form, one hand-in: stops the double click")
    position = models.CharField(max_length=120, help_text="the position that handed in")
    person = models.CharField(max_length=80, blank=True)
    label = models.CharField(max_length=240)
    on_behalf_of = models.CharField(max_length=60, blank=True, help_text="code of the unit, when walidata handed in")
    previous = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrections")
    process = models.ForeignKey(
        HandInProcess, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        help_text="the way it goes, as declared when it came; empty: from before ways were declared",
    )  # fmt: skip
    situation = models.JSONField(default=dict, blank=True, help_text="where it stands on that way, as flow keeps it")
    state = models.CharField(max_length=24, choices=HandInState, default=HandInState.RECEIVED)
    step_due_at = models.DateTimeField(null=True, blank=True, help_text="until when whose turn it is should act")
    wake_at = models.DateTimeField(null=True, blank=True, db_index=True, help_text="when time has something to say")
    turn = models.CharField(max_length=120, blank=True, help_text="code of the position whose turn it is")
    turn_reason = models.CharField(max_length=40, blank=True, help_text="why not the usual one: vacant, same-person")
    turn_since = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True, help_text="when this period was owed")
    received_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.CharField(max_length=240, blank=True, help_text="label of the position")
    confirmed_person = models.CharField(max_length=80, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    rows = models.PositiveBigIntegerField(null=True, blank=True)
    rows_good = models.PositiveBigIntegerField(null=True, blank=True)
    rows_bad = models.PositiveBigIntegerField(null=True, blank=True)
    verdict = models.CharField(
        max_length=1000, blank=True, help_text="one sentence: what came out, or why it came back"
    )

    objects = HandInQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-received_at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["turn", "state"], name="handin_turn"),
            models.Index(fields=["dataset", "-received_at"], name="handin_dataset"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(confirmed_at__isnull=True, confirmed_by="")
                | (models.Q(confirmed_at__isnull=False) & ~models.Q(confirmed_by="")),
                name="handin_confirmed_pair",
            ),
        ]

    def __str__(self) -> str:
        return self.receipt

    @property
    def stage(self) -> HandInState:
        return HandInState(self.state)

    @property
    def unit_code(self) -> str:
        return self.dataset.unit_code

    @property
    def producer_code(self) -> str:
        return self.dataset.producer_code

    @property
    def version(self) -> Version | None:
        """What the check made of it; None when nothing may be published."""
        return self.versions.order_by("-number").first()

    @property
    def was_late(self) -> bool:
        return self.due_at is not None and self.received_at > self.due_at

    @property
    def limit_at(self) -> datetime | None:
        """What comes first: when the period was owed, or until when whose turn it is should act."""
        moments = [at for at in (self.due_at, self.step_due_at) if at is not None]
        return min(moments, default=None)

    def is_overdue(self, now: datetime) -> bool:
        return self.due_at is not None and self.due_at < now and self.stage.is_open


class Receipt(models.Model):
    """The last receipt number given out in a year; its row is the lock."""

    year = models.PositiveIntegerField(unique=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"S-{self.year}-{self.last:05}"


class RunState(models.TextChoices):
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    REFUSED = "refused", _("refused")
    FAILED = "failed", _("failed")


class Run(models.Model):
    """One pass of the check over one snapshot. A run whose worker died is taken up again under the same row."""

    handin = models.ForeignKey(HandIn, on_delete=models.PROTECT, null=True, blank=True, related_name="runs")
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="runs")
    contract = models.ForeignKey(ContractVersion, on_delete=models.PROTECT, related_name="+")
    snapshot = models.CharField(max_length=64)
    number = models.PositiveIntegerField(null=True, blank=True, help_text="of the version it writes; kept on a rerun")
    release = models.CharField(max_length=40, help_text="release of the engine")
    state = models.CharField(max_length=12, choices=RunState, default=RunState.RUNNING)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    folder = models.CharField(max_length=240, blank=True, help_text="where rows and report lie, below the data folder")
    report = models.JSONField(default=dict, blank=True, help_text="what `check --json` says, without the errors")

    class Meta:
        ordering: ClassVar = ["-started_at", "-id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["dataset", "number"], name="run_number")]

    def __str__(self) -> str:
        return f"{self.handin or self.dataset} {self.state}"

    @property
    def path(self) -> Path | None:
        """The folder of the lake's form, also where the rows may not become a version."""
        return Path(settings.DATA_DIR) / self.folder if self.folder else None
