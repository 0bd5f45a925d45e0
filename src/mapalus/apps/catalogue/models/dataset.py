from __future__ import annotations

import secrets
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from mapalus.apps.catalogue.reach import reach
from mapalus.engine.ports import Actor

if TYPE_CHECKING:
    from mapalus.apps.catalogue.models.version import Version

__all__ = ["Cadence", "Classification", "ContractVersion", "Dataset", "DatasetQuerySet", "DatasetState"]


class Classification(models.TextChoices):
    """How far data may be seen; anything but open needs a ground (UU 14/2008 or another law)."""

    OPEN = "terbuka", _("open")
    RESTRICTED = "terbatas", _("restricted")
    CLOSED = "tertutup", _("closed")


class Cadence(models.TextChoices):
    """How often the producer owes a hand-in."""

    STREAM = "aliran", _("stream")
    DAILY = "harian", _("daily")
    WEEKLY = "mingguan", _("weekly")
    MONTHLY = "bulanan", _("monthly")
    QUARTERLY = "triwulanan", _("quarterly")
    SEMESTER = "semesteran", _("every half year")
    YEARLY = "tahunan", _("yearly")
    ONCE = "sekali", _("once")
    OTHER = "lainnya", _("other")


_EPOCH = 1_577_836_800_000  # 2020, in milliseconds: until 2089 the number is positive


class DatasetState(models.TextChoices):
    """Planned: only in the data list. Active: takes hand-ins. Withdrawn: keeps its past, takes nothing new."""

    PLANNED = "planned", _("planned")
    ACTIVE = "active", _("active")
    WITHDRAWN = "withdrawn", _("withdrawn")


