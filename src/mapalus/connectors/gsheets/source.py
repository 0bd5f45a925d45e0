"""One tab of a sheet, as the CSV that Google makes of it."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

from mapalus.connectors.gsheets.config import address
from mapalus.engine.errors import Misconfigured
from mapalus.engine.harvest.connector import Harvest, Surroundings, Vanished
from mapalus.engine.harvest.options import Settings
from mapalus.engine.harvest.whole import remembered
from mapalus.engine.text import _
from mapalus.engine.web.answers import Answer
from mapalus.engine.web.client import Web

__all__ = ["SheetSource", "opened"]

# Google answers these in its own way, and they are read here
_STATUSES = (400, 401, 403)


def opened(settings: Settings, surroundings: Surroundings) -> SheetSource:
    return SheetSource(address(settings), surroundings)


class SheetSource:
    """The mark is the hash of the CSV: Google says nothing of when a sheet changed."""

    def __init__(self, address: str, surroundings: Surroundings) -> None:
        self._address = address
        self._surroundings = surroundings

    def check(self) -> None:
        with Web(self._surroundings) as web:
            self._look(web.peek(self._address, statuses=_STATUSES))

    def harvest(self, *, mark: str, into: Path) -> Harvest | None:
        with Web(self._surroundings) as web:
            file = web.download(self._address, into=into, statuses=_STATUSES, look=self._look)
        assert file is not None  # nothing was said to be known
        digest = file.digest()
        if digest == remembered(mark).get("sha256"):
            file.path.unlink()
            return None
        name = file.name if file.name.lower().endswith(".csv") else "lembar.csv"
        return Harvest(file.path, name, mark=json.dumps({"sha256": digest}))

    def _look(self, answer: Answer) -> None:
        """A page to sign in is no data, and whoever deleted the tab did not empty it."""
        if answer.status == 400:
            raise Vanished(_("The sheet has no such tab any more."))
        is_page = answer.media_type in ("text/html", "application/xhtml+xml")
        leads_away = (urlsplit(answer.address).hostname or "").startswith("accounts.")
        if answer.status in (401, 403) or is_page or leads_away:
            raise Misconfigured(
                _("The sheet is not shared."),
                advice=_("Its owner sets General access to Anyone with the link, or publishes the tab to the web."),
            )
