"""Statistical services that speak SDMX."""

from mapalus.connectors.sdmx.config import OPTIONS
from mapalus.connectors.sdmx.source import opened
from mapalus.engine.harvest.declared import Declared
from mapalus.engine.harvest.hushing import HushedSource
from mapalus.engine.text import Label

__all__ = ["connector"]

connector = Declared(
    name="sdmx",
    title=Label("Layanan SDMX", "SDMX service"),
    summary=Label(
        "Statistik dari layanan SDMX (BPS, Bank Indonesia, OECD) dalam JSON, CSV, atau XML; perlu alamat kuerinya.",
        "Statistics of an SDMX service (BPS, central banks) in JSON, CSV or XML; needs the address of the query.",
    ),
    options=OPTIONS,
    opening=lambda settings, around: HushedSource(opened(settings, around), around, settings.text("secret")),
)
