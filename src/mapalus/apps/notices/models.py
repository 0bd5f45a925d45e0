from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mapalus.engine.ports import Actor

__all__ = ["Channel", "Digest", "Mode", "Notice", "Preference", "PushSubscription"]


class Channel(models.TextChoices):
    """How a notice reaches somebody."""

    IN_APP = "in-app", _("in the inbox")
    MAIL = "mail", _("by e-mail")
    PUSH = "push", _("on the phone (web push)")
    HOOK = "hook", _("by the province's message gateway")


class Mode(models.TextChoices):
    """When somebody wants to be told by a channel."""

    AT_ONCE = "at-once", _("at once")
    DAILY = "daily", _("once a day, together")
    NEVER = "never", _("not at all")


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, actor: Actor | None) -> Self:
        """Those to one's own positions (and to those whose duties one has) and to oneself; nobody else's."""
        if actor is None or not actor.person:
            return self.none()
        covered = frozenset(getattr(actor, "covers", ())) | {actor.position}
        receivers = [f"position:{code}" for code in covered] + [f"person:{actor.person}"]
        return self.filter(receiver__in=receivers)

    def in_app(self) -> Self:
        """As the page of notices lists them, newest first."""
        return self.filter(channel=Channel.IN_APP).order_by("-created_at", "-pk")

    def unread(self) -> Self:
        return self.filter(channel=Channel.IN_APP, read_at__isnull=True)

    def for_digest(self, until: datetime) -> Self:
        """What waits to be told together."""
        return self.filter(is_daily=True, digest__isnull=True, sent_at__isnull=True, created_at__lte=until)


class Digest(models.Model):
    """One mail a day to one receiver, with all that waited for it."""

    receiver = models.CharField(max_length=160)
    day = models.DateField()
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sent_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=240, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["receiver", "day"], name="digest_once_a_day")]

    def __str__(self) -> str:
        return f"{self.receiver} {self.day}"


class Notice(models.Model):
    """One message to one receiver by one channel. The same event never makes a second one.

    `receiver` is `position:<code>`, `person:<code>` or `<kind>:<key>` of whoever registered that kind of address, so
    that no address of a citizen stands here. `body` may hold {placeholders} that are filled only while it is sent.
    """

    event = models.CharField(max_length=160, help_text="what happened, once: case:17:3:0")
    receiver = models.CharField(max_length=160)
    channel = models.CharField(max_length=8, choices=Channel)
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False, help_text="the message's number outside")
    subject = models.CharField(max_length=240)
    body = models.TextField(blank=True)
    url = models.CharField(max_length=240, blank=True, help_text="path of the page it is about")
    is_urgent = models.BooleanField(default=False, help_text="told at once whatever was preferred")
    is_daily = models.BooleanField(default=False, help_text="told with others once a day")
    digest = models.ForeignKey(Digest, on_delete=models.SET_NULL, null=True, blank=True, related_name="notices")
    created_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True, help_text="sending began; without `sent_at` its end is not known")
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True, help_text="given up")
    problem = models.CharField(max_length=240, blank=True)
    read_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["event", "receiver", "channel"], name="notice_never_twice")
        ]
        indexes: ClassVar = [
            models.Index(fields=["receiver", "-created_at"], name="notice_in_app", condition=Q(channel="in-app")),
            models.Index(
                fields=["receiver"], name="notice_daily",
                condition=Q(is_daily=True, digest__isnull=True, sent_at__isnull=True),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.channel} {self.receiver}: {self.event}"


class Preference(models.Model):
    """How one person wants to be told in one position (empty: in all)."""

    person = models.CharField(max_length=80)
    position = models.CharField(max_length=120, blank=True)
    channel = models.CharField(max_length=8, choices=Channel)
    mode = models.CharField(max_length=8, choices=Mode)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "position", "channel"], name="preference_once")
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.position} {self.channel} {self.mode}"


class PushSubscription(models.Model):
    """A browser that somebody let receive messages to a receiver: `person:<code>`, or `case:<key>` of an applicant.

    One browser may hear of several cases. It is known by what it calls itself, and by nothing of who sits before it.
    """

    receiver = models.CharField(max_length=160, db_index=True)
    endpoint = models.URLField(max_length=600)
    agent = models.CharField(max_length=60, blank=True, help_text="what kind of browser, in words: Firefox, Android")
    p256dh = models.CharField(max_length=120, help_text="the browser's public key, base64url")
    auth = models.CharField(max_length=40, help_text="its secret, base64url")
    since = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["endpoint", "receiver"], name="browser_once")]

    def __str__(self) -> str:
        return f"{self.receiver} {self.since}"
