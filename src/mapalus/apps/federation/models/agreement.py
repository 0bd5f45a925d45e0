from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from mapalus.apps.federation.models.instance import Instance

__all__ = ["Agreement", "AgreementQuerySet", "AgreementState", "Share", "ShareKind", "Side", "Takes"]


class AgreementState(models.TextChoices):
    PROPOSED = "proposed", _("proposed")
    IN_FORCE = "in-force", _("in force")
    REPLACED = "replaced", _("replaced by a newer one")
    REFUSED = "refused", _("refused")
    ENDED = "ended", _("ended")


class Side(models.TextChoices):
    PROVINCE = "province", _("province")
    DISTRICT = "district", _("kabupaten or kota")


class Takes(models.TextChoices):
    """What a district that was cut off brings when it is back."""

    ALL = "all", _("every version")
    NEWEST = "newest", _("the newest version")


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def in_force(self, now: datetime) -> AgreementQuerySet:
        today = now.date()
        lasts = models.Q(until__isnull=True) | models.Q(until__gte=today)
        return self.filter(lasts, state=AgreementState.IN_FORCE, since__lte=today)


class Agreement(models.Model):
    """What a district shares, by the word of a position of each side. Never changed: a change is the next number."""

    instance = models.ForeignKey(Instance, on_delete=models.PROTECT, related_name="agreements")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=AgreementState, default=AgreementState.PROPOSED)
    cadence = models.CharField(max_length=40, blank=True, help_text="as a timetable writes it; empty: by hand")
    takes = models.CharField(max_length=8, choices=Takes, default=Takes.NEWEST)
    license = models.CharField(max_length=80, blank=True, default="CC-BY-4.0")
    conditions = models.CharField(max_length=1000, blank=True)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    proposed_by = models.CharField(max_length=10, choices=Side)
    province_label = models.CharField(max_length=240, blank=True, help_text="the position that agreed")
    province_position = models.CharField(max_length=120, blank=True)
    province_at = models.DateTimeField(null=True, blank=True)
    district_label = models.CharField(max_length=240, blank=True)
    district_position = models.CharField(max_length=120, blank=True)
    district_at = models.DateTimeField(null=True, blank=True)
    ended_label = models.CharField(max_length=240, blank=True)
    ended_reason = models.CharField(max_length=400, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["instance", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["instance", "number"], name="federation_agreement_number"),
            models.UniqueConstraint(
                fields=["instance"], condition=models.Q(state="in-force"), name="federation_one_agreement_in_force"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="in-force")
                | (models.Q(province_at__isnull=False) & models.Q(district_at__isnull=False)),
                name="federation_agreed_by_both",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instance} #{self.number}"

    @property
    def unit_code(self) -> str:
        return self.instance.unit_code

    @property
    def position_code(self) -> str:
        return self.instance.position_code

    @property
    def waits_for(self) -> Side | None:
        """Whose word is missing."""
        if self.state != AgreementState.PROPOSED:
            return None
        return Side.PROVINCE if self.province_at is None else Side.DISTRICT

    @property
    def plain(self) -> dict[str, Any]:
        """As it is told to the other end and to the ledger."""
        return {
            "number": self.number,
            "state": self.state,
            "cadence": self.cadence,
            "takes": self.takes,
            "license": self.license,
            "conditions": self.conditions,
            "since": self.since.isoformat(),
            "until": self.until.isoformat() if self.until else None,
            "province": {
                "position": self.province_position,
                "label": self.province_label,
                "at": _iso(self.province_at),
            },
            "district": {
                "position": self.district_position,
                "label": self.district_label,
                "at": _iso(self.district_at),
            },
            "shares": [one.plain for one in self.shares.all()],
        }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


class ShareKind(models.TextChoices):
    DATASET = "dataset", _("dataset")
    INDICATOR = "indicator", _("indicator")
    COMPLIANCE = "compliance", _("compliance")


class Share(models.Model):
    """One line of an agreement: something that is shared, held back until a moment, or not shared at all."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="shares")
    kind = models.CharField(max_length=12, choices=ShareKind)
    code = models.CharField(max_length=100, help_text="name of the dataset there, code of the indicator")
    title = models.CharField(max_length=240)
    is_shared = models.BooleanField(default=True)
    embargo_until = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=400, blank=True, help_text="of an embargo or of not sharing; nobody must say")
    reading = models.JSONField(
        default=dict, blank=True,
        help_text="where values of an indicator stand in a shared dataset: dataset, value, period, region, where",
    )  # fmt: skip

    class Meta:
        ordering: ClassVar = ["agreement", "kind", "code"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agreement", "kind", "code"], name="federation_share_once")
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def unit_code(self) -> str:
        return self.agreement.unit_code

    @property
    def position_code(self) -> str:
        return self.agreement.position_code

    def is_open(self, now: datetime) -> bool:
        """Whether it may come at this moment."""
        return self.is_shared and (self.embargo_until is None or self.embargo_until <= now)

    @property
    def plain(self) -> dict[str, Any]:
        return {
            "kind": self.kind, "code": self.code, "title": self.title, "is_shared": self.is_shared,
            "embargo_until": _iso(self.embargo_until), "reason": self.reason, "reading": self.reading,
        }  # fmt: skip
