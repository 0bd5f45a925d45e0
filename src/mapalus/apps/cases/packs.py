"""Packs as the database knows them: read once a process, by their digest; a case keeps the version it began with."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.translation import get_language

from mapalus.apps.cases.models import PackVersion
from mapalus.apps.directory.calendar import ALWAYS, calendar_named, province_calendar
from mapalus.apps.directory.models import Position
from mapalus.engine.errors import NotFound
from mapalus.engine.flow import Process
from mapalus.engine.packs.loader import read_pack
from mapalus.engine.packs.pack import Pack
from mapalus.engine.packs.problem import BadPack
from mapalus.engine.text import _
from mapalus.engine.workdays import Calendar

__all__ = ["calendar_of", "current", "here", "known_positions", "pack_of", "process_of", "service_folders"]


@lru_cache(maxsize=128)
def _parsed(digest: str, key: int) -> Pack:
    # It was judged when it was loaded. A release that judges more strictly must not stop the cases that run by it.
    pack, problems = read_pack(PackVersion.objects.values_list("files", flat=True).get(pk=key))
    if pack is None:
        raise BadPack(problems)
    return pack


def pack_of(version: PackVersion) -> Pack:
    """The pack of a version; a look in memory after the first time in a process."""
    return _parsed(version.digest, version.pk)


def process_of(pack: Pack) -> Process:
    """The process of a pack that is a service."""
    if pack.process is None:
        raise NotFound(_("There is no such service."))
    return pack.process


def current(name: str) -> PackVersion:
    """The version with which a new case of this pack begins. Raises `NotFound`."""
    found = PackVersion.objects.current().defer("files").filter(name=name).first()
    if found is None:
        raise NotFound(_("There is no such service."))
    return found


def calendar_of(pack: Pack) -> Calendar:
    """By which days the clocks of a pack run."""
    return calendar_named(ALWAYS) if pack.calendar == ALWAYS else province_calendar()


def known_positions() -> frozenset[str]:
    """Codes of all positions there are or were, for the check of a pack."""
    return frozenset(Position.objects.values_list("code", flat=True))


def service_folders(folders: Sequence[Path]) -> list[Path]:
    """Those that declare a service; a pack may also hold datasets and boards only."""
    return [folder for folder in folders if (folder / "pack.yml").is_file() and (folder / "process.yml").is_file()]


def here(thing: Any, name: str) -> str:
    """A text of a pack in the language of the page: `label`, or `label_en`."""
    english = str(getattr(thing, f"{name}_en", "") or "")
    return english if english and (get_language() or "").startswith("en") else str(getattr(thing, name) or "")
