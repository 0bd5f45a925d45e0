"""One dataset of another Mapalus: the newest version, or the next one that was not brought yet.

The mark is the number of the version that stands and the moment it was published. Versions never change there, so an
interrupted harvest goes on with the page after the last one it kept. Where the present version has the number that
stands here but another moment, or a lower number, history was rewritten there: it is brought as a version of its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mapalus.connectors.mapalus.config import Api, auth_of
from mapalus.engine.errors import Invalid, Unavailable
from mapalus.engine.harvest.connector import Extent, Harvest, Surroundings, Vanished
from mapalus.engine.harvest.options import Settings
from mapalus.engine.harvest.pages import Pages
from mapalus.engine.harvest.whole import remembered
from mapalus.engine.text import _
from mapalus.engine.web.client import Web

__all__ = ["opened"]

_MOST = 10_000  # rows of a page
_LARGEST = 1024**3  # bytes of one version
_LONGEST = 600.0  # seconds of one harvest: who drips holds up no other, and what came is gone on from


def opened(settings: Settings, surroundings: Surroundings) -> _Table:
    if not settings.text("dataset"):
        raise Invalid(fields={"dataset": _("Name the dataset.")})
    if not 1 <= settings.number("page") <= _MOST:
        raise Invalid(fields={"page": _("Between 1 and 10000 rows.")})
    return _Table(settings, surroundings)


@dataclass(frozen=True)
class _Table:
    settings: Settings
    surroundings: Surroundings

    def check(self) -> None:
        with Web(self.surroundings, auth=auth_of(self.settings)) as web:
            self._versions(self._api(web))

    def harvest(self, *, mark: str, into: Path) -> Harvest | None:
        known = remembered(mark)
        before = int(number) if (number := known.get("version", "")).isdecimal() else 0
        around = replace(self.surroundings, longest=min(_LONGEST, self.surroundings.longest),
                         largest=min(_LARGEST, self.surroundings.largest))  # fmt: skip
        with Web(around, auth=auth_of(self.settings)) as web:
            api = self._api(web)
            wanted = self._wanted(self._versions(api), before, known.get("published_at", ""))
            if wanted is None:
                return None
            return self._rows(api, wanted, into)

    def _api(self, web: Web) -> Api:
        return Api(web, self.settings.text("address"), bool(self.settings.text("key")))

    @property
    def _path(self) -> str:
        return ("federation/" if self.settings.text("key") else "") + f"datasets/{self.settings.text('dataset')}"

    def _versions(self, api: Api) -> list[Mapping[str, Any]]:
        """Oldest first. Raises `Vanished` where none is published any more."""
        found = api.ask(f"{self._path}/versions")
        if not isinstance(found, list) or not all(isinstance(one, dict) and _number(one) for one in found):
            raise api.unlike()
        if not found:
            raise Vanished(_("%(name)s has no published version any more."), name=self.settings.text("dataset"))
        return sorted(found, key=_number)

    def _wanted(self, versions: Sequence[Mapping[str, Any]], before: int, at: str) -> Mapping[str, Any] | None:
        current = next((one for one in versions if one.get("is_current")), versions[-1])
        if self.settings.text("takes") == "all":
            newer = [one for one in versions if before < _number(one) <= _number(current)]
            if newer:
                return newer[0]
        is_rewritten = bool(at and current.get("published_at")) and at != str(current["published_at"])
        return None if _number(current) == before and not is_rewritten else current

    def _rows(self, api: Api, version: Mapping[str, Any], into: Path) -> Harvest:
        number, name = _number(version), self.settings.text("dataset")
        question = f"{api.base} {self._path} {number} {version.get('published_at') or ''}".rstrip()
        with Pages(into, question=question, largest=self.surroundings.largest, name="rows") as pages:
            step: Mapping[str, Any] | None = None if pages.is_whole else (pages.step or {"offset": 0})
            while step is not None:
                step = self._page(api, number, pages, int(step["offset"]))
            facts = {
                "version": str(number), "records": str(pages.records),
                **{key: str(version[key]) for key in ("period", "status", "published_at") if version.get(key)},
            }  # fmt: skip
            mark = {"version": str(number), "published_at": str(version.get("published_at") or "")}
            written = json.dumps({key: value for key, value in mark.items() if value}, sort_keys=True)
            return Harvest(pages.path, f"{name}-v{number}.ndjson", Extent.WHOLE, written, facts=facts)

    def _page(self, api: Api, number: int, pages: Pages, offset: int) -> Mapping[str, Any] | None:
        asked: dict[str, object] = {"offset": offset, "limit": self.settings.number("page")}
        if api.has_key:
            page = api.ask(f"{self._path}/versions/{number}/rows", asked)
        else:
            page = api.ask(f"{self._path}/rows", {**asked, "version": number, "sort": "_id"})
        rows, total = (page.get("rows"), page.get("total")) if isinstance(page, dict) else (None, None)
        if not isinstance(rows, list) or not isinstance(total, int) or not all(isinstance(row, dict) for row in rows):
            raise api.unlike()
        if not rows and offset < total:
            raise Unavailable(_("The rows end after %(n)s of %(total)s."), n=offset, total=total)
        after = offset + len(rows)
        following = {"offset": after} if after < total else None
        self.surroundings.tell(_("Reading rows"), after / total if total else 1.0)
        pages.add(({key: value for key, value in row.items() if key != "_id"} for row in rows), step=following)
        return following


def _number(version: Mapping[str, Any]) -> int:
    found = version.get("number")
    return int(found) if isinstance(found, int) else 0
