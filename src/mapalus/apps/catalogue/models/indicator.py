from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from mapalus.apps.catalogue.models.dataset import Classification, Dataset
from mapalus.apps.catalogue.models.version import Version
from mapalus.apps.catalogue.reach import reach
from mapalus.engine.ports import Actor

__all__ = ["Better", "Indicator", "IndicatorInput", "IndicatorQuerySet", "Measurement", "Standing"]


class Better(models.TextChoices):
    UP = "up", _("higher is better")
    DOWN = "down", _("lower is better")
    RANGE = "range", _("within a band")
    NEITHER = "neither", _("neither")


class IndicatorQuerySet(models.QuerySet["Indicator"]):
    def visible_to(self, actor: Actor | None) -> IndicatorQuerySet:
        """Those of which every dataset they stand on may be seen."""
        sight = reach(actor)
        if sight.everything:
            return self
        seen = models.Q(dataset__classification=Classification.OPEN) | models.Q(dataset__is_counted_openly=True)
        if sight.units:
            seen |= models.Q(dataset__unit__in=sight.units)
        others = IndicatorInput.objects.filter(indicator=models.OuterRef("pk")).exclude(seen)
        return self.filter(seen).filter(~models.Exists(others))


class Indicator(models.Model):
    """One number people steer by, declared over a dataset."""

    code = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=240)
    title_en = models.CharField(max_length=240, blank=True)
    unit = models.CharField(max_length=40, blank=True)
    unit_en = models.CharField(max_length=40, blank=True)
    better = models.CharField(max_length=8, choices=Better, default=Better.NEITHER)
    decimals = models.PositiveSmallIntegerField(null=True, blank=True)
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="indicators")
    target = models.FloatField(null=True, blank=True)
    thresholds = models.JSONField(default=dict, blank=True)
    source_label = models.CharField(max_length=240, blank=True)
    declaration = models.JSONField(default=dict, blank=True, help_text="how it is worked out, as declared")
    order = models.PositiveIntegerField(default=0)

    objects = IndicatorQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["order", "code"]

    def __str__(self) -> str:
        return self.title

    @property
    def title_here(self) -> str:
        return self.title_en if self.title_en and (get_language() or "id").startswith("en") else self.title


class IndicatorInput(models.Model):
    """A dataset an indicator stands on besides its first, directly or through other indicators."""

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="inputs")
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="indicator_inputs")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["indicator", "dataset"], name="indicator_input_once")]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.dataset_id}"


class Measurement(models.Model):
    """What one version says of one input of an indicator: all its values in one row, see `engine/data/indicator/frame`.

    A small group is left out before anything is kept.
    """

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="measurements")
    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="measurements")
    input = models.CharField(max_length=40, blank=True, help_text="its name; empty: the only one")
    packed = models.BinaryField()
    beside = models.JSONField(default=list, blank=True, help_text="versions of other datasets that went into it")
    declared = models.CharField(max_length=32, blank=True, help_text="of the declaration it was worked out by")
    computed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["indicator", "version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["indicator", "version", "input"], name="measurement_of_an_input")
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.version_id} {self.input}"


class Standing(models.Model):
    """What an indicator says now: the values of all valid versions put together, in one row that pages read."""

    indicator = models.OneToOneField(Indicator, on_delete=models.CASCADE, primary_key=True, related_name="standing")
    packed = models.BinaryField()
    parts = models.BinaryField(default=b"", help_text="the frames of its inputs, where they are not the values")
    basis = models.JSONField(default=dict, blank=True, help_text="of each input: which versions are in it")
    versions = models.JSONField(default=list, blank=True, help_text="those at least one value stands on")
    digest = models.CharField(max_length=32, blank=True, help_text="of what a reader sees")
    declared = models.CharField(max_length=32, blank=True, help_text="of the declaration it was worked out by")
    problem = models.CharField(max_length=400, blank=True, help_text="why the newest version could not be worked out")
    kept = models.CharField(max_length=32, blank=True, help_text="the digest with which its dataset was published")
    computed_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.indicator_id)
