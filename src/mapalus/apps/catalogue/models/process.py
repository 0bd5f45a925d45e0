from __future__ import annotations

from typing import ClassVar, Self

from django.db import models

__all__ = ["HandInProcess"]


class HandInProcessQuerySet(models.QuerySet["HandInProcess"]):
    def current(self) -> Self:
        """The one by which the next hand-in goes; at most one."""
        return self.filter(is_current=True)


class HandInProcess(models.Model):
    """One state of the pack that runs hand-ins. Never changed: a hand-in goes on by the one with which it began."""

    name = models.CharField(max_length=80)
    version = models.CharField(max_length=40, help_text="as the pack says: 1.2.0")
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 over its files")
    files = models.JSONField(help_text="path within the pack -> text")
    is_current = models.BooleanField(default=False)
    loaded_at = models.DateTimeField()

    objects = HandInProcessQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["is_current"], condition=models.Q(is_current=True), name="handin_process_one_current"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"
