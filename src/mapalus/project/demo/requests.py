"""The requests for information of the story, and the clearance of AP25, told through the real acts at their own times.

What no act of the story can be said to have changed stays as the process left it: a limit that passed is late.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from mapalus.project.demo.province import read_table
from mapalus.project.demo.storyclock import STAGE
from mapalus.project.demo.teller import Step, Teller

if TYPE_CHECKING:
    from pathlib import Path

    from mapalus.apps.cases.models import Case
    from mapalus.engine.ports import Actor
    from mapalus.project.demo.storyclock import StoryClock

__all__ = ["tell"]

REQUEST, OBJECTION, CLEARANCE = "permohonan-informasi", "keberatan-informasi", "rekomendasi-aplikasi"
_DESK, _CHIEF = "diskominfo.petugas-ppid", "diskominfo.kadis"
_CONVERTED, _OBJECTED = "R03", "R06"  # they come out of other cases: a complaint, a request that is late
_PROPOSER = "setda.karo-organisasi"


def _forward(day: int, clock: str, unit: str) -> Step:
    return Step(day, clock, "daftar", _DESK, {"unit_penguasa": unit})


STEPS: Mapping[str, tuple[Step, ...]] = {
    "R01": (
        _forward(-11, "08:40", "bappeda"),
        Step(-6, "10:15", "kabulkan", values={
            "jawaban": "Laporan evaluasi pelaksanaan pembangunan dua tahun terakhir terlampir; petanya pada tautan."
                       " Data contoh: bukan dokumen resmi.",
            "tautan": "/data/kinerja-rkpd-jalan/",
        }),
    ),
    "R02": (
        _forward(-20, "09:05", "pupr"),
        Step(-12, "09:30", "perpanjang", reason="Berita acara serah terima berada di gudang arsip Kepulauan Siau."),
        Step(-11, "14:00", "ajukan_uji", values={
            "pasal": ["17b"],
            "konsekuensi": "Harga satuan rinci membuka susunan biaya penyedia kepada pesaingnya.",
            "manfaat": "Masyarakat dapat mengawasi nilai kontrak, volume, waktu, dan hasil tanpa harga satuan rinci.",
        }),
        Step(-8, "10:20", "putuskan_uji", values={"kesimpulan_uji": "sebagian"},
             reason="Harga satuan rinci dikecualikan; bagian lain kontrak terbuka."),
        Step(-5, "11:10", "kabulkan_sebagian", values={
            "jawaban": "Kontrak dan berita acara serah terima diberikan. Harga satuan rinci penyedia dihitamkan"
                       " (Pasal 17 huruf b). Nilai kontrak, volume, dan waktu pelaksanaan dapat dibaca seluruhnya.",
        }),
    ),
    _CONVERTED: (_forward(-8, "09:20", "pupr"),),
    "R04": (
        _forward(-32, "08:50", "disdik"),
        Step(-30, "13:30", "ajukan_uji", values={
            "pasal": ["17h"],
            "konsekuensi": "Nama dan alamat anak terbuka dan dapat disalahgunakan orang lain.",
            "manfaat": "Kepentingan umum terpenuhi dengan jumlah per kabupaten dan kota yang sudah terbuka.",
        }),
        Step(-28, "10:00", "putuskan_uji", values={"kesimpulan_uji": "dikecualikan"},
             reason="Rahasia pribadi anak (Pasal 17 huruf h)."),
        Step(-26, "09:15", "tolak", _CHIEF, values={
            "jawaban": "Nama dan alamat anak adalah data pribadi anak dan tidak dapat diberikan (Pasal 17 huruf h)."
                       " Jumlahnya per kabupaten dan kota tersedia terbuka dan dapat diunduh pada tautan.",
            "tautan": "/data/anak-tidak-sekolah/",
        }),
    ),
    "R05": (_forward(-28, "10:30", "dinkes"), Step(-9, "09:00", "appeal", "applicant", reason=(
        "Permohonan tidak ditanggapi dan tenggat 10 hari kerja sudah lewat."
    ))),
    _OBJECTED: (Step(-9, "09:20", "lengkapi", "applicant", {"alasan": ["c", "g"]}),),
    "R07": (
        Step(-40, "10:00", "tanggapi", values={
            "putusan": "menguatkan",
            "tanggapan": "Dokumen perjanjian kerja sama aset masih dirundingkan; putusan PPID dikuatkan.",
        }),
        Step(-30, "09:30", "daftar_sengketa", _DESK, {"nomor_sengketa": "CONTOH/KI-SULUT-PS/07"}),
        Step(-20, "09:45", "mulai_mediasi", _DESK),
    ),
    "R08": (
        Step(-4, "08:45", "minta_lengkap", _DESK,
             reason="Lampirkan bukti identitas dan rincikan dokumen yang diminta: nama, tahun, dan bidangnya."),
    ),
    "R09": (
        Step(-3, "09:10", "tidak_dikuasai", _DESK, {
            "badan_lain": "PPID Kota Manado",
            "jawaban": "Pengangkutan sampah diurus Pemerintah Kota Manado, provinsi tidak menguasai dokumennya."
                       " Sampaikan permohonan kepada PPID Kota Manado (Dinas Komunikasi dan Informatika).",
        }),
    ),
    "R10": (
        _forward(-3, "10:05", "dinsos"),
        Step(-3, "11:40", "kabulkan", _DESK, {
            "jawaban": "Data ini sudah terbuka. Buka tautan, pilih kolom desa dan tahun pada saringan, lalu unduh.",
            "tautan": "/data/bansos-penyaluran/",
        }),
    ),
    "R11": (_forward(-2, "10:50", "diskominfo"),),
    "R12": (_forward(-1, "13:20", "inspektorat"),),
}  # fmt: skip

# --- AP25: attendance by face, proposed although the register has it ------------------------------------------------

_PROPOSED = (-18, "09:10")
_CLEARANCE = (
    Step(-17, "10:00", "mulai_telaah", "diskominfo.kabid-aptika"),
    Step(-14, "14:20", "selesai_telaah", "diskominfo.kabid-aptika", {
        "duplikasi": "Fungsi 85 persen sama dengan AP23 E-TPP Sulut dan presensi AP22 E-Kinerja BKN; skor telaah"
                     " tumpang tindih 0,86. Presensi E-Kinerja BKN adalah aplikasi umum yang wajib dipakai.",
        "skor": 22,
        "catatan_data": "Daftar hadir sudah mengalir dari E-Kinerja BKN ke E-TPP setiap hari; tidak ada data baru.",
    }),
    Step(-12, "09:40", "telaah_keamanan", "diskominfo.kabid-persandian", {
        "catatan_keamanan": "Wajah adalah data pribadi spesifik (UU 27/2022); penilaian dampak tidak dilampirkan.",
    }),
    Step(-10, "10:30", "tolak", _CHIEF, {"keputusan": "pakai_yang_ada"},
         reason="Gunakan presensi E-Kinerja BKN dan E-TPP Sulut yang ada. Bukti: telaah tumpang tindih 0,86 terhadap"
                " AP22 dan AP23; Rp720 juta dan Rp140 juta per tahun tidak dianggarkan."),
)  # fmt: skip
_SUBJECT = {
    "nama_aplikasi": "Absensi Wajah Sekretariat",
    "jenis": "bangun",
    "kelompok": "khusus",
    "fungsi": "Presensi pegawai Sekretariat Daerah dengan pengenalan wajah pada perangkat di tiap pintu masuk.",
    "pengguna": "1.600 pegawai Sekretariat Daerah",
    "data_dipakai": "Data pegawai, citra wajah, dan waktu hadir; menghasilkan rekap kehadiran bulanan.",
    "data_pribadi": True,
    "biaya_bangun": 720_000_000,
    "biaya_tahunan": 140_000_000,
}


def tell(story: Path, clock: StoryClock) -> None:
    """Every request from its arrival to where it stands on the day of the tour; then AP25."""
    rows = {row["request"]: row for row in read_table(story / "info-requests.csv")}
    teller = _Teller(clock, rows)
    for at, code, step in sorted(_events(rows, clock), key=lambda event: (event[0], event[1])):
        teller.pass_until(at)
        teller.happen(code, step, at)
    teller.pass_until(clock.moment(0, STAGE))


def _events(rows: Mapping[str, dict[str, str]], clock: StoryClock) -> Iterator[tuple[datetime, str, Step | None]]:
    for code, row in rows.items():
        if code not in (_CONVERTED, _OBJECTED):
            yield clock.moment(int(row["day"]), "08:10"), code, None
        for step in STEPS[code]:
            yield clock.moment(step.day, step.clock), code, step
    yield clock.moment(*_PROPOSED), "AP25", None
    for step in _CLEARANCE:
        yield clock.moment(step.day, step.clock), "AP25", step


class _Teller(Teller):
    def __init__(self, clock: StoryClock, rows: Mapping[str, dict[str, str]]) -> None:
        super().__init__()
        self._clock, self._rows = clock, rows

    def happen(self, code: str, step: Step | None, at: datetime) -> None:
        if step is None:
            case = self._propose(at) if code == "AP25" else self._arrive(code, at)
        else:
            found = self._cases.get(code) or self._come_of_another(code)
            if found is None:
                return  # the complaint it comes from was not told
            case = self._step(found, step, at)
        self._keep(code, case, at)

    def _come_of_another(self, code: str) -> Case | None:
        """The request that a complaint became, the objection that a request opened."""
        from mapalus.apps.cases.models import Case, CaseLink, LinkKind

        links = CaseLink.objects.select_related("origin")
        if code == _OBJECTED:
            found = links.filter(target=self._cases["R05"], kind=LinkKind.APPEAL).first()
        else:
            found = links.filter(origin__pack_name=REQUEST, kind=LinkKind.CONVERTED).first()
        return Case.objects.get(pk=found.origin_id) if found else None

    def _arrive(self, code: str, at: datetime) -> Case:
        from mapalus.apps.cases import actions, packs
        from mapalus.apps.cases.who import Applicant

        row = self._rows[code]
        is_by_hand = row["channel"] in ("langsung", "e-mail") or code == "R07"
        pack = OBJECTION if code == "R07" else REQUEST
        values = _objection() if code == "R07" else _request(code, row)
        return actions.open_case(
            packs.current(pack), values=values, by=self._actor(_DESK, at) if is_by_hand else Applicant(), now=at,
            key=f"contoh:{code}", channel={"e-mail": "surel"}.get(row["channel"], row["channel"]).split(" ")[0],
            is_sample=True,
        ).case  # fmt: skip

    def _propose(self, at: datetime) -> Case:
        from mapalus.apps.cases import actions, files, packs

        text = b"Data contoh: kerangka acuan kerja Absensi Wajah Sekretariat. Bukan dokumen resmi.\n"
        kept = files.keep(BytesIO(text), name="kak-absensi-wajah.pdf", media_type="application/pdf", field="kak")
        values = {**_SUBJECT, "tahun_anggaran": self._clock.year + 1, "kak": kept.answer}
        return actions.open_case(
            packs.current(CLEARANCE), values=values, by=self._actor(_PROPOSER, at), now=at, key="contoh:AP25",
            is_sample=True,
        ).case  # fmt: skip

    def _step(self, case: Case, step: Step, at: datetime) -> Case:
        from mapalus.apps.cases import actions
        from mapalus.apps.cases.who import Applicant

        by: Actor = Applicant(case=case.pk) if step.by == "applicant" else self._actor(step.by or case.turn, at)
        return actions.take(case, act=step.act, values=step.values, reason=step.reason, by=by, now=at)

    @staticmethod
    def _actor(position: str, at: datetime) -> Actor:
        from mapalus.project.demo import organisation

        return organisation.actor(position, now=at)


def _request(code: str, row: Mapping[str, str]) -> dict[str, Any]:
    kind = row["applicant_kind"].replace(" ", "_").split("_difabel")[0]
    values: dict[str, Any] = {
        "pemohon": kind,
        "nama": f"Pemohon Contoh {code}",
        "rincian": row["information_asked"],
        "tujuan": row["purpose"],
        "cara_memperoleh": "salinan_digital",
        "cara_menerima": "surel" if row["channel"] == "e-mail" else "langsung",
    }
    if values["cara_menerima"] == "surel":
        values["surel"] = f"{code.lower()}@contoh.test"
    return values


def _objection() -> dict[str, Any]:
    return {
        "nomor_permohonan": "permohonan tahun lalu",
        "alasan": ["a"],
        "kasus_posisi": "Dokumen perjanjian kerja sama aset diminta tahun lalu dan ditolak sebagai rahasia dagang.",
        "nama": "Badan Hukum Contoh",
        "kontak": "surat@contoh.test",
    }
