"""How often a dataset is taken and read: counted by day and kind, without a trace of who.

A request costs one short line appended to a file of this process (microseconds, no database). A job adds the files of
past minutes up in the table `Download`; each file is named in the same transaction, so none is added twice, and what a
killed process has written is still there. Counting never fails a page. No address, no account, no cookie is written;
of an application that reads with a token, the number of that token.
"""

from __future__ import annotations

import os
import re
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from uuid import uuid4

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override

from mapalus.apps.catalogue.models import Dataset, Download, ReadToken, ReadTokenUse, UseSegment
from mapalus.apps.jobs.job import job
from mapalus.apps.jobs.schedule import schedule
from mapalus.apps.notices.actions import tell
from mapalus.engine import clock

__all__ = [
    "API",
    "PAGE",
    "ROBOT",
    "Use",
    "count",
    "flush",
    "follow_use",
    "is_robot",
    "monthly",
    "tell_producers",
    "used",
]

API, PAGE, ROBOT = "api", "page", "robot"  # beside the formats of files
SLOT = timedelta(minutes=5)  # a file of lines is written to for so long, and added up one slot later
_ROBOTS = re.compile(
    r"bot\b|bot[/;_-]|crawl|spider|slurp|archiver|preview|facebookexternalhit|monitor|uptime|headless|lighthouse", re.I
)
_KINDS = re.compile(r"[a-z]{2,12}")
_TOKEN = re.compile(r"t\d{1,18}")

log = structlog.get_logger()


# --- writing: the hot path -------------------------------------------------------------------------------------------


