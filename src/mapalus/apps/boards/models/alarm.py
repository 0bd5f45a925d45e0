from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import get_language

from mapalus.apps.catalogue.models import Indicator
from mapalus.engine.ports import Actor

__all__ = ["Alarm", "AlarmQuerySet"]


class AlarmQuerySet(models.QuerySet["Alarm"]):
    def visible_to(self, actor: Actor | None) -> AlarmQuerySet:
        """Whoever may see the indicator sees that it alarms."""
        return self.filter(indicator__in=Indicator.objects.visible_to(actor).values("code"))

    def standing(self) -> AlarmQuerySet:
        return self.filter(ended_at__isnull=True)


class Alarm(models.Model):
    """An indicator out of order, of one rule and region: since when, who was told, what was answered, until when."""

    rule = models.CharField(max_length=80)
    indicator = models.CharField(max_length=40)
    region = models.CharField(max_length=13, blank=True, help_text="dotted code; empty: the province")
    title = models.CharField(max_length=240)
    title_en = models.CharField(max_length=240, blank=True)
    is_urgent = models.BooleanField(default=False)
    value = models.FloatField(null=True, blank=True, help_text="as it was when the alarm began")
    period = models.CharField(max_length=40, blank=True)
    position = models.CharField(max_length=120, help_text="who has to do something about it")
    told = models.JSONField(default=list, help_text="positions that were told")
    began_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.CharField(max_length=240, blank=True)
    answer = models.CharField(max_length=400, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = AlarmQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-began_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["rule", "region"], condition=models.Q(ended_at__isnull=True), name="alarm_stands_once"
            ),
            models.CheckConstraint(
                condition=models.Q(answered_at__isnull=True, answered_by="")
                | models.Q(answered_at__isnull=False) & ~models.Q(answered_by=""),
                name="alarm_answered_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.region}"

    @property
    def position_code(self) -> str:
        return self.position

    @property
    def title_here(self) -> str:
        return self.title_en if self.title_en and (get_language() or "id").startswith("en") else self.title
