"""Cases become published datasets, as their packs declare: by the path of every file, as nobody's own work.

    declare(version, now=now)         # enters the pack's datasets in the data list; a changed contract is its next one
    fill_all(now=now)                 # hands in what changed, has it checked, publishes it

A case that may no longer be shown leaves the dataset, and the versions that still hold it are withdrawn.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import structlog

from mapalus.apps.cases.models import Case, PackVersion
from mapalus.apps.cases.packs import pack_of
from mapalus.apps.cases.rows import NUMBER, column_of, csv_of, numbers_in, rows_of
from mapalus.apps.catalogue import actions as catalogue
from mapalus.apps.catalogue import checking, contracts, places
from mapalus.apps.catalogue.models import Dataset, FigureStatus, HandInState, Version
from mapalus.apps.catalogue.timetable import period_at
from mapalus.apps.directory.models import Position, Unit
from mapalus.apps.directory.roster import local_day
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.data import contract as contract_of
from mapalus.engine.data import snapshot
from mapalus.engine.errors import Conflict, Problem
from mapalus.engine.packs.pack import Pack, PackDataset, Rows
from mapalus.engine.text import slug

__all__ = ["Filled", "declare", "declare_all", "fill", "fill_all", "is_filled_by_cases"]

log = structlog.get_logger()
_WITHDRAWN = "Memuat perkara yang tidak lagi boleh tampil untuk umum."
_BACK = "Keadaan perkara kembali seperti pada versi ini."
_CHANGED = "Paket {name} {version}"


@dataclass(frozen=True)
class Filled:
    """One dataset after filling: the version that was published now, if any, and how many were withdrawn."""

    name: str
    version: Version | None = None
    withdrawn: int = 0


# --- the data list ---------------------------------------------------------------------------------------------------


def declare_all(*, now: datetime) -> int:
    """Enter the datasets of all current packs in the data list, or give them their new contract. How many changed."""
    return sum(declare(version, now=now) for version in PackVersion.objects.current().defer("files"))


def declare(version: PackVersion, *, now: datetime) -> int:
    """The same for one pack. What does not fit the directory stays out and is logged: services go on without it."""
    pack = pack_of(version)
    changed = 0
    for declared in pack.datasets.values():
        try:
            changed += _declare(pack, declared, now=now)
        except Problem as problem:
            log.error("dataset_of_pack_not_declared", pack=pack.name, dataset=declared.name, problem=problem.say())
    return changed


def is_filled_by_cases(dataset: Dataset) -> bool:
    """Whether a pack's cases are its only source."""
    return dataset.contract is not None and _is_declared_by_cases(dataset.contract.descriptor)


def _declare(pack: Pack, declared: PackDataset, *, now: datetime) -> bool:
    read = contract_of.parse(_for_the_catalogue(declared))
    kept = contracts.keep_loaded(read, dataset=declared.name, text=pack.files.get(declared.path, ""))
    known = Dataset.objects.select_related("contract").filter(name=slug(declared.name)).first()
    if known is None:
        catalogue.declare_dataset(_unit(pack, read.mapalus.get("producer")), kept=kept, by=PLATFORM, now=now)
        return True
    if known.contract is not None and known.contract.sha256 == kept.sha256:
        return False
    if declared.rows is not None and not is_filled_by_cases(known):
        raise Conflict(advice="", name=known.name)  # an agency hands this one in: no pack takes it over
    said = _CHANGED.format(name=pack.name, version=pack.version)
    catalogue.change_contract(known, kept=kept, reason=said, by=PLATFORM, now=now)
    return True


def _for_the_catalogue(declared: PackDataset) -> dict[str, Any]:
    """The descriptor under the dataset's own name; where its rows would lie is the catalogue's matter."""
    made = dict(declared.descriptor)
    english = {key: made[key] for key in ("title_en", "description_en") if made.get(key)}
    marks = {**english, **(made.get("mapalus") or {})}
    parts = made.get("resources")
    if not isinstance(parts, list):
        return {**made, "name": declared.name, "mapalus": marks}
    own = next(part for part in parts if "schema" in part)
    part = {**{key: value for key, value in own.items() if key != "path"}, "name": declared.name}
    return {**made, "mapalus": marks, "resources": [part, *(one for one in parts if one is not own)]}


def _unit(pack: Pack, producer: object) -> Unit:
    code = str(producer or pack.owner).removeprefix("pos:")
    return Position.objects.select_related("unit").get(code=code).unit


def _is_declared_by_cases(descriptor: object) -> bool:
    if not isinstance(descriptor, dict):
        return False
    parts = [descriptor, *(descriptor.get("resources") or ())]
    return any("rows" in (part.get("mapalus") or {}) for part in parts if isinstance(part, dict))


