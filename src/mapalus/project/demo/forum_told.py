"""What the story tells of the Forum Satu Data and of requests for data: who raised what, when, and what came of it.

Days are working days from the tour, clocks those of the province. `Day(-30)` is a day of the story, `Of("RFD1")` the
number that a case of the story was given, `Paper(...)` a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mapalus.project.demo.teller import Step

__all__ = ["OPENED", "STEPS", "Day", "Of", "Opening", "Paper"]

MATTER, MEETING, ACTION = "forum-satu-data", "forum-satu-data-rapat", "forum-satu-data-aksi"
REQUEST = "permintaan-data"
_SECRETARIAT, _COORDINATOR = "bappeda.data", "bappeda.kepala"
_WALIDATA, _CHIEF = "diskominfo.kabid-statistik", "diskominfo.kadis"
_ROOM = "Ruang rapat Bappeda (contoh)"


@dataclass(frozen=True)
class Day:
    number: int


@dataclass(frozen=True)
class Of:
    code: str


@dataclass(frozen=True)
class Paper:
    """A signed paper of the story."""

    name: str
    title: str
    text: tuple[str, ...]


@dataclass(frozen=True)
class Opening:
    """How a case of this part begins: `by` a position, or `applicant` for somebody from the public. `of`: the case
    it comes out of, instead of a form.
    """

    pack: str
    day: int
    clock: str
    by: str
    values: Mapping[str, Any] = field(default_factory=dict)
    of: str = ""


_K1 = (
    "Dua angka tetap hidup dengan dua nama. Penduduk DKB (administrasi) dipakai untuk pelayanan dan dokumen; Penduduk"
    " proyeksi (statistik) dipakai untuk indikator dan penyebut rasio. Setiap indikator menyebut penyebutnya. Angka"
    " tidak dirata-ratakan, dan yang terbaru tidak menggantikan yang lain."
)
_K2 = (
    "Angka utama stunting adalah hasil survei (prevalensi, sampel, tahunan). Data penimbangan diberi nama Balita"
    " stunting pada penimbangan rutin dan dipakai untuk sasaran desa. Keduanya tampil berdampingan dengan cakupan yang"
    " ditimbang."
)
_MINUTES_1 = Paper(
    "risalah-rapat-penduduk.pdf",
    "RISALAH RAPAT FORUM SATU DATA (DATA CONTOH)",
    (
        "Data contoh: bukan dokumen resmi. Nomor CONTOH/RISALAH/FSD/1.",
        "Yang hadir: Bappeda (koordinator), Diskominfo (walidata), Disdukcapil-KB, BPS Provinsi (pembina data).",
        (
            "Duduk perkara: jumlah penduduk DKB dan proyeksi berbeda 0,6 sampai 4,3 persen menurut kabupaten/kota."
            " Bitung 219.956 lawan 229.640; Kepulauan Sitaro 69.519 lawan 72.680. Keduanya sah: yang satu menghitung"
            " dokumen, yang lain memperkirakan penduduk pertengahan tahun."
        ),
        f"Putusan: {_K1}",
        "Tindak lanjut: walidata memberi nama kedua deret di portal dan menyebut penyebut pada tiap indikator.",
        "Ditandatangani koordinator Forum Satu Data dan sekretariat (contoh).",
    ),
)
_MINUTES_2 = Paper(
    "risalah-rapat-stunting.pdf",
    "RISALAH RAPAT FORUM SATU DATA (DATA CONTOH)",
    (
        "Data contoh: bukan dokumen resmi. Nomor CONTOH/RISALAH/FSD/2.",
        "Yang hadir: Bappeda (koordinator), Diskominfo (walidata), Dinas Kesehatan, BPS Provinsi (pembina data).",
        "Duduk perkara: prevalensi survei 21,3 persen dan penimbangan rutin 4,3 persen memakai satu nama.",
        f"Putusan: {_K2}",
        "Tindak lanjut: Dinas Kesehatan mengganti nama kumpulan data penimbangan dan menyebut cakupannya.",
        "Ditandatangani koordinator Forum Satu Data dan sekretariat (contoh).",
    ),
)

OPENED: Mapping[str, Opening] = {
    # the yearly action plan
    "A1": Opening(ACTION, -62, "09:00", _SECRETARIAT, {
        "judul": "Daftar data tahun depan ditetapkan bersama data prioritasnya", "hasil": "15 data prioritas ditandai",
        "penanggung_jawab": _SECRETARIAT, "tenggat": Day(-38),
    }),
    "A2": Opening(ACTION, -62, "09:10", _SECRETARIAT, {
        "judul": "Metadata statistik lengkap untuk data prioritas",
        "hasil": "MS-Keg, MS-Var, dan MS-Ind terisi di INDAH", "penanggung_jawab": _WALIDATA, "tenggat": Day(30),
    }),
    "A3": Opening(ACTION, -62, "09:20", _SECRETARIAT, {
        "judul": "Kode wilayah Kemendagri dan BPS pada setiap kumpulan data",
        "hasil": "24 kumpulan data memakai keduanya", "penanggung_jawab": "diskominfo.op-walidata", "tenggat": Day(-5),
    }),
    "A4": Opening(ACTION, -62, "09:30", _SECRETARIAT, {
        "judul": "Pelatihan walidata pendukung di dua belas instansi", "hasil": "Dua belas instansi mengikuti",
        "penanggung_jawab": _WALIDATA, "tenggat": Day(45),
    }),
    "A5": Opening(ACTION, -62, "09:40", _SECRETARIAT, {
        "judul": "Rekomendasi BPS untuk setiap survei sektoral", "hasil": "Nomor rekomendasi tercatat pada tiap survei",
        "penanggung_jawab": "bappeda.kabid-ppep", "tenggat": Day(20),
    }),
    # K1: two population figures
    "K1": Opening(MATTER, -39, "10:20", "disdukcapilkb.kabid-piak", {
        "judul": "Jumlah penduduk: DKB atau proyeksi", "jenis": "selisih",
        "uraian": "Jumlah penduduk DKB dan proyeksi berbeda 0,6 sampai 4,3 persen menurut kabupaten/kota, dan instansi"
                  " mengutip keduanya tanpa nama.",
        "kumpulan_data": "penduduk-dkb", "kumpulan_data_lain": "penduduk-proyeksi",
        "usul": "Beri dua nama dan sebut kapan masing-masing dikutip.",
    }),
    "RFD1": Opening(MEETING, -38, "09:00", _SECRETARIAT, {
        "judul": "Rapat penduduk", "tanggal": Day(-30), "jam": "09.00", "tempat": _ROOM,
    }),
    "AK1": Opening(ACTION, -30, "13:00", "", of="K1"),
    # K2: one name for two concepts
    "K2": Opening(MATTER, -29, "10:10", "dinkes.kabid-kesmas", {
        "judul": "Stunting: survei dan penimbangan memakai satu nama", "jenis": "selisih",
        "uraian": "Prevalensi survei 21,3 persen dan penimbangan rutin 4,3 persen sama-sama disebut angka stunting.",
        "kumpulan_data": "stunting-survei", "kumpulan_data_lain": "stunting-rutin",
    }),
    "RFD2": Opening(MEETING, -27, "09:00", _SECRETARIAT, {
        "judul": "Rapat stunting", "tanggal": Day(-20), "jam": "10.00", "tempat": _ROOM,
    }),
    "AK2": Opening(ACTION, -20, "13:30", "", of="K2"),
    # what lies before the forum on the day of the tour
    "RFD3": Opening(MEETING, -4, "09:00", _SECRETARIAT, {
        "judul": "Rapat bulanan", "tanggal": Day(4), "jam": "09.00", "tempat": _ROOM,
    }),
    "K3": Opening(MATTER, -3, "15:40", _SECRETARIAT, {
        "judul": "Kemantapan jalan provinsi: 65,3 atau 71,86 persen", "jenis": "selisih",
        "uraian": "Survei PUPR menulis 65,3 persen dari 928 km, e-monev RKPD 71,86 persen; diduga memakai panjang lama"
                  " 905 km. PUPR dan Bappeda menjawab dalam 5 hari kerja.",
        "kumpulan_data": "kondisi-jalan", "kumpulan_data_lain": "kinerja-rkpd-jalan",
    }),
    "FP4": Opening(MATTER, -3, "10:30", "", of="PM4"),
    "F5": Opening(MATTER, -2, "11:00", _WALIDATA, {
        "judul": "Data DBD mingguan terlambat, dua kabupaten belum melapor", "jenis": "keterlambatan",
        "uraian": "Tenggat data DBD lewat tiga hari kerja; Sitaro dan Talaud belum melapor kepada Dinas Kesehatan.",
        "kumpulan_data": "dbd-mingguan", "usul": "Satu jalur pelaporan untuk pulau terluar, juga lewat ponsel.",
    }),
    # requests for data
    "PM9": Opening(REQUEST, -30, "08:40", "bappeda.data", {
        "judul": "Stunting per desa", "peminta": "instansi", "keperluan": "Penentuan desa sasaran tahun depan.",
        "rincian": "Jumlah balita stunting dan yang ditimbang per desa, enam bulan terakhir.",
        "kumpulan_data": "stunting-rutin",
    }),
    "PM1": Opening(REQUEST, -25, "09:15", "applicant", {
        "judul": "Penduduk per kecamatan di Bitung", "peminta": "peneliti", "keperluan": "Penelitian skripsi.",
        "rincian": "Jumlah penduduk menurut kecamatan di Kota Bitung, tahun terakhir.", "nama": "Peminta Contoh 1",
    }),
    "PM3": Opening(REQUEST, -22, "10:05", "applicant", {
        "judul": "Nama penerima bantuan sosial", "peminta": "media", "nama": "Peminta Contoh 3",
        "rincian": "Daftar nama dan alamat penerima bantuan sosial per desa, semester lalu.",
    }),
    "PM2": Opening(REQUEST, -18, "14:20", "applicant", {
        "judul": "Hasil lelang ikan per pelabuhan", "peminta": "usaha", "keperluan": "Menentukan harga beli.",
        "rincian": "Jumlah dan harga ikan yang dilelang per pelabuhan perikanan, setiap minggu.",
        "kumpulan_data": "pendaratan-ikan-harian", "nama": "Peminta Contoh 2",
    }),
    "PM4": Opening(REQUEST, -16, "08:50", "dinsos.data", {
        "judul": "Usulan RTLH per desa", "peminta": "instansi",
        "rincian": "Usulan rumah tidak layak huni per desa, untuk dipadankan dengan penerima bantuan rumah sosial.",
        "kumpulan_data": "usulan-rtlh", "keperluan": "Supaya satu keluarga tidak dibantu dua kali.",
    }),
    "PM5": Opening(REQUEST, -12, "11:30", "applicant", {
        "judul": "Sinyal seluler per desa", "peminta": "warga", "nama": "Peminta Contoh 5",
        "rincian": "Desa mana saja di Kepulauan Talaud yang belum mendapat sinyal seluler?",
    }),
    "PM6": Opening(REQUEST, -10, "09:30", "applicant", {
        "judul": "Debit air sungai", "peminta": "lembaga", "nama": "Peminta Contoh 6",
        "rincian": "Debit air harian Sungai Tondano selama sepuluh tahun terakhir.",
    }),
    "PM7": Opening(REQUEST, -6, "13:10", "applicant", {
        "judul": "Data bus", "peminta": "warga", "rincian": "Minta data bus yang lengkap.", "nama": "Peminta Contoh 7",
    }),
    "PM8": Opening(REQUEST, -1, "15:20", "applicant", {
        "judul": "Ruas jalan provinsi yang rusak", "peminta": "media", "kumpulan_data": "kondisi-jalan",
        "rincian": "Panjang jalan provinsi yang rusak menurut ruas, tiga tahun terakhir.", "nama": "Peminta Contoh 8",
    }),
}  # fmt: skip


def _set(day: int, clock: str) -> Step:
    return Step(day, clock, "tetapkan", _COORDINATOR, {"tahun": Day(0)})


def _progress(day: int, clock: str, percent: int, note: str) -> Step:
    return Step(day, clock, "lapor_kemajuan", "", {"kemajuan": percent, "catatan": note})


def _agenda(day: int, clock: str, meeting: str, on: int) -> Step:
    return Step(day, clock, "jadwalkan", _SECRETARIAT, {"rapat": Of(meeting), "tanggal_rapat": Day(on)})


def _forward(day: int, clock: str, unit: str, asked: str) -> Step:
    return Step(day, clock, "teruskan", _WALIDATA, {"produsen": unit, "ringkasan": asked})


STEPS: Mapping[str, tuple[Step, ...]] = {
    "A1": (
        _set(-61, "10:00"),
        Step(-40, "10:30", "nyatakan_selesai", "", {"bukti": "Keputusan CONTOH/DAFTAR-DATA tentang daftar data."}),
        Step(-39, "09:00", "terima", _COORDINATOR),
    ),
    "A2": (
        _set(-61, "10:05"),
        _progress(-30, "14:00", 50, "Enam dari dua belas data prioritas lengkap."),
        _progress(-6, "14:10", 75, "Sembilan dari dua belas lengkap; tiga menunggu Dinas PUPR dan Dinas Kesehatan."),
    ),
    "A3": (
        _set(-61, "10:10"),
        _progress(-12, "15:00", 80, "Sembilan belas dari dua puluh empat kumpulan data memakai kedua kode."),
    ),
    "A4": (_set(-61, "10:15"), _progress(-20, "16:00", 35, "Empat instansi sudah dilatih.")),
    "A5": (_set(-61, "10:20"),),
    "K1": (
        _agenda(-38, "09:30", "RFD1", -30),
        Step(-30, "13:00", "putuskan_dengan_tindak_lanjut", _COORDINATOR, {
            "putusan": _K1, "berlaku_mulai": Day(-30),
            "pertimbangan": "DKB menghitung penduduk yang berdokumen, proyeksi memperkirakan penduduk pertengahan tahun"
                            " dari sensus. BPS sebagai pembina data menyatakan keduanya sah untuk kegunaannya.",
            "tindak_lanjut": "Beri nama kedua deret penduduk dan sebut penyebut tiap indikator",
            "penanggung_jawab": _WALIDATA, "tenggat": Day(-15),
        }),
    ),
    "RFD1": (
        Step(-28, "10:00", "simpan_risalah", _SECRETARIAT, {
            "risalah": _MINUTES_1, "peserta": "Bappeda, Diskominfo, Disdukcapil-KB, BPS Provinsi",
            "nomor_risalah": "CONTOH/RISALAH/FSD/1",
        }),
    ),
    "AK1": (
        _set(-29, "09:00"),
        Step(-21, "11:00", "nyatakan_selesai", "", {
            "bukti": "Kedua kumpulan data memuat namanya; indikator per penduduk menyebut penyebut proyeksi.",
        }),
        Step(-20, "09:00", "terima", _SECRETARIAT),
    ),
    "K2": (
        _agenda(-27, "09:30", "RFD2", -20),
        Step(-20, "13:30", "putuskan_dengan_tindak_lanjut", _COORDINATOR, {
            "putusan": _K2, "berlaku_mulai": Day(-20),
            "pertimbangan": "Survei mewakili semua balita, penimbangan hanya yang datang ke posyandu.",
            "tindak_lanjut": "Ganti nama data penimbangan dan tampilkan cakupannya",
            "penanggung_jawab": "dinkes.kabid-kesmas", "tenggat": Day(10),
        }),
    ),
    "RFD2": (
        Step(-18, "10:00", "simpan_risalah", _SECRETARIAT, {
            "risalah": _MINUTES_2, "peserta": "Bappeda, Diskominfo, Dinas Kesehatan, BPS Provinsi",
            "nomor_risalah": "CONTOH/RISALAH/FSD/2",
        }),
    ),
    "AK2": (_set(-19, "09:00"), _progress(-5, "10:00", 60, "Nama sudah diganti; kolom cakupan sedang disusun.")),
    "FP4": (_agenda(-1, "10:00", "RFD3", 4),),
    "F5": (_agenda(-1, "10:05", "RFD3", 4),),
    "PM9": (
        _forward(-29, "09:00", "dinkes", "Balita stunting dan yang ditimbang menurut desa"),
        Step(-27, "10:00", "janjikan", "", {
            "nama_data": "Balita stunting pada penimbangan rutin per desa", "tanggal_janji": Day(-8),
            "jawaban": "Data desa disusun dari e-PPGBM dan terbit pada kumpulan data penimbangan rutin.",
        }),
        Step(-9, "11:00", "penuhi", "", {
            "jawaban": "Sudah terbit: pilih kolom desa. Hitungan kecil tidak ditampilkan.",
            "data_jawaban": "stunting-rutin",
        }),
    ),
    "PM1": (
        _forward(-24, "09:00", "disdukcapilkb", "Jumlah penduduk menurut kecamatan di Kota Bitung"),
        Step(-21, "13:40", "jawab", "", {
            "jawaban": "Ada pada data DKB. Untuk penyebut rasio, pakai proyeksi: kedua angka berbeda menurut putusan"
                       " Forum Satu Data.",
            "data_jawaban": "penduduk-dkb",
        }),
    ),
    "PM3": (
        _forward(-21, "09:10", "dinsos", "Daftar nama dan alamat penerima bantuan sosial per desa"),
        Step(-19, "10:00", "usul_tolak", "", {
            "dasar_tolak": "pdp",
            "penjelasan": "Nama dan alamat penerima adalah data pribadi; jumlah per desa dapat diberikan.",
        }),
        Step(-17, "09:30", "tolak", _CHIEF, {
            "jawaban": "Nama dan alamat penerima adalah data pribadi dan tidak dapat dibuka untuk umum. Jumlah dan"
                       " nilai bantuan per desa terbuka dan dapat diunduh.",
            "data_jawaban": "bansos-penyaluran",
        }),
    ),
    "PM2": (
        _forward(-17, "09:05", "dkp", "Jumlah dan harga lelang ikan per pelabuhan perikanan"),
        Step(-14, "10:50", "janjikan", "", {
            "nama_data": "Hasil lelang ikan per pelabuhan perikanan", "tanggal_janji": Day(25),
            "jawaban": "Belum dicatat menurut pelabuhan. Mulai bulan depan UPTD mencatatnya bersama pendaratan.",
        }),
    ),
    "PM4": (
        _forward(-15, "09:00", "pupr", "Usulan rumah tidak layak huni per desa"),
        Step(-3, "10:30", "bawa_ke_forum", _WALIDATA,
             reason="Lewat tenggat, dan pemadanannya menyangkut dua produsen data."),
    ),
    "PM5": (
        Step(-11, "09:20", "jawab_langsung", _WALIDATA, {
            "ringkasan": "Desa di Kepulauan Talaud yang belum mendapat sinyal seluler",
            "jawaban": "Ada: buka kumpulan data ini, cari Talaud pada tabelnya, lalu unduh.",
            "data_jawaban": "cakupan-sinyal",
        }),
    ),
    "PM6": (
        Step(-9, "09:40", "alihkan", _WALIDATA, {
            "ringkasan": "Debit air harian Sungai Tondano", "pemegang_lain": "Balai wilayah sungai (instansi vertikal)",
            "jawaban": "Provinsi tidak mengukur debit sungai ini; mintalah kepada balai wilayah sungai.",
        }),
    ),
    "PM7": (
        Step(-5, "09:50", "minta_jelas", _WALIDATA, reason="Data bus yang mana: trayek, halte, atau jumlah kendaraan?"),
    ),
}  # fmt: skip
