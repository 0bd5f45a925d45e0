"""What an SDMX service takes."""

from __future__ import annotations

from mapalus.engine.harvest.connector import Option, OptionKind
from mapalus.engine.harvest.entering import OPTIONS as ENTERING
from mapalus.engine.text import Label

__all__ = ["OPTIONS"]

OPTIONS = (
    Option("address", Label("Alamat data", "Address of the data"), OptionKind.ADDRESS, is_required=True,
           example="https://data-api.ecb.europa.eu/service/data/EXR/D.NZD.EUR.SP00.A"),
    Option("form", Label("Bentuk jawaban", "Form of the answer"), OptionKind.CHOICE, default="json",
           choices=("json", "csv", "xml")),
    Option("labels", Label("Dengan nama kode", "With names of codes"), OptionKind.BOOLEAN, default=True),
    Option("changes", Label("Hanya yang berubah", "Changes only"), OptionKind.BOOLEAN, default=False,
           help=Label("Memakai updatedAfter; tidak semua layanan mendukungnya.",
                      "By updatedAfter; not every service can do it.")),
    *ENTERING,
)  # fmt: skip
