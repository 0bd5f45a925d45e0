from __future__ import annotations

from typing import ClassVar, Self

from django.db import models

from mapalus.apps.directory.models.appointment import Person
from mapalus.apps.directory.models.post import Position
from mapalus.engine.ports import Actor

__all__ = ["DutyDone", "DutyDoneQuerySet", "Training", "TrainingQuerySet"]

_READERS = frozenset(
    {"walidata", "walidata-pelaksana", "pemeriksa-data", "koordinator-spbe", "koordinator-forum", "pengawas"}
)  # as directory.read-readiness in rights.yml


class DutyDoneQuerySet(models.QuerySet["DutyDone"]):
    def visible_to(self, actor: Actor | None) -> Self:
        """Officials know which duties a post has done; the public does not."""
        return self.all() if actor is not None and (actor.person or actor.position == "system") else self.none()


class DutyDone(models.Model):
    """A position says that it did a declared duty (data/duties.yml) for one period."""

    duty = models.SlugField(max_length=60, help_text="its name in duties.yml")
    period = models.CharField(max_length=10, help_text="2026-W47, 2026-11, 2026-Q4 or 2026")
    position = models.ForeignKey(Position, on_delete=models.PROTECT, related_name="duties_done")
    note = models.CharField(max_length=400, blank=True, help_text="where the proof is, in words")
    at = models.DateTimeField()
    by = models.CharField(max_length=240, help_text="label of who said so")

    objects = DutyDoneQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["position", "duty", "period"], name="duty_done_once"),
        ]

    def __str__(self) -> str:
        return f"{self.position_id} {self.duty} {self.period}"


class TrainingQuerySet(models.QuerySet["Training"]):
    def visible_to(self, actor: Actor | None) -> Self:
        """One's own unit's and one's own; everything for who may read the readiness of all agencies."""
        if actor is None or not (actor.person or actor.position == "system"):
            return self.none()
        roles = {role for role, _unit in getattr(actor, "roles", ())}
        if actor.position == "system" or roles & _READERS:
            return self.all()
        unit = str(getattr(actor, "unit", "") or "")
        return self.filter(models.Q(position__unit=unit) | models.Q(person=actor.person))


class Training(models.Model):
    """Somebody was trained in something on a day. It stays with the person; the post is that of the day."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="trainings")
    position = models.ForeignKey(Position, on_delete=models.PROTECT, related_name="trainings")
    subject = models.CharField(max_length=160)
    held_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=240)

    objects = TrainingQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-held_on", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "subject", "held_on"], name="training_once"),
            models.CheckConstraint(condition=~models.Q(subject=""), name="training_has_a_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.held_on} {self.subject}"

    @property
    def ledger_label(self) -> str:
        """A name is personal: the ledger knows the code."""
        return f"{self.person_id} {self.held_on}"
