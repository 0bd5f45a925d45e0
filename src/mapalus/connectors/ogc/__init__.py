"""Feature services of the OGC: WFS, and OGC API Features."""

from mapalus.connectors.ogc.config import OPTIONS
from mapalus.connectors.ogc.source import opened, shelved
from mapalus.engine.harvest.declared import Declared
from mapalus.engine.harvest.hushing import HushedShelf, HushedSource
from mapalus.engine.text import Label

__all__ = ["connector"]

connector = Declared(
    name="ogc",
    title=Label("WFS atau OGC API Features", "WFS or OGC API Features"),
    summary=Label(
        "Objek dari geoportal (GeoServer, MapServer, pygeoapi, QGIS Server) sebagai GeoJSON.",
        "Features of a geoportal (GeoServer, MapServer, pygeoapi, QGIS Server) as GeoJSON.",
    ),
    options=OPTIONS,
    opening=lambda settings, around: HushedSource(opened(settings, around), around, settings.text("secret")),
    shelving=lambda settings, around: HushedShelf(shelved(settings, around), around, settings.text("secret")),
)
