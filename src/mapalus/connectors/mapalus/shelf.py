"""Another Mapalus as a list of what it offers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mapalus.connectors.mapalus.config import Api, auth_of
from mapalus.engine.errors import Unavailable
from mapalus.engine.harvest.connector import Offering, Surroundings
from mapalus.engine.harvest.options import Settings
from mapalus.engine.text import _
from mapalus.engine.web.client import Web

__all__ = ["Listing"]

_PAGE = 100


@dataclass(frozen=True)
class Listing:
    settings: Settings
    surroundings: Surroundings

    def check(self) -> None:
        with Web(self.surroundings, auth=auth_of(self.settings)) as web:
            self._api(web).ask("federation" if self._has_key else "datasets", None if self._has_key else {"limit": 1})

    def offered(self) -> Iterator[Offering]:
        with Web(self.surroundings, auth=auth_of(self.settings)) as web:
            api = self._api(web)
            for one in self._shared(api) if self._has_key else self._open(api):
                yield self._offering(api, one)

    @property
    def _has_key(self) -> bool:
        return bool(self.settings.text("key"))

    def _api(self, web: Web) -> Api:
        return Api(web, self.settings.text("address"), self._has_key)

    def _shared(self, api: Api) -> Iterator[Mapping[str, Any]]:
        said = api.ask("federation")
        found = said.get("datasets") if isinstance(said, dict) else None
        if not isinstance(found, list):
            raise api.unlike()
        yield from (one for one in found if isinstance(one, Mapping) and one.get("name"))

    def _open(self, api: Api) -> Iterator[Mapping[str, Any]]:
        seen: set[str] = set()
        while True:
            said = api.ask("datasets", {"limit": _PAGE, "offset": len(seen)})
            found = said.get("items") if isinstance(said, dict) else None
            count = said.get("count") if isinstance(said, dict) else None
            if not isinstance(found, list) or not isinstance(count, int):
                raise api.unlike()
            new = [one for one in found if isinstance(one, Mapping) and one.get("name") and one["name"] not in seen]
            if not new and len(seen) < count:
                raise Unavailable(_("The list ends after %(n)s of %(count)s datasets."), n=len(seen), count=count)
            yield from new
            seen.update(str(one["name"]) for one in new)
            if not new or len(seen) >= count:
                return

    def _offering(self, api: Api, one: Mapping[str, Any]) -> Offering:
        options: dict[str, object] = {"address": api.base, "dataset": str(one["name"])}
        if self._has_key:
            options["key"] = self.settings.text("key")
        themes = one.get("themes")
        return Offering(
            key=str(one["name"]),
            title=str(one.get("title") or one["name"]),
            options=options,
            description=str(one.get("description") or ""),
            publisher=str(one.get("agency") or ""),
            license=str(one.get("license") or ""),
            format="MAPALUS",
            keywords=tuple(str(word) for word in themes) if isinstance(themes, list) else (),
            changed_at=_moment(one.get("published_at")),
            page=f"{api.base}/data/{one['name']}/",
            metadata=dict(one),
        )


def _moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None
