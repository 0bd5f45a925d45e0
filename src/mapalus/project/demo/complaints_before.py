"""Six complaints of the weeks before the story, closed long ago: two of them were answered too late.

With them 17 of the 21 complaints that fell due in ninety days were answered in time, as the story's tile says. Texts
of the reporters stand in `complaints-before.csv`; all of it is made up.
"""

from __future__ import annotations

from collections.abc import Mapping

from mapalus.project.demo.teller import Step

__all__ = ["STEPS", "TITLES"]

TITLES = {
    "L01": "Lampu dermaga timur Tumumpa padam",
    "L02": "Jadwal ujian praktik SMK berubah tanpa surat",
    "L03": "Papan tarif masuk pantai hilang",
    "L04": "Internet kantor desa hanya hidup pagi hari",
    "L05": "Bahu jalan provinsi ruas Langowan tergerus",
    "L06": "Kartu pensiun pengganti sebulan tanpa kabar",
}


def _closed(unit: str, days: tuple[int, int, int, int], text: str, mark: int) -> tuple[Step, ...]:
    """Forwarded, taken up, answered, rated, each on its day."""
    shown, accepted, answered, settled = days
    return (
        Step(shown, "09:10", "verifikasi_tayang", "admin", {"klasifikasi": "pengaduan", "unit_tujuan": unit}),
        Step(accepted, "13:20", "terima"),
        Step(answered, "10:30", "jawab", values={"jawaban": text, "hasil": "terbukti"}),
        Step(settled, "19:00", "puas", "applicant", {"nilai": mark}),
    )


STEPS: Mapping[str, tuple[Step, ...]] = {
    "L01": _closed("dkp", (-49, -49, -44, -43), "Lampu dermaga timur sudah diganti dan menyala sejak kemarin.", 5),
    "L02": _closed("disdik", (-46, -46, -41, -40), "Sekolah sudah mengirim jadwal tertulis kepada orang tua.", 4),
    "L03": _closed("dispar", (-44, -43, -38, -37), "Papan tarif yang baru sudah dipasang di pintu masuk.", 4),
    "L04": _closed("diskominfo", (-40, -40, -35, -34), "Catu daya perangkat diganti; titik ini hidup sehari penuh.", 5),
    # the limit for a complaint is 14 working days
    "L05": _closed("pupr", (-48, -46, -29, -28), "Bahu jalan sudah ditimbun dan dipadatkan.", 3),
    "L06": _closed("setda", (-45, -43, -26, -25), "Kartu pengganti sudah terbit dan dapat diambil.", 3),
}
