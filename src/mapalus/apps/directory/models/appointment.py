from __future__ import annotations

from datetime import date
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mapalus.apps.directory.models.post import Position
from mapalus.engine.ports import Actor

__all__ = ["Appointment", "AppointmentQuerySet", "Kind", "Person", "PersonQuerySet"]


def _sees_people(actor: Actor | None) -> bool:
    """A person is shown to officials only; outside, a position speaks for itself."""
    return actor is not None and bool(actor.person or actor.position == "system")


class PersonQuerySet(models.QuerySet["Person"]):
    def visible_to(self, actor: Actor | None) -> Self:
        """Officials see one another; the public sees positions."""
        return self.all() if _sees_people(actor) else self.none()


class Person(models.Model):
    """Somebody who may hold positions. As little as needed: no NIK is kept."""

    code = models.CharField(max_length=80, primary_key=True, help_text="what acts and ledger call this person")
    name = models.CharField(max_length=160)
    nip = models.CharField(max_length=18, blank=True, help_text="empty for those who are no civil servants")
    is_sample = models.BooleanField(default=False, help_text="invented for a sample province")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="official"
    )

    objects = PersonQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["code"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["nip"], condition=~models.Q(nip=""), name="person_nip_once")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def ledger_label(self) -> str:
        """A name is personal: the ledger knows the code."""
        return self.code


class Kind(models.TextChoices):
    """How a position is held."""

    DEFINITIVE = "definitif", _("definitive")
    PLT = "plt", _("acting during a vacancy (Plt)")
    PLH = "plh", _("acting during an absence (Plh)")
    PJ = "pj", _("caretaker (Pj)")
    EX_OFFICIO = "ex_officio", _("by virtue of another post")
    OUTSIDE = "luar", _("outside the province")

    @property
    def prefix(self) -> str:
        """What stands before the title: `Plt. `; empty for those who hold the post itself."""
        return {"plt": "Plt. ", "plh": "Plh. ", "pj": "Pj. "}.get(self.value, "")


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def visible_to(self, actor: Actor | None) -> Self:
        return self.all() if _sees_people(actor) else self.none()

    def on(self, day: date) -> Self:
        """Those in force on a day; both ends belong to the term."""
        return self.filter(models.Q(to_on__isnull=True) | models.Q(to_on__gte=day), from_on__lte=day)

    def overlapping(self, from_on: date, to_on: date | None) -> Self:
        found = self.filter(models.Q(to_on__isnull=True) | models.Q(to_on__gte=from_on))
        return found.filter(from_on__lte=to_on) if to_on else found


class Appointment(models.Model):
    """One person holds one position in one manner, from a day to a day (both included), by a decree."""

    position = models.ForeignKey(Position, on_delete=models.PROTECT, related_name="appointments")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="appointments")
    kind = models.CharField(max_length=12, choices=Kind)
    from_on = models.DateField()
    to_on = models.DateField(null=True, blank=True, help_text="last day; empty: open")
    decree = models.CharField(max_length=120, help_text="number of the decree or order")
    extends = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="extension",
        help_text="the term that this one prolongs",
    )  # fmt: skip
    ended_because = models.CharField(max_length=200, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["position", "from_on", "pk"]
        indexes: ClassVar = [models.Index(fields=["person", "from_on"], name="appointment_person")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(to_on__isnull=True) | models.Q(to_on__gte=models.F("from_on")),
                name="appointment_in_order",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind__in=("plt", "plh")) | models.Q(to_on__isnull=False),
                name="appointment_acting_has_an_end",
            ),
            models.CheckConstraint(condition=~models.Q(decree=""), name="appointment_has_a_decree"),
            models.UniqueConstraint(
                fields=["position"],
                condition=models.Q(kind__in=("definitif", "pj", "luar", "ex_officio"), to_on__isnull=True),
                name="appointment_one_open_holder",
            ),
            models.UniqueConstraint(fields=["position", "person", "kind", "from_on"], name="appointment_once"),
        ]

    def __str__(self) -> str:
        return f"{self.position_id} {self.kind} {self.person_id}"

    @property
    def position_code(self) -> str:
        return self.position_id

    @property
    def superior_code(self) -> str:
        """Of the position above; for rights."""
        return self.position.superior_id or ""
