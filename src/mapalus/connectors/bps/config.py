"""What the WebAPI of BPS takes."""

from __future__ import annotations

from mapalus.engine.harvest.connector import Option, OptionKind
from mapalus.engine.text import Label

__all__ = ["LISTS", "OPTIONS"]

LISTS = (
    "var", "vervar", "turvar", "th", "turth", "unit", "subject", "subcat", "subcatcsa", "subjectcsa", "indicators",
    "pressrelease", "publication", "infographic", "news", "domain",
)  # fmt: skip

OPTIONS = (
    Option("address", Label("Alamat WebAPI", "Address of the WebAPI"), OptionKind.ADDRESS,
           default="https://webapi.bps.go.id/v1/api"),
    Option("key", Label("Kunci WebAPI", "Key of the WebAPI"), OptionKind.SECRET, is_required=True, example="BPS_KEY",
           help=Label("Diperoleh gratis di webapi.bps.go.id setelah mendaftar.", "Free after registration with BPS.")),
    Option("model", Label("Jenis data", "Kind of data"), OptionKind.CHOICE, default="data",
           choices=("data", "statictable", *LISTS),
           help=Label("data: tabel dinamis; statictable: tabel statis; lainnya: daftar.",
                      "data: a dynamic table; statictable: a static table; the others are lists.")),
    Option("domain", Label("Kode wilayah BPS", "Code of the BPS office"), default="0000", example="7100"),
    Option("var", Label("Variabel", "Variable"), OptionKind.TEXT, example="543"),
    Option("table", Label("Nomor tabel statis", "Number of the static table"), example="23"),
    Option("years", Label("Kode tahun", "Codes of years"), example="117;118",
           help=Label("Kosong: semua; 117 ialah 2017; 117:120 berarti dari-sampai.",
                      "Empty: all; 117 is 2017; 117:120 is from-to.")),
    Option("language", Label("Bahasa", "Language"), OptionKind.CHOICE, default="ind", choices=("ind", "eng")),
)  # fmt: skip
