from __future__ import annotations

from typing import ClassVar

from django.db import models

from mapalus.engine.ports import Actor

__all__ = ["Position", "PositionKind", "PositionQuerySet", "Role"]


class PositionKind(models.TextChoices):
    """Since the levelling of offices (penyetaraan) a tree of heads alone is out of date."""

    LINE = "line", "struktural"
    FUNCTIONAL = "functional", "fungsional"
    TEAM = "team", "tim"
    EX_OFFICIO = "ex-officio", "ex officio"
    OUTSIDE = "outside", "luar"


class PositionQuerySet(models.QuerySet["Position"]):
    def visible_to(self, actor: Actor | None) -> PositionQuerySet:
        """Positions are public; who holds them is asked of the roster."""
        return self

    def with_role(self, role: str) -> PositionQuerySet:
        return self.filter(roles__name=role)


class Position(models.Model):
    """A post: duties and rights belong to it, whoever holds it."""

    code = models.CharField(max_length=120, unique=True, help_text="dinkes.kadis")
    unit = models.ForeignKey(
        "directory.Unit", to_field="code", on_delete=models.PROTECT, related_name="positions", db_column="unit_code"
    )
    title = models.CharField(max_length=240)
    kind = models.CharField(max_length=12, choices=PositionKind, default=PositionKind.LINE)
    level = models.CharField(max_length=60, blank=True, help_text="JPT pratama (II.a), administrator (III.b), ...")
    superior: models.ForeignKey[Position | None, Position | None] = models.ForeignKey(
        "self", to_field="code", on_delete=models.PROTECT, null=True, blank=True, related_name="staff"
    )
    successor: models.ForeignKey[Position | None, Position | None] = models.ForeignKey(
        "self",
        to_field="code",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
        help_text="takes over everything when this position is abolished",
    )
    held_with: models.ForeignKey[Position | None, Position | None] = models.ForeignKey(
        "self",
        to_field="code",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="ex_officio",
        help_text="ex officio: held by whoever holds that position at the moment",
    )
    remark = models.CharField(max_length=400, blank=True)

    objects = PositionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["code"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(kind="ex-officio") | models.Q(held_with__isnull=False),
                name="position_ex_officio_names_the_other",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def unit_code(self) -> str:
        return str(self.unit_id)

    @property
    def superior_code(self) -> str:
        return str(self.superior_id or "")


class Role(models.Model):
    """What a position is in the work on data: walidata, operator, produsen, kepala, ...; rights hang on it."""

    position = models.ForeignKey(Position, on_delete=models.CASCADE, related_name="roles")
    name = models.CharField(max_length=40)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["position", "name"], name="role_once")]

    def __str__(self) -> str:
        return self.name
