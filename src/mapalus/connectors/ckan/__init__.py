"""Portals that run CKAN, our own among them."""

from mapalus.connectors.ckan.config import OPTIONS
from mapalus.connectors.ckan.shelf import Portal
from mapalus.connectors.ckan.source import opened
from mapalus.engine.harvest.declared import Declared
from mapalus.engine.harvest.hushing import HushedShelf, HushedSource
from mapalus.engine.text import Label

__all__ = ["connector"]

connector = Declared(
    name="ckan",
    title=Label("Portal CKAN", "CKAN portal"),
    summary=Label(
        "Kumpulan data dari portal CKAN (data.go.id, portal provinsi lain): baris dari datastore atau berkasnya.",
        "Datasets of a CKAN portal (data.go.id, portals of other provinces): rows of its datastore, or its files.",
    ),
    options=OPTIONS,
    opening=lambda settings, around: HushedSource(opened(settings, around), around, settings.text("token")),
    shelving=lambda settings, around: HushedShelf(Portal(settings, around), around, settings.text("token")),
)
