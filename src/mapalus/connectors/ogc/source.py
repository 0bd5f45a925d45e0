"""Which of the two services of the OGC an address leads to."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from mapalus.connectors.ogc.items import Collection, CollectionShelf
from mapalus.connectors.ogc.wfs import Wfs, WfsShelf
from mapalus.engine.errors import Invalid
from mapalus.engine.harvest.connector import Shelf, Source, Surroundings
from mapalus.engine.harvest.entering import entry
from mapalus.engine.harvest.options import Settings
from mapalus.engine.text import _

__all__ = ["opened", "shelved"]


def opened(settings: Settings, surroundings: Surroundings) -> Source:
    entry(settings)
    settings = _with_layer(settings)
    if not settings.text("layer"):
        raise Invalid(fields={"layer": _("Name the layer.")})
    if not 1 <= settings.number("page") <= 100_000:
        raise Invalid(fields={"page": _("Between 1 and 100000 features.")})
    return Wfs(settings, surroundings) if _is_wfs(settings) else Collection(settings, surroundings)


def shelved(settings: Settings, surroundings: Surroundings) -> Shelf:
    entry(settings)
    return WfsShelf(settings, surroundings) if _is_wfs(settings) else CollectionShelf(settings, surroundings)


def _with_layer(settings: Settings) -> Settings:
    """Whoever copies the address of a collection has named it."""
    name = urlsplit(settings.text("address")).path.partition("/collections/")[2].partition("/")[0]
    return Settings({**settings, "layer": unquote(name)}) if name and not settings.text("layer") else settings


def _is_wfs(settings: Settings) -> bool:
    kind, parts = settings.text("kind"), urlsplit(settings.text("address").casefold())
    if kind != "auto":
        return kind == "wfs"
    last = parts.path.rstrip("/").rpartition("/")[2]
    return "service=wfs" in parts.query or "map=" in parts.query or last in ("wfs", "ows", "mapserv", "wfsserver")
