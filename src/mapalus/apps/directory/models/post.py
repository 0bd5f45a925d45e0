from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from mapalus.apps.directory.models.region import Region
from mapalus.engine.ports import Actor

__all__ = ["Position", "PositionKind", "PositionQuerySet", "PositionRole", "Unit", "UnitQuerySet"]


class UnitQuerySet(models.QuerySet["Unit"]):
    def visible_to(self, actor: Actor | None) -> Self:
        """Who the agencies are is public."""
        return self.all()


class Unit(models.Model):
    """An agency, a part of one, or a government of another level that works with the province."""

    code = models.CharField(max_length=60, primary_key=True, help_text="short and lasting: dinkes")
    name = models.CharField(max_length=200)
    short = models.CharField(max_length=60)
    kind = models.CharField(max_length=20, help_text="dinas, badan, sekretariat, biro, inspektorat, rs, daerah, luar")
    template_code = models.CharField(max_length=10, blank=True, help_text="its line in the list of agencies")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="parts")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, null=True, blank=True, related_name="units")
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def unit_code(self) -> str:
        """A unit is of itself: so rights of one's own unit reach it as a subject."""
        return self.code

    @property
    def head(self) -> Position | None:
        return self.positions.filter(is_head=True).first()


class PositionKind(models.TextChoices):
    """Since the levelling of posts a tree of heads and sub-heads is only part of the truth."""

    LINE = "line", _("line post")
    FUNCTIONAL = "functional", _("functional post")
    TEAM = "team", _("team post")
    EX_OFFICIO = "ex-officio", _("held by virtue of another post")
    OUTSIDE = "outside", _("post outside the province")


class PositionQuerySet(models.QuerySet["Position"]):
    def visible_to(self, actor: Actor | None) -> Self:
        """Which positions answer for what is public; who holds them is not (see Person)."""
        return self.all()

    def with_role(self, role: str) -> Self:
        return self.filter(roles__role=role).distinct()


class Position(models.Model):
    """A post: the owner of duties. People come and go; it stays, and when abolished names its successor."""

    code = models.CharField(max_length=120, primary_key=True, help_text="unit and post: diskominfo.kabid-statistik")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="positions")
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=PositionKind, default=PositionKind.LINE)
    grade = models.CharField(max_length=60, blank=True, help_text="JPT pratama (II.a), administrator (III.b), ...")
    is_head = models.BooleanField(default=False, help_text="leads its unit")
    superior = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="subordinates")
    successor = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="predecessors")
    follows = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="followers",
        help_text="ex officio: held by whoever holds this one",
    )  # fmt: skip
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    objects = PositionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["code"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit"], condition=models.Q(is_head=True), name="unit_one_head"),
            models.CheckConstraint(
                condition=models.Q(superior__isnull=True) | ~models.Q(superior=models.F("code")),
                name="position_not_its_own_superior",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="ex-officio", follows__isnull=False)
                | (~models.Q(kind="ex-officio") & models.Q(follows__isnull=True)),
                name="position_ex_officio_follows",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def position_code(self) -> str:
        """Whose it is, as rights ask: a position is its own."""
        return self.code


class PositionRole(models.Model):
    """A role of a position: the rows from which rights are read (see data/rights.yml)."""

    position = models.ForeignKey(Position, on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(max_length=40)
    scope = models.CharField(max_length=200, blank=True, help_text="what it is for, in words, where not the own unit")

    class Meta:
        ordering: ClassVar = ["position", "role"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["position", "role"], name="position_role_once")]

    def __str__(self) -> str:
        return f"{self.position_id} {self.role}"
