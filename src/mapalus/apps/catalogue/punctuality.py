"""How punctual priority data are: counted by the catalogue from its own record, and handed in as a dataset like any.

A contract that says `mapalus: {counted: punctuality}` is filled by this module alone. What was due is what the ledger
says was expected (`catalogue.expect`); when it came, the hand-ins and versions say. Nothing is entered by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.utils import timezone
from django_tasks import TaskResultStatus

from mapalus.apps.catalogue import counted
from mapalus.apps.catalogue.models import Dataset, HandIn, HandInState, Version
from mapalus.apps.jobs.job import enqueue, job
from mapalus.apps.jobs.models import Job
from mapalus.apps.jobs.schedule import schedule
from mapalus.apps.ledger.following import register
from mapalus.apps.ledger.models import Entry
from mapalus.engine import clock

__all__ = [
    "COLUMNS",
    "WINDOW",
    "Keeping",
    "Kept",
    "count_again",
    "deadlines",
    "follow_deadlines",
    "hand_in_count",
    "kept",
]

WINDOW = timedelta(weeks=13)  # a quarter up to the day of counting, so that the first day of one is not empty
COLUMNS = ("triwulan", "kumpulan_data", "instansi", "periode", "tenggat", "terbit", "keadaan", "jatuh_tempo",
           "tepat_waktu", "dihitung")  # fmt: skip
_MARK = "punctuality"  # mapalus.counted of the contract
_SUBJECT = "catalogue.punctuality"


class Keeping(StrEnum):
    """How the last deadline of a dataset was kept; the words stand in the dataset."""

    IN_TIME = "tepat waktu"
    LATE = "terlambat"
    RETURNED = "dikembalikan"
    REFUSED = "ditolak"
    UNCONFIRMED = "menunggu pengesahan"
    UNREVIEWED = "menunggu pemeriksaan"


@dataclass(frozen=True)
class Kept:
    """One priority dataset: the last period that fell due, until when, when it was first published, how it stands."""

    dataset: Dataset
    period: str
    due_at: datetime
    published_at: datetime | None
    keeping: Keeping


def kept(*, now: datetime) -> tuple[Kept, ...]:
    """Every priority dataset of which something fell due within `WINDOW` before `now`, by name.

    What is due later counts as soon as it is published, and not before: nobody is late ahead of time.
    """
    datasets = {dataset.name: dataset for dataset in Dataset.objects.filter(is_priority=True).select_related("unit")}
    first = _first_published(datasets.values())
    newest: dict[str, tuple[datetime, str]] = {}
    for (name, period), due_at in deadlines(datasets).items():
        counts = due_at <= now or (datasets[name].pk, period) in first
        if counts and due_at > now - WINDOW:
            newest[name] = max(newest.get(name, (due_at, period)), (due_at, period))
    handins = _last_handins(datasets.values())
    found = []
    for name in sorted(newest):
        due_at, period = newest[name]
        published_at = first.get((datasets[name].pk, period))
        keeping = _keeping(due_at, published_at, handins.get((datasets[name].pk, period)))
        found.append(Kept(datasets[name], period, due_at, published_at, keeping))
    return tuple(found)


def deadlines(names: Iterable[str]) -> Mapping[tuple[str, str], datetime]:
    """Dataset and period to the deadline last set for them, as the ledger has it."""
    wanted, found = set(names), {}
    for data in Entry.objects.filter(act="catalogue.expect").order_by("id").values_list("data", flat=True):
        place = (str(data.get("dataset")), str(data.get("period")))
        if place[0] not in wanted:
            continue
        if data.get("due_at"):
            found[place] = datetime.fromisoformat(str(data["due_at"]))
        else:
            found.pop(place, None)
    return found


def _first_published(datasets: Iterable[Dataset]) -> Mapping[tuple[int, str], datetime]:
    published = Version.objects.published().filter(dataset__in=list(datasets)).order_by("-published_at")
    return {
        (dataset, period): at
        for dataset, period, at in published.values_list("dataset_id", "period", "published_at")
        if at is not None
    }


def _last_handins(datasets: Iterable[Dataset]) -> Mapping[tuple[int, str], HandIn]:
    gone = (HandInState.WITHDRAWN, HandInState.REPLACED)
    handins = HandIn.objects.filter(dataset__in=list(datasets)).exclude(state__in=gone).order_by("received_at", "id")
    return {(handin.dataset_id, handin.period): handin for handin in handins}


def _keeping(due_at: datetime, published_at: datetime | None, last: HandIn | None) -> Keeping:
    """In time is what was published by its deadline; what is on its way says where it stands."""
    if published_at is not None:
        return Keeping.IN_TIME if published_at <= due_at else Keeping.LATE
    if last is not None and last.stage == HandInState.RETURNED:
        return Keeping.RETURNED
    if last is not None and last.stage.may_be_corrected:
        return Keeping.REFUSED
    if last is None or last.received_at > due_at:
        return Keeping.LATE
    return Keeping.UNCONFIRMED if last.stage == HandInState.AWAITING_CONFIRMATION else Keeping.UNREVIEWED


# --- handing the count in ----------------------------------------------------------------------------------------


def hand_in_count(*, now: datetime) -> Version | None:
    """Publish what is counted now, by the path of every file. None: nobody asked for it, or nothing has changed."""
    dataset = counted.dataset_of(_MARK)
    rows = _rows(kept(now=now), now=now)
    if dataset is None or not rows:
        return None
    period = rows[0][0].replace("Q", "-Q")
    return counted.publish(dataset, columns=COLUMNS, rows=rows, period=period, now=now)


def _rows(found: Sequence[Kept], *, now: datetime) -> list[list[str]]:
    """The dataset's rows, without the time of counting."""
    today = timezone.localtime(now)
    quarter = f"{today.year}Q{(today.month - 1) // 3 + 1}"
    return [
        [
            quarter, one.dataset.name, one.dataset.unit.name, one.period, _day(one.due_at), _day(one.published_at),
            one.keeping.value, "1", str(int(one.keeping is Keeping.IN_TIME)),
        ]
        for one in found
    ]  # fmt: skip


def _day(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d}" if at else ""


# --- when it is counted ------------------------------------------------------------------------------------------


@job()
def count_again() -> int:
    """Count anew. How many rows were published."""
    version = hand_in_count(now=clock.now())
    return version.rows_good if version else 0


def _on_change(entry: Entry) -> None:
    if not Dataset.objects.filter(name=str(entry.data.get("dataset")), is_priority=True).exists():
        return
    # One that waits will see this entry, too; one that runs may have read before it.
    waits = Job.objects.about(_SUBJECT).filter(task__status=TaskResultStatus.READY).exists()
    if not waits and counted.dataset_of(_MARK) is not None:
        enqueue(count_again, key=f"punctuality:{entry.sequence}", subject=_SUBJECT, priority=40)


def follow_deadlines() -> None:
    """Count after every act that can change it, and every hour, since lateness comes by itself."""
    acts = {"catalogue.expect", "catalogue.publish", "catalogue.withdraw", "catalogue.return", "catalogue.confirm",
            "catalogue.record-check", "catalogue.record-refusal"}  # fmt: skip
    register("punctuality", acts, _on_change)
    schedule(_SUBJECT, count_again, every=timedelta(hours=1))
