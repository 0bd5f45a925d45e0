from __future__ import annotations

from typing import ClassVar

from django.db import models

from mapalus.engine.ports import Actor

__all__ = ["Edition", "EditionQuerySet"]


class EditionQuerySet(models.QuerySet["Edition"]):
    def visible_to(self, actor: Actor | None) -> EditionQuerySet:
        """How a board came to look as it does is for officials."""
        return self if actor is not None else self.none()

    def of(self, name: str) -> EditionQuerySet:
        """Of one board, the newest first."""
        return self.filter(name=name).order_by("-number")


class Edition(models.Model):
    """One state of a board as it was saved on the page. Never changed; the newest is what people see."""

    name = models.SlugField(max_length=60)
    number = models.PositiveIntegerField(help_text="counts from 1 for each board")
    document = models.JSONField(help_text="the declaration, as a file of a pack has it")
    is_removed = models.BooleanField(default=False, help_text="from here on there is no such board")
    position = models.CharField(max_length=120)
    label = models.CharField(max_length=240, help_text="who saved it, as it is written down")
    at = models.DateTimeField()
    reason = models.CharField(max_length=400)

    objects = EditionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "-number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["name", "number"], name="board_edition_number")]

    def __str__(self) -> str:
        return f"{self.name} {self.number}"
