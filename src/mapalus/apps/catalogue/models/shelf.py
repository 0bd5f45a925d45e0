from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from mapalus.apps.catalogue.models.dataset import Dataset
from mapalus.apps.catalogue.models.source import Source, SourceState
from mapalus.apps.catalogue.reach import reach
from mapalus.engine.ports import Actor

__all__ = ["Offering", "OfferingState", "Shelf"]


class ShelfQuerySet(models.QuerySet["Shelf"]):
    def visible_to(self, actor: Actor | None) -> ShelfQuerySet:
        """Shelves of one's unit, and those one keeps; walidata sees all; the public none."""
        sight = reach(actor)
        if sight.everything:
            return self
        if actor is None:
            return self.none()
        return self.filter(models.Q(unit__in=sight.units) | models.Q(keeper__in=sight.positions))


class Shelf(models.Model):
    """A portal, a database or a folder that holds many tables, looked through for what it offers."""

    name = models.SlugField(max_length=120, unique=True)
    title = models.CharField(max_length=240)
    connector = models.CharField(max_length=40)
    options = models.JSONField(default=dict, blank=True)
    unit = models.ForeignKey(
        "directory.Unit", to_field="code", on_delete=models.PROTECT, related_name="+", db_column="unit_code",
        help_text="whose it is; what no rule names becomes its own",
    )  # fmt: skip
    keeper = models.ForeignKey(
        "directory.Position", to_field="code", on_delete=models.PROTECT, related_name="+", db_column="keeper_code"
    )
    rules = models.JSONField(default=dict, blank=True, help_text="publisher there -> code of the unit here")
    adopts = models.BooleanField(default=False, help_text="what a rule names is taken over without a press")
    schedule = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=12, choices=SourceState, default=SourceState.ACTIVE)
    problem = models.JSONField(default=dict, blank=True)
    failures = models.PositiveIntegerField(default=0)
    looked_at = models.DateTimeField(null=True, blank=True, help_text="when its list was last read whole")
    next_at = models.DateTimeField(null=True, blank=True)
    added_at = models.DateTimeField()

    objects = ShelfQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def unit_code(self) -> str:
        return str(self.unit_id)

    @property
    def position_code(self) -> str:
        return str(self.keeper_id)


class OfferingState(models.TextChoices):
    NEW = "new", _("not taken over")
    ADOPTED = "adopted", _("taken over")
    GONE = "gone", _("no longer there")


class OfferingQuerySet(models.QuerySet["Offering"]):
    def visible_to(self, actor: Actor | None) -> OfferingQuerySet:
        return self.filter(shelf__in=Shelf.objects.visible_to(actor))

    def matching(self, words: str) -> OfferingQuerySet:
        """Every word stands in the title, the description, the publisher or the key."""
        found = self
        for word in words.split()[:8]:
            found = found.filter(
                models.Q(title__icontains=word) | models.Q(description__icontains=word)
                | models.Q(publisher__icontains=word) | models.Q(key__icontains=word)
            )  # fmt: skip
        return found


class Offering(models.Model):
    """One table that a shelf holds, as it said when it was last looked through."""

    shelf = models.ForeignKey(Shelf, on_delete=models.CASCADE, related_name="offerings")
    key = models.CharField(max_length=400, help_text="what the system calls it for ever")
    title = models.CharField(max_length=400)
    description = models.TextField(blank=True)
    publisher = models.CharField(max_length=240, blank=True)
    license = models.CharField(max_length=160, blank=True)
    format = models.CharField(max_length=40, blank=True)
    keywords = models.JSONField(default=list, blank=True)
    page = models.CharField(max_length=1000, blank=True)
    connector = models.CharField(max_length=40)
    options = models.JSONField(default=dict)
    metadata = models.JSONField(default=dict, blank=True)
    offered_at = models.DateTimeField(null=True, blank=True, help_text="when it changed there, as the system says")
    first_seen_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True, blank=True)
    proposed = models.JSONField(default=dict, blank=True, help_text="what changed there and waits for a word: {title}")
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, null=True, blank=True, related_name="offerings")
    source = models.ForeignKey(Source, on_delete=models.SET_NULL, null=True, blank=True, related_name="offerings")

    objects = OfferingQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["title", "key"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["shelf", "key"], name="offering_key")]

    def __str__(self) -> str:
        return self.title

    @property
    def state(self) -> OfferingState:
        if self.gone_at is not None:
            return OfferingState.GONE
        return OfferingState.ADOPTED if self.dataset_id is not None else OfferingState.NEW

    @property
    def unit_code(self) -> str:
        return self.shelf.unit_code

    @property
    def position_code(self) -> str:
        return self.shelf.position_code
