"""One question and its answer, redirects followed and looked at again; nothing is tried twice here."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar
from urllib.parse import urljoin

from mapalus.engine.errors import Problem, Refused, Unavailable
from mapalus.engine.text import _
from mapalus.engine.web.addresses import Target, is_listed, origin, shown
from mapalus.engine.web.auth import Entry
from mapalus.engine.web.decoding import CODINGS, decoded
from mapalus.engine.web.lines import failure
from mapalus.engine.web.patience import now
from mapalus.engine.web.pool import Pool

__all__ = ["AGENT", "Again", "Question", "Reply", "exchange"]

AGENT = "Mapalus (data platform of a province)"
_REDIRECTS = 5
_PIECE = 1 << 16
_GRACE, _SLOWEST = 120.0, 64  # seconds after which an answer must have come with so many bytes a second
_FREE, _TIGHTEST = 64 * 1024**2, 300  # bytes unpacked, and from there on how many to each that was sent
_MOVED = (301, 302, 303, 307, 308)
# what may go to a host that the question was not meant for
_HARMLESS = {"accept", "accept-encoding", "accept-language", "range", "if-range", "if-none-match", "if-modified-since"}
_T = TypeVar("_T")


class Again(Exception):
    """It failed in a way that may pass. after: seconds the host asks for. progressed: something came before."""

    def __init__(self, problem: Problem, *, after: float | None = None, progressed: bool = False) -> None:
        super().__init__()
        self.problem = problem
        self.after = after
        self.progressed = progressed


@dataclass(frozen=True)
class Question:
    """auth goes to the host of `address` and to no other."""

    method: str
    address: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    auth: Entry | None = None


class Reply:
    """An answer whose body has not been read yet."""

    def __init__(self, response: http.client.HTTPResponse, *, address: str, host: str) -> None:
        self.status = response.status
        self.headers: Mapping[str, str] = {name.lower(): value for name, value in response.getheaders()}
        self.address = address  # without what the auth adds
        self.host = host
        self.is_drained = False
        self._came = 0
        self._response = response

    @property
    def coding(self) -> str:
        coding = self.headers.get("content-encoding", "").strip().lower()
        return "" if coding == "identity" else coding

    def content(self) -> Iterator[bytes]:
        """The body unpacked. Raises `Again` where it was cut off, `Refused` for a packing nobody knows."""
        unreadable = _("%(host)s packs its answer in a way that cannot be read.")
        if self.coding and self.coding not in CODINGS:
            raise Refused("bad-encoding", unreadable, host=self.host)
        try:
            yield from self._unpacked() if self.coding else self._sent()
        except EOFError as error:
            raise Again(self._cut()) from error
        except ValueError as error:
            raise Refused("bad-encoding", unreadable, host=self.host) from error

    def _unpacked(self) -> Iterator[bytes]:
        """What was packed so tightly that no table is like it would only fill the disk."""
        size = 0
        for piece in decoded(self._sent(), self.coding):
            size += len(piece)
            if size > _FREE and size > _TIGHTEST * max(self._came, 1):
                text = _("%(host)s packs its answer in a way that cannot be read.")
                raise Refused("bad-encoding", text, host=self.host)
            yield piece

    def _sent(self) -> Iterator[bytes]:
        expected, came, begun = self._response.length, 0, now()
        while piece := self._piece():
            came += len(piece)
            self._came = came
            yield piece
            if (spent := now() - begun) > _GRACE and came < _SLOWEST * spent:
                raise Again(Unavailable(_("%(host)s does not answer in time."), host=self.host))
        if expected is not None and came < expected:  # http.client is silent about it
            raise Again(self._cut())
        self.is_drained = True

    def _piece(self) -> bytes:
        try:
            return self._response.read1(_PIECE)
        except (OSError, http.client.HTTPException) as error:
            raise Again(failure(error, self.host)) from error

    def _cut(self) -> Unavailable:
        return Unavailable(_("%(host)s cut its answer off."), host=self.host)


def exchange(
    question: Question, take: Callable[[Reply], _T], *, pool: Pool, secret: Callable[[str], str],
    allowed: Collection[str],
) -> _T:  # fmt: skip
    """What `take` makes of the answer. Raises `Again` where another try may help, else a Problem."""
    here = question
    for _hop in range(_REDIRECTS + 1):
        target, sent = _prepared(here, pool, secret, allowed)
        with _Round(pool, target, sent) as reply:
            if reply.status not in _MOVED or not reply.headers.get("location"):
                return take(reply)
            here = _moved(here, reply.status, reply.headers["location"], question)
    raise Refused("too-many-redirects", _("%(address)s leads on and on."), address=shown(question.address))


class _Round:
    """One hop over one connection, which goes back to the pool only when its answer was read to the end."""

    def __init__(self, pool: Pool, target: Target, question: Question) -> None:
        self._pool, self._target, self._question = pool, target, question

    def __enter__(self) -> Reply:
        asked = self._question
        try:
            self._connection, self._response = self._pool.ask(
                self._target, asked.method, headers=asked.headers, body=asked.body
            )
        except (OSError, http.client.HTTPException) as error:
            raise Again(failure(error, self._target.host)) from error
        except Unavailable as error:
            raise Again(error) from error
        self._reply = Reply(self._response, address=asked.address, host=self._target.host)
        return self._reply

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        reusable = error is None and (self._reply.is_drained or self._response.length == 0)
        self._response.close()
        if reusable and not self._response.will_close:
            self._pool.keep(self._target, self._connection)
        else:
            self._connection.close()


def _prepared(
    question: Question, pool: Pool, secret: Callable[[str], str], allowed: Collection[str]
) -> tuple[Target, Question]:
    """Where to go, and the headers as they go over the wire. The question keeps its address without what is secret."""
    try:
        target = pool.resolve(question.address, allowed)
    except Unavailable as error:
        raise Again(error) from error
    headers = {"Accept": "*/*", "Accept-Encoding": "gzip, deflate", **question.headers, "User-Agent": AGENT}
    auth = question.auth
    if auth is None:
        return target, replace(question, headers=headers)
    if target.parts.scheme == "http" and not is_listed(target, allowed):
        raise Refused(
            "secret-in-clear",
            _("%(host)s is asked without encryption: a secret is not sent that way."),
            advice=_("Write the address with https."),
            host=target.host,
        )
    address, said = auth.sign(question.method, question.address, question.body, secret)
    return pool.resolve(address, allowed), replace(question, headers={**headers, **said})


def _moved(here: Question, status: int, location: str, first: Question) -> Question:
    """The question to ask where the answer leads; another host is told nothing that was meant for the first."""
    address = urljoin(here.address, location).partition("#")[0]
    if here.address.startswith("https://") and not address.startswith("https://"):
        raise Refused(
            "insecure-redirect",
            _("%(address)s leads from an encrypted address to one that is not."),
            address=shown(here.address),
        )
    is_home = _is_home(address, first.address)
    method, body = (here.method, here.body) if status in (307, 308) or here.method == "HEAD" else ("GET", None)
    if body is not None and not is_home:
        raise Refused(
            "foreign-redirect",
            _("%(address)s leads the question on to another host, which it was not meant for."),
            address=shown(here.address),
        )
    headers = {name: value for name, value in here.headers.items() if is_home or name.lower() in _HARMLESS}
    if body is None:
        headers = {name: value for name, value in headers.items() if name.lower() != "content-type"}
    return Question(method, address, headers, body, first.auth if is_home else None)


def _is_home(address: str, first: str) -> bool:
    """The same host and port, or the same host which now wants encryption."""
    there, home = origin(address), origin(first)
    return there == home or (home[0] == "http" and home[2] == 80 and there == ("https", home[1], 443))
