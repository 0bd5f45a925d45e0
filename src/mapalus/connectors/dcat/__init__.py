"""Catalogues in DCAT."""

from mapalus.connectors.dcat.config import OPTIONS
from mapalus.connectors.dcat.source import Files, opened
from mapalus.engine.harvest.declared import Declared
from mapalus.engine.harvest.hushing import HushedShelf, HushedSource
from mapalus.engine.text import Label

__all__ = ["connector"]

connector = Declared(
    name="dcat",
    title=Label("Katalog DCAT", "DCAT catalogue"),
    summary=Label(
        "Daftar kumpulan data dari katalog DCAT (Turtle, JSON-LD, RDF/XML, data.json) dan berkas yang ditunjuknya.",
        "The datasets of a DCAT catalogue (Turtle, JSON-LD, RDF/XML, data.json), and the files that they point to.",
    ),
    options=OPTIONS,
    opening=lambda settings, around: HushedSource(opened(settings, around), around, settings.text("secret")),
    shelving=lambda settings, around: HushedShelf(Files(settings, around), around, settings.text("secret")),
)
