"""A catalogue page by page: as a list of its datasets, and as a shelf of the files that they point to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, urljoin, urlsplit

from mapalus.connectors.dcat.graph import Catalogue, Dataset, Distribution, read_catalogue
from mapalus.engine.harvest.connector import Harvest, Offering, Surroundings
from mapalus.engine.harvest.entering import OPTIONS as ENTERING
from mapalus.engine.harvest.entering import entry
from mapalus.engine.harvest.options import Settings
from mapalus.engine.harvest.pages import Pages
from mapalus.engine.harvest.whole import missing, repeats, whole
from mapalus.engine.text import _
from mapalus.engine.web.addresses import origin
from mapalus.engine.web.client import Web

__all__ = ["Files", "opened"]

_ACCEPT = "text/turtle, application/ld+json;q=0.9, application/rdf+xml;q=0.8, application/json;q=0.5, */*;q=0.1"
_LAYER = re.compile(r"/(?:Feature|Map)Server/\d+/?(?:\?|$)")
_FILES = ("csv", "xlsx", "xls", "ods", "json", "geojson", "ndjson", "parquet", "zip", "tsv", "txt")


def opened(settings: Settings, surroundings: Surroundings) -> _Catalogue:
    entry(settings)
    return _Catalogue(settings, surroundings)


def _page(web: Web, settings: Settings, address: str, params: dict[str, str]) -> Catalogue:
    answer = web.get(address, params=params or None, headers={"Accept": _ACCEPT})
    page = read_catalogue(answer.body, kind=answer.media_type, form=settings.text("form"), address=address)
    return page if page.following else replace(page, following=answer.link("next"))


def _following(page: Catalogue, settings: Settings) -> dict[str, object] | None:
    """The next page, on the host that was asked: behind a proxy a catalogue often names itself by another one."""
    if not page.following:
        return None
    own = settings.text("address")
    address = urljoin(own, page.following)
    if origin(address) != origin(own) and urlsplit(address).path == urlsplit(own).path:
        return {"address": own, "params": dict(parse_qsl(urlsplit(address).query))}
    return {"address": address, "params": {}}


@dataclass(frozen=True)
class _Catalogue:
    """The source: the catalogue itself, a row for each dataset."""

    settings: Settings
    surroundings: Surroundings

    def check(self) -> None:
        with Web(self.surroundings, auth=entry(self.settings)) as web:
            _page(web, self.settings, self.settings.text("address"), {})

    def harvest(self, *, mark: str, into: Path) -> Harvest | None:
        question = json.dumps([self.settings.text("address"), self.settings.text("form"), mark])
        with (
            Web(self.surroundings, auth=entry(self.settings)) as web,
            Pages(into, question=question, largest=self.surroundings.largest, name="datasets") as pages,
        ):
            kept = pages.kept
            while not pages.is_whole:
                step = pages.step or {"address": self.settings.text("address"), "params": {}}
                page = _page(web, self.settings, step["address"], step["params"])
                seen = set(kept.get("seen", ()))
                new = [one for one in page.datasets if one.id not in seen]
                if page.datasets and not new:
                    repeats(brought=pages.records, said=page.total)
                kept |= {"seen": [*kept.get("seen", ()), *(one.id for one in new)], "total": page.total}
                pages.add((one.record() for one in new), step=_following(page, self.settings) if new else None)
            notes = missing(brought=pages.records, said=kept.get("total"), of=pages)
            return whole(pages.path, name="datasets.ndjson", mark=mark, notes=notes)


@dataclass(frozen=True)
class Files:
    """The shelf: the files of all datasets, each opened by the connector for files at an address."""

    settings: Settings
    surroundings: Surroundings

    def check(self) -> None:
        _Catalogue(self.settings, self.surroundings).check()

    def offered(self) -> Iterator[Offering]:
        seen: set[str] = set()
        step: dict[str, object] | None = {"address": self.settings.text("address"), "params": {}}
        total = None
        with Web(self.surroundings, auth=entry(self.settings)) as web:
            while step is not None:
                page = _page(web, self.settings, str(step["address"]), dict(step["params"]))  # type: ignore[call-overload]
                new = [one for one in page.datasets if one.id not in seen]
                if page.datasets and not new:
                    repeats(brought=len(seen), said=page.total)
                seen.update(one.id for one in new)
                total = page.total if page.total is not None else total
                for dataset in new:
                    yield from self._offered(dataset)
                self.surroundings.tell(_("Reading the list of datasets"), len(seen) / total if total else 0.0)
                step = _following(page, self.settings) if new else None
        missing(brought=len(seen), said=total)

    def _offered(self, dataset: Dataset) -> Iterator[Offering]:
        for one in dataset.distributions:
            address = one.download or (one.access if _is_file(one) else "")
            is_layer = not address and bool(_LAYER.search(one.access))  # portals of ArcGIS name the layer itself
            address = one.access.partition("?")[0] if is_layer else address
            if urlsplit(address).scheme in ("http", "https"):
                several = len(dataset.distributions) > 1 and one.title
                yield Offering(
                    key=one.id if "://" in one.id else f"{dataset.id}#{address}",
                    title=f"{dataset.title}: {one.title}" if several else dataset.title,
                    options={"address": address, **({} if is_layer else self._entry(address))},
                    connector="arcgis" if is_layer else "http",
                    description=dataset.description,
                    publisher=dataset.publisher, license=one.license or dataset.license, format=one.format,
                    keywords=dataset.keywords, changed_at=_moment(one.modified or dataset.modified),
                    page=dataset.page or dataset.id, metadata={"dataset": dataset.record(), "access": one.access},
                )  # fmt: skip

    def _entry(self, address: str) -> dict[str, object]:
        """What opens the catalogue opens its own files too, and is never told to another host."""
        given = {option.name: self.settings[option.name] for option in ENTERING}
        is_home = origin(address) == origin(self.settings.text("address"))
        if not is_home or self.settings.text("auth") == "none":
            return {}
        return {name: value for name, value in given.items() if value not in (None, "")}


def _is_file(one: Distribution) -> bool:
    """An access address may lead to a page; one that ends as files do, or is said to be one, leads to a file."""
    return urlsplit(one.access).path.rpartition(".")[2].casefold() in _FILES or one.format.casefold() in _FILES


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