class _Writer:
    """The file this process writes to now. One line is one write to a file opened for appending: none is torn."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._file = -1
        self._key: tuple[int, str, str] = (0, "", "")

    def write(self, line: bytes, *, now: datetime) -> None:
        key = (os.getpid(), _slot(now), str(settings.DATA_DIR))
        with self._lock:
            if key != self._key or not os.fstat(self._file).st_nlink:  # added up and gone before its time was over
                self._open(key)
            os.write(self._file, line)

    def _open(self, key: tuple[int, str, str]) -> None:
        if self._file >= 0 and key[0] == self._key[0]:
            os.close(self._file)
        self._file, self._key = -1, (0, "", "")
        folder = _folder()
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{key[1]}-{key[0]}-{uuid4().hex[:8]}.log"
        self._file = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
        self._key = key


_writer = _Writer()


def _folder() -> Path:
    return Path(settings.DATA_DIR) / ".use"  # no dataset has such a name; backups leave it out


def _slot(now: datetime) -> str:
    minute = now.minute - now.minute % (int(SLOT.total_seconds()) // 60)
    return f"{now:%Y%m%dT%H}{minute:02}"


@lru_cache(maxsize=512)
def is_robot(agent: str) -> bool:
    """Whether a reader says of itself that it is a robot. Programs of people (curl, python) are readers."""
    return bool(_ROBOTS.search(agent))


def count(dataset: int, kind: str, *, agent: str = "", token: int = 0, now: datetime | None = None) -> None:
    """One use of a dataset: a format that was taken, `api`, or `page`. Never raises, never asks the database.

    token: of an application that said who it is; it is counted beside, under its own name.
    """
    at = now or clock.now()
    what = ROBOT if is_robot(agent) or (kind == PAGE and not agent) else kind
    try:
        by = f" t{token}" if token else ""
        _writer.write(f"{dataset} {timezone.localtime(at):%Y-%m-%d} {what}{by}\n".encode(), now=at)
    except OSError as error:
        log.warning("use_not_counted", reason=error.strerror or "")


# --- adding up -------------------------------------------------------------------------------------------------------


def flush(*, now: datetime, is_last: bool = False) -> int:
    """Add up the files nobody writes to any more. How many uses. `is_last`: also those of this minute (tests, stop)."""
    folder, done = _folder(), 0
    if not folder.is_dir():
        return 0
    border = _slot(now - SLOT)
    for path in sorted(folder.glob("*.log")):
        if is_last or path.name[:13] < border:
            done += _add(path, now=now)
    UseSegment.objects.filter(at__lt=now - timedelta(days=30)).delete()
    return done


def _add(path: Path, *, now: datetime) -> int:
    found, by_token = _read(path)
    known = set(Dataset.objects.filter(pk__in={key[0] for key in found}).values_list("pk", flat=True))
    try:
        with transaction.atomic():
            UseSegment.objects.create(name=path.name[:80], lines=sum(found.values()), at=now)
            for (dataset, day, kind), number in sorted(found.items()):
                if dataset in known:
                    row, _new = Download.objects.get_or_create(dataset_id=dataset, day=day, format=kind)
                    Download.objects.filter(pk=row.pk).update(count=F("count") + number)
            _add_readers(by_token, known)
    except IntegrityError:
        if not UseSegment.objects.filter(name=path.name[:80]).exists():
            raise
        found.clear()  # added before the file could be removed
    path.unlink(missing_ok=True)
    return sum(found.values())


def _add_readers(found: Counter[tuple[int, int, date]], datasets: set[int]) -> None:
    """What applications with a token read."""
    tokens = set(ReadToken.objects.filter(pk__in={key[0] for key in found}).values_list("pk", flat=True))
    for (token, dataset, day), number in sorted(found.items()):
        if token in tokens and dataset in datasets:
            row, _new = ReadTokenUse.objects.get_or_create(token_id=token, dataset_id=dataset, day=day)
            ReadTokenUse.objects.filter(pk=row.pk).update(count=F("count") + number)


def _read(path: Path) -> tuple[Counter[tuple[int, date, str]], Counter[tuple[int, int, date]]]:
    """Lines of a file, by dataset, and by token; what is torn (a disk that was full) is passed over."""
    found: Counter[tuple[int, date, str]] = Counter()
    by_token: Counter[tuple[int, int, date]] = Counter()
    for line in path.read_text(encoding="ascii", errors="replace").splitlines():
        parts = line.split(" ")
        try:
            dataset, day, kind = int(parts[0]), date.fromisoformat(parts[1]), parts[2]
        except (ValueError, IndexError):
            continue
        if not _KINDS.fullmatch(kind):
            continue
        found[dataset, day, kind] += 1
        if len(parts) == 4 and _TOKEN.fullmatch(parts[3]):
            by_token[int(parts[3][1:]), dataset, day] += 1
    return found, by_token


# --- reading ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Use:
    """How often a dataset was used in some days: files taken, reads by programs, pages opened; robots apart."""

    files: int = 0
    api: int = 0
    pages: int = 0
    robots: int = 0

    @property
    def total(self) -> int:
        return self.files + self.api + self.pages


def used(datasets: Iterable[int], *, since: date, until: date) -> dict[int, Use]:
    """The use of datasets from one day up to and including another, by key; one query."""
    files = ~Q(format__in=(API, PAGE, ROBOT))
    rows = (
        Download.objects.filter(dataset__in=list(datasets), day__gte=since, day__lte=until)
        .order_by()
        .values("dataset_id")
        .annotate(
            files=Sum("count", filter=files), api=Sum("count", filter=Q(format=API)),
            pages=Sum("count", filter=Q(format=PAGE)), robots=Sum("count", filter=Q(format=ROBOT)),
        )
    )  # fmt: skip
    return {
        row["dataset_id"]: Use(row["files"] or 0, row["api"] or 0, row["pages"] or 0, row["robots"] or 0)
        for row in rows
    }


def monthly(dataset: Dataset, *, now: datetime, months: int = 12) -> list[tuple[str, Use]]:
    """The last months of a dataset, oldest first, the present one included: month `2026-10` and its use."""
    day = timezone.localtime(now).date().replace(day=1)
    found: list[tuple[str, Use]] = []
    for _month in range(months):
        after = (day + timedelta(days=32)).replace(day=1)
        use = used([dataset.pk], since=day, until=after - timedelta(days=1)).get(dataset.pk, Use())
        found.append((f"{day:%Y-%m}", use))
        day = (day - timedelta(days=1)).replace(day=1)
    return found[::-1]


# --- the monthly notice ----------------------------------------------------------------------------------------------


def tell_producers(*, now: datetime) -> int:
    """Tell every producing position how its data were used last month. How many were told something."""
    last = timezone.localtime(now).date().replace(day=1) - timedelta(days=1)
    datasets = list(Dataset.objects.published().select_related("producer").order_by("title"))
    uses = used([one.pk for one in datasets], since=last.replace(day=1), until=last)
    by_position: dict[str, list[tuple[Dataset, Use]]] = {}
    for one in datasets:
        if (use := uses.get(one.pk)) is not None and use.total:
            by_position.setdefault(one.producer_code, []).append((one, use))
    told = 0
    for position, rows in sorted(by_position.items()):
        told += bool(_tell(position, rows, month=f"{last:%Y-%m}", now=now))
    return told


def _tell(position: str, rows: list[tuple[Dataset, Use]], *, month: str, now: datetime) -> int:
    with override("id"):
        lines = [
            gettext("%(title)s: taken %(files)s times, read by programs %(api)s times, opened %(pages)s times.")
            % {"title": one.title, "files": use.files, "api": use.api, "pages": use.pages}
            for one, use in rows
        ]
        subject = gettext("Your data in %(month)s: taken %(files)s times") % {
            "month": month, "files": sum(use.files for _one, use in rows),
        }  # fmt: skip
    made = tell(
        f"position:{position}", event=f"use:{month}", subject=subject, body="\n".join(lines),
        url=reverse("desk:uses"), now=now,
    )  # fmt: skip
    return len(made)


@job()
def flush_use() -> int:
    """Add up what was counted."""
    return flush(now=clock.now())


@job()
def tell_use() -> int:
    """On the first days of a month: the notice about the month before. The same month is told once."""
    now = clock.now()
    return tell_producers(now=now) if timezone.localtime(now).day <= 3 else 0


def follow_use() -> None:
    schedule("catalogue.use", flush_use, every=SLOT)
    schedule("catalogue.use-notice", tell_use, daily=time(7, 0))
