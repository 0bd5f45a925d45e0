"""The intake of streams: the one process that checks, writes and acknowledges rows sent one after another.

Requests wait in a lane of their dataset; whatever waits is taken together: one check, one segment on the disk, one
commit, then all are answered. So the cost of a commit is shared by those who come at the same moment, and nobody waits
for more to come. It lives outside the web processes, which never load the table engine; they speak to it by `wire`.
"""

from __future__ import annotations

import hashlib
import shutil
import threading
import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from django.db import Error as DatabaseFault
from django.db import close_old_connections, connection
from django.db.backends.signals import connection_created

from mapalus.apps.catalogue import streaming, stumbles
from mapalus.apps.catalogue.growing import Growing
from mapalus.apps.catalogue.models import Dataset, StreamKey, StreamRequest, StreamSegment
from mapalus.engine import clock
from mapalus.engine.data.contract import Contract
from mapalus.engine.data.plan import JOINT
from mapalus.engine.data.segments import Flaw, Segment, write_segment
from mapalus.engine.errors import Conflict, Problem
from mapalus.engine.text import _, translate

__all__ = ["LARGEST", "MOST_LINES", "MOST_WAITING", "Answer", "Intake", "Lane", "Waiting"]

log = structlog.get_logger()
LARGEST = 8 * 1024**2  # bytes of one request
MOST_LINES = 20_000  # of one request
MOST_WAITING = 32 * 1024**2  # bytes that may wait in a lane; who comes then is asked to come again
_GROUP_LINES = 20_000  # taken together at most
_PATIENCE = 30.0  # seconds until a request that was not answered is given up
_LOOK = 0.25  # seconds between two looks at what else has to be done
_WHOLE = 5.0  # seconds in which a file beside the version that is missing may come back
_MOMENT = 0.02  # seconds
_TOLD = 100  # wrong lines that an answer describes
_FAULTS = (Problem, DatabaseFault, OSError)  # what may go wrong outside of our hands; anything else is a bug


@dataclass(frozen=True)
class Answer:
    """What the sender hears: an HTTP status and a JSON object."""

    status: int
    body: dict[str, Any]


@dataclass
class Waiting:
    """A request in a lane."""

    key: int
    name: str
    digest: str
    lines: list[bytes]
    size: int
    answer: Answer | None = None
    done: threading.Event = field(default_factory=threading.Event)

    @classmethod
    def of(cls, key: int, name: str, body: bytes) -> Waiting:
        lines = [line for line in body.splitlines() if line.strip()]
        return cls(key, name, hashlib.sha256(body).hexdigest(), lines, len(body))

    def tell(self, answer: Answer) -> None:
        self.answer = answer
        self.done.set()


class Intake:
    """All lanes. `submit` may be called from many threads at once."""

    def __init__(self, *, scratch: Path) -> None:
        self.scratch = scratch
        self._lanes: dict[int, Lane] = {}
        self._lock = threading.Lock()
        self.is_ending = False

    def begin(self) -> None:
        """Open a lane for every dataset with rows that wait to become a version: readers see them again at once."""
        waiting = StreamSegment.objects.waiting().order_by().values_list("dataset", "dataset__name").distinct()
        named = {str(name) for _key, name in waiting}
        for folder in streaming.streams().glob("*/v[0-9]*"):
            if folder.parent.name not in named:
                shutil.rmtree(folder, ignore_errors=True)  # nothing stands beside the version
        for dataset, _name in waiting:
            self._lane(int(dataset))

    def submit(self, *, dataset: int, key: int, name: str, body: bytes) -> Answer:
        """Wait until the rows are on the disk, and visible, or are refused."""
        waiting = Waiting.of(key, name, body)
        if not self._lane(dataset).put(waiting):
            return Answer(429, {"code": "too-many-requests"})
        if not waiting.done.wait(_PATIENCE) or waiting.answer is None:
            return Answer(503, {"code": "unavailable"})
        return waiting.answer

    def end(self) -> None:
        """Finish what was taken up; what only waits is not acknowledged."""
        self.is_ending = True
        for lane in list(self._lanes.values()):
            lane.join(10)

    def _lane(self, dataset: int) -> Lane:
        with self._lock:
            lane = self._lanes.get(dataset)
            if lane is None or not lane.is_alive():
                lane = self._lanes[dataset] = Lane(self, dataset)
                lane.start()
            return lane


