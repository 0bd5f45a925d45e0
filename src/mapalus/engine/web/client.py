"""The web as a connector sees it: questions with bounded answers, and files that a broken line does not lose.

    with Web(surroundings) as web:
        answer = web.get("https://data.example.go.id/api", params={"page": 2}, auth=Auth(AuthKind.BEARER, "TOKEN"))
        for row in answer.json()["rows"]: ...
        file = web.download("https://data.example.go.id/big.csv", into=into)

One `Web` is for one harvest: it counts its bytes and seconds together, keeps connections open, resolves each host
once. What may pass (no answer, a cut line, 429, 5xx) is tried again; the rest ends in one Problem.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlencode

from mapalus.engine import exact_json
from mapalus.engine.errors import Refused, Unavailable
from mapalus.engine.text import _
from mapalus.engine.web import patience as waiting
from mapalus.engine.web import verdict
from mapalus.engine.web.addresses import with_params
from mapalus.engine.web.answers import Answer, Download
from mapalus.engine.web.auth import Entry
from mapalus.engine.web.exchange import Again, Question, Reply, exchange
from mapalus.engine.web.granting import Grant
from mapalus.engine.web.patience import Patience, now
from mapalus.engine.web.pool import Pool
from mapalus.engine.web.resuming import Part

if TYPE_CHECKING:
    from mapalus.engine.harvest.connector import Surroundings

__all__ = ["Web"]

LARGEST_ANSWER = 64 * 1024**2  # bytes of an answer that is held in memory
_PEEK = 4096
_T = TypeVar("_T")


class Web:
    """See the module. auth and headers: for every question that does not bring its own."""

    def __init__(
        self, surroundings: Surroundings, *, auth: Entry | None = None, headers: Mapping[str, str] | None = None,
        patience: Patience | None = None, trust: ssl.SSLContext | None = None,
    ) -> None:  # fmt: skip
        self._surroundings = surroundings
        self._auth = auth
        if isinstance(auth, Grant):
            auth.allowed = surroundings.allowed
        self._headers = dict(headers or {})
        self._patience = patience or Patience()
        self._until = now() + surroundings.longest
        self._received = 0
        self._pool = Pool(patience=self._patience, until=lambda: self._until, trust=trust)

    def __enter__(self) -> Web:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        self._pool.close()

    def get(
        self, address: str, *, params: Mapping[str, object] | None = None, headers: Mapping[str, str] | None = None,
        auth: Entry | None = None, largest: int = LARGEST_ANSWER, statuses: Collection[int] = (),
    ) -> Answer:  # fmt: skip
        """The answer, held in memory. statuses: those that are the caller's to read, besides 200 to 299.

        Raises Vanished (404, 410), Misconfigured (401, 403), Unavailable, Refused.
        """
        question = self._question("GET", with_params(address, params), headers, auth)
        return self._answer(question, largest, statuses)

    def head(
        self, address: str, *, params: Mapping[str, object] | None = None, headers: Mapping[str, str] | None = None,
        auth: Entry | None = None, statuses: Collection[int] = (),
    ) -> Answer:  # fmt: skip
        """As `get`, without the body."""
        question = self._question("HEAD", with_params(address, params), headers, auth)
        return self._answer(question, LARGEST_ANSWER, statuses)

    def peek(
        self, address: str, *, params: Mapping[str, object] | None = None, headers: Mapping[str, str] | None = None,
        auth: Entry | None = None, statuses: Collection[int] = (),
    ) -> Answer:  # fmt: skip
        """As `get`, with no more of the body than its first 4 KB: many hosts answer HEAD wrongly or not at all."""
        question = self._question("GET", with_params(address, params), headers, auth)

        def take(reply: Reply) -> Answer:
            self._judge(reply, question, statuses)
            body = b""
            for piece in reply.content():
                body += piece
                if len(body) >= _PEEK:
                    break
            return Answer(reply.status, body[:_PEEK], reply.headers, reply.address)

        return self._patiently(lambda: question, take)

    def post(
        self, address: str, *, body: bytes | None = None, json: object = None, form: Mapping[str, object] | None = None,
        params: Mapping[str, object] | None = None, headers: Mapping[str, str] | None = None, auth: Entry | None = None,
        largest: int = LARGEST_ANSWER, statuses: Collection[int] = (),
    ) -> Answer:  # fmt: skip
        """A question that is asked by POST: it reads only, so it is tried again like the others."""
        said = dict(headers or {})
        if json is not None:
            body, kind = exact_json.dump(json).encode(), "application/json"
        elif form is not None:
            body, kind = urlencode(form, doseq=True).encode(), "application/x-www-form-urlencoded"
        else:
            kind = "application/octet-stream"
        if not any(name.lower() == "content-type" for name in said):
            said["Content-Type"] = kind
        question = self._question("POST", with_params(address, params), said, auth, body or b"")
        return self._answer(question, largest, statuses)

    def download(
        self, address: str, *, into: Path, name: str = "received", params: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None, auth: Entry | None = None, etag: str = "", modified: str = "",
        look: Callable[[Answer], None] = lambda answer: None, statuses: Collection[int] = (),
    ) -> Download | None:  # fmt: skip
        """The file as `into/name`. None: the host says that it is still as `etag` or `modified` say.

        look: sees status, headers and final address before the body, and refuses with a Problem what it does not
        want; of `statuses` it must refuse all.
        What an interrupted call left in `into` is gone on from when the host can do that and the file is the same.
        Raises as `get`.
        """
        asked = self._question("GET", with_params(address, params), headers, auth)
        part = Part(into, name, address=asked.address)

        def take(reply: Reply) -> Download | None:
            if reply.status == 304 and (etag or modified):
                return None
            if reply.status not in (206, 416):
                self._judge(reply, asked, statuses)
                look(Answer(reply.status, b"", reply.headers, reply.address))
            return part.receive(reply, count=self._count, largest=self._surroundings.largest, tell=self._tell)

        def question() -> Question:
            known = {"If-None-Match": etag} if etag else {"If-Modified-Since": modified} if modified else {}
            # packed answers cannot be gone on from in the middle
            extra = {"Accept-Encoding": "identity", **(part.headers() or known)}
            return Question(asked.method, asked.address, {**asked.headers, **extra}, None, asked.auth)

        return self._patiently(question, take)

    def _question(
        self, method: str, address: str, headers: Mapping[str, str] | None, auth: Entry | None,
        body: bytes | None = None,
    ) -> Question:  # fmt: skip
        return Question(method, address, {**self._headers, **(headers or {})}, body, auth or self._auth)

    def _answer(self, question: Question, largest: int, statuses: Collection[int]) -> Answer:
        def take(reply: Reply) -> Answer:
            self._judge(reply, question, statuses)
            body = bytearray()
            for piece in reply.content() if question.method != "HEAD" else ():
                self._count(len(piece))
                body += piece
                if len(body) > largest:
                    raise _too_large(largest)
            return Answer(reply.status, bytes(body), reply.headers, reply.address)

        return self._patiently(lambda: question, take)

    def _judge(self, reply: Reply, question: Question, statuses: Collection[int]) -> None:
        if reply.status in statuses or (200 <= reply.status < 300 and reply.status != 206):
            return
        if reply.status == 401 and isinstance(question.auth, Grant) and question.auth.renew():
            raise Again(Unavailable(_("%(host)s wants a new token."), host=reply.host))  # it ended before its time
        verdict.judge(reply, question.auth)

    def _patiently(self, question: Callable[[], Question], take: Callable[[Reply], _T]) -> _T:
        failures = 0
        while True:
            try:
                return exchange(
                    question(), take, pool=self._pool, secret=self._surroundings.secret,
                    allowed=self._surroundings.allowed,
                )  # fmt: skip
            except Again as again:
                failures = 1 if again.progressed else failures + 1
                self._wait(failures, again)

    def _wait(self, failures: int, again: Again) -> None:
        """Pause before the next try, or say what went wrong when there is none left, or no time."""
        wait = self._patience.wait(failures, again.after)
        is_over = failures >= self._patience.tries or now() + wait >= self._until
        if is_over or (again.after or 0) > self._patience.longest * 2:
            raise again.problem from again.__cause__
        waiting.pause(wait)

    def _count(self, size: int) -> None:
        self._received += size
        if self._received > self._surroundings.largest:
            raise _too_large(self._surroundings.largest)
        if now() > self._until:
            raise Unavailable(_("The source is too slow: it was given up after %(minutes)s minutes."),
                              minutes=max(1, round(self._surroundings.longest / 60)))  # fmt: skip

    def _tell(self, share: float) -> None:
        self._surroundings.tell(_("The file is being received."), share)


def _too_large(largest: int) -> Refused:
    return Refused("too-large", _("The file is larger than %(largest)s MB."), largest=largest // 1024**2)
