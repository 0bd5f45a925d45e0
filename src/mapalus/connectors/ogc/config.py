"""What a feature service of the OGC takes."""

from __future__ import annotations

from mapalus.engine.harvest.connector import Option, OptionKind
from mapalus.engine.harvest.entering import OPTIONS as ENTERING
from mapalus.engine.text import Label

__all__ = ["OPTIONS"]

OPTIONS = (
    Option("address", Label("Alamat layanan", "Address of the service"), OptionKind.ADDRESS, is_required=True,
           example="https://geoportal.example.go.id/geoserver/ows"),
    Option("kind", Label("Jenis layanan", "Kind of service"), OptionKind.CHOICE, default="auto",
           choices=("auto", "wfs", "features"),
           help=Label("features: OGC API Features; auto: dikenali dari alamatnya.",
                      "features: OGC API Features; auto: known by the address.")),
    Option("layer", Label("Lapisan atau koleksi", "Layer or collection"), example="dinas:sekolah"),
    Option("version", Label("Versi WFS", "Version of WFS"), OptionKind.CHOICE, default="2.0.0",
           choices=("2.0.0", "1.1.0")),
    Option("page", Label("Objek per halaman", "Features of a page"), OptionKind.NUMBER, default=1000),
    *ENTERING,
)  # fmt: skip
