"""What a catalogue in DCAT takes."""

from __future__ import annotations

from mapalus.engine.harvest.connector import Option, OptionKind
from mapalus.engine.harvest.entering import OPTIONS as ENTERING
from mapalus.engine.text import Label

__all__ = ["FORMS", "OPTIONS"]

FORMS = ("auto", "turtle", "json-ld", "xml", "data.json")

OPTIONS = (
    Option("address", Label("Alamat katalog", "Address of the catalogue"), OptionKind.ADDRESS, is_required=True,
           example="https://data.sulutprov.go.id/catalog.ttl"),
    Option("form", Label("Bentuk", "Form"), OptionKind.CHOICE, default="auto", choices=FORMS),
    *ENTERING,
)  # fmt: skip
