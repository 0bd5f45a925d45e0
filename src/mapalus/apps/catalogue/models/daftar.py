from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from mapalus.apps.catalogue.models.dataset import Cadence, Classification, Dataset
from mapalus.apps.catalogue.reach import reach
from mapalus.engine.ports import Actor

__all__ = ["DataKind", "DataPlan", "EntryState", "PlanEntry", "PlanEntryQuerySet"]


class DataKind(models.TextChoices):
    """The kinds of data the rule knows; each has its own pembina data."""

    STATISTIC = "statistik", _("statistical")
    GEOSPATIAL = "geospasial", _("geospatial")
    FINANCE = "keuangan", _("financial")
    OTHER = "lainnya", _("other")


class EntryState(models.TextChoices):
    """Proposed by the producer, confirmed by walidata, decided for the year."""

    PROPOSED = "usulan", _("proposed")
    RETURNED = "dikembalikan", _("returned")
    CONFIRMED = "dikonfirmasi", _("confirmed by walidata")
    DECIDED = "ditetapkan", _("decided")
    DROPPED = "dicoret", _("dropped")


class DataPlan(models.Model):
    """The daftar data of one year: what the agencies will make."""

    year = models.PositiveIntegerField(unique=True)
    closes_on = models.DateField(null=True, blank=True, help_text="until when proposals are asked for")
    decided_at = models.DateTimeField(null=True, blank=True)
    decree = models.CharField(max_length=160, blank=True, help_text="number of the decision")
    decided_by = models.CharField(max_length=240, blank=True, help_text="label of the position")

    class Meta:
        ordering: ClassVar = ["-year"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(decided_at__isnull=True, decree="")
                | (models.Q(decided_at__isnull=False) & ~models.Q(decree="")),
                name="plan_decided_has_decree",
            )
        ]

    def __str__(self) -> str:
        return f"Daftar Data {self.year}"

    @property
    def is_decided(self) -> bool:
        return self.decided_at is not None


class PlanEntryQuerySet(models.QuerySet["PlanEntry"]):
    def visible_to(self, actor: Actor | None) -> PlanEntryQuerySet:
        """Everybody: what is decided and not closed. Officials also all of their unit; walidata everything."""
        public = models.Q(state=EntryState.DECIDED) & ~models.Q(classification=Classification.CLOSED)
        sight = reach(actor)
        if sight.everything:
            return self
        if actor is not None and actor.may("catalogue.decide-plan", DataPlan, _now()):
            return self
        return self.filter(public | models.Q(unit__in=sight.units)) if sight.units else self.filter(public)

    def of_year(self, year: int) -> PlanEntryQuerySet:
        return self.filter(plan__year=year)

    def standing(self) -> PlanEntryQuerySet:
        """Without what was dropped."""
        return self.exclude(state=EntryState.DROPPED)

    def for_reading(self) -> PlanEntryQuerySet:
        return self.select_related("plan", "unit", "producer", "dataset", "dataset__current")


def _now() -> datetime:
    from mapalus.engine import clock  # late: read when asked, so that a set clock is followed

    return clock.now()


class PlanEntry(models.Model):
    """One line of the daftar data: what will be made, by whom, when, by which standard, and who may see it."""

    plan = models.ForeignKey(DataPlan, on_delete=models.PROTECT, related_name="entries")
    code = models.CharField(max_length=20, unique=True, help_text="DD-2027-0012")
    name = models.SlugField(max_length=100, help_text="the name of the dataset it becomes")
    title = models.CharField(max_length=240)
    unit = models.ForeignKey(
        "directory.Unit", to_field="code", on_delete=models.PROTECT, related_name="plan_entries", db_column="unit_code"
    )
    producer = models.ForeignKey(
        "directory.Position",
        to_field="code",
        on_delete=models.PROTECT,
        related_name="plan_entries",
        db_column="producer_code",
    )
    kind = models.CharField(max_length=12, choices=DataKind, default=DataKind.STATISTIC)
    matter = models.CharField(max_length=120, blank=True, help_text="urusan pemerintahan")
    legal_basis = models.CharField(max_length=240, blank=True)
    cadence = models.CharField(max_length=12, choices=Cadence, default=Cadence.YEARLY)
    schedule = models.CharField(max_length=160, blank=True, help_text="as people say it: tanggal 10 bulan berikut")
    first_on = models.DateField(null=True, blank=True, help_text="when the first of the year is planned")
    level = models.CharField(max_length=80, blank=True, help_text="tingkat penyajian")
    concept = models.CharField(max_length=400, blank=True)
    definition = models.TextField(blank=True, max_length=2000)
    grouping = models.CharField(max_length=400, blank=True, help_text="klasifikasi")
    measure = models.CharField(max_length=160, blank=True, help_text="ukuran")
    counted_in = models.CharField(max_length=120, blank=True, help_text="satuan")
    format = models.CharField(max_length=80, blank=True)
    references = models.CharField(max_length=240, blank=True, help_text="kode referensi dan data induk yang dipakai")
    is_survey = models.BooleanField(default=False, help_text="statistical survey: needs a recommendation of BPS")
    recommendation = models.CharField(max_length=80, blank=True, help_text="number of BPS Romantik")
    element_code = models.CharField(max_length=40, blank=True, help_text="code of the element in e-Walidata (SIPD-RI)")
    classification = models.CharField(max_length=12, choices=Classification, default=Classification.OPEN)
    classification_ground = models.CharField(max_length=400, blank=True)
    is_priority = models.BooleanField(default=False)
    contact = models.CharField(max_length=160, blank=True, help_text="of the office, never of a person")
    state = models.CharField(max_length=16, choices=EntryState, default=EntryState.PROPOSED)
    reason = models.CharField(max_length=400, blank=True, help_text="why it was returned or dropped")
    dataset = models.ForeignKey(
        Dataset,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="plan_entries",
        help_text="what it became",
    )
    proposed_at = models.DateTimeField()
    proposed_by = models.CharField(max_length=240, help_text="label of the position")
    proposed_person = models.CharField(max_length=80, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.CharField(max_length=240, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decree = models.CharField(max_length=160, blank=True)

    objects = PlanEntryQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["code"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "name"], name="plan_entry_name"),
            models.CheckConstraint(
                condition=models.Q(classification=Classification.OPEN) | ~models.Q(classification_ground=""),
                name="plan_entry_restricted_has_ground",
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_at__isnull=True, confirmed_by="")
                | (models.Q(confirmed_at__isnull=False) & ~models.Q(confirmed_by="")),
                name="plan_entry_confirmed_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def stage(self) -> EntryState:
        return EntryState(self.state)

    @property
    def unit_code(self) -> str:
        return str(self.unit_id)

    @property
    def producer_code(self) -> str:
        return str(self.producer_id)

    @property
    def may_be_changed(self) -> bool:
        return self.stage in (EntryState.PROPOSED, EntryState.RETURNED)

    @property
    def lacks_recommendation(self) -> bool:
        """A survey whose recommendation of BPS has not been written down."""
        return self.is_survey and not self.recommendation
