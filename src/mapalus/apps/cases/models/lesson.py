"""What was learned from where cases went: counts anybody can check, never texts."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from mapalus.apps.cases.models.case import Case

__all__ = ["Lesson", "RouteWord"]


class Lesson(models.Model):
    """What one case has taught, so that it can be taken back when the case is decided anew."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, primary_key=True, related_name="lesson")
    label = models.CharField(max_length=120, help_text="unit, or `luar:` and the authority outside the province")
    kind = models.CharField(max_length=80, blank=True, help_text="its classification")
    words = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.case_id}: {self.label}"


class RouteWord(models.Model):
    """In how many decided cases of a pack a word occurred and went here. The empty word counts all of them."""

    pack_name = models.CharField(max_length=80)
    aspect = models.CharField(max_length=20, help_text="unit or kind: what is proposed")
    word = models.CharField(max_length=80)
    label = models.CharField(max_length=120)
    count = models.IntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["pack_name", "aspect", "word", "label"], name="route_word_once")
        ]

    def __str__(self) -> str:
        return f"{self.word or '*'} → {self.label}: {self.count}"
