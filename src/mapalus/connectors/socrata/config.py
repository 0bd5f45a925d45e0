"""What a portal of Socrata takes."""

from __future__ import annotations

from mapalus.engine.harvest.connector import Option, OptionKind
from mapalus.engine.text import Label

__all__ = ["OPTIONS"]

OPTIONS = (
    Option("address", Label("Alamat portal", "Address of the portal"), OptionKind.ADDRESS, is_required=True,
           example="https://data.example.gov"),
    Option("dataset", Label("ID kumpulan data", "Id of the dataset"), is_opaque=True, example="abcd-1234"),
    Option("where", Label("Hanya baris yang", "Only rows where"), example="tahun = '2026'"),
    Option("changes", Label("Hanya yang berubah", "Changes only"), OptionKind.BOOLEAN, default=False,
           help=Label("Baris dikenali dari :id; bila ada yang dihapus, semuanya diambil ulang.",
                      "Rows are known by :id; where some were deleted, the whole is read again.")),
    Option("token", Label("Token aplikasi", "App token"), OptionKind.SECRET,
           help=Label("Tanpa token portal membatasi jumlah permintaan.", "Without one the portal limits requests.")),
    Option("page", Label("Baris per halaman", "Rows of a page"), OptionKind.NUMBER, default=10_000),
)  # fmt: skip
