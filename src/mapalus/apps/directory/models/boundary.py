from __future__ import annotations

from typing import ClassVar, Self

from django.db import models

from mapalus.apps.directory.models.region import RegionLevel
from mapalus.engine.ports import Actor

__all__ = ["Boundary", "BoundaryQuerySet", "BoundarySet", "BoundarySetQuerySet"]


class BoundarySetQuerySet(models.QuerySet["BoundarySet"]):
    def visible_to(self, actor: Actor | None) -> Self:
        """Boundaries are public, as regions are."""
        return self.all()


class BoundarySet(models.Model):
    """The boundaries of one level, as they came from one file. A new file takes the place of the old one."""

    level = models.PositiveSmallIntegerField(choices=RegionLevel, unique=True)
    file_name = models.CharField(max_length=160)
    sha256 = models.CharField(max_length=64, help_text="of the file as it was given")
    source = models.CharField(max_length=240, help_text="who made the boundaries, and when; shown under every map")
    licence = models.CharField(max_length=120)
    regions = models.PositiveIntegerField(help_text="how many have a boundary")
    corners = models.PositiveIntegerField(help_text="kept of those the file had")
    imported_at = models.DateTimeField()
    imported_by = models.CharField(max_length=200, help_text="label of the actor")

    objects = BoundarySetQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["level"]

    def __str__(self) -> str:
        return f"{self.get_level_display()}: {self.file_name}"

    @property
    def version(self) -> str:
        return f"{self.sha256[:12]}-{self.imported_at:%Y%m%d%H%M%S%f}"


class BoundaryQuerySet(models.QuerySet["Boundary"]):
    def visible_to(self, actor: Actor | None) -> Self:
        """Boundaries are public, as regions are."""
        return self.all()


class Boundary(models.Model):
    """The outline of one region, simplified. Codes are plain text: a list of regions may be replaced under them."""

    code = models.CharField(max_length=13, primary_key=True)
    parent = models.CharField(max_length=13, help_text="code of the region it lies in")
    of = models.ForeignKey(BoundarySet, on_delete=models.CASCADE, related_name="boundaries")
    rings = models.TextField(help_text="JSON: rings of longitude and latitude in 1/100,000 degree; even-odd")

    objects = BoundaryQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["code"]
        indexes: ClassVar = [models.Index(fields=["parent"], name="boundary_parent")]

    def __str__(self) -> str:
        return self.code
