from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models

from mapalus.engine.ports import Actor

if TYPE_CHECKING:
    from mapalus.apps.directory.models.position import Position

__all__ = ["Unit", "UnitQuerySet"]


class UnitQuerySet(models.QuerySet["Unit"]):
    def visible_to(self, actor: Actor | None) -> UnitQuerySet:
        """Agencies are public."""
        return self


class Unit(models.Model):
    """An agency (perangkat daerah), a part of one, a district government, or an office outside the province."""

    code = models.SlugField(max_length=60, unique=True, help_text="dinkes")
    name = models.CharField(max_length=240)
    short = models.CharField(max_length=60)
    kind = models.CharField(max_length=40, blank=True, help_text="dinas, badan, sekretariat, biro, daerah, luar, ...")
    template_code = models.CharField(max_length=12, blank=True, help_text="code in the template of provincial agencies")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="parts")
    region = models.ForeignKey("directory.Region", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    head: models.ForeignKey[Position | None, Position | None] = models.ForeignKey(
        "directory.Position",
        to_field="code",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="the position that answers for the unit",
    )

    objects = UnitQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name
