from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from mapalus.apps.catalogue.models.dataset import Classification, Dataset, DatasetState
from mapalus.apps.catalogue.models.handin import HandIn
from mapalus.apps.catalogue.reach import reach
from mapalus.engine.ports import Actor

__all__ = [
    "HarvestOutcome",
    "HarvestRun",
    "HarvestRunQuerySet",
    "Source",
    "SourceKind",
    "SourceQuerySet",
    "SourceState",
    "SourceWay",
]

PATIENCE = 5  # failures in a row after which a source is asked more slowly
_SILENT = timedelta(days=2)  # of slack beyond its own schedule before a source counts as silent


class SourceKind(models.TextChoices):
    """How the rows come. What no system gives by itself comes as a file (lewat berkas)."""

    UPLOAD = "upload", _("as a file")
    STREAM = "stream", _("stream")
    CONNECTOR = "connector", _("fetched by the platform")


class SourceState(models.TextChoices):
    """Vanished: the table was there and is not any more; it is looked for once a day, nothing is deleted.

    Forgotten: nobody asks it again; the row stays, because versions came of it.
    """

    ACTIVE = "active", _("active")
    PAUSED = "paused", _("paused")
    VANISHED = "vanished", _("vanished")
    FORGOTTEN = "forgotten", _("taken away")


class SourceWay(models.TextChoices):
    """Who publishes what came: the platform where nothing is wrong with it, or the way every hand-in goes."""

    DIRECT = "langsung", _("by itself when nothing is wrong")
    HANDIN = "setoran", _("after the way of a hand-in")


class SourceQuerySet(models.QuerySet["Source"]):
    def visible_to(self, actor: Actor | None) -> SourceQuerySet:
        """Sources of one's unit, and those one keeps; walidata sees all; the public none."""
        sight = reach(actor)
        if sight.everything:
            return self
        if actor is None:
            return self.none()
        return self.filter(models.Q(dataset__unit__in=sight.units) | models.Q(keeper__in=sight.positions))

    def kept(self) -> SourceQuerySet:
        """Without those that were taken away."""
        return self.exclude(state=SourceState.FORGOTTEN)

    def named_openly(self) -> SourceQuerySet:
        """Those that may be named to everybody: of open, published datasets."""
        return self.filter(
            dataset__classification=Classification.OPEN,
            dataset__state=DatasetState.ACTIVE,
            dataset__current__published_at__isnull=False,
        )

    def fetched(self) -> SourceQuerySet:
        """Those the platform itself goes and asks."""
        return self.filter(kind=SourceKind.CONNECTOR)

    def due(self, now: datetime) -> SourceQuerySet:
        """Those whose moment has come, the longest waiting first. Paused ones have none."""
        awake = (SourceState.ACTIVE, SourceState.VANISHED)
        return self.fetched().filter(state__in=awake, next_at__lte=now).order_by("next_at", "pk")

    def troubled(self) -> SourceQuerySet:
        """Those that need somebody: vanished, or their last attempts failed."""
        needs = models.Q(state=SourceState.VANISHED) | models.Q(state=SourceState.ACTIVE, failures__gte=PATIENCE)
        return self.filter(needs | models.Q(state=SourceState.ACTIVE, needs_person=True))

    def kept_by(self, positions: Iterable[str]) -> SourceQuerySet:
        """Those that one of these positions answers for."""
        return self.filter(keeper__in=list(positions))

    def for_reading(self) -> SourceQuerySet:
        return self.select_related("dataset", "dataset__unit", "dataset__contract", "dataset__current", "keeper")


