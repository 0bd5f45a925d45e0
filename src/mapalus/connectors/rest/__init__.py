"""JSON over REST, page by page."""

from mapalus.connectors.rest.config import OPTIONS
from mapalus.connectors.rest.source import opened
from mapalus.engine.harvest.declared import Declared
from mapalus.engine.text import Label

__all__ = ["connector"]

connector = Declared(
    name="rest",
    title=Label("API JSON (REST)", "JSON over REST"),
    summary=Label(
        "Mengambil catatan dari API yang menjawab JSON, halaman demi halaman; yang diperlukan ialah alamat dan cara "
        "halamannya bersambung.",
        "Brings records from an API that answers in JSON, page by page; one needs its address and how pages follow "
        "one another.",
    ),
    options=OPTIONS,
    opening=opened,
)
