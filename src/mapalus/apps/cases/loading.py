"""Bringing packs from their folders into the database: checked as a whole, loaded or refused, never by half."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from mapalus.apps.cases import actions
from mapalus.apps.cases.models import PackRefusal, PackVersion
from mapalus.apps.cases.packs import known_positions, pack_of, service_folders
from mapalus.apps.catalogue import actions as catalogue
from mapalus.apps.catalogue import packs as handins
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.packs.loader import read_pack
from mapalus.engine.packs.pack import Pack
from mapalus.engine.packs.problem import PackProblem
from mapalus.engine.packs.stages import HAND_IN

__all__ = ["Loaded", "load_packs"]

log = structlog.get_logger()


@dataclass(frozen=True)
class Loaded:
    """Names of packs: with a new version now, unchanged, refused (why stands in PackRefusal)."""

    fresh: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


def load_packs(folders: Sequence[Path], *, now: datetime) -> Loaded:
    """Load every service among these folders that changed. A refused one leaves the version before in force."""
    known = known_positions()
    fresh: list[str] = []
    same: list[str] = []
    refused: list[str] = []
    if not known:
        return Loaded()  # without posts nobody could do anything; when they are there, this is asked again
    for folder in service_folders(folders):
        before = _in_force(folder.name)
        pack, problems = read_pack(folder, known_positions=known, earlier=before)
        wrong = [problem for problem in problems if problem.is_error]
        if pack is None or wrong:
            _refuse(folder, wrong, now=now)
            refused.append(folder.name)
        elif before is not None and before.digest == pack.digest:
            PackRefusal.objects.filter(name=folder.name).delete()
            same.append(pack.name)
        else:
            _take(pack, now=now)
            fresh.append(pack.name)
    _declare_datasets(now=now)
    return Loaded(tuple(fresh), tuple(same), tuple(refused))


def _in_force(name: str) -> Pack | None:
    """What a pack of this name is now; the one that runs hand-ins is the catalogue's."""
    if name == handins.NAME:
        return handins.in_force()
    before = PackVersion.objects.current().filter(name=name).first()
    return pack_of(before) if before else None


def _take(pack: Pack, *, now: datetime) -> None:
    if pack.runs == HAND_IN:
        PackRefusal.objects.filter(name=pack.name).delete()
        catalogue.load_process(pack, by=PLATFORM, now=now)
    else:
        actions.load_pack(pack, by=PLATFORM, now=now)


def _declare_datasets(*, now: datetime) -> None:
    from mapalus.apps.cases import datasets  # late: it brings the catalogue's way of files

    datasets.declare_all(now=now)


def _refuse(folder: Path, problems: Sequence[PackProblem], *, now: datetime) -> None:
    said = [
        {"file": one.file, "line": one.line, "code": one.code, "message": one.message, "severity": str(one.severity)}
        for one in problems
    ]
    log.error("pack_refused", pack=folder.name, problems=len(said), first=said[0] if said else "")
    actions.refuse_pack(folder.name, folder=str(folder), problems=said, now=now)
