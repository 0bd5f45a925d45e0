"""Words of what citizens write, brought to one spelling: chat shorthand and Manado Malay beside the formal language.

Only spellings are evened out, so that `aer`, `air` and `airnya` meet; nothing is translated and no meaning is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping

from mapalus.engine.search import stem, words

__all__ = ["SPELLINGS", "plain_words"]

# As written -> as it is looked up; empty: a small word that says nothing about the matter.
_SHORT = {
    "jln": "jalan", "jl": "jalan", "jmbtn": "jembatan", "rs": "rsud", "ktr": "kantor", "kec": "kecamatan",
    "kab": "kabupaten", "mggu": "minggu", "hr": "hari", "bln": "bulan", "thn": "tahun", "lampunya": "lampu",
    "honor": "honor", "byr": "bayar", "dibayar": "bayar", "skolah": "sekolah", "anak2": "anak", "krn": "",
    "tdk": "", "yg": "", "blm": "", "sdh": "", "udh": "", "dkt": "dekat", "trs": "", "bkn": "", "utk": "",
    "dgn": "", "mrk": "", "sy": "", "jg": "", "lg": "", "tp": "", "sj": "", "dr": "", "pd": "", "org": "orang",
    "tgl": "tanggal", "brp": "berapa", "kpn": "kapan", "trims": "", "tq": "", "mohon": "", "tolong": "",
    "min": "", "pak": "", "bu": "", "bapak": "", "ibu": "", "selamat": "", "slamat": "", "slmt": "", "pagi": "",
    "sore": "", "malam": "", "hormat": "",
}  # fmt: skip
_MANADO = {
    "aer": "air", "lobang": "lubang", "ancor": "hancur", "basar": "besar", "jatung": "jatuh", "ikang": "ikan",
    "pohong": "pohon", "sayor": "sayur", "kobong": "kebun", "blakang": "belakang", "babusu": "busuk",
    "lalar": "lalat", "angka": "angkat", "kancang": "kencang", "mati": "mati", "hidop": "hidup", "oto": "mobil",
    "skolah": "sekolah", "tutu": "tutup", "nae": "naik", "maso": "masuk", "jao": "jauh", "pigi": "pergi",
    "ilang": "hilang", "kring": "kering", "bajalang": "jalan-kaki", "torang": "", "kita": "", "kitorang": "",
    "dorang": "", "ngana": "", "so": "", "nyanda": "", "nda": "", "nintau": "", "pe": "", "deng": "", "mar": "",
    "mo": "", "jo": "", "kase": "", "bae": "baik", "skali": "", "samua": "", "smua": "", "musti": "",
    "kalu": "", "bole": "", "katu": "", "sto": "", "ade": "adik", "sapa": "", "tu": "", "ada": "", "ta": "",
    "le": "", "pa": "", "ba": "", "da": "", "cuma": "", "trima": "", "terima": "", "kasih": "",
}  # fmt: skip
SPELLINGS: Mapping[str, str] = {**_SHORT, **_MANADO}
_LEAST = 3


def plain_words(*texts: str) -> frozenset[str]:
    """The stems of the words that say what it is about, each once. Numbers are left out."""
    found = set()
    for text in texts:
        for word in words(text):
            known = SPELLINGS.get(word, word)
            if len(known) >= _LEAST and not known.isdigit():
                found.add(stem(known))
    return frozenset(found)
