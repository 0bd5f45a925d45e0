"""The side file that grows beside the current version of a stream, kept by the intake; see `engine/data/live`."""

from __future__ import annotations

import shutil
import threading
import time
from datetime import datetime, timedelta

import structlog
from django.db.models import Max, Min, Sum

from mapalus.apps.catalogue import compacting, streaming
from mapalus.apps.catalogue.keeping_pace import Pace
from mapalus.apps.catalogue.models import Dataset, Version
from mapalus.engine.data.contract import Contract
from mapalus.engine.data.lake import VersionFolder
from mapalus.engine.data.live import Live, live_place
from mapalus.engine.data.segments import Segment
from mapalus.engine.errors import Problem, Unavailable

__all__ = ["Growing"]

log = structlog.get_logger()
_STEP = 20  # segments that are added to a new file between two groups of requests
_REST = 1.0  # seconds after a failure
_GRACE = 60.0  # seconds in which a reader may still look into the file of the version before


class Growing:
    """The file of one dataset. A new version gets a new one, made beside the old, which is read until it is whole."""

    def __init__(self, dataset: int) -> None:
        self.pk = dataset
        self.live: Live | None = None
        self.version = 0  # whose file `live` is
        self.coming: Live | None = None
        self.coming_version = 0
        self.reached = 0  # the last segment in `coming`
        self.asked = -1  # the version from which a compaction was asked for
        self._making: threading.Thread | None = None
        self._made: list[Live] = []
        self._failed_at = 0.0
        self._failure: Problem | None = None
        self.is_wanted = True  # False: nothing is shown before the next version, as far as is known
        self.pace = Pace(dataset)  # numbers on boards follow the stream

    @property
    def is_whole(self) -> bool:
        """Whether a row that is added now is seen now. Nothing is acknowledged as long as it is not."""
        return self.live is not None or not self.is_wanted

    def add(self, segment: Segment, *, sequence: int, contract: Contract) -> None:
        """Show the rows of a segment that was just acknowledged."""
        self.pace.news()
        if self.live is not None:
            self.live.apply(segment.path / "good.parquet", sequence=sequence, contract=contract)

    def follow(self, *, now: datetime) -> None:
        """Keep up with the current version; ask for a compaction where enough rows wait, or have waited enough."""
        dataset = Dataset.objects.select_related("current__contract", "contract").get(pk=self.pk)
        current = dataset.current
        if dataset.contract is not None and streaming.contract_of(dataset.contract).mapalus.get("counts_by"):
            current = None  # only counts are published: they change with the next version
        self.is_wanted = current is not None
        if current is not None and current.number != self.version and time.monotonic() > self._failed_at + _REST:
            self._follow(dataset, current)
        self._ask(dataset, now=now)

    def drop(self) -> None:
        """Begin anew: something went wrong with the file."""
        self.close()

    def begin_anew(self) -> None:
        """Something went wrong with the file that is being made: another one is begun, after a moment of rest."""
        self._failed_at = time.monotonic()
        if self._making is not None:
            self._making.join()
        for live in (self.coming, *self._made):
            if live is not None:
                live.close()
        self._making, self.coming, self.coming_version = None, None, 0
        self._made.clear()

    def close(self) -> None:
        for live in (self.live, self.coming, *self._made):
            if live is not None:
                live.close()
        self.live = self.coming = None
        self.version = self.coming_version = 0
        self._made.clear()

    def _follow(self, dataset: Dataset, current: Version) -> None:
        if self.coming_version != current.number:
            self._begin(dataset, current)
        if not self.coming_version:
            return
        if self._making is not None:
            # While an older file is read nothing waits for the new one; without any, it is waited for.
            self._making.join(None if self.live is None else 0)
            if self._making.is_alive():
                return
            self._making = None
            self.coming = self._made.pop() if self._made else None
            if self.coming is None:
                raise self._failure or Unavailable
        self._catch_up(dataset, current)

    def _begin(self, dataset: Dataset, current: Version) -> None:
        self.begin_anew()
        self._failed_at = 0.0
        # What is in a version now; with this one current, all that comes after stands beside it, whatever follows.
        compacted = dataset.segments.filter(version__isnull=False).aggregate(last=Max("sequence"))["last"] or 0
        if not Dataset.objects.filter(pk=dataset.pk, current=current).exists():
            return  # another version came at this moment: at the next look, which comes before any acknowledgement
        self.coming_version, self.reached = current.number, compacted
        contract = streaming.contract_of(dataset.contract or current.contract)
        said = streaming.declared(contract)
        folder = VersionFolder(current.path)
        place = live_place(streaming.streams(), dataset=dataset.name, number=current.number)

        self._failure = None

        def make() -> None:
            is_keyed = said is None or said.mode == "upsert"
            try:
                made = Live(place, base=folder.rows, data=folder.data, contract=contract, is_keyed=is_keyed)
            except Problem as problem:
                self._failure = problem
            else:
                self._made.append(made)

        self._making = threading.Thread(target=make, name=f"stream-{self.pk}-file", daemon=True)
        self._making.start()

    def _catch_up(self, dataset: Dataset, current: Version) -> None:
        """Add what waits, some at a time while an older file is read; then readers take the new one."""
        while self.coming is not None:
            after = dataset.segments.filter(sequence__gt=self.reached).select_related("contract")
            some = list(after.order_by("sequence")[:_STEP])
            for segment in some:
                contract = streaming.contract_of(segment.contract)
                self.coming.apply(segment.path / "good.parquet", sequence=segment.sequence, contract=contract)
                self.reached = segment.sequence
            if len(some) < _STEP:
                self._take_over(dataset, current)
            elif self.live is not None:
                return

    def _take_over(self, dataset: Dataset, current: Version) -> None:
        before = self.live
        assert self.coming is not None
        self.coming.publish()
        (self.coming.folder / "retired").unlink(missing_ok=True)
        self.live, self.version, self.coming, self.coming_version = self.coming, current.number, None, 0
        if before is not None:
            before.close()
        self._sweep(dataset, current)

    def _sweep(self, dataset: Dataset, current: Version) -> None:
        """Files of other versions go, once nobody can be about to open them."""
        for folder in (streaming.streams() / dataset.name).glob("v[0-9]*"):
            mark = folder / "retired"
            if folder.name == f"v{current.number}":
                continue
            if not mark.exists():
                mark.touch()  # from now on nobody is sent here
            elif mark.stat().st_mtime < time.time() - _GRACE:
                shutil.rmtree(folder, ignore_errors=True)

    def _ask(self, dataset: Dataset, *, now: datetime) -> None:
        number = dataset.current.number if dataset.current else 0
        if self.asked == number or dataset.contract is None:
            return
        said = streaming.declared(streaming.contract_of(dataset.contract)) or streaming.Declared()
        found = dataset.segments.waiting().order_by().aggregate(rows=Sum("rows_good"), oldest=Min("at"))
        rows, oldest = found["rows"] or 0, found["oldest"]
        if oldest is None:
            return
        is_old = now - oldest >= timedelta(minutes=said.minutes)
        if rows >= said.rows or is_old or dataset.current is None:
            compacting.ask(dataset, now=now)
            self.asked = number