# --- filling them ----------------------------------------------------------------------------------------------------


def fill_all(*, now: datetime, is_thorough: bool = True) -> list[Filled]:
    """Bring every dataset that cases fill up to date. What failed is logged and tried again at the next round."""
    found = (_tried(pack, one, now=now, is_thorough=is_thorough) for pack, one in _filled_by_cases())
    return [filled for filled in found if filled]


def fill(pack: Pack, declared: PackDataset, *, now: datetime, is_thorough: bool = True) -> Filled:
    """Bring one dataset up to date. The same rows as before publish nothing.

    `is_thorough`: look into every version for cases that nobody may see any more, not only into the current one.
    """
    rows = declared.rows
    dataset = Dataset.objects.for_reading().filter(name=slug(declared.name), state="active").first()
    if rows is None or dataset is None or not is_filled_by_cases(dataset):
        return Filled(declared.name)
    withdrawn = _withdraw_gone(dataset, pack, rows, now=now, is_thorough=is_thorough)
    if withdrawn:
        dataset = Dataset.objects.for_reading().get(pk=dataset.pk)
    cells = rows_of(pack, rows, now=now)
    content = csv_of(rows.columns, cells)
    published = None
    if cells and not _is_told(dataset, content):
        published = _publish(dataset, content, now=now)
    return Filled(declared.name, published, withdrawn)


def _filled_by_cases() -> Iterator[tuple[Pack, PackDataset]]:
    for version in PackVersion.objects.current().defer("files"):
        pack = pack_of(version)
        yield from ((pack, declared) for declared in pack.datasets.values() if declared.rows is not None)


def _tried(pack: Pack, declared: PackDataset, *, now: datetime, is_thorough: bool) -> Filled | None:
    try:
        return fill(pack, declared, now=now, is_thorough=is_thorough)
    except Problem as problem:
        log.error("dataset_of_cases_not_filled", pack=pack.name, dataset=declared.name, problem=problem.say())
        return None


def _is_told(dataset: Dataset, content: bytes) -> bool:
    current = dataset.current
    if current is None or not current.is_published or current.contract_id != dataset.contract_id:
        return False
    return _content(current) == content


def _content(version: Version) -> bytes:
    return snapshot.find(places.snapshots(), version.snapshot).path.read_bytes()


def _publish(dataset: Dataset, content: bytes, *, now: datetime) -> Version | None:
    stored = snapshot.store(places.snapshots(), io.BytesIO(content))
    period = _period(dataset, local_day(now))
    same = dataset.versions.published().filter(snapshot=stored.sha256, period=period, contract=dataset.contract)
    if earlier := same.order_by("-number").first():
        catalogue.roll_back(dataset, to=earlier, reason=_BACK, by=PLATFORM, now=now)
        return earlier
    number = dataset.versions.order_by("-number").values_list("number", flat=True).first() or 0
    handin = catalogue.hand_in(
        dataset, snapshot=stored, file_name=f"{dataset.name}.csv", period=period,
        key=f"cases:{dataset.pk}:{number}:{stored.sha256[:20]}:{dataset.contract_id}", by=PLATFORM, now=now,
        is_queued=False,
    )  # fmt: skip
    handin = checking.check(handin, now=now)
    if handin.stage is not HandInState.AWAITING_CONFIRMATION:
        log.error("dataset_of_cases_not_valid", dataset=dataset.name, receipt=handin.receipt, verdict=handin.verdict)
        return None
    return catalogue.publish(handin, status=FigureStatus.PROVISIONAL, by=PLATFORM, now=now)


def _withdraw_gone(dataset: Dataset, pack: Pack, rows: Rows, *, now: datetime, is_thorough: bool) -> int:
    """Withdraw versions that hold a case nobody may see any more. How many.

    Before anything is published, so that a process killed in between has hidden too much rather than too little.
    """
    place, current = column_of(rows, NUMBER), dataset.current
    if place is None or rows.by or current is None:
        return 0
    shown = set(Case.objects.published().filter(pack_name=pack.name).values_list("number", flat=True))
    if not is_thorough and numbers_in(_content(current), place) <= shown:
        return 0
    gone = 0
    for version in dataset.versions.published().order_by("number"):
        if not numbers_in(_content(version), place) <= shown:
            catalogue.withdraw(version, reason=_WITHDRAWN, by=PLATFORM, now=now)
            gone += 1
    return gone


def _period(dataset: Dataset, day: date) -> str:
    """The period a filling speaks of: by how often the contract promises one; else the day."""
    return period_at(dataset.cadence, day) or day.isoformat()
