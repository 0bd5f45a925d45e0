"""Portals of Socrata, by the SODA interface."""

from mapalus.connectors.socrata.config import OPTIONS
from mapalus.connectors.socrata.shelf import Portal
from mapalus.connectors.socrata.source import opened
from mapalus.engine.harvest.declared import Declared
from mapalus.engine.harvest.hushing import HushedShelf, HushedSource
from mapalus.engine.text import Label

__all__ = ["connector"]

connector = Declared(
    name="socrata",
    title=Label("Portal Socrata", "Socrata portal"),
    summary=Label(
        "Kumpulan data dari portal yang memakai Socrata (SODA); token aplikasi tidak wajib.",
        "A dataset of a portal that runs Socrata (SODA); an app token is optional.",
    ),
    options=OPTIONS,
    opening=lambda settings, around: HushedSource(opened(settings, around), around, settings.text("token")),
    shelving=lambda settings, around: HushedShelf(Portal(settings, around), around, settings.text("token")),
)
