from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from mapalus.engine.ports import Actor

__all__ = ["LocalDay", "LocalDayQuerySet", "Revision"]


class LocalDayQuerySet(models.QuerySet["LocalDay"]):
    def visible_to(self, actor: Actor) -> LocalDayQuerySet:
        """Everybody may know when an office is open."""
        return self.all()


class LocalDay(models.Model):
    """A day off, or a day worked, that the province itself declares beside the national calendar.

    With a `unit` it is of that unit's calendar only.
    """

    day = models.DateField()
    name = models.CharField(max_length=160)
    is_worked = models.BooleanField(default=False, help_text="offices are open although the calendar says otherwise")
    decree = models.CharField(max_length=120)
    unit = models.ForeignKey("directory.Unit", on_delete=models.PROTECT, null=True, blank=True, related_name="days")
    added_at = models.DateTimeField(null=True)
    added_by = models.CharField(max_length=240, blank=True, db_default="", help_text="label of who declared it")

    objects: ClassVar = LocalDayQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["day"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day"], condition=models.Q(unit=None), name="localday_province_once"),
            models.UniqueConstraint(fields=["unit", "day"], name="localday_unit_once"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class Revision(models.Model):
    """One row whose text changes with every change of posts and holders, so that processes may keep what they read."""

    value = models.CharField(max_length=32)

    def __str__(self) -> str:
        return self.value

    @classmethod
    def touch(cls) -> None:
        """Also the lock: on PostgreSQL whoever changes posts waits here for whoever does so at the same time."""
        value = uuid.uuid4().hex
        if not cls.objects.filter(pk=1).update(value=value):
            cls.objects.create(pk=1, value=value)

    @classmethod
    def current(cls) -> str:
        """Empty when nothing was ever written."""
        return cls.objects.filter(pk=1).values_list("value", flat=True).first() or ""
