"""Every dataset that a portal of Socrata lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from mapalus.connectors.socrata.source import token_of
from mapalus.engine.errors import Refused
from mapalus.engine.harvest.connector import Offering, Surroundings
from mapalus.engine.harvest.options import Settings
from mapalus.engine.harvest.whole import WHOLE_LIST, missing, repeats
from mapalus.engine.text import _
from mapalus.engine.web.addresses import shown
from mapalus.engine.web.client import Web

__all__ = ["Portal"]

_PAGE = 100


@dataclass(frozen=True)
class Portal:
    settings: Settings
    surroundings: Surroundings

    def check(self) -> None:
        with Web(self.surroundings, auth=token_of(self.settings)) as web:
            self._page(web, 0)

    def offered(self) -> Iterator[Offering]:
        seen: set[str] = set()
        total = None
        with Web(self.surroundings, auth=token_of(self.settings)) as web:
            offset = 0
            while True:
                found, total = self._page(web, offset)
                new = [one for one in found if _id(one) and _id(one) not in seen]
                if found and not new:
                    repeats(brought=len(seen), said=total)
                if not new:
                    break
                seen.update(map(_id, new))
                offset += len(found)
                for one in new:
                    yield self._offering(one)
        missing(brought=len(seen), said=total, least=WHOLE_LIST)

    def _page(self, web: Web, offset: int) -> tuple[list[Mapping[str, Any]], int | None]:
        base = self.settings.text("address").rstrip("/")
        asked = {"only": "dataset", "search_context": urlsplit(base).hostname, "limit": _PAGE, "offset": offset}
        said = web.get(f"{base}/api/catalog/v1", params={**asked, "domains": urlsplit(base).hostname}).json()
        found = said.get("results") if isinstance(said, Mapping) else None
        if not isinstance(found, list):
            raise Refused("not-soda", _("%(address)s does not answer as Socrata does."), address=shown(base))
        total = said.get("resultSetSize")
        return [one for one in found if isinstance(one, Mapping)], total if isinstance(total, int) else None

    def _offering(self, one: Mapping[str, Any]) -> Offering:
        about, more = _part(one, "resource"), _part(one, "metadata")
        options: dict[str, object] = {"address": self.settings.text("address").rstrip("/"), "dataset": _id(one)}
        if self.settings.text("token"):
            options["token"] = self.settings.text("token")
        tags = _part(one, "classification").get("domain_tags")
        return Offering(
            key=_id(one), title=str(about.get("name") or _id(one)), options=options,
            description=str(about.get("description") or ""), publisher=str(about.get("attribution") or ""),
            license=str(more.get("license") or ""), format="JSON",
            keywords=tuple(map(str, tags)) if isinstance(tags, list) else (),
            changed_at=_moment(about.get("data_updated_at") or about.get("updatedAt")),
            page=str(one.get("permalink") or one.get("link") or ""), metadata=dict(one),
        )  # fmt: skip


def _id(one: Mapping[str, Any]) -> str:
    return str(_part(one, "resource").get("id") or "")


def _part(one: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = one.get(name)
    return found if isinstance(found, Mapping) else {}


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
