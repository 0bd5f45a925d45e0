from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.db import models

__all__ = ["EvidencePack"]


class EvidencePack(models.Model):
    """Evidence for one instrument as it stood at one moment: a ZIP that never changes, known by its hash."""

    instrument = models.SlugField(max_length=40)
    as_of = models.DateTimeField()
    sha256 = models.CharField(max_length=64)
    file = models.CharField(max_length=160, help_text="below the data folder")
    size = models.PositiveBigIntegerField()
    shown = models.PositiveIntegerField(help_text="indicators with evidence")
    missing = models.PositiveIntegerField(help_text="indicators whose evidence is missing, in part or whole")
    position = models.CharField(max_length=120)
    label = models.CharField(max_length=240)

    class Meta:
        ordering: ClassVar = ["-as_of", "-id"]

    def __str__(self) -> str:
        return f"{self.instrument} {self.as_of:%Y-%m-%d}"

    @property
    def path(self) -> Path:
        return Path(settings.DATA_DIR) / self.file
