"""What the words of a header say about its column: a code, a date, something about a person."""

from __future__ import annotations

import re

__all__ = [
    "counts_persons",
    "is_about_a_day",
    "is_code",
    "is_year",
    "names_persons",
    "names_something",
    "personal_kind",
    "words_of",
]

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
        "npwpd",
        "paspor",
        "kbli",
        "klui",
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
    "npwpd": "npwp",
    "nisn": "nisn",
    "nuptk": "nuptk",
    "nrp": "nip",
    "ktp": "nik",
    "paspor": "passport",
    "passport": "passport",
    "bpjs": "bpjs",
    "ponsel": "phone",
    "tlp": "phone",
    "notelp": "phone",
    "nohp": "phone",
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
_OF_FEW = frozenset(
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
_MORE_PERSONS = """
pelaku kpm wp lansia balita bayi batita bumil ortu orangtua jenazah almarhum ahli waris ketua sekretaris
bendahara direktur pimpinan penanggung ppk pptk kpa pemegang pengelola petugas kader bidan dokter perawat petani
nelayan peternak pekebun santri mahasiswa dosen tenaga karyawan karyawati honorer saksi terlapor tersangka
terdakwa jemaah jamaah calon anggota lurah camat kades keuchik pembina pelatih atlet atlit relawan pendamping
bapak pengurus penghuni pensiunan veteran difabel wajib pasangan pembeli penjual pejabat asn pns pppk thl
"""
_OF_PERSONS = _OF_FEW | frozenset(_MORE_PERSONS.split())
# a header that begins so heads names where its values look like them: Pelapor, Ketua, Kepala Sekolah
_ROLES = """
pelapor pemohon ketua sekretaris bendahara pemegang pemilik penerima pasien korban ppk pptk kpa direktur
pimpinan penanggung kepala wali terlapor pengadu peserta responden pendamping narahubung kontak pic operator
pelaku petugas lurah camat kades keuchik suami istri ayah ibu anak ahli dokter guru
"""
_IN_ROLES = frozenset(_ROLES.split())
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


def counts_persons(title: str) -> bool:
    """Whether a header that looks like one of codes may head counts: Pelanggan Telepon, Memiliki NPWP."""
    words = set(words_of(title))
    return (
        bool(words & {"telepon", "telp", "telpon", "npwp", "nik", "hp", "rekening"})
        and len(words) > 1
        and not (words & {"no", "nomor", "kode", "kd", "id"})
    )


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
    if words[:2] in (["no", "kk"], ["nomor", "kk"]) or words == ["kk"] or words[-2:] == ["kartu", "keluarga"]:
        return "nkk"
    if words[-2:] == ["induk", "kependudukan"]:
        return "nik"
    if words == ["nama"] or (words[:1] == ["nama"] and _OF_PERSONS & set(words[1:])):
        return "name"
    if words == ["ttl"] or ("lahir" in words and {"tanggal", "tgl"} & set(words)):
        return "birth-date"
    if "alamat" in words and ({"rumah", "tinggal", "domisili"} & set(words) or _OF_PERSONS & set(words)):
        return "address"
    return ""


def names_persons(title: str) -> bool:
    """Whether a header names people by what they are to the row, without the word `nama`: Pelapor, Kepala Sekolah."""
    words = words_of(title)
    return bool(words) and words[0] in _IN_ROLES


def names_something(title: str) -> bool:
    """Whether a header says `nama` of it does not matter what."""
    return words_of(title)[:1] == ["nama"]