def new_revision() -> int:
    """A number nobody has written before (for all that matters), mostly larger than those before.

    Milliseconds of the writer's clock, then 22 bits by chance. The clock only helps to find what was written last;
    whether that was all, the sum of the lower 44 bits tells (of half a million it still fits).
    """
    return (time.time_ns() // 1_000_000 - _EPOCH) << 22 | secrets.randbits(22)


class DatasetQuerySet(models.QuerySet["Dataset"]):
    def update(self, **kwargs: Any) -> int:
        """As Django has it, and `revision` with it."""
        return super().update(**{"revision": new_revision(), **kwargs})

    def visible_to(self, actor: Actor | None) -> DatasetQuerySet:
        """What this actor may know of: the public what is open and published; officials also all of their unit."""
        opened = models.Q(classification=Classification.OPEN) | models.Q(is_counted_openly=True)
        public = opened & models.Q(state=DatasetState.ACTIVE, current__published_at__isnull=False)
        sight = reach(actor)
        if sight.everything:
            return self
        return self.filter(public | models.Q(unit__in=sight.units)) if sight.units else self.filter(public)

    def known_to(self, actor: Actor | None) -> DatasetQuerySet:
        """The data list (daftar data): also what is restricted or only planned, by name and ground; never its rows.

        Whose rows may be read, `visible_to` says. What is closed is not even named outside its unit.
        """
        sight = reach(actor)
        if sight.everything:
            return self
        named = ~models.Q(classification=Classification.CLOSED) & ~models.Q(state=DatasetState.WITHDRAWN)
        return self.filter(named | models.Q(unit__in=sight.units)) if sight.units else self.filter(named)

    def published(self) -> DatasetQuerySet:
        return self.filter(state=DatasetState.ACTIVE, current__published_at__isnull=False)

    def overdue(self, now: datetime) -> DatasetQuerySet:
        """Something was owed by now and has not come."""
        return self.filter(due_at__lt=now, state=DatasetState.ACTIVE)

    def owed(self) -> DatasetQuerySet:
        """A period is expected, and nothing for it is on its way; what was published without being whole is owed."""
        from mapalus.apps.catalogue.models.handin import HandIn  # late: it stands on this module

        mine = HandIn.objects.filter(dataset=models.OuterRef("pk"), period=models.OuterRef("expected_period"))
        came = models.Exists(mine.open())
        return self.filter(~came, due_at__isnull=False, state=DatasetState.ACTIVE).order_by("due_at", "name")

    def count_by_producer(self) -> dict[str, int]:
        """How many datasets each position answers for, by its code."""
        counted = self.order_by().values_list("producer").annotate(n=models.Count("pk"))
        return {str(code): int(number) for code, number in counted}

    def for_reading(self) -> DatasetQuerySet:
        """With everything a list or a page says about it, in one query."""
        return self.select_related("unit", "producer", "current", "current__contract", "contract")

    def for_lists(self) -> DatasetQuerySet:
        """With what one line of a list says: its agency and its version, not the contracts."""
        return self.select_related("unit", "current").defer("current__quality")


class Dataset(models.Model):
    """One entry of the data list (daftar data): what a unit owes, how often, to whom it is open."""

    name = models.SlugField(max_length=100, unique=True)
    title = models.CharField(max_length=240, help_text="in Indonesian")
    title_en = models.CharField(max_length=240, blank=True)
    description = models.TextField(blank=True)
    description_en = models.TextField(blank=True)
    unit = models.ForeignKey(
        "directory.Unit", to_field="code", on_delete=models.PROTECT, related_name="datasets", db_column="unit_code"
    )
    producer = models.ForeignKey(
        "directory.Position",
        to_field="code",
        on_delete=models.PROTECT,
        related_name="datasets",
        db_column="producer_code",
        help_text="the position that answers for making it",
    )
    confirmer = models.ForeignKey(
        "directory.Position",
        to_field="code",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        db_column="confirmer_code",
        help_text="who says the figures are right, where it is not the head of the unit",
    )
    state = models.CharField(max_length=12, choices=DatasetState, default=DatasetState.ACTIVE)
    cadence = models.CharField(max_length=12, choices=Cadence, default=Cadence.OTHER)
    due_rule = models.CharField(max_length=160, blank=True, help_text="as people say it: tanggal 10 bulan berikut")
    expected_period = models.CharField(max_length=40, blank=True, help_text="the period that is owed next: 2026-10")
    due_at = models.DateTimeField(null=True, blank=True, help_text="when it is owed; empty: nothing is owed")
    classification = models.CharField(max_length=12, choices=Classification, default=Classification.OPEN)
    classification_ground = models.CharField(max_length=400, blank=True)
    is_counted_openly = models.BooleanField(default=False, help_text="restricted rows, open counts")
    is_priority = models.BooleanField(default=False, help_text="data prioritas")
    themes = models.JSONField(default=list, blank=True)
    license = models.CharField(max_length=80, blank=True, default="CC-BY-4.0")
    national_link = models.CharField(max_length=240, blank=True, help_text="the national system it comes from")
    conflict = models.CharField(max_length=400, blank=True, help_text="an open dispute over its numbers; empty: none")
    contract: models.ForeignKey[ContractVersion | None, ContractVersion | None] = models.ForeignKey(
        "catalogue.ContractVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    current: models.ForeignKey[Version | None, Version | None] = models.ForeignKey(
        "catalogue.Version", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    declared_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    revision = models.BigIntegerField(
        default=new_revision,
        db_default=0,  # the release before this one writes rows, too
        editable=False,
        help_text="another one with every write: what is kept in memory asks it",
    )

    objects = DatasetQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name"]
        indexes: ClassVar = [models.Index(fields=["revision"], name="dataset_revision")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(classification=Classification.OPEN) | ~models.Q(classification_ground=""),
                name="dataset_restricted_has_ground",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """As Django has it, with a new `revision`: by its sum readers see that anything changed, whatever the clock."""
        self.revision = new_revision()
        if kwargs.get("update_fields"):
            kwargs["update_fields"] = {*kwargs["update_fields"], "revision"}
        super().save(*args, **kwargs)

    @property
    def is_filled_by_itself(self) -> bool:
        """The platform makes its rows (from cases, or by counting), so nobody is asked for a file."""
        descriptor = self.contract.descriptor if self.contract else {}
        marks = [descriptor.get("mapalus"), *((one.get("mapalus")) for one in descriptor.get("resources") or ())]
        return any(mark.get("rows") or mark.get("counted") for mark in marks if mark)

    @property
    def unit_code(self) -> str:
        return str(self.unit_id)

    @property
    def producer_code(self) -> str:
        return str(self.producer_id)

    @property
    def is_open(self) -> bool:
        return self.classification == Classification.OPEN

    @property
    def title_here(self) -> str:
        """The title in the language of the page."""
        return self.title_en if self.title_en and (get_language() or "id").startswith("en") else self.title

    @property
    def description_here(self) -> str:
        return (
            self.description_en
            if self.description_en and (get_language() or "id").startswith("en")
            else self.description
        )

    def is_overdue(self, now: datetime) -> bool:
        return self.due_at is not None and self.due_at < now


class ContractVersion(models.Model):
    """What a dataset promised from one day on. Never changed; a change is the next number."""

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="contracts")
    number = models.PositiveIntegerField()
    release = models.CharField(
        max_length=24, blank=True, default="", help_text="semantic version: 2.1.0; empty: from before it was kept"
    )
    text = models.TextField(help_text="the YAML as written")
    descriptor = models.JSONField(help_text="the same, as a Data Package descriptor")
    sha256 = models.CharField(max_length=64)
    folder = models.CharField(
        max_length=240, help_text="with contract.json and its reference lists; below the data folder"
    )
    position = models.CharField(max_length=120)
    reason = models.CharField(max_length=400, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["dataset", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["dataset", "number"], name="contract_number"),
        ]

    def __str__(self) -> str:
        return f"{self.dataset_id} #{self.number}"

    @property
    def path(self) -> Path:
        return Path(settings.DATA_DIR) / self.folder / "contract.json"
