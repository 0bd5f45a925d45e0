"""A file at an address."""

from mapalus.connectors.http.config import OPTIONS
from mapalus.connectors.http.source import opened
from mapalus.engine.harvest.declared import Declared
from mapalus.engine.text import Label

__all__ = ["connector"]

connector = Declared(
    name="http",
    title=Label("Berkas di suatu alamat", "A file at an address"),
    summary=Label(
        "Mengambil satu berkas (CSV, XLSX, JSON, Parquet, GeoJSON, ...) dari alamat https, hanya bila berubah; yang "
        "diperlukan ialah alamatnya.",
        "Brings one file (CSV, XLSX, JSON, Parquet, GeoJSON, ...) from an https address, only when it has changed; "
        "its address is all one needs.",
    ),
    options=OPTIONS,
    opening=opened,
)
