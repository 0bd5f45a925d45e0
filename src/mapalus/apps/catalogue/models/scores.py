from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from mapalus.apps.catalogue.reach import reach
from mapalus.engine.ports import Actor

__all__ = ["Outcome", "ScoreObjection", "UnitScore", "UnitScoreQuerySet"]

HOLD = timedelta(days=7)  # an objection that nobody answers keeps a score back no longer than this


class Outcome(models.TextChoices):
    ACCEPTED = "diterima", _("accepted, worked out anew")
    REFUSED = "ditolak", _("not accepted")


class UnitScoreQuerySet(models.QuerySet["UnitScore"]):
    def visible_to(self, actor: Actor | None, *, now: datetime) -> UnitScoreQuerySet:
        """The agency at once; who answers objections, what was objected to; leaders, then everybody, from their day.

        What an open objection is about waits for the answer, a week at most.
        """
        waits = models.Q(objection__answered_at__isnull=True, objection__at__gt=now - HOLD)
        seen = models.Q(public_from__lte=now) & ~waits
        if actor is None:
            return self.filter(seen)
        sight = reach(actor)
        if actor.may("catalogue.read-scores", UnitScore, now):
            seen |= models.Q(leaders_from__lte=now) & ~waits
        if actor.may("catalogue.answer-objection", UnitScore, now):
            seen |= models.Q(objection__isnull=False)
        return self.filter(seen | models.Q(unit__in=sight.units))

    def for_reading(self) -> UnitScoreQuerySet:
        return self.select_related("unit", "objection")


class UnitScore(models.Model):
    """How an agency stood at the end of a month: one number, and every part it is made of."""

    unit = models.ForeignKey(
        "directory.Unit", to_field="code", on_delete=models.PROTECT, related_name="scores", db_column="unit_code"
    )
    period = models.CharField(max_length=7, help_text="the month: 2026-10")
    as_of = models.DateTimeField(help_text="the moment that is judged: the end of the month")
    formula = models.PositiveIntegerField(help_text="number of the declared formula")
    score = models.FloatField(null=True, blank=True, help_text="0 to 100; empty: nothing to measure it by")
    in_time = models.PositiveIntegerField(default=0, help_text="deadlines kept")
    of = models.PositiveIntegerField(default=0, help_text="deadlines that fell due")
    datasets = models.PositiveIntegerField(default=0)
    parts = models.JSONField(default=dict, help_text="the parts of the score, and those of each dataset")
    late = models.JSONField(default=list, blank=True, help_text="what was late at that moment")
    computed_at = models.DateTimeField(help_text="from then on the agency sees it")
    leaders_from = models.DateTimeField()
    public_from = models.DateTimeField()
    corrected_at = models.DateTimeField(null=True, blank=True)
    first_score = models.FloatField(null=True, blank=True, help_text="before it was corrected")

    objects = UnitScoreQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-period", "unit"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["unit", "period"], name="unit_score_period")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.period}"

    @property
    def unit_code(self) -> str:
        return str(self.unit_id)

    @property
    def punctual(self) -> float | None:
        """Percent of deadlines kept."""
        return 100 * self.in_time / self.of if self.of else None


class ScoreObjection(models.Model):
    """Keberatan: what the agency says against its score before others see it, and the answer."""

    score = models.OneToOneField(UnitScore, on_delete=models.CASCADE, related_name="objection")
    text = models.CharField(max_length=1000)
    position = models.CharField(max_length=120)
    person = models.CharField(max_length=80, blank=True)
    label = models.CharField(max_length=240)
    at = models.DateTimeField()
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    answer = models.CharField(max_length=1000, blank=True)
    answered_by = models.CharField(max_length=240, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(answered_at__isnull=True, outcome="")
                | (models.Q(answered_at__isnull=False) & ~models.Q(outcome="")),
                name="score_objection_answered_pair",
            )
        ]

    def __str__(self) -> str:
        return f"{self.score} {self.at:%Y-%m-%d}"
