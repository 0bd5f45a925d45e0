"""What the open data of BMKG take."""

from __future__ import annotations

from mapalus.engine.harvest.connector import Option, OptionKind
from mapalus.engine.text import Label

__all__ = ["OPTIONS", "QUAKES"]

QUAKES = ("gempaterkini", "autogempa", "gempadirasakan")

OPTIONS = (
    Option("feed", Label("Jenis data", "Kind of data"), OptionKind.CHOICE, default="gempaterkini",
           choices=(*QUAKES, "prakiraan", "prakiraan-xml"),
           help=Label("prakiraan: cuaca tiga hari per desa/kelurahan; prakiraan-xml: berkas lama per provinsi.",
                      "prakiraan: three days of weather by village; prakiraan-xml: the old file of a province.")),
    Option("address", Label("Alamat", "Address"), OptionKind.ADDRESS, example="https://data.bmkg.go.id/DataMKG/TEWS",
           help=Label("Kosong: alamat resmi BMKG.", "Empty: the address of BMKG.")),
    Option("regions", Label("Kode wilayah adm4", "Region codes adm4"), OptionKind.LIST, example="71.71.01.1001",
           help=Label("Kode desa/kelurahan Kemendagri dengan titik; boleh adm3, adm2, adm1.",
                      "Codes of villages with dots; those of districts and provinces are possible.")),
    Option("province", Label("Nama provinsi pada berkas lama", "Name of the province in the old file"),
           example="SulawesiUtara"),
)  # fmt: skip
