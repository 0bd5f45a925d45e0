from __future__ import annotations

import hashlib
from typing import ClassVar

from django.db import models

from mapalus.engine.ports import Actor

__all__ = ["Screen", "ScreenQuerySet", "digest_of"]


def digest_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


class ScreenQuerySet(models.QuerySet["Screen"]):
    def visible_to(self, actor: Actor | None) -> ScreenQuerySet:
        """Where a board hangs is for officials."""
        return self if actor is not None else self.none()

    def valid(self) -> ScreenQuerySet:
        return self.filter(ended_at__isnull=True)

    def opened_by(self, key: str) -> Screen | None:
        """The screen whose address holds this key, while it was not taken back."""
        return self.valid().filter(digest=digest_of(key)).first() if key else None


class Screen(models.Model):
    """A screen on a wall that shows one board by an address of its own, without a person's session.

    It sees of the data what everybody may see, or, until a day, what the position in `sight` sees. Only a digest of its
    key is kept.
    """

    board = models.SlugField(max_length=60)
    place = models.CharField(max_length=120, help_text="where it hangs")
    digest = models.CharField(max_length=64, unique=True)
    position = models.CharField(max_length=120)
    label = models.CharField(max_length=240)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    sight = models.CharField(
        max_length=120, blank=True, help_text="position whose numbers it shows; empty: everybody's"
    )
    until = models.DateTimeField(null=True, blank=True, help_text="when it shows nothing any more; with a sight always")

    objects = ScreenQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["board", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(sight="") | models.Q(until__isnull=False), name="screen_with_sight_ends"
            )
        ]

    @property
    def position_code(self) -> str:
        """Whose it is: who gave away his sight takes it back."""
        return self.sight

    def __str__(self) -> str:
        return f"{self.board}: {self.place}"
