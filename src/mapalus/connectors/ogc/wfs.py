"""A layer of a WFS 2.0 or 1.1, as GeoJSON where the service has it, else out of GML."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mapalus.connectors.ogc.capabilities import Capabilities, fields_of, meaning_of_json, read_answer, read_capabilities
from mapalus.connectors.ogc.gml import features, reference_of
from mapalus.connectors.ogc.placing import Placing, fresh
from mapalus.engine.errors import Problem, Refused
from mapalus.engine.harvest.connector import Harvest, Offering, Surroundings, Vanished
from mapalus.engine.harvest.entering import entry
from mapalus.engine.harvest.options import Settings
from mapalus.engine.harvest.pages import Pages
from mapalus.engine.harvest.whole import Note, listed, missing, repeats, whole
from mapalus.engine.text import _, slug
from mapalus.engine.web.answers import Answer
from mapalus.engine.web.client import Web

__all__ = ["Wfs", "WfsShelf"]

_SHORT, _LONG = "EPSG:4326", "urn:ogc:def:crs:EPSG::4326"


@dataclass(frozen=True)
class _Service:
    """One way to ask."""

    web: Web
    settings: Settings

    def ask(self, request: str, **params: object) -> Answer:
        """What the address says already (a map file, for one) stays."""
        asked = {"service": "WFS", "request": request, **params}
        said = {part.partition("=")[0] for part in self.settings.text("address").partition("?")[2].split("&")}
        drop = {name: None for name in said if name.casefold() in {key.casefold() for key in asked}}
        answer = self.web.get(self.settings.text("address"), params={**drop, **asked}, statuses=(400, 404))
        if answer.status >= 400:
            read_answer(answer.body)  # an exception report, with its own status
            raise Vanished(_("The service answers %(status)s."), status=answer.status)
        return answer

    def capabilities(self) -> Capabilities:
        version = self.settings.text("version")
        return read_capabilities(self.ask("GetCapabilities", version=version, acceptVersions=f"{version},1.1.0").body)


@dataclass(frozen=True)
class Wfs:
    """The source."""

    settings: Settings
    surroundings: Surroundings

    def check(self) -> None:
        with Web(self.surroundings, auth=entry(self.settings)) as web:
            self._name(_Service(web, self.settings).capabilities())

    def harvest(self, *, mark: str, into: Path) -> Harvest | None:
        with Web(self.surroundings, auth=entry(self.settings)) as web:
            service = _Service(web, self.settings)
            known = service.capabilities()
            name = self._name(known)
            question = json.dumps([sorted((key, str(value)) for key, value in self.settings.items()), mark])
            with Pages(into, question=question, largest=self.surroundings.largest, name="features") as pages:
                reading = _Reading(service, known, name, self.settings, self.surroundings, pages)
                reading.read()
                facts = {"title": known.title, "fields": json.dumps(reading.fields(), ensure_ascii=False)}
                stem = slug(name.rpartition(":")[2]) or "layer"
                return whole(pages.path, name=f"{stem}.ndjson", mark=mark, notes=reading.notes(), facts=facts)

    def _name(self, known: Capabilities) -> str:
        """The layer as the service calls it; its prefix may be left out where that is clear."""
        wanted = self.settings.text("layer")
        names = [one.name for one in known.types]
        found = [name for name in names if name == wanted] or [
            name for name in names if name.rpartition(":")[2] == wanted
        ]
        if len(found) != 1:
            raise Vanished(_("The service has no such layer: %(words)s"), words=wanted)
        return found[0]


@dataclass
class _Reading:
    service: _Service
    known: Capabilities
    name: str
    settings: Settings
    surroundings: Surroundings
    pages: Pages

    @property
    def _is_new(self) -> bool:
        return self.known.version.startswith("2")

    def read(self) -> None:
        pages = self.pages
        if pages.is_whole:
            return
        if pages.step is None:
            pages.kept["total"] = self._hits()
        step = pages.step or {"start": 0}
        while step is not None:
            step = self._kept(self._page(step), step)

    def _typed(self) -> dict[str, object]:
        return {"version": self.known.version or self.settings.text("version"),
                ("typeNames" if self._is_new else "typeName"): self.name}  # fmt: skip

    def _hits(self) -> int | None:
        """How many features there are; services say it in their own ways, or not at all."""
        try:
            root = read_answer(self.service.ask("GetFeature", **self._typed(), resultType="hits").body)
        except Refused:
            return None
        said = root.attributes.get("numberMatched", root.attributes.get("numberOfFeatures", ""))
        return int(said) if said.isdecimal() else None

    @property
    def _size(self) -> int:
        most = self.known.most or self.settings.number("page")
        return min(self.settings.number("page"), most)

    def _page(self, step: Mapping[str, Any]) -> Answer:
        asked = self._typed() | {"srsName": _SHORT if self.known.json else _LONG}
        if self.known.json:
            asked["outputFormat"] = self.known.json
        if self.known.pages and "once" not in step:
            asked |= {"startIndex": step["start"], ("count" if self._is_new else "maxFeatures"): self._size}
        if step.get("sort"):
            asked["sortBy"] = step["sort"]
        return self.service.ask("GetFeature", **asked)

    def _kept(self, answer: Answer, step: Mapping[str, Any]) -> dict[str, Any] | None:
        try:
            found, reference = _features_of(answer)
        except Refused as refused:
            # Without a primary key some services want to be told an order before they page.
            if refused.reason != "wfs" or step.get("sort") or step["start"]:
                raise
            first = next((name for name, kind in self.fields().items() if not kind.endswith("PropertyType")), "")
            if not first:
                raise
            return {**step, "sort": first}
        kept, total = self.pages.kept, self.pages.kept.get("total")
        if "once" in step:
            self._at_once(answer, found, reference)
            return None
        new = fresh(found, kept)
        if found and not new and (total is None or self.pages.records < total):
            return self._stuck(step)
        start = step["start"] + len(found)
        is_short = len(found) < self._size  # a total is believed only with a short page
        is_last = not new or not self.known.pages or (is_short and total is not None and start >= total)
        following = None if is_last else {**step, "start": start}
        placing = Placing.of(kept, reference, found, is_json=_is_json(answer))
        self.pages.add((placing.record(one) for one in new), step=following)
        self.surroundings.tell(_("Reading features"), min(1.0, start / total) if total else 0.0)
        return following

    def _stuck(self, step: Mapping[str, Any]) -> dict[str, Any] | None:
        """The same page again: a service of the time before paging. Either it gave everything, or it is asked for
        everything at once."""
        total, count = self.pages.kept.get("total"), self.pages.records
        if total is None and count < self._size:
            self.pages.add((), step=None)
            return None
        if count > self._size:  # it went on for a while, and then no further
            repeats(brought=count, said=total)
        return {**step, "once": True}

    def _at_once(self, answer: Answer, found: Sequence[dict[str, Any]], reference: str) -> None:
        """One answer without bounds; it must hold more than the page that came before, which it begins with."""
        count, total = self.pages.records, self.pages.kept.get("total")
        if len(found) < count or (len(found) == count and (total is None or count < total)):
            repeats(brought=count, said=total)
        placing = Placing.of(self.pages.kept, reference, found, is_json=_is_json(answer))
        self.pages.add((placing.record(one) for one in found[count:]), step=None)

    def fields(self) -> dict[str, str]:
        """Types of the columns; a service that does not describe them is read all the same."""
        if "fields" not in self.pages.kept:
            try:
                described = self.service.ask("DescribeFeatureType", **self._typed())
                self.pages.kept["fields"] = fields_of(read_answer(described.body))
            except Problem:
                self.pages.kept["fields"] = {}
        found: dict[str, str] = self.pages.kept["fields"]
        return found

    def notes(self) -> list[Note]:
        return [
            *missing(brought=self.pages.records, said=self.pages.kept.get("total"), of=self.pages),
            *Placing.notes(self.pages.kept),
        ]


def _is_json(answer: Answer) -> bool:
    return answer.body.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{")


def _features_of(answer: Answer) -> tuple[Sequence[dict[str, Any]], str]:
    """The features of an answer and the reference system that it names."""
    if not _is_json(answer):
        root = read_answer(answer.body)
        if root.name != "FeatureCollection":
            raise Refused("not-wfs", _("The service answers without features."))
        return list(features(root)), reference_of(root)
    said = answer.json()
    if exceptions := listed(said.get("exceptions")):
        raise meaning_of_json(exceptions)
    found = said.get("features")
    if not isinstance(found, list):
        raise Refused("not-wfs", _("The service answers without features."))
    crs = said.get("crs")
    named = crs.get("properties") if isinstance(crs, Mapping) else None
    return [one for one in found if isinstance(one, dict)], str(named.get("name") or "") if isinstance(
        named, Mapping
    ) else ""


@dataclass(frozen=True)
class WfsShelf:
    settings: Settings
    surroundings: Surroundings

    def check(self) -> None:
        with Web(self.surroundings, auth=entry(self.settings)) as web:
            _Service(web, self.settings).capabilities()

    def offered(self) -> Iterator[Offering]:
        with Web(self.surroundings, auth=entry(self.settings)) as web:
            known = _Service(web, self.settings).capabilities()
        own = {name: value for name, value in self.settings.items() if value not in (None, "", ())}
        for one in known.types:
            yield Offering(
                key=one.name, title=one.title, options={**own, "kind": "wfs", "layer": one.name},
                description=one.abstract, publisher=known.provider, license=known.license, format="GeoJSON",
                keywords=one.keywords, metadata={"reference": one.reference, **one.metadata},
            )  # fmt: skip
