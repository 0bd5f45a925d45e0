from __future__ import annotations

from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from mapalus.apps.directory.models.post import Position
from mapalus.engine.ports import Actor

__all__ = ["Form", "Mandate", "MandateQuerySet"]


class Form(models.TextChoices):
    """In which form one position acts, or looks, for another. Source: UU 30/2014 Pasal 13 and 14; naskah dinas."""

    AN = "an", _("in the name of (a.n.)")
    UB = "ub", _("for him (u.b.)")
    DELEGATION = "delegasi", _("delegation")
    LOOK = "lihat", _("to look, not to act")

    @property
    def acts(self) -> bool:
        """Whether anything may be done under it; an aide only looks."""
        return self != Form.LOOK

    @property
    def leaves_answering(self) -> bool:
        """The giver goes on answering for what is done (mandate); under a delegation the taker does."""
        return self != Form.DELEGATION


class MandateQuerySet(models.QuerySet["Mandate"]):
    def visible_to(self, actor: Actor | None) -> Self:
        """Officials know who may sign for whom; the public does not."""
        return self.all() if actor is not None and (actor.person or actor.position == "system") else self.none()

    def on(self, day: date) -> Self:
        """Those in force on a day; both ends belong to the term, the day of revocation does not."""
        in_term = self.filter(from_on__lte=day, to_on__gte=day)
        return in_term.filter(models.Q(revoked_on__isnull=True) | models.Q(revoked_on__gt=day))

    def of_position(self, code: str) -> Self:
        """Given or taken by a position."""
        return self.filter(models.Q(giver=code) | models.Q(taker=code))


class Mandate(models.Model):
    """One position lets another act in its name, delegates acts to it, or lets an aide look. From a day to a day."""

    giver = models.ForeignKey(Position, on_delete=models.PROTECT, related_name="mandates_given")
    taker = models.ForeignKey(Position, on_delete=models.PROTECT, related_name="mandates_taken")
    form = models.CharField(max_length=10, choices=Form)
    acts = models.JSONField(default=list, help_text="names of acts as in rights.yml; empty for one who only looks")
    matter = models.CharField(max_length=200, help_text="what for, in words")
    ground = models.CharField(max_length=200, help_text="the legal basis: number of the decree or regulation")
    from_on = models.DateField()
    to_on = models.DateField(help_text="last day")
    revoked_on = models.DateField(null=True, blank=True, help_text="first day on which it holds no more")
    revoked_because = models.CharField(max_length=200, blank=True)
    given_by = models.CharField(max_length=240, help_text="label of who entered it")
    given_at = models.DateTimeField()

    objects = MandateQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-from_on", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(to_on__gte=models.F("from_on")), name="mandate_in_order"),
            models.CheckConstraint(condition=~models.Q(giver=models.F("taker")), name="mandate_between_two"),
            models.CheckConstraint(condition=~models.Q(ground=""), name="mandate_has_a_ground"),
            models.CheckConstraint(
                condition=models.Q(revoked_on__isnull=True, revoked_because="")
                | (models.Q(revoked_on__isnull=False) & ~models.Q(revoked_because="")),
                name="mandate_revoked_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.giver_id} > {self.taker_id} ({self.form})"

    @property
    def position_code(self) -> str:
        """Whose it is: the giver may take it back."""
        return self.giver_id

    def is_in_force(self, day: date) -> bool:
        return self.from_on <= day <= self.to_on and (self.revoked_on is None or day < self.revoked_on)
