"""A sheet of Google Sheets, as CSV."""

from mapalus.connectors.gsheets.config import OPTIONS
from mapalus.connectors.gsheets.source import opened
from mapalus.engine.harvest.declared import Declared
from mapalus.engine.text import Label

__all__ = ["connector"]

connector = Declared(
    name="gsheets",
    title=Label("Google Sheets", "Google Sheets"),
    summary=Label(
        "Mengambil satu lembar Google Sheets sebagai CSV; lembarnya harus dibagikan kepada siapa saja yang memiliki "
        "tautan, atau dipublikasikan ke web.",
        "Brings one tab of a Google Sheet as CSV; it must be shared with anyone who has the link, or published to the "
        "web.",
    ),
    options=OPTIONS,
    opening=opened,
)
