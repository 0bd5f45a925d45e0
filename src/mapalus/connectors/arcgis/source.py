"""A layer of a FeatureServer or MapServer, feature by feature as GeoJSON; in pages, or by object ids on old servers."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

from mapalus.connectors.arcgis.layer import Layer, Plane, plane_of
from mapalus.engine.errors import Invalid, Misconfigured, Problem, Refused, Unavailable
from mapalus.engine.harvest.connector import Harvest, Surroundings, Vanished
from mapalus.engine.harvest.options import Settings
from mapalus.engine.harvest.pages import Pages
from mapalus.engine.harvest.whole import Note, changed, listed, missing, remembered, repeats, whole
from mapalus.engine.text import _, slug
from mapalus.engine.web.addresses import shown
from mapalus.engine.web.auth import Auth, AuthKind
from mapalus.engine.web.client import Web

__all__ = ["Server", "opened"]

_IDS_AT_ONCE = 500


class Server:
    """One way to ask. Errors come with status 200."""

    def __init__(self, settings: Settings, surroundings: Surroundings) -> None:
        token = settings.text("token")
        self.web = Web(surroundings, auth=Auth(AuthKind.QUERY, token, "token") if token else None)
        self.address = settings.text("address").partition("?")[0].rstrip("/").removesuffix("/query")

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *error: object) -> None:
        self.web.close()

    def ask(self, address: str, params: Mapping[str, object] | None = None, *, post: bool = False) -> dict[str, Any]:
        """Raises Vanished, Misconfigured, Unavailable; Refused with reason `arcgis` for a query it does not do."""
        asked = {"f": "json", **(params or {})}
        answer = self.web.post(address, form=asked) if post else self.web.get(address, params=asked)
        said = answer.json()
        if not isinstance(said, dict):
            raise Refused("not-arcgis", _("%(address)s does not answer as ArcGIS does."), address=shown(address))
        if isinstance(said.get("error"), Mapping) or said.get("status") == "error":
            raise _meaning(said, is_query=address.endswith("/query"))
        return said

    def layer(self) -> Layer:
        said = self.ask(self.address)
        if not isinstance(said.get("fields"), list):
            raise Refused(
                "not-arcgis", _("%(address)s is no layer of ArcGIS."), address=shown(self.address),
                advice=_("The address of a layer ends with a number, such as /FeatureServer/0."),
            )  # fmt: skip
        return Layer.of(said)


def _meaning(said: Mapping[str, Any], *, is_query: bool) -> Problem:
    error = said.get("error")
    if not isinstance(error, Mapping):
        error = {"code": said.get("code", ""), "message": "; ".join(map(str, listed(said.get("messages"))))}
    code = str(error.get("code", ""))
    details = error.get("details")
    words = " ".join([str(error.get("message") or ""), *map(str, details if isinstance(details, list) else ())]).strip()
    if code in ("498", "499", "401", "403") or "token required" in words.casefold():
        return Misconfigured(
            _("The server does not let us in: %(words)s"), words=words or code,
            advice=_("Ask its keeper for a token and name it in the settings."),
        )  # fmt: skip
    if code == "404" or (code in ("400", "") and not is_query) or "not found" in words.casefold():
        return Vanished(_("The server has no such layer: %(words)s"), words=words or code)
    if code == "400":
        return Refused("arcgis", _("The server does not do this query: %(words)s"), words=words or code)
    return Unavailable(_("The server has a fault of its own: %(words)s"), words=words or code)


def opened(settings: Settings, surroundings: Surroundings) -> _Layer:
    if not 1 <= settings.number("page") <= 100_000:
        raise Invalid(fields={"page": _("Between 1 and 100000 features.")})
    return _Layer(settings, surroundings)


@dataclass(frozen=True)
class _Layer:
    settings: Settings
    surroundings: Surroundings

    def check(self) -> None:
        with Server(self.settings, self.surroundings) as server:
            server.layer()

    def harvest(self, *, mark: str, into: Path) -> Harvest | None:
        with Server(self.settings, self.surroundings) as server:
            layer = server.layer()
            if layer.edited and layer.edited == remembered(mark).get("edited"):
                return None
            question = json.dumps([sorted((name, str(value)) for name, value in self.settings.items()), mark])
            with Pages(into, question=question, largest=self.surroundings.largest, name="features") as pages:
                reading = _Reading(server, layer, self.settings, self.surroundings, pages)
                reading.read()
                facts = {"name": layer.name, "key": layer.id_field, "edited": layer.edited,
                         "fields": json.dumps(dict(layer.types), ensure_ascii=False),
                         "codes": json.dumps({name: dict(codes) for name, codes in layer.domains.items()},
                                             ensure_ascii=False)}  # fmt: skip
                return whole(
                    pages.path, name=f"{slug(layer.name) or 'layer'}.ndjson", mark=mark, notes=reading.notes(),
                    facts={name: value for name, value in facts.items() if value}, known={"edited": layer.edited},
                )  # fmt: skip


@dataclass
class _Reading:
    """The features of one layer. Step: `{"offset", "last"}` in pages, `{"after"}` by object ids where it cannot."""

    server: Server
    layer: Layer
    settings: Settings
    surroundings: Surroundings
    pages: Pages
    ids: list[int] | None = None

    def read(self) -> None:
        pages = self.pages
        if pages.is_whole:
            return
        if pages.step is None:
            pages.kept["count"] = self._count()
        step = pages.step or self._begin()
        while step is not None:
            if "after" in step:
                step = self._by_ids(step)
            elif "once" in step:
                self._at_once()
                step = None
            else:
                step = self._page(step)
        self._look_again()

    def _look_again(self) -> None:
        """Features that were deleted between two pages move the rest, and one that stands is passed over unseen."""
        said = self.pages.kept.get("count")
        if said is not None and self.pages.records < said:
            now = self._count()
            if now is not None and now < said:
                raise changed(self.pages)

    def _begin(self) -> dict[str, Any]:
        if self.layer.can_page and self.layer.id_field:
            return {"offset": 0, "last": None}
        return self._without_pages()

    def _without_pages(self) -> dict[str, Any]:
        self.ids = self._ids()
        return {"after": None} if self.ids is not None else {"once": True}

    def _query(self, params: Mapping[str, object], *, post: bool = False) -> dict[str, Any]:
        asked = {
            "where": self.settings.text("where") or "1=1", "outFields": "*", "outSR": 4326,
            "returnGeometry": "true" if self.settings.truth("geometry") else "false", **params,
        }  # fmt: skip
        return self.server.ask(f"{self.server.address}/query", asked, post=post)

    def _count(self) -> int | None:
        try:
            said = str(self._query({"returnCountOnly": "true"}).get("count"))
        except Refused:
            return None
        return int(said) if said.isdecimal() else None

    def _ids(self) -> list[int] | None:
        """All object ids in order; None where the layer has none."""
        try:
            said = self._query({"returnIdsOnly": "true"})
        except Refused:
            return None
        found = said.get("objectIds")
        if found is None:
            return [] if "objectIds" in said and not self.pages.kept.get("count") else None
        self.pages.kept["key"] = said.get("objectIdFieldName") or self.layer.id_field
        return sorted({one for one in listed(found) if isinstance(one, int)})

    def _page(self, step: Mapping[str, Any]) -> dict[str, Any] | None:
        size = min(self.layer.page, self.settings.number("page"))
        params = {"resultOffset": step["offset"], "resultRecordCount": size, "orderByFields": self.layer.id_field}
        try:
            said = self._query(params)
        except Refused as refused:
            if refused.reason != "arcgis" or step["offset"]:
                raise
            return self._without_pages()  # the server says that it pages, and does not
        features = self._features(said)
        if not step["offset"] and self._is_out_of_order(features):
            return self._without_pages()  # it does not order as it was asked: its pages may overlap
        new = [one for one in features if self._is_after(one, step["last"])]
        self.pages.kept["doubled"] = self.pages.kept.get("doubled", 0) + len(features) - len(new)
        count = self.pages.kept.get("count")
        digest = sha256(json.dumps(features, default=str).encode()).hexdigest()
        if features and (not new or digest == self.pages.kept.get("digest")):
            repeats(brought=self.pages.records, said=count)
            new = []
        self.pages.kept["digest"] = digest
        offset = step["offset"] + len(features)
        is_short = said.get("exceededTransferLimit") is not True and len(features) < size
        ended = is_short and count is not None and offset >= count  # a count is believed only with a short page
        following = None if not new or ended else {"offset": offset, "last": self._number(new[-1])}
        self._keep(said, new, following)
        return following

    def _by_ids(self, step: Mapping[str, Any]) -> dict[str, Any] | None:
        """The next features by their ids; those that do not come are asked for again until none of them does."""
        if self.ids is None:
            self.ids = self._ids() or []  # an interrupted harvest asks for the list anew
        after = step["after"]
        begin = 0 if after is None else bisect_right(self.ids, after)
        size = min(self.layer.page, self.settings.number("page"), _IDS_AT_ONCE)
        wanted = self.ids[begin : begin + size]
        if not wanted:
            self.pages.add((), step=None)
            return None
        key = str(self.pages.kept.get("key") or self.layer.id_field)
        found: list[Mapping[str, Any]] = []
        awaited = set(wanted)
        while awaited:
            said = self._query({"objectIds": ",".join(map(str, sorted(awaited)))}, post=True)
            new = [one for one in self._features(said) if not key or _key(one, key) in awaited]
            found += new
            # Two features under one id, however wrong, are both data; only ids that did not come are asked for again.
            awaited = awaited - {_key(one, key) for one in new} if new and key else set()
        following = {"after": wanted[-1]} if begin + size < len(self.ids) else None
        self._keep(said, sorted(found, key=lambda one: _key(one, key) or 0) if key else found, following)
        return following

    def _at_once(self) -> None:
        """Neither pages nor ids: one answer must hold everything."""
        said = self._query({})
        features = self._features(said)
        if said.get("exceededTransferLimit") is True:
            raise Refused(
                "not-whole", _("The server gives only the first %(count)s features, and no way to the rest."),
                count=len(features), advice=_("Ask its keeper for a layer with an object id."),
            )  # fmt: skip
        self._keep(said, features, None)

    def _keep(self, said: Mapping[str, Any], features: Sequence[Mapping[str, Any]], following: Any) -> None:
        plane = plane_of(said.get("spatialReference"))
        kept, count = self.pages.kept, self.pages.kept.get("count")
        kept["projected"] = kept.get("projected") or (plane is Plane.OTHER and bool(features))
        labels = self.settings.text("labels") == "both"
        self.pages.add((self.layer.record(one, labels=labels, plane=plane) for one in features), step=following)
        self.surroundings.tell(_("Reading features"), min(1.0, self.pages.records / count) if count else 0.0)

    def _features(self, said: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        found = said.get("features")
        if not isinstance(found, list):
            raise Refused("not-arcgis", _("The server answers without features."))
        return [one for one in found if isinstance(one, Mapping)]

    def _number(self, feature: Mapping[str, Any]) -> Any:
        return _attributes(feature).get(self.layer.id_field)

    def _is_after(self, feature: Mapping[str, Any], last: Any) -> bool:
        number = self._number(feature)
        return not (isinstance(number, int) and isinstance(last, int)) or number > last

    def _is_out_of_order(self, features: Sequence[Mapping[str, Any]]) -> bool:
        numbers = [number for one in features if isinstance(number := self._number(one), int)]
        return any(after < before for before, after in pairwise(numbers))

    def notes(self) -> list[Note]:
        kept = self.pages.kept
        notes = list(missing(brought=self.pages.records, said=kept.get("count"), of=self.pages))
        if kept.get("doubled"):
            notes.append((_("%(count)s rows came twice and were kept once."), {"count": kept["doubled"]}))
        if kept.get("projected"):
            text = _("The coordinates did not come as longitude and latitude: they stand in geometri_asli.")
            notes.append((text, {}))
        return notes


def _key(feature: Mapping[str, Any], name: str) -> int | None:
    """The object id; whatever else stands there is none."""
    found = _attributes(feature).get(name)
    return found if isinstance(found, int) else None


def _attributes(feature: Mapping[str, Any]) -> Mapping[str, Any]:
    found = feature.get("attributes", feature.get("properties"))
    return found if isinstance(found, Mapping) else {}


def every(found: object) -> Iterator[Mapping[str, Any]]:
    """The objects of a list; nothing where it is none."""
    yield from (one for one in found if isinstance(one, Mapping)) if isinstance(found, list) else ()