class Lane(threading.Thread):
    """The one writer of a dataset's stream."""

    def __init__(self, intake: Intake, dataset: int) -> None:
        super().__init__(name=f"stream-{dataset}", daemon=True)
        self.intake, self.pk = intake, dataset
        self.queue: deque[Waiting] = deque()
        self.size = 0
        self.condition = threading.Condition()
        self.growing = Growing(dataset)
        self.name_of_dataset = Dataset.objects.filter(pk=dataset).values_list("name", flat=True).first() or ""
        self.asked_at = 0.0

    def put(self, waiting: Waiting) -> bool:
        with self.condition:
            if self.size + waiting.size > MOST_WAITING and self.queue:
                return False
            self.queue.append(waiting)
            self.size += waiting.size
            self.condition.notify()
            return True

    def run(self) -> None:
        connection_created.connect(_synced, dispatch_uid="stream")
        connection.close()  # the next one is opened so that a commit is a promise
        self.growing.pace.start()
        try:
            self.look(force=True)  # readers see what is acknowledged from the first request on
            while not self.intake.is_ending:
                try:
                    self._turn()
                except Exception as bug:
                    # The border of this thread, as a door is one: a bug is told, with what it was, and the next turn
                    # begins anew. A lane that ended here would let everybody wait.
                    self._stumbled("bug", bug)
                    self.growing.begin_anew()
        finally:
            self.growing.pace.end()
            self.growing.close()
            connection.close()
            with self.condition:
                _give_up(self.queue)

    def _turn(self) -> None:
        group = self._next()
        if group:
            self.serve(group)
        else:
            close_old_connections()
        self.look(force=not group)

    def _next(self) -> list[Waiting]:
        with self.condition:
            if not self.queue:
                self.condition.wait(_LOOK)
            group: list[Waiting] = []
            lines = 0
            while self.queue and (not group or lines + len(self.queue[0].lines) <= _GROUP_LINES):
                one = self.queue.popleft()
                self.size -= one.size
                lines += len(one.lines)
                group.append(one)
            return group

    def look(self, *, force: bool) -> None:
        """What else there is to do: follow the current version, ask for a compaction."""
        if not force and time.monotonic() - self.asked_at < _LOOK:
            return
        self.asked_at = time.monotonic()
        try:
            self.growing.follow(now=clock.now())
        except _FAULTS as error:
            self._stumbled("following", error)
            self.growing.begin_anew()  # the file that readers have goes on

    def serve(self, group: list[Waiting]) -> None:
        """Acknowledge or refuse each of these; none is left without an answer."""
        try:
            # Whoever is acknowledged sees the rows from that moment on: without the file beside the version, as when
            # another one came while it was begun, or the disk failed, nothing is acknowledged yet.
            is_visible = self._make_whole()
            dataset = Dataset.objects.select_related("contract", "current", "unit").get(pk=self.pk)
            for key, mine in _by_key(_unknown(group, is_visible=is_visible)).items():
                self._acknowledge(dataset, key, mine)
        except _FAULTS as error:
            self._stumbled("taking", error)
            _give_up(group, answer=_problem(error))
        finally:
            _give_up(group)  # whatever happened, nobody is left waiting

    def _make_whole(self) -> bool:
        """Whether rows are seen as soon as they are added; what is missing for that is waited for, not for ever.

        Rows that are safe and not seen are better than rows that nobody takes: the answer says so.
        """
        until = time.monotonic() + _WHOLE
        while not self.growing.is_whole and not self.intake.is_ending and time.monotonic() < until:
            self.look(force=True)
            if not self.growing.is_whole:
                time.sleep(_MOMENT)
        return self.growing.live is not None

    def _stumbled(self, doing: str, error: Exception) -> None:
        log.error("stream_stumbled", dataset=self.pk, doing=doing, exc_info=error)
        if self.name_of_dataset:
            stumbles.write_down(self.name_of_dataset, doing=doing, error=error, now=clock.now())

    def _acknowledge(self, dataset: Dataset, key: int, mine: list[Waiting]) -> None:
        try:
            self._write(dataset, key, mine)
        except Problem as problem:
            if len(mine) == 1:
                mine[0].tell(_problem(problem))
                return
            for waiting in mine:  # one of them is at fault: each by itself
                self._acknowledge(dataset, key, [waiting])

    def _write(self, dataset: Dataset, key: int, mine: Sequence[Waiting]) -> None:
        kept = dataset.contract
        contract = streaming.contract_of(kept) if kept else None
        if kept is None or contract is None or streaming.declared(contract) is None:
            raise Conflict(_("This dataset takes no rows one after another."), advice="")
        sender = StreamKey.objects.select_related("dataset__unit").get(pk=key)
        last = dataset.segments.order_by("-sequence").values_list("sequence", flat=True).first() or 0
        segment = write_segment(
            streaming.streams(), dataset=dataset.name, sequence=last + 1,
            lines=[line for waiting in mine for line in waiting.lines], contract=contract, scratch=self.intake.scratch,
            language="id",
        )  # fmt: skip
        personal = frozenset(item.name for item in contract.fields if item.is_personal)
        answers = _answers(dataset, segment, mine, sequence=last + 1, personal=personal)
        first, requests = 1, []
        for waiting, answer in zip(mine, answers, strict=True):
            requests.append(
                streaming.Asked(waiting.name, waiting.digest, first, {**answer.body, "status": answer.status})
            )
            first += len(waiting.lines)
        streaming.receive_rows(
            dataset, segment=segment, sequence=last + 1, contract=kept, key=sender, requests=requests,
            by=streaming.sender(sender), now=clock.now(),
        )  # fmt: skip
        is_visible = self._show(segment, sequence=last + 1, contract=contract)
        for waiting, answer in zip(mine, answers, strict=True):
            waiting.tell(_seen(answer, is_visible=is_visible))

    def _show(self, segment: Segment, *, sequence: int, contract: Contract) -> bool:
        try:
            self.growing.add(segment, sequence=sequence, contract=contract)
        except _FAULTS as error:
            self._stumbled("showing", error)
            self.growing.drop()  # the rows are safe; the file is made anew before anybody is told
        return self._make_whole()


