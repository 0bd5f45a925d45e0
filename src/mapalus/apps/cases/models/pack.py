from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.utils.translation import get_language

from mapalus.engine.ports import Actor

__all__ = ["Counter", "PackRefusal", "PackVersion"]


class PackVersionQuerySet(models.QuerySet["PackVersion"]):
    def current(self) -> Self:
        """The version of each pack with which a new case begins."""
        return self.filter(is_current=True).order_by("name")

    def visible_to(self, actor: Actor | None) -> Self:
        """How a service works is public."""
        return self.all()


class PackVersion(models.Model):
    """One state of a pack's files. Never changed: a case goes on by the version with which it began."""

    name = models.CharField(max_length=80)
    version = models.CharField(max_length=40, help_text="as the pack says: 1.2.0")
    digest = models.CharField(max_length=64, help_text="SHA-256 over its files")
    files = models.JSONField(help_text="path within the pack -> text")
    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    is_current = models.BooleanField(default=False)
    loaded_at = models.DateTimeField()

    objects = PackVersionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name", "digest"], name="pack_version_once"),
            models.UniqueConstraint(fields=["name"], condition=models.Q(is_current=True), name="pack_one_current"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    @property
    def title_here(self) -> str:
        """In the language of the page."""
        return self.title_en if self.title_en and (get_language() or "").startswith("en") else self.title


class PackRefusal(models.Model):
    """A pack that was not loaded, and every reason; it goes when the pack is loaded."""

    name = models.CharField(max_length=80, unique=True)
    folder = models.CharField(max_length=400)
    problems = models.JSONField(help_text="file, line, code, message, severity of each")
    refused_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Counter(models.Model):
    """The last number given in a pack and year. Numbered in the transaction of the case, so no number is lost."""

    pack = models.CharField(max_length=80)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["pack", "year"], name="counter_once")]

    def __str__(self) -> str:
        return f"{self.pack} {self.year}: {self.last}"
