"""One file over http(s): asked for only when it changed, gone on from where a line broke."""

from __future__ import annotations

import json
import re
from pathlib import Path

from mapalus.engine import exact_json
from mapalus.engine.errors import Refused
from mapalus.engine.harvest.connector import Harvest, Surroundings
from mapalus.engine.harvest.declined import declined
from mapalus.engine.harvest.entering import entry
from mapalus.engine.harvest.options import Settings
from mapalus.engine.text import _
from mapalus.engine.web.addresses import shown
from mapalus.engine.web.answers import Download, file_name, is_page
from mapalus.engine.web.client import Web

__all__ = ["FileSource", "opened"]

_PAGES = ("text/html", "application/xhtml+xml")
_HEAD = 4096


def opened(settings: Settings, surroundings: Surroundings) -> FileSource:
    return FileSource(settings, surroundings)


class FileSource:
    """The mark holds what the host says of the file (ETag, Last-Modified) and the hash of its bytes."""

    def __init__(self, settings: Settings, surroundings: Surroundings) -> None:
        self._address = settings.text("address")
        self._takes_pages = settings.truth("pages")
        self._auth = entry(settings)
        self._surroundings = surroundings

    def check(self) -> None:
        with Web(self._surroundings, auth=self._auth) as web:
            seen = web.peek(self._address)
        self._look(seen.body, seen.address, file_name(seen.headers, seen.address), seen.media_type)

    def harvest(self, *, mark: str, into: Path) -> Harvest | None:
        before = read_mark(mark)
        with Web(self._surroundings, auth=self._auth) as web:
            file = web.download(
                self._address, into=into, etag=before.get("etag", ""), modified=before.get("modified", "")
            )
        if file is None:
            return None
        with file.path.open("rb") as opened_file:
            head = opened_file.read(_HEAD)
        self._look(head, file.address, file.name, file.media_type)
        _refuse_no(head)
        digest = file.digest()
        if digest == before.get("sha256"):  # the host cannot tell, the bytes can
            file.path.unlink()
            return None
        known = {"etag": file.etag, "modified": file.modified, "sha256": digest}
        return Harvest(file.path, file.name or "data", mark=json.dumps(known), facts=_facts(file))

    def _look(self, head: bytes, address: str, name: str, media_type: str) -> None:
        """Refuse a page to sign in, or of an error.

        A table in HTML that is named `.xls`, and not served as a page, is what many systems call an export.
        """
        is_export = name.lower().endswith((".xls", ".xlsx")) and media_type not in _PAGES
        # a piece of a page: what says that it is one, and begins as one
        is_piece = media_type in _PAGES and re.match(rb"(?:\xef\xbb\xbf)?\s*<[a-z!]", head, re.IGNORECASE) is not None
        if (is_page(head) or is_piece) and not is_export and not self._takes_pages:
            raise Refused(
                "web-page",
                _("%(address)s answers with a web page, not with a file."),
                advice=_("Look at it in a browser: it may be a page to sign in, or the page around the file."),
                address=shown(address),
            )


def _refuse_no(head: bytes) -> None:
    """Raises what a short answer in JSON means that says no where a file was asked for."""
    if len(head) == _HEAD or not head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{"):
        return
    try:
        said = exact_json.load(head)
    except ValueError:
        return
    is_table = isinstance(said, dict) and any(isinstance(one, list | dict) and one for one in said.values())
    if not (is_table and "error" not in said) and (no := declined(said)):
        raise no


def read_mark(mark: str) -> dict[str, str]:
    """Empty for a mark that is not ours: then everything is brought."""
    try:
        known = json.loads(mark) if mark else {}
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in known.items()} if isinstance(known, dict) else {}


def _facts(file: Download) -> dict[str, str]:
    known = {"address": shown(file.address), "changed": file.headers.get("last-modified", ""), "type": file.media_type}
    return {name: value for name, value in known.items() if value}
