from __future__ import annotations

from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from mapalus.engine.ports import Actor

__all__ = ["Region", "RegionLevel", "RegionQuerySet"]


class RegionLevel(models.IntegerChoices):
    PROVINCE = 1, _("province")
    DISTRICT = 2, _("kabupaten or kota")
    SUBDISTRICT = 3, _("kecamatan")
    VILLAGE = 4, _("desa or kelurahan")


class RegionQuerySet(models.QuerySet["Region"]):
    def visible_to(self, actor: Actor | None) -> Self:
        """Regions are public."""
        return self.all()

    def valid_on(self, day: date) -> Self:
        started = models.Q(valid_from__isnull=True) | models.Q(valid_from__lte=day)
        return self.filter(started, models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=day))

    def within(self, code: str) -> Self:
        """The region itself and everything below it."""
        return self.filter(models.Q(code=code) | models.Q(code__startswith=f"{code}."))


class Region(models.Model):
    """A province, district, subdistrict or village. Codes are text; the BPS code only where a table knows it."""

    code = models.CharField(max_length=13, primary_key=True, help_text="Kemendagri, dotted: 71.06.01.2001")
    bps_code = models.CharField(max_length=10, blank=True, help_text="empty: not known; never worked out from the code")
    level = models.PositiveSmallIntegerField(choices=RegionLevel)
    kind = models.CharField(max_length=12, help_text="provinsi, kabupaten, kota, kecamatan, distrik, kelurahan, desa")
    name = models.CharField(max_length=120, help_text="with its kind for a kabupaten or kota: Kabupaten Minahasa Utara")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    list_version = models.CharField(max_length=60, help_text="the list it was read from")
    valid_from = models.DateField(null=True, blank=True, help_text="empty: as far back as the list goes")
    valid_to = models.DateField(null=True, blank=True, help_text="last day; empty: still valid")

    objects = RegionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["code"]
        indexes: ClassVar = [models.Index(fields=["bps_code"], name="region_bps")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True)
                | models.Q(valid_from__isnull=True)
                | models.Q(valid_to__gte=models.F("valid_from")),
                name="region_valid_in_order",
            )
        ]

    def __str__(self) -> str:
        return self.name
