"""What a file at an address takes."""

from __future__ import annotations

from mapalus.engine.harvest import entering
from mapalus.engine.harvest.connector import Option, OptionKind
from mapalus.engine.text import Label

__all__ = ["OPTIONS"]

OPTIONS = (
    Option(
        "address",
        Label("Alamat berkas", "Address of the file"),
        OptionKind.ADDRESS,
        is_required=True,
        example="https://data.sulutprov.go.id/unduh/sekolah.csv",
    ),
    Option(
        "pages",
        Label("Halaman web adalah datanya", "A web page is the data"),
        OptionKind.BOOLEAN,
        default=False,
        help=Label(
            "Bila tidak, halaman HTML (halaman masuk, halaman galat) ditolak.",
            "If not, a page in HTML (a login page, an error page) is refused.",
        ),
    ),
    *entering.OPTIONS,
)
