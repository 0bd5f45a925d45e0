"""What a layer of an ArcGIS server takes."""

from __future__ import annotations

from mapalus.engine.harvest.connector import Option, OptionKind
from mapalus.engine.text import Label

__all__ = ["OPTIONS"]

OPTIONS = (
    Option("address", Label("Alamat lapisan", "Address of the layer"), OptionKind.ADDRESS, is_required=True,
           example="https://gis.example.go.id/arcgis/rest/services/Sekolah/FeatureServer/0",
           help=Label("Untuk daftar: layanan atau /rest/services.", "For a list: a service, or /rest/services.")),
    Option("where", Label("Hanya objek yang", "Only features where"), default="1=1"),
    Option("geometry", Label("Dengan geometri", "With geometry"), OptionKind.BOOLEAN, default=True),
    Option("labels", Label("Kode dan namanya", "Codes and their names"), OptionKind.CHOICE, default="both",
           choices=("both", "codes"),
           help=Label("both: di samping kode berdiri kolom dengan namanya.",
                      "both: beside a code there is a column with its name.")),
    Option("token", Label("Token", "Token"), OptionKind.SECRET),
    Option("page", Label("Objek per halaman", "Features of a page"), OptionKind.NUMBER, default=1000),
)  # fmt: skip
