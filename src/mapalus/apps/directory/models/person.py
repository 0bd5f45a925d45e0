from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from mapalus.engine.ports import Actor

__all__ = ["Person", "PersonQuerySet"]


class PersonQuerySet(models.QuerySet["Person"]):
    def visible_to(self, actor: Actor | None) -> PersonQuerySet:
        """Whoever may read the directory sees persons; everybody else sees himself, the public nobody."""
        from mapalus.engine import clock

        if actor is None:
            return self.none()
        if actor.may("directory.read-persons", Person, clock.now()):
            return self
        return self.filter(code=actor.person) if actor.person else self.none()


class Person(models.Model):
    """Somebody who can hold positions. Personal values stay here; elsewhere only the code stands."""

    code = models.CharField(max_length=80, unique=True, help_text="P28")
    name = models.CharField(max_length=160)
    sex = models.CharField(max_length=1, blank=True, choices=[("L", "laki-laki"), ("P", "perempuan")])
    nip = models.CharField(max_length=18, blank=True)
    nik = models.CharField(max_length=16, blank=True)
    email = models.EmailField(blank=True)
    is_sample = models.BooleanField(default=False, help_text="made up: data contoh")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="person_record"
    )

    objects = PersonQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def ledger_label(self) -> str:
        """The name is personal; the ledger holds the code."""
        return self.code
