"""What comes back: an answer in memory, or a file."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from mapalus.engine import exact_json
from mapalus.engine.errors import Refused
from mapalus.engine.text import _
from mapalus.engine.web.addresses import shown

__all__ = ["Answer", "Download", "file_name", "is_page", "steady"]

_LINK = re.compile(r"<([^<>]*)>((?:\s*;\s*[^,;=\s]+\s*=\s*(?:\"[^\"]*\"|[^\",;\s]+))*)")
_EXTENDED = re.compile(r"filename\*\s*=\s*([\w-]+)'[^']*'([^;\s]+)", re.IGNORECASE)
_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?><!--.*?-->\s*)*+<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_REL = re.compile(r";\s*rel\s*=\s*\"?([^\";]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Answer:
    """The status, the whole body (decompressed), the headers by small name, and the address that answered."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    address: str = ""

    @property
    def media_type(self) -> str:
        """`text/csv`, without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str:
        message = Message()
        message["content-type"] = self.headers.get("content-type", "")
        return str(message.get_content_charset("") or "")

    def json(self) -> Any:
        """The body read as JSON, numbers with all their digits. Raises `Refused` when it is something else."""
        try:
            return exact_json.load(self._said())
        except (ValueError, RecursionError) as error:  # the second: nested so deep that nobody means it
            raise Refused("not-json", self._unlike(), address=shown(self.address)) from error

    def _said(self) -> str | bytes:
        """JSON is UTF-8; an old host that says otherwise means it where the bytes are none."""
        try:
            self.body.decode("utf-8")
        except UnicodeDecodeError:
            with contextlib.suppress(LookupError, UnicodeDecodeError):
                return self.body.decode(self.charset) if self.charset else self.body
        return self.body

    def _unlike(self) -> str:
        if self.body.lstrip()[:1] == b"<":
            return _("%(address)s answers with a web page where data in JSON were expected.")
        return _("%(address)s answers with something that is not JSON.")

    def link(self, relation: str) -> str:
        """The address that the header `Link` gives for a relation such as `next`; empty where there is none."""
        for found in _LINK.finditer(self.headers.get("link", "")):
            said = _REL.search(found[2])
            if said and relation in said[1].lower().split():
                return str(urljoin(self.address, str(found[1])))
        return ""


@dataclass(frozen=True)
class Download:
    """One file as received. name: what the host calls it. resumed: bytes that an earlier try had left behind."""

    path: Path
    address: str
    name: str
    size: int
    headers: Mapping[str, str]
    resumed: int = 0

    @property
    def etag(self) -> str:
        return self.headers.get("etag", "")

    @property
    def modified(self) -> str:
        return steady(self.headers)

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def digest(self) -> str:
        """SHA-256 of the bytes, in hexadecimal."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


def is_page(head: bytes) -> bool:
    """Whether a file begins as a web page does. The bytes decide: many hosts call every file a page."""
    return _PAGE.match(head[:4096]) is not None


def steady(headers: Mapping[str, str]) -> str:
    """`Last-Modified` where it tells one state from another: a file that changed a moment ago may change once more
    within the same second (RFC 9110, 8.8.2.2). Empty where it cannot be relied on."""
    said = headers.get("last-modified", "")
    try:
        age = parsedate_to_datetime(headers.get("date", "")) - parsedate_to_datetime(said)
    except (TypeError, ValueError):
        return ""
    return said if age.total_seconds() >= 60 else ""


def file_name(headers: Mapping[str, str], address: str) -> str:
    """The last part of what the host calls the file, or of the address; never a path."""
    said = headers.get("content-disposition", "")
    given = _extended(said) or _plain(said) or unquote(urlsplit(address).path)
    last = re.split(r"[/\\]", given.rstrip("/\\"))[-1]
    return "".join(letter for letter in last if letter.isprintable())[-200:].strip(". ")


def _extended(said: str) -> str:
    """`filename*=UTF-8''...` (RFC 6266), which wins where both are given."""
    found = _EXTENDED.search(said)
    try:
        return unquote(found[2], encoding=found[1], errors="strict") if found else ""
    except (LookupError, UnicodeDecodeError):
        return ""


def _plain(said: str) -> str:
    message = Message()
    message["content-disposition"] = said
    name = str(message.get_filename() or "")
    try:
        return name.encode("latin-1").decode()  # many hosts send UTF-8 as it is
    except UnicodeError:
        return name
