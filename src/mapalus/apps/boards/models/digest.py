from __future__ import annotations

from typing import ClassVar

from django.db import models

from mapalus.engine.ports import Actor

__all__ = ["Digest", "DigestQuerySet"]


class DigestQuerySet(models.QuerySet["Digest"]):
    def visible_to(self, actor: Actor | None) -> DigestQuerySet:
        """One's own: of the positions whose duties one has."""
        if actor is None or not actor.position:
            return self.none()
        return self.filter(position__in={actor.position, *getattr(actor, "covers", ())})

    def wanted(self) -> DigestQuerySet:
        return self.filter(ended_at__isnull=True)


class Digest(models.Model):
    """A board in words, each morning, to whoever holds a position. It stays with the position when its holder goes."""

    board = models.SlugField(max_length=60)
    position = models.CharField(max_length=120)
    label = models.CharField(max_length=240, help_text="who asked for it")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = DigestQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["board", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["board", "position"], condition=models.Q(ended_at__isnull=True), name="digest_wanted_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.board}: {self.position}"

    @property
    def position_code(self) -> str:
        return self.position
