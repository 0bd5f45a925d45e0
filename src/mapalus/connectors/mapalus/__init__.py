"""Another Mapalus: a district's, the province's, one of another province."""

from mapalus.connectors.mapalus.config import OPTIONS
from mapalus.connectors.mapalus.shelf import Listing
from mapalus.connectors.mapalus.source import opened
from mapalus.engine.harvest.declared import Declared
from mapalus.engine.harvest.hushing import HushedShelf, HushedSource
from mapalus.engine.text import Label

__all__ = ["connector"]

connector = Declared(
    name="mapalus",
    title=Label("Mapalus lain", "Another Mapalus"),
    summary=Label(
        "Kumpulan data dari Mapalus kabupaten, kota, atau provinsi lain, versi demi versi; dengan kunci menurut "
        "perjanjian, tanpa kunci yang terbuka.",
        "Datasets of the Mapalus of a district or another province, version by version: with a key what the agreement "
        "shares, without one what is open.",
    ),
    options=OPTIONS,
    opening=lambda settings, around: HushedSource(opened(settings, around), around, settings.text("key")),
    shelving=lambda settings, around: HushedShelf(Listing(settings, around), around, settings.text("key")),
)