def _give_up(group: Iterable[Waiting], *, answer: Answer | None = None) -> None:
    for waiting in group:
        if not waiting.done.is_set():
            waiting.tell(answer or Answer(503, {"code": "unavailable"}))


def _seen(answer: Answer, *, is_visible: bool) -> Answer:
    """With whether the rows can be read by now. It is not remembered with the answer: it changes."""
    return Answer(answer.status, {**answer.body, "visible": is_visible})


def _synced(connection: Any, **_said: object) -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=FULL")


def _unknown(group: Sequence[Waiting], *, is_visible: bool) -> list[Waiting]:
    """Those that were not acknowledged before; the others are answered as they were then."""
    names = {(one.key, one.name) for one in group}
    known = {
        (one.key_id, one.name): one
        for one in StreamRequest.objects.filter(key__in={key for key, _name in names}, name__in={n for _k, n in names})
    }
    fresh: dict[tuple[int, str], Waiting] = {}
    for waiting in group:
        place = waiting.key, waiting.name
        before = known.get(place)
        if before is not None:
            waiting.tell(_seen(_again(before, waiting), is_visible=is_visible))
        elif place in fresh:
            # the same request twice at the same moment: the second hears so, and asks again
            waiting.tell(Answer(409, {"code": "conflict"}))
        else:
            fresh[place] = waiting
    return list(fresh.values())


def _again(before: StreamRequest, waiting: Waiting) -> Answer:
    if before.digest != waiting.digest:
        text = _("Another request was sent under this name before; a name stands for one request.")
        return Answer(422, {"code": "invalid", "detail": translate(text, language="id")})
    said = dict(before.answer)
    return Answer(int(said.pop("status", 200)), said)


def _by_key(group: Sequence[Waiting]) -> dict[int, list[Waiting]]:
    found: dict[int, list[Waiting]] = {}
    for waiting in group:
        found.setdefault(waiting.key, []).append(waiting)
    return found


def _answers(
    dataset: Dataset, segment: Segment, mine: Sequence[Waiting], *, sequence: int, personal: frozenset[str]
) -> list[Answer]:
    answers, first = [], 1
    for waiting in mine:
        last = first + len(waiting.lines) - 1
        bad = sum(1 for line in segment.bad_lines if first <= line <= last)
        flaws = [flaw for flaw in segment.flaws if first <= flaw.line <= last][:_TOLD]
        body = {
            "dataset": dataset.name,
            "request": waiting.name,
            "received": len(waiting.lines),
            "accepted": len(waiting.lines) - bad,
            "rejected": bad,
            "sequence": sequence,
            "errors": [_told(flaw, first, personal) for flaw in flaws],
        }
        answers.append(Answer(200 if bad < len(waiting.lines) or not bad else 422, body))
        first = last + 1
    return answers


def _told(flaw: Flaw, first: int, personal: frozenset[str]) -> dict[str, Any]:
    """A wrong cell as the sender hears of it; answers are remembered, so a personal value is never in one."""
    message = flaw.message
    if flaw.code == "parse-error":
        message = translate(_("This line is no JSON object."), language="id")
    elif personal and (not flaw.field or personal.intersection(flaw.field.split(JOINT))):
        message = translate(_("This value does not fit what was agreed."), language="id")
    return {
        "line": flaw.line - first + 1, "field": flaw.field, "code": flaw.code, "rule": flaw.rule, "message": message,
    }  # fmt: skip


def _problem(error: Exception) -> Answer:
    if isinstance(error, Problem):
        return Answer(error.status, {"code": error.code, "detail": error.say(language="id")})
    return Answer(503, {"code": "unavailable"})
