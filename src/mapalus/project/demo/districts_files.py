"""What the districts of the story publish: small invented tables, the same bytes for the same day."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterable, Sequence
from datetime import timedelta

from mapalus.project.demo.storyclock import StoryClock

__all__ = ["FILES", "File", "made"]

# dataset -> (days on which it was handed in, status of the figures)
FILES: dict[str, tuple[Sequence[int], str]] = {
    "faskes-kota-manado": ((-40,), "tetap"),
    "sampah-harian": ((-3, -2, -1), "sementara"),
    "pengaduan-kota": ((-8,), "sementara"),
    "dbd-kota": ((-1,), "sementara"),
    "ipm-minut": ((-120,), "tetap"),
    "hotel-likupang": ((-50,), "tetap"),
    "jalan-kabupaten": ((-45,), "tetap"),
    "ipm-tomohon": ((-110,), "tetap"),
    "harga-pangan-tomohon": ((-9, -4), "sementara"),
    "bitung-produksi-ikan": ((-66,), "sementara"),
    "bitung-pengaduan-kota": ((-65,), "sementara"),
}
File = tuple[str, bytes]
_CITY = tuple(f"71.71.{n:02}" for n in range(1, 12))
_NORTH = tuple(f"71.06.{n:02}" for n in range(1, 11))
_CITY_OF_FLOWERS = tuple(f"71.73.{n:02}" for n in range(1, 6))
_PORT = tuple(f"71.72.{n:02}" for n in range(1, 9))


def made(dataset: str, clock: StoryClock, *, day: int) -> tuple[str, bytes]:
    """Period and bytes of the file that was handed in on that day."""
    dice = random.Random(f"{dataset}:{day}")  # noqa: S311 - sample data
    period, header, rows = _TABLES[dataset](clock, day, dice)
    box = io.StringIO()
    writer = csv.writer(box, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return period, box.getvalue().encode()


Table = tuple[str, Sequence[str], Iterable[Sequence[object]]]


def _clinics(clock: StoryClock, day: int, dice: random.Random) -> Table:
    kinds = ("Puskesmas", "Klinik Pratama", "Rumah Sakit")
    rows = [(code, f"{kinds[n % 3]} Contoh {i + 1}.{n + 1}", kinds[n % 3])
            for i, code in enumerate(_CITY) for n in range(3)]  # fmt: skip
    half = clock.semester
    return f"{half.year}-S{half.number}", ("Kode wilayah", "Nama", "Jenis"), rows


def _waste(clock: StoryClock, day: int, dice: random.Random) -> Table:
    last = clock.day(day)
    rows = []
    for back in range(13, -1, -1):
        at = last - timedelta(days=back)
        steady = random.Random(f"sampah:{at}")  # noqa: S311 - a day says the same in every version
        rows += [(code, at.isoformat(), round(steady.uniform(24, 48), 1)) for code in _CITY]
    return last.isoformat(), ("Kode wilayah", "Tanggal", "Ton"), rows


def _complaints(clock: StoryClock, day: int, dice: random.Random) -> Table:
    month = clock.month
    rows = [(code, str(month.back(n)), dice.randint(8, 40), dice.randint(0, 9)) for n in (2, 1, 0) for code in _CITY]
    return str(month), ("Kode wilayah", "Bulan", "Selesai", "Berjalan"), rows


def _dengue(clock: StoryClock, day: int, dice: random.Random) -> Table:
    """The week of the story, with two health centres more than the province has: 41, where it says 37."""
    week, total = clock.week, 41
    parts = [total // len(_CITY) + (n < total % len(_CITY)) for n in range(len(_CITY))]
    rows = [(code, week.year, week.number, part) for code, part in zip(_CITY, parts, strict=True)]
    return str(week).replace("W", "-W"), ("Kode wilayah", "Tahun", "Minggu epidemiologi", "Kasus"), rows


def _development(clock: StoryClock, day: int, dice: random.Random) -> Table:
    rows = [("71.06", clock.year - 1, 77.0)]  # as BPS has it, so the province's number is the same
    return str(clock.year - 1), ("Kode wilayah", "Tahun", "IPM"), rows


def _development_of_the_city(clock: StoryClock, day: int, dice: random.Random) -> Table:
    rows = [("71.73", clock.year - 1, 80.65)]  # as BPS has it
    return str(clock.year - 1), ("Kode wilayah", "Tahun", "IPM"), rows


def _prices(clock: StoryClock, day: int, dice: random.Random) -> Table:
    year, week, _weekday = clock.day(day).isocalendar()
    name = f"{year}-W{week:02}"
    usual = {"Beras": 15_000, "Cabai rawit": 78_000, "Tomat": 12_000, "Bawang merah": 42_000}
    rows = [(code, name, what, round(price * dice.uniform(0.92, 1.1), -2)) for code in _CITY_OF_FLOWERS
            for what, price in usual.items()]  # fmt: skip
    return name, ("Kode wilayah", "Minggu", "Komoditas", "Harga"), [(*row[:3], int(row[3])) for row in rows]


def _hotels(clock: StoryClock, day: int, dice: random.Random) -> Table:
    rows = [(_NORTH[n % 3], f"Pondok Wisata Contoh {n + 1}", dice.randint(4, 60)) for n in range(18)]
    half = clock.semester
    return f"{half.year}-S{half.number}", ("Kode wilayah", "Nama", "Kamar"), rows


def _roads(clock: StoryClock, day: int, dice: random.Random) -> Table:
    half = clock.semester
    name, rows = f"{half.year}-S{half.number}", []
    for code in _NORTH:
        length = round(dice.uniform(30, 90), 1)
        rows.append((code, name, round(length * dice.uniform(0.5, 0.8), 1), length))
    return name, ("Kode wilayah", "Semester", "Mantap", "Panjang"), rows


def _fish(clock: StoryClock, day: int, dice: random.Random) -> Table:
    month = clock.month.back(3)
    rows = [(code, str(month), round(dice.uniform(900, 2400), 1)) for code in _PORT]
    return str(month), ("Kode wilayah", "Bulan", "Ton"), rows


def _reports(clock: StoryClock, day: int, dice: random.Random) -> Table:
    month = clock.month.back(3)
    rows = [(code, str(month), came := dice.randint(6, 30), dice.randint(0, came)) for code in _PORT]
    return str(month), ("Kode wilayah", "Bulan", "Masuk", "Selesai"), rows


_TABLES = {
    "faskes-kota-manado": _clinics, "sampah-harian": _waste, "pengaduan-kota": _complaints, "dbd-kota": _dengue,
    "ipm-tomohon": _development_of_the_city, "harga-pangan-tomohon": _prices, "ipm-minut": _development,
    "hotel-likupang": _hotels, "jalan-kabupaten": _roads, "bitung-produksi-ikan": _fish,
    "bitung-pengaduan-kota": _reports,
}  # fmt: skip
