"""What the words of a header say about its column: a code, a date, something about a person."""

from __future__ import annotations

import re

__all__ = ["is_about_a_day", "is_code", "is_year", "personal_kind", "words_of"]

_CODES = frozenset(
    [
        "kode",
        "code",
        "kd",
        "nik",
        "nkk",
        "nip",
        "nisn",
        "nis",
        "nuptk",
        "npsn",
        "nss",
        "npwp",
        "nib",
        "imei",
        "isbn",
        "gtin",
        "pin",
        "rekening",
        "norek",
        "nomor",
        "no",
        "kodepos",
        "kelurahan_id",
        "npp",
        "nop",
        "nopol",
        "rt",
        "rw",
        "telp",
        "telpon",
        "telepon",
        "hp",
        "handphone",
        "wa",
        "whatsapp",
        "fax",
        "faks",
        "kodewilayah",
        "kodekab",
    ]
)
_COUNTED = frozenset(["jumlah", "total", "banyak", "jml", "count", "rata", "persen", "persentase", "nilai", "luas"])
_DAYS = frozenset(
    ["tanggal", "tgl", "date", "waktu", "time", "timestamp", "mulai", "selesai", "lahir", "tmt", "jam", "hari", "at"]
)
_PERSONAL = {
    "nik": "nik",
    "nkk": "nkk",
    "nip": "nip",
    "npwp": "npwp",
    "nisn": "nisn",
    "telp": "phone",
    "telpon": "phone",
    "telepon": "phone",
    "hp": "phone",
    "handphone": "phone",
    "wa": "phone",
    "whatsapp": "phone",
    "email": "email",
    "surel": "email",
    "rekening": "account",
    "norek": "account",
}
_OF_PERSONS = frozenset(
    [
        "lengkap",
        "siswa",
        "guru",
        "pegawai",
        "pasien",
        "orang",
        "penduduk",
        "warga",
        "kepala",
        "ayah",
        "ibu",
        "wali",
        "pemohon",
        "pelapor",
        "korban",
        "pengguna",
        "operator",
        "penerima",
        "peserta",
        "pelanggan",
        "anak",
        "suami",
        "istri",
        "pemilik",
        "kontak",
        "pic",
        "responden",
        "nasabah",
    ]
)
_WORDS = re.compile(r"[A-Za-z]+|[0-9]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def words_of(title: str) -> list[str]:
    """`Kode_Pos`, `kodePos` and `KODE POS` -> ['kode', 'pos']."""
    return [word.lower() for word in _WORDS.findall(_CAMEL.sub(" ", title))]


def is_code(title: str) -> bool:
    """Whether the column holds codes or numbers of things, which are texts even where they are digits."""
    words = words_of(title)
    if not words or _COUNTED & set(words):
        return False
    if words in (["no"], ["nomor"]):  # a running number
        return False
    return bool(_CODES & set(words)) or words[0].startswith("kode") or words[-1] == "kode" or words[-2:] == ["e", "ktp"]


def is_about_a_day(title: str) -> bool:
    """Whether the column holds days or moments."""
    return bool(_DAYS & set(words_of(title)))


def is_year(title: str) -> bool:
    """Whether the header itself is a year: such columns are values of one indicator laid side by side."""
    return re.fullmatch(r"\s*(?:19|20)[0-9]{2}\s*\**\s*", title) is not None


def personal_kind(title: str) -> str:
    """`nik`, `name`, `phone` ..., or empty: a proposal that a person confirms."""
    words = words_of(title)
    budget = "rekening" in words and bool({"kode", "kd", "uraian", "nama", "belanja"} & set(words))
    for word in words:
        if word in _PERSONAL and not (budget and _PERSONAL[word] == "account"):
            return _PERSONAL[word]
    if words[:2] in (["no", "kk"], ["nomor", "kk"]) or words == ["kk"]:
        return "nkk"
    if words == ["nama"] or (words[:1] == ["nama"] and _OF_PERSONS & set(words[1:])):
        return "name"
    if (words[:1] == ["tanggal"] and "lahir" in words) or words == ["tgl", "lahir"]:
        return "birth-date"
    if "alamat" in words and ("rumah" in words or "tinggal" in words or _OF_PERSONS & set(words)):
        return "address"
    return ""