class Source(models.Model):
    """A way by which data of a dataset come in. `options` never hold a secret, only the names of some."""

    name = models.SlugField(max_length=120, unique=True)
    title = models.CharField(max_length=240, blank=True, help_text="the system, as people call it: SIPD-RI")
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="sources")
    kind = models.CharField(max_length=12, choices=SourceKind, default=SourceKind.CONNECTOR)
    connector = models.CharField(max_length=40, blank=True)
    options = models.JSONField(default=dict, blank=True)
    schedule = models.CharField(max_length=40, blank=True, help_text="as `timetable` writes it; empty: by hand")
    keeper = models.ForeignKey(
        "directory.Position", to_field="code", on_delete=models.PROTECT, related_name="+", null=True, blank=True,
        db_column="keeper_code", help_text="the position that answers for it",
    )  # fmt: skip
    way = models.CharField(max_length=12, choices=SourceWay, default=SourceWay.HANDIN)
    state = models.CharField(max_length=12, choices=SourceState, default=SourceState.ACTIVE)
    paused_reason = models.CharField(max_length=400, blank=True)
    mark = models.TextField(blank=True, help_text="as the connector wrote it: everything until here has a version")
    snapshot = models.CharField(max_length=64, blank=True, help_text="SHA-256 of what came last")
    rows = models.PositiveBigIntegerField(null=True, blank=True, help_text="how many came with it")
    failures = models.PositiveIntegerField(default=0, help_text="in a row, since the last good answer")
    needs_person = models.BooleanField(default=False, help_text="settings, a secret or a bound: waiting mends nothing")
    failing_since = models.DateTimeField(null=True, blank=True)
    problem = models.JSONField(default=dict, blank=True, help_text="of the last attempt, in parts; empty: none")
    asked_at = models.DateTimeField(null=True, blank=True, help_text="when it was asked last")
    answered_at = models.DateTimeField(null=True, blank=True, help_text="when it last answered well, new or unchanged")
    brought_at = models.DateTimeField(null=True, blank=True, help_text="when it last brought something new")
    next_at = models.DateTimeField(null=True, blank=True, help_text="when it is asked next; empty: by hand")
    declared_in = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the contract that declares it")
    added_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = SourceQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name"]
        indexes: ClassVar = [models.Index(fields=["next_at"], name="source_next")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(kind=SourceKind.CONNECTOR) | ~models.Q(connector=""), name="source_has_connector"
            ),
            models.CheckConstraint(
                condition=models.Q(failures=0, failing_since__isnull=True)
                | models.Q(failures__gt=0, failing_since__isnull=False),
                name="source_failing_pair",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def title_here(self) -> str:
        return self.title or self.name

    @property
    def unit_code(self) -> str:
        return self.dataset.unit_code

    @property
    def keeper_code(self) -> str:
        return str(self.keeper_id or "")

    @property
    def position_code(self) -> str:
        """Whose own it is, for rights."""
        return self.keeper_code

    # how it stands, in a word for programs -> in words (message ids)
    SAID: ClassVar = {
        "file": _("as a file"), "stream": _("stream"), "paused": _("paused"), "vanished": _("vanished"),
        "broken": _("needs a person"), "failing": _("does not answer"), "retrying": _("is tried again"),
        "held": _("held back"), "new": _("not fetched yet"), "well": _("runs"),
    }  # fmt: skip

    @property
    def standing(self) -> str:
        """How it stands: file, stream, paused, vanished, broken, failing, retrying, held, new or well."""
        if self.kind != SourceKind.CONNECTOR:
            return "file" if self.kind == SourceKind.UPLOAD else "stream"
        if self.state != SourceState.ACTIVE:
            return "vanished" if self.state == SourceState.VANISHED else "paused"
        if self.needs_person:
            return "broken"
        if self.failures:
            return "failing" if self.is_slowed else "retrying"
        if self.problem:
            return "held"
        return "new" if self.answered_at is None else "well"

    @property
    def troubled_since(self) -> datetime:
        """Since when it needs somebody."""
        return self.failing_since or self.asked_at or self.added_at

    @property
    def is_slowed(self) -> bool:
        """It failed so often that it is asked more rarely."""
        return self.failures >= PATIENCE

    def is_silent(self, now: datetime, *, every: timedelta | None) -> bool:
        """It should have answered by now by its own schedule, with some days of slack, and has not."""
        if self.state != SourceState.ACTIVE or every is None:
            return False
        return now - (self.answered_at or self.added_at) > every * 2 + _SILENT


class HarvestOutcome(models.TextChoices):
    """How an attempt ended. Failed: it will be tried again; refused: waiting does not help."""

    RUNNING = "running", _("running")
    BROUGHT = "brought", _("brought something new")
    UNCHANGED = "unchanged", _("nothing new")
    HELD = "held", _("held back for a person")
    FAILED = "failed", _("did not answer")
    VANISHED = "vanished", _("vanished")
    REFUSED = "refused", _("cannot be used")
    TRIED = "tried", _("tried out")


class HarvestRunQuerySet(models.QuerySet["HarvestRun"]):
    def visible_to(self, actor: Actor | None) -> HarvestRunQuerySet:
        return self.filter(source__in=Source.objects.visible_to(actor))

    def real(self) -> HarvestRunQuerySet:
        return self.filter(is_trial=False)

    def last_of(self, sources: Iterable[Source]) -> dict[int, HarvestRun]:
        """The last attempt of each, by the source's key; one query."""
        newest = self.real().filter(source=models.OuterRef("source")).order_by("-begun_at", "-pk").values("pk")[:1]
        found = self.filter(source__in=[one.pk for one in sources], pk=models.Subquery(newest))
        return {one.source_id: one for one in found}


class HarvestRun(models.Model):
    """One attempt to bring what a source holds. One runs at a time; what a killed worker left is taken up."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="runs")
    is_trial = models.BooleanField(default=False, help_text="tried out: nothing is kept of it but a look")
    outcome = models.CharField(max_length=12, choices=HarvestOutcome, default=HarvestOutcome.RUNNING)
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    retry_at = models.DateTimeField(null=True, blank=True)
    position = models.CharField(max_length=120, blank=True, help_text="who asked for it; empty: the schedule")
    label = models.CharField(max_length=240, blank=True)
    extent = models.CharField(max_length=12, blank=True)
    file_name = models.CharField(max_length=240, blank=True)
    size = models.PositiveBigIntegerField(null=True, blank=True)
    rows = models.PositiveBigIntegerField(null=True, blank=True)
    rows_bad = models.PositiveBigIntegerField(null=True, blank=True)
    snapshot = models.CharField(max_length=64, blank=True)
    deleted = models.CharField(max_length=64, blank=True, help_text="snapshot of the keys that are gone at the source")
    mark = models.TextField(blank=True, help_text="becomes the source's once a version stands")
    handin = models.ForeignKey(HandIn, on_delete=models.PROTECT, null=True, blank=True, related_name="harvests")
    problem = models.JSONField(default=dict, blank=True, help_text="code, text, advice, data: said in either language")
    notes = models.JSONField(default=list, blank=True)
    facts = models.JSONField(default=dict, blank=True)
    look = models.JSONField(default=dict, blank=True, help_text="of a trial: columns, first rows (masked), what fails")

    objects = HarvestRunQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-begun_at", "-id"]
        indexes: ClassVar = [models.Index(fields=["source", "-begun_at"], name="harvest_source")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source"], condition=models.Q(outcome="running", is_trial=False), name="harvest_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.outcome}"

    @property
    def seconds(self) -> float | None:
        return (self.ended_at - self.begun_at).total_seconds() if self.ended_at else None

    @property
    def stage(self) -> HarvestOutcome:
        return HarvestOutcome(self.outcome)

    @property
    def plain(self) -> dict[str, Any]:
        """For the ledger."""
        return {"source": self.source.name, "outcome": self.outcome, "rows": self.rows, "size": self.size}
