from __future__ import annotations

from django.db import models

__all__ = ["UseSegment"]


class UseSegment(models.Model):
    """A file of counted uses that is already in the table `Download`: it is never added twice."""

    name = models.CharField(max_length=80, unique=True)
    lines = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
