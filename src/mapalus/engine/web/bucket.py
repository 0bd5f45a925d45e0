"""A bucket of an S3-compatible storage as a place for our own files: put, get, list, remove.

The address comes from the administrator's settings, so it may be a private one. Every answer is bounded in time; what
is put is signed with its hash, so that the storage refuses what was changed on the way.
"""

from __future__ import annotations

import hashlib
import http.client
import ssl
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import time
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from mapalus.engine.errors import Misconfigured, NotFound, Unavailable
from mapalus.engine.text import _
from mapalus.engine.web.signing import EMPTY, signed

__all__ = ["LARGEST", "Bucket", "sha256_of"]

LARGEST = 5 * 1024**3  # bytes that one request may put
_SECONDS = 60.0  # of silence
_CHUNK = 1 << 20
_MOST_PAGES = 10_000
_TRIES = 3
_HEAD = 65_536  # bytes of an answer that is not a file


@dataclass(frozen=True)
class Bucket:
    """`address`: of the service; the bucket's name stands behind it, as MinIO, Ceph and AWS understand it."""

    address: str
    name: str
    prefix: str = ""  # before every key; empty or ending with a stroke
    region: str = "us-east-1"
    key_id: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)

    def put(self, key: str, path: Path) -> None:
        """Bring a file there, whole. Raises `Unavailable`, `Misconfigured`."""
        if path.stat().st_size > LARGEST:
            raise Misconfigured(_("A file of %(size)s GB is too large for the object storage."), size=LARGEST >> 30)
        self._asked("PUT", key, file=path, sha256=sha256_of(path))

    def put_bytes(self, key: str, body: bytes) -> None:
        self._asked("PUT", key, body=body, sha256=hashlib.sha256(body).hexdigest())

    def get(self, key: str, into: Path) -> None:
        """Fetch an object into a file, synced by nobody. Raises `NotFound`, `Unavailable`, `Misconfigured`."""
        self._asked("GET", key, into=into)

    def get_bytes(self, key: str) -> bytes:
        """A small object."""
        return self._asked("GET", key)

    def remove(self, key: str) -> None:
        """Gone afterwards, whether it was there or not."""
        self._asked("DELETE", key)

    def listed(self, under: str = "") -> Iterator[str]:
        """Every key below `under`, without the prefix; an interrupted list is a Problem, never a short one."""
        return (key for key, _at in self.dated(under))

    def dated(self, under: str = "") -> Iterator[tuple[str, datetime]]:
        """As `listed`, each key with the moment it was last written, by the clock of the storage."""
        following: dict[str, str] = {}
        for _page in range(_MOST_PAGES):
            query = {"list-type": "2", "prefix": self.prefix + under, **following}
            root = _tree(self._asked("GET", None, query=query, most=64 * _HEAD))
            for one in (one for one in root if one.tag.rpartition("}")[2] == "Contents"):
                said = {part.tag.rpartition("}")[2]: str(part.text or "") for part in one}
                yield said.get("Key", "").removeprefix(self.prefix), _moment(said.get("LastModified", ""))
            token = next((e.text for e in root.iter() if e.tag.rpartition("}")[2] == "NextContinuationToken"), None)
            if not token:
                return
            following = {"continuation-token": str(token)}
        raise Unavailable

    def _asked(self, method: str, key: str | None, *, query: dict[str, str] | None = None, **more: Any) -> bytes:
        """Ask, and ask again where the storage is busy or the line broke: each of these may be done twice."""
        for attempt in range(1, _TRIES + 1):
            try:
                return self._once(method, key, query or {}, **more)
            except (OSError, http.client.HTTPException, _Busy) as error:
                if attempt == _TRIES:
                    raise Unavailable(_("The object storage does not answer.")) from error
        raise AssertionError("unreachable")

    def _once(
        self,
        method: str,
        key: str | None,
        query: dict[str, str],
        *,
        body: bytes = b"",
        file: Path | None = None,
        into: Path | None = None,
        sha256: str = EMPTY,
        most: int = _HEAD,
    ) -> bytes:
        path = f"/{quote(self.name)}/" + ("" if key is None else quote(self.prefix + key, safe="/-_.~"))
        parts = urlsplit(self.address)
        address = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}{path}" + (
            f"?{urlencode(query)}" if query else ""
        )
        moment = datetime.fromtimestamp(time(), tz=UTC)
        headers: dict[str, str] = {"x-amz-content-sha256": sha256}
        if self.secret:
            address, headers = signed(
                method, address, moment=moment, region=self.region, key_id=self.key_id, key=self.secret, sha256=sha256
            )
        asked = urlsplit(address)
        line = _line(asked.scheme, asked.netloc)
        try:
            target = asked.path + (f"?{asked.query}" if asked.query else "")
            if file is not None:
                with file.open("rb") as stream:
                    size = {"Content-Length": str(file.stat().st_size)}
                    line.request(method, target, body=stream, headers=headers | size)
            else:
                line.request(method, target, body=body if method == "PUT" else None, headers=headers)
            answer = line.getresponse()
            if answer.status >= 300:
                raise _refusal(answer.status, answer.read(_HEAD))
            return _kept(answer, into, most)
        finally:
            line.close()


class _Busy(Exception):
    """The storage asks for patience."""


def _line(scheme: str, host: str) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(host, timeout=_SECONDS, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, timeout=_SECONDS)


def _kept(answer: http.client.HTTPResponse, into: Path | None, most: int) -> bytes:
    if into is None:
        body = answer.read(most + 1)
        if len(body) > most:
            raise Unavailable
        return body
    with into.open("wb") as out:
        while chunk := answer.read(_CHUNK):
            out.write(chunk)
    return b""


def _refusal(status: int, body: bytes) -> Exception:
    if status == 404 and b"NoSuchBucket" not in body:
        return NotFound()
    if status in (429, 500, 502, 503, 504):
        return _Busy()
    return Misconfigured(
        _("The object storage refuses (%(status)s); the lake cannot be reached."),
        advice=_("Look at MAPALUS_LAKE and its key: it may list, read, write and remove there."),
        status=status,
    )


def _moment(said: str) -> datetime:
    """`2026-11-22T10:00:00.000Z`. Raises `Unavailable` for what is none: a guess could be too old."""
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        raise Unavailable from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _tree(body: bytes) -> ElementTree.Element:
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise Unavailable
    try:
        return ElementTree.fromstring(body)  # noqa: S314 - without entities, bounded in size
    except ElementTree.ParseError:
        raise Unavailable from None


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
