"""Datasets the catalogue fills itself, from its own record: a contract that says `mapalus: {counted: ...}`.

The count is handed in as a file like any, checked and published, so it has versions, an API and an origin. Nothing is
published while nothing has changed but the time of counting, which is the last column of each.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from django.utils import timezone

from mapalus.apps.catalogue import actions, checking, contracts, places
from mapalus.apps.catalogue.models import Dataset, FigureStatus, HandInState, Version
from mapalus.apps.directory.models import Unit
from mapalus.apps.directory.roster import roster
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.data import snapshot

__all__ = ["dataset_of", "ensured", "publish", "told"]

_FOLDER = Path(__file__).parent / "data" / "counted"


def dataset_of(mark: str) -> Dataset | None:
    """The dataset whose contract asks for this count."""
    known = Dataset.objects.select_related("contract", "current").filter(contract__isnull=False, state="active")
    return next((one for one in known if _is_counted(one, mark)), None)


def _is_counted(dataset: Dataset, mark: str) -> bool:
    resources = dataset.contract.descriptor.get("resources") if dataset.contract else None
    return any((resource.get("mapalus") or {}).get("counted") == mark for resource in resources or ())


def ensured(name: str, *, mark: str, now: datetime, folder: Path = _FOLDER) -> Dataset | None:
    """The same, declared for walidata from the contract in `folder`. None: nobody is walidata yet."""
    found = dataset_of(mark)
    known = roster(now)
    post = next((code for role in ("walidata-pelaksana", "walidata") for code in known.with_role(role)), "")
    if found is not None or not post or Dataset.objects.filter(name=name).exists():
        return found
    text = (folder / f"{name}.yml").read_text(encoding="utf-8")
    unit = known.unit_of(post)
    text = text.replace("unit: WALIDATA", f"unit: {unit}").replace("producer: WALIDATA", f"producer: pos:{post}")
    with tempfile.TemporaryDirectory(prefix="mapalus-kontrak-") as beside:
        path = Path(beside) / f"{name}.yml"
        path.write_text(text, encoding="utf-8")
        kept = contracts.keep(path, dataset=name)
    made = actions.declare_dataset(Unit.objects.get(pk=unit), kept=kept, by=PLATFORM, now=now)
    return Dataset.objects.select_related("contract", "current").get(pk=made.pk)


def publish(
    dataset: Dataset, *, columns: Sequence[str], rows: Sequence[Sequence[str]], period: str, now: datetime
) -> Version | None:
    """Publish what is counted now. `rows` are without the last column, the time of counting.

    None: nothing has changed, or the contract was changed by hand; then the hand-in says what is wrong.
    """
    if not rows or [list(row) for row in rows] == told(dataset):
        return None
    number = dataset.current.number if dataset.current else 0
    local = timezone.localtime(now)
    stored = snapshot.store(places.snapshots(), io.BytesIO(_file(columns, rows, at=now)))
    handin = actions.hand_in(
        dataset, snapshot=stored, file_name=f"{dataset.name}.csv", period=period,
        key=f"counted:{dataset.pk}:{number}:{local:%Y%m%d%H%M%S%f}", by=PLATFORM, now=now, is_queued=False,
    )  # fmt: skip
    handin = checking.check(handin, now=now)
    if handin.stage is not HandInState.AWAITING_CONFIRMATION:
        return None
    return actions.publish(handin, status=FigureStatus.PROVISIONAL, by=PLATFORM, now=now)


def _file(columns: Sequence[str], rows: Iterable[Sequence[str]], *, at: datetime) -> bytes:
    box = io.StringIO()
    writer = csv.writer(box, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([*row, f"{at:%Y-%m-%dT%H:%M:%SZ}"] for row in rows)
    return box.getvalue().encode()


def told(dataset: Dataset) -> list[list[str]]:
    """The rows of the current version, without the time of counting."""
    if dataset.current is None:
        return []
    text = snapshot.find(places.snapshots(), dataset.current.snapshot).path.read_text(encoding="utf-8")
    return [row[:-1] for row in list(csv.reader(io.StringIO(text)))[1:]]
