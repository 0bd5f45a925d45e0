"""PUPR and Dinsos: roads (DS13), houses proposed (DS14), houses helped (DS15), social aid (DS16)."""

from __future__ import annotations

from dataclasses import dataclass

from mapalus.project.demo.files.writing import comma, delimited, dotted, initials, sample_nik, sample_title
from mapalus.project.demo.province import Province, Village, share
from mapalus.project.demo.sheets import Cell, Sheet, xlsx
from mapalus.project.demo.storyclock import Month, Semester

__all__ = ["house_help", "house_proposals", "roads", "social_aid"]

ROADS = 118
AID = {"PKH": (0.42, 750_000), "SEMBAKO": (0.78, 600_000), "ATENSI": (0.03, 900_000), "LANSIA": (0.09, 300_000),
       "DISAB": (0.04, 300_000)}  # fmt: skip
TWICE_BY_NIK, TWICE_BY_NAME = 271, 41  # the 312 families of the overlap O2


@dataclass(frozen=True)
class Road:
    code: str
    name: str
    region: str
    metres: tuple[int, int, int, int]  # good, fair, light damage, heavy damage


def _road_list(province: Province, *, back: int) -> list[Road]:
    """118 sections: 928 km together, 65.3 % of it good or fair, in the proportions of the region table."""
    lengths = province.typical("jalan_provinsi_km")
    counts = [max(1, n) for n in share(ROADS, [lengths[r.code] ** 0.8 for r in province.regions])]
    while sum(counts) > ROADS:
        counts[counts.index(max(counts))] -= 1
    stable = province.typical("jalan_mantap_persen")
    found: list[tuple[str, int, float]] = []
    for region, count in zip(province.regions, counts, strict=True):
        dice = province.dice("jalan", region.code)
        sections = share(round(lengths[region.code] * 1000), [dice.uniform(0.6, 1.6) for _ in range(count)])
        found += [
            (region.code, metres, min(0.98, stable[region.code] / 100 * dice.uniform(0.9, 1.1))) for metres in sections
        ]
    goal = round(928_000 * (0.653 - 0.008 * max(0, back - 1)))
    firm = share(goal, [metres * level for _, metres, level in found])
    firm = _at_most(firm, [metres for _, metres, _ in found])
    roads = []
    for number, ((code, metres, _), sound) in enumerate(zip(found, firm, strict=True), start=1):
        dice = province.dice("ruas", number)
        good, fair = share(sound, (dice.uniform(1, 3), 1.0))
        light, heavy = share(metres - sound, (dice.uniform(0.8, 2), 1.0))
        name = province.region(code).short
        roads.append(
            Road(f"RP.{number:03d}", f"Ruas Contoh {name} {(number + 1) // 2}", code, (good, fair, light, heavy))
        )
    return roads


def _at_most(parts: list[int], limits: list[int]) -> list[int]:
    """Move what is over a limit to where there is room, so that the sum stays."""
    over = 0
    for i, (part, limit) in enumerate(zip(parts, limits, strict=True)):
        over += max(0, part - limit)
        parts[i] = min(part, limit)
    for i, limit in enumerate(limits):
        moved = min(over, limit - parts[i])
        parts[i] += moved
        over -= moved
    return parts


def roads(province: Province, semester: Semester, *, back: int, messy: bool) -> bytes:
    """DS13: names merged downward, decimal comma, totals per kabupaten, three sums that do not add, metres for km."""
    rows: list[list[Cell]] = [
        ["DINAS PEKERJAAN UMUM DAN PENATAAN RUANG"],
        [f"KONDISI JALAN PROVINSI SEMESTER {semester.roman} TAHUN {semester.year} ({sample_title})"],
        [
            "Kode ruas",
            "Nama ruas",
            "Kode wilayah",
            "Panjang",
            "Baik",
            "Sedang",
            "Rusak ringan",
            "Rusak berat",
            "Semester",
        ],
    ]
    merges = ["A1:I1", "A2:I2"]
    number = 0
    for region in province.regions:
        own = [road for road in _road_list(province, back=back) if road.region == region.code]
        sums = [0.0] * 5
        for road in own:
            number += 1
            parts = [round(metres / 1000, 2) for metres in road.metres]
            length = round(sum(parts), 2)
            if messy and number in (17, 58, 99):
                parts[2] = round(parts[2] + 1.5, 2)  # the parts no longer add up to the length
            cells = [comma(value) for value in (length, *parts)]
            if messy and number in (33, 74):
                cells = [dotted(value * 1000) for value in (length, *parts)]  # metres
            sums = [a + b for a, b in zip(sums, (length, *parts), strict=True)]
            same = len(rows) > 3 and rows[-1][0] != "" and _name_above(rows) == road.name
            rows.append([road.code, "" if same else road.name, road.region, *cells, str(semester)])
            if same:
                merges.append(f"B{len(rows) - 1}:B{len(rows)}")
        rows.append(["", f"TOTAL {region.shouted}", "", *(comma(value) for value in sums), ""])
    return xlsx([Sheet("Kondisi", rows, merges=merges, bold=frozenset({1, 2, 3}))])


