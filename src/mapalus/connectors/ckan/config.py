"""What a CKAN portal takes."""

from __future__ import annotations

from mapalus.engine.harvest.connector import Option, OptionKind
from mapalus.engine.text import Label

__all__ = ["LARGEST_PAGE", "OPTIONS", "VIA"]

VIA = ("auto", "datastore", "file")
LARGEST_PAGE = 32_000  # CKAN's own cap of datastore_search

OPTIONS = (
    Option("address", Label("Alamat portal", "Address of the portal"), OptionKind.ADDRESS, is_required=True,
           example="https://data.kaltimprov.go.id"),
    Option("resource", Label("ID sumber daya", "Id of the resource"), is_opaque=True,
           help=Label("Bagian terakhir alamat halaman sumber daya.", "The last part of the resource's address.")),
    Option("via", Label("Cara mengambil", "How it is read"), OptionKind.CHOICE, default="auto", choices=VIA,
           help=Label("datastore: baris demi baris; file: berkas aslinya; auto: datastore bila ada.",
                      "datastore: row by row; file: the file itself; auto: the datastore where there is one.")),
    Option("organization", Label("Hanya organisasi", "Only this organisation"), example="dinas-kesehatan"),
    Option("group", Label("Hanya grup", "Only this group")),
    Option("token", Label("Token API", "API token"), OptionKind.SECRET,
           help=Label("Hanya untuk data yang tidak terbuka.", "Only for data that are not open.")),
    Option("page", Label("Baris per halaman", "Rows of a page"), OptionKind.NUMBER, default=10_000),
)  # fmt: skip
