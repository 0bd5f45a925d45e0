"""Open data of BMKG, Indonesia's agency for weather, climate and earthquakes."""

from mapalus.connectors.bmkg.config import OPTIONS
from mapalus.connectors.bmkg.source import opened
from mapalus.engine.harvest.declared import Declared
from mapalus.engine.text import Label

__all__ = ["connector"]

connector = Declared(
    name="bmkg",
    title=Label("Data terbuka BMKG", "Open data of BMKG"),
    summary=Label(
        "Gempa bumi terkini dan prakiraan cuaca per desa dari BMKG; terbuka, dengan menyebut BMKG sebagai sumber.",
        "Latest earthquakes and weather forecasts by village of BMKG; open, naming BMKG as the source.",
    ),
    options=OPTIONS,
    opening=opened,
)
