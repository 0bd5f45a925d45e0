"""Every file of the story: which dataset, which period, who hands it in, and its bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from mapalus.project.demo.files import coast, health, offices, planning, population, schools, works
from mapalus.project.demo.province import Province
from mapalus.project.demo.storyclock import StoryClock

__all__ = ["FILES", "Made", "Recipe", "make", "period_of", "said"]

Maker = Callable[..., bytes]


@dataclass(frozen=True)
class Recipe:
    """How the file of one hand-in is made. `period` is M, W, Q, S, Y (the last full one), D (a day) or N (now)."""

    file: str  # F01
    dataset: str  # penduduk-dkb
    period: str
    maker: Maker
    name: str  # with {roman}, {week}, {year}, {from}


@dataclass(frozen=True)
class Made:
    """One file as it would lie in an office: its name, the period it speaks of, its bytes."""

    name: str
    period: str
    content: bytes


FILES = {
    recipe.file: recipe
    for recipe in (
        Recipe("F01", "penduduk-dkb", "S", population.dkb, "DKB Smt {roman} contoh.xlsx"),
        Recipe("F02", "dokumen-kependudukan", "M", population.documents, "cakupan_dokumen.csv"),
        Recipe("F03", "penduduk-proyeksi", "Y", population.projection, "webapi_penduduk_{year}.json"),
        Recipe("F04", "indikator-makro", "Y", planning.macro, "INDIKATOR MAKRO {from}-{year}.xlsx"),
        Recipe("F05", "kinerja-rkpd-jalan", "Q", planning.roads_evaluation, "eval_rkpd_tw{number}.xls"),
        Recipe("F06", "stunting-survei", "Y", planning.stunting_survey, "stunting_survei.csv"),
        Recipe("F07", "stunting-rutin", "M", health.weighing, "EPPGBM_gabungan.xlsx"),
        Recipe("F08", "dbd-mingguan", "W", health.dengue, "dbd_m{number}.csv"),
        Recipe("F09", "tempat-tidur-rs", "N", health.beds, "tempat-tidur.ndjson"),
        Recipe("F10", "fasilitas-kesehatan", "S", health.facilities, "faskes.json"),
        Recipe("F11", "sekolah-menengah", "S", schools.schools, "dapodik_sulut.xlsx"),
        Recipe("F12", "anak-tidak-sekolah", "S", schools.out_of_school, "ATS by name.xlsx"),
        Recipe("F13", "kondisi-jalan", "S", works.roads, "kondisi jalan smt.xlsx"),
        Recipe("F14", "usulan-rtlh", "T", works.house_proposals, "rtlh_usulan.csv"),
        Recipe("F15", "bantuan-rumah-sosial", "T", works.house_help, "RUTILAHU {year}.xlsx"),
        Recipe("F16", "bansos-penyaluran", "M", works.social_aid, "salur_bansos.csv"),
        Recipe("F17", "produksi-tangkap", "Q", coast.catch, "Produksi TW {roman}.xlsx"),
        Recipe("F18", "pendaratan-ikan-harian", "D", coast.landings, "tempelan.txt"),
        Recipe("F19", "kunjungan-wisata", "M", coast.visits, "kunjungan.ods"),
        Recipe("F20", "realisasi-belanja", "W", offices.spending, "laporan_sipd.csv"),
        Recipe("F21", "kejadian-bencana", "N", offices.disasters, "pusdalops.csv"),
        Recipe("F22", "tindak-lanjut-lhp", "S", offices.findings, "TL_LHP.xlsx"),
        Recipe("F23", "cakupan-sinyal", "S", offices.signal, "sinyal_desa.xlsx"),
        Recipe("F24", "titik-internet", "M", offices.access_points, "titik.txt"),
        Recipe("F25", "internet-sekolah", "T", schools.internet_proposal, "INTERNET SEKOLAH.xlsx"),
    )
}


def period_of(clock: StoryClock, kind: str, back: int) -> object:
    """The period `back` periods before the story's own."""
    match kind:
        case "M":
            return clock.month.back(back)
        case "W":
            return clock.week.back(back)
        case "Q":
            return clock.quarter.back(back)
        case "S":
            return clock.semester.back(back)
        case "Y":
            return clock.year - 1 - back
        case "T":
            return clock.year - back
        case "D":
            return clock.day(-1 - back)
    return clock.moment(0, "09:30")


def make(
    province: Province, file: str, *, back: int = 0, messy: bool | None = None, now: datetime | None = None
) -> Made:
    """The file of hand-in `file`, or the one handed in for the same dataset `back` periods earlier, which is clean."""
    recipe = FILES[file]
    period = now if recipe.period == "N" and now is not None else period_of(province.clock, recipe.period, back)
    extra = {"wrong": "7171001"} if file == "F09" else {}
    if isinstance(period, datetime):
        period = period.astimezone(province.clock.zone)
    content = recipe.maker(province, period, back=back, messy=back == 0 if messy is None else messy, **extra)
    words = {
        "roman": getattr(period, "roman", ""),
        "number": getattr(period, "number", ""),
        "year": period if isinstance(period, int) else getattr(period, "year", ""),
        "from": period - 6 if isinstance(period, int) else "",
    }
    return Made(recipe.name.format(**words), said(period), content)


def said(period: object) -> str:
    """A period as a hand-in names it: 2026-S1, 2026-Q3, 2026-W45, 2026-10; a sending by its minute."""
    if isinstance(period, datetime):
        return f"{period:%Y-%m-%d %H:%M}"
    text = str(period)
    return f"{text[:4]}-{text[4:]}" if text[4:5] in ("S", "Q", "W") else text
