"""Disdik: schools (DS11), children out of school (DS12), and the proposal about internet at schools (F25)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from mapalus.project.demo.files.writing import initials, sample_nik, sample_title
from mapalus.project.demo.province import Province, share
from mapalus.project.demo.sheets import Cell, Sheet, xlsx
from mapalus.project.demo.storyclock import MONTHS, Semester

__all__ = ["School", "internet_proposal", "out_of_school", "school_list", "schools"]

OTHER_COLUMNS = (
    "Rombel", "Guru L", "Guru P", "Tendik", "Kurikulum", "Sertifikasi ISO", "Sumber listrik", "Daya listrik",
    "Luas tanah", "R. Kelas", "R. Lab", "R. Perpus", "Toilet L", "Toilet P", "Air bersih", "Waktu", "Bank",
    "Cabang", "Yayasan", "SK Pendirian", "Tgl SK", "SK Izin", "Email", "Situs", "Kode pos", "RT", "RW", "Dusun",
    "Kecamatan", "Lintang", "Bujur", "Layanan", "MBS", "Internet", "Operator", "Pembaruan",
)  # fmt: skip
BROKEN = ("4,01E+07", "4,02E+07", "4,03E+07", "4,04E+07", "4,06E+07", "4,07E+07")


@dataclass(frozen=True)
class School:
    npsn: str
    name: str
    form: str  # SMA, SMK, SLB
    status: str
    region: str
    village: str


def school_list(province: Province) -> list[School]:
    """The 486 schools of the province's own duty: SMA 53 %, SMK 41 %, SLB 6 %."""
    found: list[School] = []
    for region in province.regions:
        count = round(province.values["sekolah_menengah"][region.code])
        forms = share(count, (0.53, 0.41, 0.06))
        villages = province.villages_by_region[region.code]
        for form, many in zip(("SMA", "SMK", "SLB"), forms, strict=True):
            for number in range(1, many + 1):
                state = "Negeri" if number % 5 < 3 else "Swasta"
                npsn = f"{40100000 + 137 * (len(found) + 1):08d}"
                village = villages[(len(found) * 7) % len(villages)].code
                found.append(School(npsn, f"{form} Contoh {number} {region.short}", form, state, region.code, village))
    return found


def schools(province: Province, semester: Semester, *, back: int, messy: bool) -> bytes:
    """DS11: 47 columns; six NPSN shown as 4,01E+07, four cut to seven digits; several words for an empty cell."""
    header: list[Cell] = [
        "No", "NPSN", "Nama sekolah", "Bentuk", "Status", "Kode wilayah", "Siswa laki-laki", "Siswa perempuan",
        "Akreditasi", "Kepala sekolah", "Telepon", *OTHER_COLUMNS,
    ]  # fmt: skip
    rows: list[list[Cell]] = [header]
    for number, school in enumerate(school_list(province), start=1):
        dice = province.dice("sekolah", school.npsn)
        size = {"SMA": 330, "SMK": 360, "SLB": 60}[school.form]
        grade = dice.choice(("A", "B", "B", "C", "Belum"))
        grade = "-" if number % 41 == 0 else "Tidak diisi" if number % 53 == 0 else grade
        girls, boys = (round(dice.uniform(0.4, 1.5) * size / 2) for _ in "PL")
        others: list[Cell] = ["-" if dice.random() < 0.3 else dice.randint(1, 40) for _ in OTHER_COLUMNS]
        rows.append(
            [number, school.npsn, school.name, school.form, school.status, school.region, boys, girls, grade,
             initials(number), f"0000-{number:06d}", *others]
        )  # fmt: skip
    if messy:
        for place, text in zip(range(30, 390, 60), BROKEN, strict=True):
            rows[place][1] = text
        for place in (15, 140, 275, 466):
            rows[place][1] = str(rows[place][1])[:7]
    return xlsx([Sheet("Dapodik", rows, bold=frozenset({1}))])


def out_of_school(province: Province, semester: Semester, *, back: int, messy: bool) -> bytes:
    """DS12: one row per child: NIK as 7,17E+15, dates written three ways and some that no calendar has, wrong ages."""
    rows: list[list[Cell]] = [
        [
            "NIK",
            "Nama",
            "Tanggal lahir",
            "Jenis kelamin",
            "Kode desa/kelurahan",
            "Alasan tidak sekolah",
            "Kode kab/kota",
        ]
    ]
    number, end = 0, semester.last_day
    oldest, youngest = _years_before(end, 19) + timedelta(days=1), _years_before(end, 16)
    span = (youngest - oldest).days
    dice = province.dice("ats", str(semester))
    for region in province.regions:
        villages = province.villages_by_region[region.code]
        for _ in range(round(province.values["anak_tidak_sekolah"][region.code])):
            number += 1
            born = oldest + timedelta(days=dice.randrange(span + 1))
            name = initials(number) + (", S.Kom (contoh)" if number % 977 == 0 else "")
            rows.append(
                [sample_nik(710000000 + number), name.upper(), _written(born, number), dice.choice("LP"),
                 dice.choice(villages).code, dice.choice(("EKO", "KRJ", "KWN", "JRK", "DIS", "LAIN")), region.code]
            )  # fmt: skip
    if messy:
        _spoil_children(rows, end)
    return xlsx([Sheet("ATS by name", rows, bold=frozenset({1}))])


def _years_before(day: date, years: int) -> date:
    return date(day.year - years, day.month, day.day)


def _written(day: date, number: int) -> Cell:
    """A date as three operators write it: 17 Agustus 2009, 17/08/2009, 40042."""
    if number % 3 == 0:
        return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
    if number % 3 == 1:
        return f"{day.day:02d}/{day.month:02d}/{day.year}"
    return (day - date(1899, 12, 30)).days


def _spoil_children(rows: list[list[Cell]], end: date) -> None:
    """96 dates that do not exist, 121 NIK shown by the spreadsheet as 7,17E+15, 26 children outside 16 to 18."""
    for i in range(96):
        rows[50 + i * 190][2] = ("31 Februari 2009", "00/00/2009", "17-Agust", "2009")[i % 4]
    for i in range(121):
        rows[101 + i * 150][0] = "7,17E+15"
    for i in range(26):
        year = end.year - (12 if i % 2 else 22)
        rows[75 + i * 700][2] = f"{i + 1:02d}/03/{year}"


def internet_proposal(province: Province, year: int, *, back: int, messy: bool) -> bytes:
    """F25: 310 schools with their internet; 260 of them are already in DS24, joinable by NPSN."""
    rows: list[list[Cell]] = [
        [f"INTERNET SEKOLAH {year} ({sample_title})"],
        ["NPSN", "Nama sekolah", "Kab/Kota", "Mbps", "Penyedia"],
    ]
    names = {region.code: region.name for region in province.regions}
    for school in school_list(province)[:310]:
        speed = province.dice("internet", school.npsn).choice((10, 20, 30, 50, 100))
        rows.append([school.npsn, school.name, names[school.region], speed, "Dibiayai provinsi"])
    return xlsx([Sheet("Internet Sekolah", rows, merges=["A1:E1"], bold=frozenset({1, 2}))])
