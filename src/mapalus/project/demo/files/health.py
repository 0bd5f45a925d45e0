"""Dinkes: routine weighing (DS07), dengue by week (DS08), hospital beds (DS09), health facilities (DS10)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from mapalus.project.demo.files.writing import delimited, sample_title
from mapalus.project.demo.province import Province, share
from mapalus.project.demo.sheets import Cell, Formula, Sheet, xlsx
from mapalus.project.demo.storyclock import Month, Week

__all__ = ["Facility", "beds", "dengue", "facilities", "facility_list", "weighing"]

DENGUE_NOW = {
    "71.01": 4, "71.02": 6, "71.03": 2, "71.05": 4, "71.06": 6, "71.07": 2, "71.08": 2,
    "71.10": 1, "71.11": 1, "71.71": 37, "71.72": 19, "71.73": 4, "71.74": 5,
}  # fmt: skip
NOT_YET = ("71.04", "71.09")  # Talaud and Sitaro have not reported in the week of the story
CLASSES = (("VIP", 0.08), ("1", 0.17), ("2", 0.23), ("3", 0.40), ("ICU", 0.07), ("ISO", 0.05))
BEDS_TAKEN = 4301  # of 5,750: 74.8 %


def _weighed(province: Province, *, back: int) -> dict[str, tuple[int, int, int]]:
    """Per region: target, measured, stunted; the whole province at 4.3 % of the measured."""
    targets = province.typical("balita_sasaran")
    rates = province.typical("stunting_rutin")
    measured = {
        code: round(target * province.dice("timbang", code, back).uniform(0.78, 0.9))
        for code, target in targets.items()
    }
    total = round(sum(measured.values()) * (0.043 + 0.0006 * back))
    stunted = share(total, [measured[code] * rates[code] for code in measured])
    return {code: (round(targets[code]), measured[code], n) for code, n in zip(measured, stunted, strict=True)}


def weighing(province: Province, month: Month, *, back: int, messy: bool) -> bytes:
    """DS07: a sheet per kab/kota after one of advice, `Minsel` missing; formulas, two without a stored value."""
    sheets = [Sheet("Petunjuk", [["Isi satu lembar untuk setiap kabupaten/kota"], [sample_title]])]
    for region in province.regions:
        target, measured, stunted = _weighed(province, back=back)[region.code]
        if messy and region.code == "71.05":
            continue
        if messy and region.code == "71.08":
            target = measured - 37
        value: float | None = round(100 * stunted / measured, 2)
        if messy and region.code in ("71.03", "71.11"):
            value = None
        rows: list[list[Cell]] = [
            [f"LAPORAN PENIMBANGAN BALITA {month.name.upper()}"],
            ["Kode Wilayah", "Bulan", "Balita sasaran", "Balita diukur", "Balita stunting", "Persentase stunting"],
            [region.code, str(month), target, measured, stunted, Formula("ROUND(E3/D3*100,2)", value)],
        ]
        sheets.append(Sheet(region.short[:31], rows, merges=["A1:F1"], bold=frozenset({1, 2})))
    return xlsx(sheets)


def dengue(province: Province, week: Week, *, back: int, messy: bool) -> bytes:
    """DS08: Latin-1; Manado twice for one week (37, then 41), Sitaro and Talaud missing, the week as `Mgg 45`."""
    rows: list[list[object]] = [["Kode Wilayah", "Tahun", "Minggu", "Kasus", "Meninggal", "Status", "Keterangan"]]
    typical = province.typical("dbd_kasus_minggu")
    for region in province.regions:
        if messy and region.code in NOT_YET:
            continue
        dice = province.dice("dbd", region.code, str(week))
        cases = DENGUE_NOW.get(region.code, 1) if back == 0 else 0
        if back:
            now = DENGUE_NOW.get(region.code, 1)
            drift = min(1.0, back / 8)
            cases = round((now * (1 - drift) + typical[region.code] * drift) * dice.uniform(0.85, 1.1))
        died = 1 if messy and region.code == "71.72" else 0
        note = "suhu siang ±31 °C" if region.code in ("71.71", "71.03", "71.04") else ""
        status = "sementara" if back == 0 else "tetap"
        rows.append([region.code, week.year, f"Mgg {week.number}", cases, died, status, note])
        if messy and region.code == "71.71":
            rows.append([region.code, week.year, f"Mgg {week.number}", 41, 0, "sementara", "susulan dua puskesmas"])
    return delimited(rows, encoding="latin-1")


@dataclass(frozen=True)
class Facility:
    code: str  # seven digits: BPS code of the region, then a number
    name: str
    kind: str  # RS, PKM, KLN
    grade: str
    region: str
    beds: int
    lat: float
    lon: float


# Rough middle of each region: enough for a dot on a schematic map, not a survey.
PLACES = {
    "71.01": (0.72, 124.10), "71.02": (1.25, 124.83), "71.03": (3.58, 125.52), "71.04": (4.28, 126.79),
    "71.05": (1.20, 124.56), "71.06": (1.48, 124.99), "71.07": (0.97, 124.73), "71.08": (0.88, 123.40),
    "71.09": (2.74, 125.40), "71.10": (0.71, 124.55), "71.11": (0.42, 123.98), "71.71": (1.48, 124.84),
    "71.72": (1.44, 125.12), "71.73": (1.32, 124.83), "71.74": (0.73, 124.31),
}  # fmt: skip


def facility_list(province: Province) -> list[Facility]:
    """The 209 facilities that are right: hospitals (with the beds of the region table), puskesmas, clinics."""
    beds = province.typical("tempat_tidur_rs")
    people = province.typical("penduduk_dkb")
    weights = [people[region.code] for region in province.regions]
    hospitals = [max(1, round(beds[region.code] / 140)) for region in province.regions]
    centres = share(118, weights)
    clinics = share(209 - 118 - sum(hospitals), weights)
    found = []
    for region, counts in zip(province.regions, zip(hospitals, centres, clinics, strict=True), strict=True):
        number = 0
        rooms = share(round(beds[region.code]), [1 + 0.35 * i for i in range(counts[0])])
        for kind, word, count in zip(("RS", "PKM", "KLN"), ("Rumah Sakit", "Puskesmas", "Klinik"), counts, strict=True):
            for i in range(count):
                number += 1
                dice = province.dice("faskes", region.code, number)
                lat, lon = PLACES[region.code]
                grade = ("B" if rooms[i] > 200 else "C" if rooms[i] > 80 else "D") if kind == "RS" else ""
                found.append(
                    Facility(
                        code=f"{region.bps_code}{number:03d}",
                        name=f"{word} Contoh {region.short} {i + 1}",
                        kind=kind,
                        grade=grade,
                        region=region.code,
                        beds=rooms[i] if kind == "RS" else 0,
                        lat=round(lat + dice.uniform(-0.06, 0.06), 5),
                        lon=round(lon + dice.uniform(-0.06, 0.06), 5),
                    )
                )
    return found


def facilities(province: Province, semester: object, *, back: int, messy: bool) -> bytes:
    """DS10: JSON with odd keys and figures as text; three codes twice, two of a region that does not exist."""
    bps = {region.code: region.bps_code for region in province.regions}
    rows = [
        {
            "d.kode": facility.code,
            "d.nama": facility.name,
            "d.jenis": facility.kind,
            "d.kelas": facility.grade,
            "d.kab": bps[facility.region],
            "d.alamat": f"Jalan Contoh Nomor {number}",
            "d.lat": f"{facility.lat:.5f}",
            "d.lng": f"{facility.lon:.5f}",
            "(d.total_tt)": str(facility.beds),
        }
        for number, facility in enumerate(facility_list(province), start=1)
    ]
    if messy:
        for place in (20, 90, 160):
            rows.insert(place + 5, {**rows[place], "d.nama": rows[place]["d.nama"] + " (cabang)"})
        for number, code in enumerate(("7199001", "7188001"), start=1):
            rows.append({**rows[-1], "d.kode": code, "d.nama": f"Klinik Contoh Luar {number}", "d.kab": code[:4]})
    return json.dumps({"sumber": sample_title, "data": rows}, ensure_ascii=False, indent=0).encode()


def beds(province: Province, at: datetime, *, back: int, messy: bool, wrong: str = "") -> bytes:
    """DS09: one sending of the stream (NDJSON): a row per hospital and class, 74.8 % taken over all that are right.

    `wrong` is the hospital that reports 38 taken of 36, and whose clock has no zone.
    """
    rows = []
    hospitals = [facility for facility in facility_list(province) if facility.kind == "RS"]
    rooms = {f.code: share(f.beds, [weight for _, weight in CLASSES]) for f in hospitals}
    level = BEDS_TAKEN / 5750 + (0.012 * ((back * 7) % 5 - 2) if back else 0.0)
    weights, capacities = [], []
    for facility in hospitals:
        for place in range(len(CLASSES)):
            capacity = rooms[facility.code][place]
            capacities.append(capacity)
            tilt = province.dice("bor", facility.code, place).uniform(0.78, 1.14)
            weights.append(min(0.97, level * tilt) * capacity)
    taken = share(round(level * 5750), weights)
    place = 0
    for facility in hospitals:
        for number, (name, _) in enumerate(CLASSES):
            capacity, full = capacities[place], min(capacities[place], taken[place])
            moment = (at + timedelta(minutes=number)).strftime("%Y-%m-%dT%H:%M:%S%z")
            stamp = moment[:-2] + ":" + moment[-2:]
            rows.append(
                {"kode_rs": facility.code, "kelas": name, "kapasitas": capacity, "terisi": full, "waktu": stamp}
            )
            place += 1
    if messy and wrong:
        for row in rows:
            if row["kode_rs"] == wrong:
                row["waktu"] = str(row["waktu"])[:19]
        bad = next(row for row in rows if row["kode_rs"] == wrong and row["kelas"] == "3")
        bad["kapasitas"], bad["terisi"] = 36, 38
    return ("\n".join(json.dumps(row) for row in rows) + "\n").encode()
