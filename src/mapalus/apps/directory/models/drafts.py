from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from mapalus.engine.ports import Actor

__all__ = ["RosterDraft", "RosterDraftQuerySet", "RosterDraftState"]


class RosterDraftState(models.TextChoices):
    OPEN = "open", _("to be confirmed")
    APPLIED = "applied", _("applied")
    DROPPED = "dropped", _("thrown away")


class RosterDraftQuerySet(models.QuerySet["RosterDraft"]):
    def visible_to(self, actor: Actor | None) -> Self:
        """It holds names and numbers of people: only for who may apply it."""
        if actor is None:
            return self.none()
        roles = {role for role, _unit in getattr(actor, "roles", ())}
        return self.all() if actor.position == "system" or "kepegawaian" in roles else self.none()


class RosterDraft(models.Model):
    """A list of officials that was read and waits for somebody to confirm what it would change.

    `rows` holds what was read (personal data) only while the draft is open; afterwards there is only what was done.
    """

    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    rows = models.JSONField(default=list, blank=True)
    columns = models.JSONField(default=dict, blank=True, help_text="what each column was taken for")
    decree = models.CharField(max_length=120, blank=True, help_text="for rows that name none")
    state = models.CharField(max_length=10, choices=RosterDraftState, default=RosterDraftState.OPEN)
    read_at = models.DateTimeField()
    read_by = models.CharField(max_length=240)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=240, blank=True)
    done = models.JSONField(default=list, blank=True, help_text="what was changed: kind and codes, never names")

    objects = RosterDraftQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-read_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state="open", closed_at__isnull=True)
                | (~models.Q(state="open") & models.Q(closed_at__isnull=False)),
                name="roster_draft_closed_pair",
            )
        ]

    def __str__(self) -> str:
        return f"{self.read_at:%Y-%m-%d} {self.state}"
