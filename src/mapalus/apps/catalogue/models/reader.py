"""Who reads the data and said so: people who follow a dataset, applications with a token of their own."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import ClassVar

from django.db import models

from mapalus.apps.catalogue.models.dataset import Dataset
from mapalus.apps.catalogue.reach import reach
from mapalus.engine.ports import Actor

__all__ = ["Follower", "FollowerQuerySet", "ReadToken", "ReadTokenQuerySet", "ReadTokenUse"]


class FollowerQuerySet(models.QuerySet["Follower"]):
    def of_account(self, user: int | None) -> FollowerQuerySet:
        """What one account follows; nobody else may know it."""
        return self.filter(user=user) if user else self.none()

    def visible_to(self, actor: Actor | None) -> FollowerQuerySet:
        """Only what one follows oneself: what somebody is interested in is his own affair."""
        user = getattr(actor, "user", None)
        if user:
            return self.of_account(int(user))
        person = actor.person if actor is not None else ""
        return self.filter(person=person) if person else self.none()


class Follower(models.Model):
    """An account that is told when a dataset has a new version, is corrected, or is about to change its form."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="followers")
    user = models.ForeignKey("auth.User", on_delete=models.CASCADE, related_name="+")
    person = models.CharField(max_length=80, blank=True, help_text="code of the official; empty: a citizen")
    since = models.DateTimeField()

    objects = FollowerQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["dataset", "pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["dataset", "user"], name="follower_once")]

    def __str__(self) -> str:
        return f"{self.dataset_id} #{self.pk}"

    @property
    def person_code(self) -> str:
        return self.person

    @property
    def receiver(self) -> str:
        """As notices know him: an official by his person, a citizen by this row, so that no address stands there."""
        return f"person:{self.person}" if self.person else f"follower:{self.pk}"


class ReadTokenQuerySet(models.QuerySet["ReadToken"]):
    def visible_to(self, actor: Actor | None) -> ReadTokenQuerySet:
        """Those of one's position and unit, or of one's account; walidata sees all that positions answer for."""
        sight = reach(actor)
        user = getattr(actor, "user", None)
        if user:
            return self.filter(user=user)
        if sight.everything:
            return self.filter(user__isnull=True)
        if actor is None:
            return self.none()
        mine = models.Q(position__in=sight.positions) | models.Q(unit__in=sight.units)
        return self.filter(mine, user__isnull=True)

    def valid(self, now: datetime) -> ReadTokenQuerySet:
        return self.filter(expires_at__gt=now, revoked_at__isnull=True)


class ReadToken(models.Model):
    """With what an application says who it is when it reads. Of its secret only the hash is here.

    A position answers for it, or an account (`user`). What is open needs none; `is_wide` lets it read what the
    position may see beside that, never what is closed.
    """

    name = models.CharField(max_length=120, help_text="the application that reads")
    purpose = models.CharField(max_length=400)
    contact = models.CharField(max_length=200, help_text="who is told when something changes: an office, an address")
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the secret, which nobody keeps")
    hint = models.CharField(max_length=12, help_text="how the secret begins, to tell tokens apart")
    position = models.CharField(max_length=120, blank=True, db_index=True, help_text="who answers for it")
    unit = models.CharField(max_length=80, blank=True)
    label = models.CharField(max_length=240)
    user = models.ForeignKey(
        "auth.User", on_delete=models.CASCADE, null=True, blank=True, related_name="+",
        help_text="the account it belongs to, where no position answers for it",
    )  # fmt: skip
    is_wide = models.BooleanField(default=False, help_text="also restricted data that the position may see")
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_reason = models.CharField(max_length=400, blank=True)

    objects = ReadTokenQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-issued_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(user__isnull=True) | models.Q(position="", is_wide=False),
                name="read_token_one_keeper",
            ),
        ]

    def __str__(self) -> str:
        """As the ledger calls it: of an account's own token nothing that would tell whose it is."""
        return f"{self.hint}…" if self.user_id else f"{self.name} ({self.hint}…)"

    @property
    def unit_code(self) -> str:
        return self.unit

    @property
    def position_code(self) -> str:
        """Whose it is."""
        return self.position

    def is_valid(self, now: datetime) -> bool:
        return self.revoked_at is None and self.expires_at > now

    @staticmethod
    def digest_of(secret: str) -> str:
        return hashlib.sha256(secret.encode()).hexdigest()


class ReadTokenUse(models.Model):
    """How often an application read one dataset on one day."""

    token = models.ForeignKey(ReadToken, on_delete=models.CASCADE, related_name="uses")
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="token_uses")
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["token", "dataset", "day"], name="read_token_day")]
        indexes: ClassVar = [models.Index(fields=["dataset", "day"], name="read_token_dataset")]

    def __str__(self) -> str:
        return f"{self.token_id} {self.dataset_id} {self.day}"
