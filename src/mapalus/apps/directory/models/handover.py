from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from mapalus.apps.directory.models.appointment import Appointment, Person
from mapalus.apps.directory.models.post import Position
from mapalus.engine.ports import Actor

__all__ = ["Handover", "HandoverItem", "HandoverQuerySet", "HandoverState"]


class HandoverState(models.TextChoices):
    OPEN = "open", _("to be signed")
    SIGNED = "signed", _("to be acknowledged")
    ACKNOWLEDGED = "acknowledged", _("acknowledged")


class HandoverQuerySet(models.QuerySet["Handover"]):
    def visible_to(self, actor: Actor | None) -> Self:
        """Whoever leaves, sits in the post or above it, or in its unit; nobody else but who sees all persons' posts."""
        if actor is None or not (actor.person or actor.position == "system"):
            return self.none()
        mandate = getattr(actor, "mandate", None)
        if mandate is not None and mandate.form.acts:
            return self.none()  # who signs in another's name for some acts takes part in no handover of his
        if actor.position == "system" or "kepegawaian" in _roles(actor) or "pengawas" in _roles(actor):
            return self.all()
        covered = {*getattr(actor, "covers", ()), actor.position}
        seen = models.Q(position__in=covered) | models.Q(position__superior__in=covered) | models.Q(leaver=actor.person)
        return self.filter(seen)

    def unfinished(self) -> Self:
        return self.exclude(state=HandoverState.ACKNOWLEDGED)


def _roles(actor: Actor) -> set[str]:
    return {role for role, _unit in getattr(actor, "roles", ())}


class Handover(models.Model):
    """The sheet with which somebody leaves a position: all it holds, signed by him, acknowledged by the next."""

    position = models.ForeignKey(Position, on_delete=models.PROTECT, related_name="handovers")
    leaving = models.OneToOneField(Appointment, on_delete=models.PROTECT, related_name="handover")
    leaver = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="handovers_left")
    state = models.CharField(max_length=14, choices=HandoverState, default=HandoverState.OPEN)
    opened_at = models.DateTimeField()
    word = models.CharField(max_length=2000, blank=True, help_text="what the leaver wants the next one to know")
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.CharField(max_length=240, blank=True, help_text="label of who signed")
    signed_person = models.CharField(max_length=80, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.CharField(max_length=240, blank=True, help_text="label of who took over")
    acknowledged_person = models.CharField(max_length=80, blank=True)
    remark = models.CharField(max_length=2000, blank=True, help_text="what the next one found otherwise")

    objects = HandoverQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-opened_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(signed_at__isnull=True, signed_by="")
                | (models.Q(signed_at__isnull=False) & ~models.Q(signed_by="")),
                name="handover_signed_pair",
            ),
            models.CheckConstraint(
                condition=models.Q(acknowledged_at__isnull=True, acknowledged_by="")
                | (models.Q(acknowledged_at__isnull=False) & ~models.Q(acknowledged_by="")),
                name="handover_acknowledged_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position_id} {self.state}"

    @property
    def position_code(self) -> str:
        return self.position_id

    @property
    def superior_code(self) -> str:
        return self.position.superior_id or ""

    @property
    def person_code(self) -> str:
        """Whom it concerns: the one who leaves may sign in whatever post he holds now."""
        return self.leaver_id


class HandoverItem(models.Model):
    """One thing the position held when the sheet was drawn up (engine.ports.Holding, frozen)."""

    handover = models.ForeignKey(Handover, on_delete=models.CASCADE, related_name="items")
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    label = models.CharField(max_length=300)
    url = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=160, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    is_waiting = models.BooleanField(default=False)
    remark = models.CharField(max_length=400, blank=True, help_text="what the next one found otherwise")

    class Meta:
        ordering: ClassVar = ["handover", "pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["handover", "kind", "key"], name="handover_item_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
