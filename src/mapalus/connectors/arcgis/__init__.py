"""Layers of ArcGIS servers."""

from mapalus.connectors.arcgis.config import OPTIONS
from mapalus.connectors.arcgis.shelf import Services
from mapalus.connectors.arcgis.source import opened
from mapalus.engine.harvest.declared import Declared
from mapalus.engine.harvest.hushing import HushedShelf, HushedSource
from mapalus.engine.text import Label

__all__ = ["connector"]

connector = Declared(
    name="arcgis",
    title=Label("Lapisan ArcGIS", "ArcGIS layer"),
    summary=Label(
        "Objek dari lapisan FeatureServer atau MapServer sebagai GeoJSON; token hanya bila tidak terbuka.",
        "Features of a FeatureServer or MapServer layer as GeoJSON; a token only where it is not open.",
    ),
    options=OPTIONS,
    opening=lambda settings, around: HushedSource(opened(settings, around), around, settings.text("token")),
    shelving=lambda settings, around: HushedShelf(Services(settings, around), around, settings.text("token")),
)
