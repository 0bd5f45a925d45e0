"""The WebAPI of BPS, Indonesia's statistical office."""

from mapalus.connectors.bps.config import OPTIONS
from mapalus.connectors.bps.source import Office, opened
from mapalus.engine.harvest.declared import Declared
from mapalus.engine.harvest.hushing import HushedShelf, HushedSource
from mapalus.engine.text import Label

__all__ = ["connector"]

connector = Declared(
    name="bps",
    title=Label("WebAPI BPS", "WebAPI of BPS"),
    summary=Label(
        "Statistik resmi dari BPS pusat, provinsi, atau kabupaten/kota; perlu kunci WebAPI.",
        "Official statistics of BPS, of the nation, a province or a district; needs a key of the WebAPI.",
    ),
    options=OPTIONS,
    opening=lambda settings, around: HushedSource(opened(settings, around), around, settings.text("key")),
    shelving=lambda settings, around: HushedShelf(Office(settings, around), around, settings.text("key")),
)
