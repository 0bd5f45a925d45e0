from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from mapalus.apps.catalogue.reach import reach
from mapalus.apps.federation.models.instance import Instance
from mapalus.engine.ports import Actor

__all__ = ["Invitation", "InvitationQuerySet", "InvitationState"]


class InvitationState(models.TextChoices):
    """What becomes of a code that was read out by telephone."""

    OPEN = "open", _("waits to be entered")
    USED = "used", _("entered")
    EXPIRED = "expired", _("expired")
    WITHDRAWN = "withdrawn", _("withdrawn")


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def visible_to(self, actor: Actor | None) -> InvitationQuerySet:
        """Those who invite: walidata of the province."""
        return self if reach(actor).everything else self.none()

    def open(self, now: datetime) -> InvitationQuerySet:
        return self.filter(used_at=None, withdrawn_at=None, expires_at__gt=now)


class Invitation(models.Model):
    """Leave for one district to join, once, until a moment. Its code is told by telephone and shown once."""

    region = models.ForeignKey("directory.Region", on_delete=models.PROTECT, related_name="+", db_column="region_code")
    unit = models.ForeignKey("directory.Unit", on_delete=models.PROTECT, related_name="+", db_column="unit_code")
    contact = models.ForeignKey("directory.Position", on_delete=models.PROTECT, related_name="+",
                                db_column="contact_code", help_text="speaks for the district")  # fmt: skip
    name = models.CharField(
        max_length=32, unique=True, help_text="derived from the code; the code cannot be told from it"
    )
    sealed = models.TextField(blank=True, help_text="the code, for the answer; gone once the joining is confirmed")
    made_at = models.DateTimeField()
    made_label = models.CharField(max_length=240)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    instance = models.ForeignKey(Instance, on_delete=models.SET_NULL, null=True, blank=True, related_name="invitations")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-made_at", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("made_at")), name="federation_invitation_ends"
            )
        ]

    def __str__(self) -> str:
        return str(self.region)

    @property
    def unit_code(self) -> str:
        return str(self.unit_id)

    def state_at(self, now: datetime) -> InvitationState:
        if self.withdrawn_at is not None:
            return InvitationState.WITHDRAWN
        if self.used_at is not None:
            return InvitationState.USED
        return InvitationState.OPEN if self.expires_at > now else InvitationState.EXPIRED
