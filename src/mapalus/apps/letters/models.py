from __future__ import annotations

from typing import ClassVar, Self

from django.db import models

from mapalus.apps.cases.models import Case, CaseEffect, CaseFile
from mapalus.engine.ports import Actor

__all__ = ["Letter", "LetterQuerySet", "Register"]


class Register(models.Model):
    """How far the numbers of a unit have come in a year. Locked by whoever takes the next, until he commits."""

    unit = models.CharField(max_length=60)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["unit", "year"], name="register_once")]

    def __str__(self) -> str:
        return f"{self.unit} {self.year}: {self.last}"


class LetterQuerySet(models.QuerySet["Letter"]):
    def visible_to(self, actor: Actor | None) -> Self:
        """Letters of cases one may open. What stands in them is read from the file, by the rules of files."""
        return self.filter(case__in=Case.objects.visible_to(actor))


class Letter(models.Model):
    """One letter: its line in the register, and the file it became. Neither is ever changed or taken back."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="letters")
    effect = models.OneToOneField(CaseEffect, on_delete=models.PROTECT, related_name="letter")
    unit = models.CharField(max_length=60)
    year = models.PositiveSmallIntegerField()
    sequence = models.PositiveIntegerField()
    number = models.CharField(max_length=120, unique=True)
    template = models.CharField(max_length=120, help_text="path within the pack of the case")
    about = models.CharField(max_length=300, help_text="perihal, without anything personal")
    dated_on = models.DateField()
    signer = models.CharField(max_length=120, help_text="position that signs")
    signer_label = models.CharField(max_length=240, help_text="how it signs, as on that day")
    is_personal = models.BooleanField(help_text="personal values stand in it")
    sealed = models.TextField(blank=True, help_text="the filled text, sealed for the case until it is a file")
    file = models.OneToOneField(CaseFile, on_delete=models.SET_NULL, null=True, related_name="letter")
    made_at = models.DateTimeField()

    objects = LetterQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-dated_on", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "year", "sequence"], name="letter_number_once"),
        ]

    def __str__(self) -> str:
        return self.number
