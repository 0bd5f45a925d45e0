"""A collection of OGC API Features, along its `next` links."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urljoin, urlsplit

from mapalus.connectors.ogc.placing import Placing, fresh
from mapalus.engine.errors import Problem, Refused, Unavailable
from mapalus.engine.harvest.connector import Harvest, Offering, Surroundings, Vanished
from mapalus.engine.harvest.entering import entry
from mapalus.engine.harvest.options import Settings
from mapalus.engine.harvest.pages import Pages
from mapalus.engine.harvest.whole import listed, missing, repeats, whole
from mapalus.engine.text import _, slug
from mapalus.engine.web.addresses import origin, shown
from mapalus.engine.web.answers import Answer
from mapalus.engine.web.client import Web

__all__ = ["Collection", "CollectionShelf"]

_ACCEPT = {"Accept": "application/geo+json, application/json;q=0.9"}
_PAGES = 1000


def _base(settings: Settings) -> str:
    address = settings.text("address").partition("?")[0].rstrip("/")
    return address.partition("/collections")[0]


def _asked(web: Web, address: str, params: Mapping[str, object] | None = None) -> tuple[dict[str, Any], Answer]:
    answer = web.get(address, params=params, headers=_ACCEPT, statuses=(400,))
    if answer.status == 400 and params and "f" in params:  # what a strict service does not know, it refuses
        return _asked(web, address, {name: value for name, value in params.items() if name != "f"})
    if answer.status == 400:
        raise _meaning(_object(answer))
    said = answer.json()
    if not isinstance(said, dict):
        raise Refused("not-ogc", _("%(address)s does not answer as OGC API Features does."), address=shown(address))
    if (
        "features" not in said
        and "collections" not in said
        and ("code" in said or "description" in said or "detail" in said)
    ):
        raise _meaning(said)
    return said, answer


def _object(answer: Answer) -> dict[str, Any]:
    try:
        said = answer.json()
    except Refused:
        said = None
    return {"status": answer.status, **(said if isinstance(said, dict) else {})}


def _meaning(said: Mapping[str, Any]) -> Problem:
    """A problem within an answer that says 200."""
    words = str(said.get("description") or said.get("detail") or said.get("title") or said.get("code") or "400")[:300]
    if "notfound" in str(said.get("code", "")).replace("_", "").casefold() or str(said.get("status")) == "404":
        return Vanished(_("The service has no such layer: %(words)s"), words=words)
    if str(said.get("status")) == "400":
        return Refused("ogc", _("The service refuses the question: %(words)s"), words=words)
    return Unavailable(_("The service has a fault of its own: %(words)s"), words=words)


def _next(said: Mapping[str, Any], answer: Answer) -> str:
    """The address of the next page; one in GeoJSON or JSON before one for people."""
    links = [
        one
        for one in listed(said.get("links"))
        if isinstance(one, Mapping) and one.get("rel") == "next" and one.get("href")
    ]
    links.sort(key=lambda one: "json" not in str(one.get("type", "json")))
    return str(links[0]["href"]) if links else answer.link("next")


def _at_home(following: str, address: str) -> tuple[str, dict[str, object]]:
    """The next page on the host that was asked: behind a proxy a service often names itself by another one."""
    whole_address = urljoin(address, following)
    parts, own = urlsplit(whole_address), urlsplit(address)
    last = own.path.rstrip("/").rpartition("/collections/")[2]
    is_same = parts.path.rstrip("/").endswith(f"/collections/{last}") if last else False
    if origin(whole_address) != origin(address) and is_same:
        return address, dict(parse_qsl(parts.query, keep_blank_values=True))
    return whole_address, {}


@dataclass(frozen=True)
class Collection:
    """The source."""

    settings: Settings
    surroundings: Surroundings

    @property
    def _address(self) -> str:
        return f"{_base(self.settings)}/collections/{quote(self.settings.text('layer'), safe=':')}"

    def check(self) -> None:
        with Web(self.surroundings, auth=entry(self.settings)) as web:
            said, _answer = _asked(web, f"{self._address}/items", {"limit": 1, "f": "json"})
            self._features(said)

    def harvest(self, *, mark: str, into: Path) -> Harvest | None:
        question = json.dumps([sorted((key, str(value)) for key, value in self.settings.items()), mark])
        with (
            Web(self.surroundings, auth=entry(self.settings)) as web,
            Pages(into, question=question, largest=self.surroundings.largest, name="features") as pages,
        ):
            while not pages.is_whole:
                self._page(web, pages)
            kept = pages.kept
            notes = [*missing(brought=pages.records, said=kept.get("total"), of=pages), *Placing.notes(kept)]
            name = slug(self.settings.text("layer")) or "layer"
            return whole(pages.path, name=f"{name}.ndjson", mark=mark, notes=notes, facts=kept.get("facts"))

    def _page(self, web: Web, pages: Pages) -> None:
        step = pages.step or {"address": f"{self._address}/items",
                              "params": {"limit": self.settings.number("page"), "f": "json"}}  # fmt: skip
        said, answer = _asked(web, step["address"], step["params"])
        found, kept = self._features(said), pages.kept
        total = said.get("numberMatched")
        kept["total"] = total if isinstance(total, int) else kept.get("total")
        kept["facts"] = {name: str(said[name]) for name in ("numberMatched", "timeStamp") if said.get(name) is not None}
        new = fresh(found, kept)
        following = _next(said, answer)
        if found and not new:
            repeats(brought=pages.records, said=kept["total"])
        address, params = _at_home(following, f"{self._address}/items") if following and new else ("", {})
        steps = {"address": address, "params": params} if address else self._by_offset(pages, found)
        reference = answer.headers.get("content-crs", "").strip("<> ")
        placing = Placing.of(kept, reference, found, is_json="EPSG" not in reference)
        pages.add((placing.record(one) for one in new), step=steps if new else None)
        self.surroundings.tell(_("Reading features"), min(1.0, pages.records / kept["total"]) if kept["total"] else 0.0)

    def _by_offset(self, pages: Pages, found: list[dict[str, Any]]) -> dict[str, Any] | None:
        """A service that says there is more and gives no link to it."""
        total, start = pages.kept.get("total"), pages.records + len(found)
        if total is None or start >= total:
            return None
        return {"address": f"{self._address}/items",
                "params": {"limit": self.settings.number("page"), "offset": start, "f": "json"}}  # fmt: skip

    def _features(self, said: Mapping[str, Any]) -> list[dict[str, Any]]:
        found = said.get("features")
        if not isinstance(found, list):
            raise Refused(
                "not-ogc", _("%(address)s does not answer as OGC API Features does."), address=shown(self._address)
            )
        return [one for one in found if isinstance(one, dict)]


@dataclass(frozen=True)
class CollectionShelf:
    settings: Settings
    surroundings: Surroundings

    def check(self) -> None:
        with Web(self.surroundings, auth=entry(self.settings)) as web:
            _asked(web, f"{_base(self.settings)}/collections", {"f": "json"})

    def offered(self) -> Iterator[Offering]:
        own = {name: value for name, value in self.settings.items() if value not in (None, "", ())}
        seen: set[str] = set()
        with Web(self.surroundings, auth=entry(self.settings)) as web:
            address, params = f"{_base(self.settings)}/collections", {"f": "json"}
            for _number in range(_PAGES):
                said, answer = _asked(web, address, params)
                found = said.get("collections")
                if not isinstance(found, list):
                    raise Refused(
                        "not-ogc", _("%(address)s does not answer as OGC API Features does."), address=shown(address)
                    )
                new = [
                    one for one in found if isinstance(one, Mapping) and one.get("id") and str(one["id"]) not in seen
                ]
                seen.update(str(one["id"]) for one in new)
                for one in new:
                    if str(one.get("itemType", "feature")) == "feature":
                        yield self._offering(one, own)
                following = _next(said, answer)
                if not following or not new:
                    return
                address, params = urljoin(address, following), {}

    def _offering(self, one: Mapping[str, Any], own: Mapping[str, object]) -> Offering:
        number = str(one["id"])
        words = one.get("keywords")
        links = [link for link in listed(one.get("links")) if isinstance(link, Mapping)]
        licensed = [link for link in links if link.get("rel") == "license"]
        return Offering(
            key=number, title=str(one.get("title") or number), format="GeoJSON",
            options={**own, "address": _base(self.settings), "kind": "features", "layer": number},
            description=str(one.get("description") or ""),
            license=next((str(link.get("title") or link.get("href")) for link in licensed), ""),
            keywords=tuple(map(str, words)) if isinstance(words, list) else (),
            page=f"{_base(self.settings)}/collections/{quote(number, safe=':')}", metadata=dict(one),
        )  # fmt: skip
