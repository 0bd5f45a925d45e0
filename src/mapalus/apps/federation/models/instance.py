from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from mapalus.apps.catalogue.reach import reach
from mapalus.engine.ports import Actor

__all__ = ["Instance", "InstanceKind", "InstanceQuerySet", "InstanceState"]

PULSE = timedelta(seconds=30)  # between two looks whether an instance is there at all


class InstanceKind(models.TextChoices):
    """How a district keeps its data, and so how they come."""

    MAPALUS = "mapalus", _("its own Mapalus")
    CKAN = "ckan", _("CKAN")
    FILES = "files", _("spreadsheets")


class InstanceState(models.TextChoices):
    JOINING = "joining", _("joined, not compared yet")
    ACTIVE = "active", _("active")
    PAUSED = "paused", _("paused")
    ENDED = "ended", _("ended")


class InstanceQuerySet(models.QuerySet["Instance"]):
    def visible_to(self, actor: Actor | None) -> InstanceQuerySet:
        """That a district takes part is public; what the two say to each other, see `open_to`."""
        return self.exclude(state=InstanceState.ENDED)

    def open_to(self, actor: Actor | None) -> InstanceQuerySet:
        """Whose runs, terms and conflicts one may read: the district its own, walidata all."""
        sight = reach(actor)
        if sight.everything:
            return self
        if actor is None:
            return self.none()
        return self.filter(models.Q(unit__in=sight.units) | models.Q(contact__in=sight.positions))

    def reached(self) -> InstanceQuerySet:
        """Those that are asked over the network."""
        return self.exclude(kind=InstanceKind.FILES).filter(state=InstanceState.ACTIVE).exclude(address="")

    def due(self, now: datetime) -> InstanceQuerySet:
        return self.reached().filter(next_at__lte=now).order_by("next_at", "pk")

    def to_look_at(self, now: datetime) -> InstanceQuerySet:
        """Mapalus instances nobody has looked at for a while."""
        old = models.Q(looked_at__isnull=True) | models.Q(looked_at__lte=now - PULSE)
        return self.reached().filter(old, kind=InstanceKind.MAPALUS)

    def for_reading(self) -> InstanceQuerySet:
        return self.select_related("region", "unit", "contact")


class Instance(models.Model):
    """The other end: a district's own system as the province knows it; or, seen from a district, the province's.

    `digest` is of the key with which it asks us; `secret` the name of the one with which we ask it.
    """

    code = models.SlugField(max_length=60, unique=True)
    region = models.ForeignKey("directory.Region", on_delete=models.PROTECT, related_name="+", db_column="region_code")
    unit = models.ForeignKey("directory.Unit", on_delete=models.PROTECT, related_name="+", db_column="unit_code",
                             help_text="the government of the district, on either end")  # fmt: skip
    contact = models.ForeignKey("directory.Position", on_delete=models.PROTECT, related_name="+",
                                db_column="contact_code", help_text="speaks for the district")  # fmt: skip
    kind = models.CharField(max_length=12, choices=InstanceKind)
    is_upstream = models.BooleanField(default=False, help_text="the province's, seen from a district")
    address = models.CharField(max_length=400, blank=True)
    note = models.CharField(max_length=400, blank=True, help_text="what everybody should know of how it is connected")
    state = models.CharField(max_length=8, choices=InstanceState, default=InstanceState.ACTIVE)
    secret = models.CharField(max_length=64, blank=True, help_text="name of the key with which we ask it")
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the key with which it asks us")
    hint = models.CharField(max_length=12, blank=True)
    sealed = models.TextField(blank=True, help_text="the key with which we ask it, where it came by an invitation")
    joined = models.JSONField(
        default=dict, blank=True, help_text="by an invitation: at, name, fingerprint, seconds its clock is ahead"
    )
    mark = models.PositiveBigIntegerField(default=0, help_text="its ledger's sequence: until here all is stored")
    asked_at = models.DateTimeField(null=True, blank=True, help_text="when an exchange last began")
    answered_at = models.DateTimeField(null=True, blank=True, help_text="when one last went well")
    looked_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True, help_text="when it was last there")
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    problem = models.JSONField(default=dict, blank=True)
    next_at = models.DateTimeField(null=True, blank=True)
    pinged_at = models.DateTimeField(null=True, blank=True)
    held = models.JSONField(default=dict, blank=True, help_text="what it says of itself: agreement, compliance")
    known = models.JSONField(default=dict, blank=True, help_text="what it holds about us, as it said last")
    added_at = models.DateTimeField()

    objects = InstanceQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["region", "code"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["region"], condition=~models.Q(state="ended"), name="federation_one_instance_of_a_region"
            ),
            models.UniqueConstraint(
                fields=["digest"], condition=~models.Q(digest=""), name="federation_one_key_one_instance"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="files") | ~models.Q(address=""), name="federation_instance_has_address"
            ),
            models.CheckConstraint(
                condition=models.Q(failures=0, failing_since__isnull=True)
                | models.Q(failures__gt=0, failing_since__isnull=False),
                name="federation_failing_pair",
            ),
        ]

    def __str__(self) -> str:
        return str(self.region)

    @staticmethod
    def digest_of(key: str) -> str:
        return hashlib.sha256(key.encode()).hexdigest()

    @property
    def unit_code(self) -> str:
        return str(self.unit_id)

    @property
    def position_code(self) -> str:
        """Whose own it is, for rights."""
        return str(self.contact_id)

    @property
    def region_code(self) -> str:
        return str(self.region_id)

    @property
    def is_joining(self) -> bool:
        return self.state == InstanceState.JOINING

    @property
    def is_reached(self) -> bool:
        return self.kind != InstanceKind.FILES

    @property
    def said(self) -> Mapping[str, Any]:
        """The agreement as the other end holds it; empty: it has said nothing yet."""
        found = self.held.get("agreement")
        return found if isinstance(found, dict) else {}
