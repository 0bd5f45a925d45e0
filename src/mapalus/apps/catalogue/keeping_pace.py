"""Indicators of a stream, worked out as its rows come: a thread beside its lane, so that nobody who sends waits for it.

What comes while it works is taken together with the next round, the latest wins. Only indicators whose values changed
are recorded, so boards hear of what changed and of nothing else.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from datetime import datetime

import structlog
from django.db import DatabaseError, InterfaceError, connection

from mapalus.apps.catalogue import indicators, streaming
from mapalus.apps.catalogue.models import Dataset, Measurement, StreamSegment, Version
from mapalus.engine import clock
from mapalus.engine.data.indicator import Declaration
from mapalus.engine.data.indicator.frame import Frame
from mapalus.engine.data.warm import Warm

__all__ = ["Pace"]

log = structlog.get_logger()
_MOST = 3_000_000  # rows of a version that are kept at hand, in some 200 MB; a larger one is measured when published
_APART = 0.2  # seconds between two rounds at least
_SHARE = 4  # times as long as a round took, it rests: at most a fifth of a processor
_FILES = 100  # segments taken at once
_LOOK = 1.0  # seconds between two looks at whether there is another version, or others recorded something
_REST = 2.0  # seconds after a failure


class Pace(threading.Thread):
    """Of one dataset. `news` says that rows came; it may be called from any thread."""

    def __init__(self, dataset: int) -> None:
        super().__init__(name=f"stream-{dataset}-indicators", daemon=True)
        self.pk = dataset
        self._news = threading.Event()
        self._is_ending = False
        self._warm: Warm | None = None
        self._version = 0  # number of the version whose rows are at hand
        self._reached = 0  # the last segment among them
        self._too_large = 0  # number of the version whose rows did not find room
        self._recorded: dict[tuple[str, str], Frame] = {}
        self._recorded_at: datetime | None = None

    def news(self) -> None:
        self._news.set()

    def end(self) -> None:
        self._is_ending = True
        self._news.set()
        if self.ident is not None:
            self.join(5)

    def run(self) -> None:
        try:
            while not self._is_ending:
                self._news.wait(_LOOK)
                self._news.clear()
                begun = time.thread_time()
                try:
                    self.follow(now=clock.now())
                except MemoryError:
                    # Its numbers follow with the next version, as those of every table too large for this.
                    log.warning("stream_too_large_to_follow", dataset=self.pk, version=self._version)
                    self._too_large = self._version
                    self._drop()
                except Exception as error:
                    # Whatever it was, rows are taken in all the same, and the next round begins anew.
                    if isinstance(error, (DatabaseError, InterfaceError)):
                        log.warning("stream_measuring_without_database", dataset=self.pk, error=type(error).__name__)
                    else:
                        log.exception("stream_measuring_failed", dataset=self.pk)
                    self._drop()
                    connection.close()
                    self._pause(_REST)
                else:
                    self._pause(max(_APART, _SHARE * (time.thread_time() - begun)) if self._news.is_set() else _APART)
        finally:
            self._drop()
            connection.close()

    def _pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self._is_ending and (rest := until - time.monotonic()) > 0:
            time.sleep(min(rest, 0.25))

    def follow(self, *, now: datetime) -> int:
        """One round. How many indicators changed."""
        dataset = Dataset.objects.select_related("current__contract", "contract").get(pk=self.pk)
        declared = indicators.dependents(dataset.name)
        current = dataset.current
        if (
            not declared or current is None or dataset.contract is None or current.rows_good > _MOST
            or current.number == self._too_large
        ):  # fmt: skip
            self._drop()
            return 0
        contract = streaming.contract_of(dataset.contract)
        if contract.mapalus.get("counts_by"):
            return 0  # only counts are published: they change with the next version
        if self._warm is None or self._version != current.number:
            self._begin(dataset, current, declared)
        if self._warm is None or not (self._catch_up(dataset) or self._is_foreign(current)):
            return 0
        if not Dataset.objects.filter(pk=self.pk, current=current).exists():
            self._news.set()  # another version came at this moment
            return 0
        return self._record(current, declared, now=now)

    def _begin(self, dataset: Dataset, current: Version, declared: Sequence[Declaration]) -> None:
        self._drop()
        if dataset.contract is None or not dataset.segments.waiting().exists():
            return  # the version says it all, and its publication sets off its own round
        contract = streaming.contract_of(dataset.contract)
        said = streaming.declared(contract)
        parts = [part for one in declared for part in one.inputs]
        self._version = current.number
        self._warm = Warm(
            current.path / "data.parquet",
            columns={name for part in parts if part.dataset == dataset.name for name in part.all_columns},
            key=contract.primary_key if said is None or said.mode == "upsert" else (),
        )

    def _catch_up(self, dataset: Dataset) -> bool:
        """Take what waits; whether anything did."""
        assert self._warm is not None
        some: list[StreamSegment] = list(
            dataset.segments.waiting().filter(sequence__gt=self._reached).order_by("sequence")
        )
        for start in range(0, len(some), _FILES):
            taken = some[start : start + _FILES]
            self._warm.add([one.path / "good.parquet" for one in taken])
            self._reached = taken[-1].sequence
        return bool(some)

    def _is_foreign(self, current: Version) -> bool:
        """Whether somebody else recorded values of this version since: a job that knew less than is known here."""
        if self._recorded_at is None:
            return False
        codes = {code for code, _input in self._recorded}
        newest = Measurement.objects.filter(version=current, indicator__code__in=codes)
        is_foreign = newest.filter(computed_at__gt=self._recorded_at).exists()
        if is_foreign:
            self._recorded.clear()
        return is_foreign

    def _record(self, current: Version, declared: Sequence[Declaration], *, now: datetime) -> int:
        assert self._warm is not None
        with self._warm.within_bounds():
            found = indicators.reduced(current, declared, table=self._warm.source, connection=self._warm.connection)
        changed = {
            place: frame for place, frame in found.frames.items() if not _is_known(frame, self._recorded.get(place))
        }
        if not changed:
            return 0
        codes = {code for code, _input in changed}
        touched = [one for one in declared if one.code in codes or codes & set(one.indicators)]
        indicators.record(current, indicators.Reduced(changed, found.problems), touched, now=now)
        self._recorded |= changed
        self._recorded_at = now
        return len(codes)

    def _drop(self) -> None:
        if self._warm is not None:
            self._warm.close()
        self._warm, self._version, self._reached = None, 0, 0
        self._recorded.clear()
        self._recorded_at = None


def _is_known(frame: Frame, recorded: Frame | None) -> bool:
    """Whether it says what was recorded; that the same number now stands in a later row is no news."""
    if recorded is None or tuple(frame.keys) != tuple(recorded.keys):
        return False
    mine = (frame.values, frame.numerators, frame.denominators, frame.rows, frame.marks)
    theirs = (recorded.values, recorded.numerators, recorded.denominators, recorded.rows, recorded.marks)
    return all(list(one) == list(other) for one, other in zip(mine, theirs, strict=True))
