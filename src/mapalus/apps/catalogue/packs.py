"""The pack that runs hand-ins, as the database keeps it: read once a process, by its digest."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from mapalus.apps.catalogue.models import HandInProcess
from mapalus.engine.errors import Misconfigured
from mapalus.engine.flow import Process
from mapalus.engine.packs.loader import load_pack, read_pack
from mapalus.engine.packs.pack import Pack
from mapalus.engine.packs.problem import BadPack
from mapalus.engine.packs.stages import HAND_IN
from mapalus.engine.text import _

__all__ = ["NAME", "current", "in_force", "keep", "pack_of", "process_of"]

NAME = "satu-data"


@lru_cache(maxsize=32)
def _parsed(digest: str, key: int) -> Pack:
    # It was judged when it was loaded. A release that judges more strictly must not stop the hand-ins that go by it.
    pack, problems = read_pack(HandInProcess.objects.values_list("files", flat=True).get(pk=key))
    if pack is None:
        raise BadPack(problems)
    return pack


def pack_of(version: HandInProcess) -> Pack:
    """The pack of a version; a look in memory after the first time in a process."""
    return _parsed(version.digest, version.pk)


def process_of(pack: Pack) -> Process:
    """Its process. Raises `Misconfigured` for a pack that runs something else, or has another name."""
    if pack.process is None or pack.runs != HAND_IN or pack.name != NAME:
        raise Misconfigured(_("The pack %(name)s declares no way for hand-ins."), name=pack.name)
    return pack.process


def keep(pack: Pack, *, now: datetime) -> HandInProcess:
    """Make a checked pack the one by which the next hand-ins go; those under way keep theirs."""
    process_of(pack)
    known = HandInProcess.objects.filter(digest=pack.digest).first()
    if known is not None and known.is_current:
        return known
    HandInProcess.objects.current().update(is_current=False)
    made, _new = HandInProcess.objects.get_or_create(
        digest=pack.digest,
        defaults={"name": pack.name, "version": pack.version, "files": dict(pack.files), "loaded_at": now},
    )
    made.is_current = True
    made.save(update_fields=["is_current"])
    return made


def current(*, now: datetime) -> HandInProcess:
    """The version for the next hand-in; before any pack was loaded, the one that comes with the platform."""
    found = HandInProcess.objects.current().defer("files").first()
    return found or keep(_shipped(), now=now)


def in_force() -> Pack | None:
    """The pack by which the next hand-in goes, where one was loaded."""
    found = HandInProcess.objects.current().defer("files").first()
    return pack_of(found) if found else None


@lru_cache(maxsize=1)
def _shipped() -> Pack:
    """From the folders this installation names, else from those of the release."""
    for folder in (*settings.PACKS, *settings.PACKS_SHIPPED):
        if Path(folder).name == NAME:
            return load_pack(Path(folder))
    raise Misconfigured(_("The pack %(name)s declares no way for hand-ins."), name=NAME)