def _name_above(rows: list[list[Cell]]) -> Cell:
    return rows[-1][1] if not str(rows[-1][1]).startswith("TOTAL") else ""


def _place(province: Province, number: int) -> Village:
    """A village whose name alone finds it."""
    region = province.regions[number % len(province.regions)]
    villages = province.lone_villages[region.code]
    return villages[(number * 13) % len(villages)]


def _family(number: int) -> str:
    return initials(5000 + number)


def house_proposals(province: Province, year: int, *, back: int, messy: bool) -> bytes:
    """DS14: Latin-1, doubled quotes in addresses, NIK with spaces or cut, old village names where a code belongs."""
    rows: list[list[object]] = [
        [
            "NIK kepala keluarga",
            "Nama kepala keluarga",
            "Kode desa/kelurahan",
            "Alamat",
            "Kriteria",
            "Skor",
            "Tahun usul",
        ]
    ]
    for number in range(2350):
        dice = province.dice("rtlh", number)
        village = _place(province, number)
        address = (
            f'Jaga {1 + number % 9}, rumah "Tou {number}" dekat café' if number % 19 == 0 else f"Jaga {1 + number % 9}"
        )
        rows.append(
            [sample_nik(720000000 + number), _family(number), village.code, address,
             dice.choice(("ALA", "AIR", "LUAS")), dice.randint(35, 95), year]
        )  # fmt: skip
    if messy:
        for i in range(31):
            row = rows[40 + i * 70]
            nik = str(row[0])
            row[0] = f"{nik[:6]} {nik[6:12]} {nik[12:]}" if i < 24 else nik[:15]
        for i in range(22):
            rows[55 + i * 100][2] = f"Kampung Lama Contoh {i + 1}"
    return delimited(rows, encoding="latin-1")


def house_help(province: Province, year: int, *, back: int, messy: bool) -> bytes:
    """DS15: family numbers stored as figures in 29 cells, villages as free names, 17 recipients without NIK.

    312 of them are also in DS14: 271 with the same NIK, 41 with the same name and village only.
    """
    rows: list[list[Cell]] = [["No KK", "NIK", "Nama penerima", "Desa/Kelurahan", "Nilai bantuan", "Tahun"]]
    for number in range(980):
        person = number if number < TWICE_BY_NIK + TWICE_BY_NAME else 3000 + number
        nik = sample_nik(720000000 + person if number < TWICE_BY_NIK or number >= 312 else 729000000 + number)
        village = _place(province, person)
        value = 15_000_000 + 500_000 * (number % 21)
        rows.append([f"00{7100000000000 + number:014d}", nik, _family(person), village.name, value, year])
    if messy:
        for i in range(29):
            row = rows[325 + i * 22]
            row[0] = int(str(row[0])) if i % 2 else f"7,1{i % 10}E+12"
        for i in range(17):
            rows[275 + i][1] = ""  # among those found by name and village only
    return xlsx([Sheet("RUTILAHU", rows, bold=frozenset({1}))])


def social_aid(province: Province, month: Month, *, back: int, messy: bool) -> bytes:
    """DS16: semicolon, `Rp1.250.000,00`, the month in words, abbreviated names of regions."""
    rows: list[list[object]] = [
        ["Kabupaten/Kota", "Bulan", "Jenis bantuan", "KPM sasaran", "KPM tersalur", "Nilai tersalur"]
    ]
    families = province.typical("kpm_bansos")
    short = {"71.09": "Kab. Kepl. Sitaro", "71.03": "Kab. Kepl. Sangihe", "71.04": "Kab. Kepl. Talaud"}
    for region in province.regions:
        name = short.get(region.code, region.name.replace("Kabupaten", "Kab."))
        for kind, (part, amount) in AID.items():
            dice = province.dice("bansos", region.code, kind, str(month))
            target = round(families[region.code] * part)
            reached = round(target * dice.uniform(0.86, 0.995))
            rows.append([name, month.name, kind, target, reached, f"Rp{dotted(reached * amount)},00"])
    return delimited(rows, delimiter=";")
