"""Setda, BPBD, Inspektorat, Diskominfo: spending (DS20), disasters (DS21), findings (DS22), signal (DS23-24)."""

from __future__ import annotations

from datetime import datetime, timedelta

from mapalus.project.demo.files.health import PLACES
from mapalus.project.demo.files.schools import school_list
from mapalus.project.demo.files.writing import delimited, sample_title
from mapalus.project.demo.province import Province, share
from mapalus.project.demo.sheets import Cell, Sheet, xlsx
from mapalus.project.demo.storyclock import Month, Semester, Week

__all__ = ["access_points", "disasters", "findings", "signal", "spending"]

# code of the agency, part of the budget, percent spent at H
AGENCIES = (
    ("01", 0.11, 66.0), ("03", 0.02, 70.5), ("04", 0.30, 66.4), ("05", 0.14, 57.9), ("06", 0.19, 48.2),
    ("09", 0.02, 63.0), ("10", 0.04, 67.8), ("16", 0.01, 65.2), ("19", 0.03, 66.1), ("24", 0.02, 58.8),
    ("26", 0.04, 64.4), ("32", 0.02, 68.0), ("34", 0.06, 66.6),
)  # fmt: skip
BUDGET = 4_137_502_000_000
SPENT_AT_H = 0.614


def spending(province: Province, week: Week, *, back: int, messy: bool) -> bytes:
    """DS20: five levels in one table, figures such as 2859122172935.0, leading zeros; 61.4 % at level 1."""
    rows: list[list[object]] = [
        ["Kode", "Uraian", "Tingkat", "OPD", "Pagu", "Realisasi keuangan", "Fisik", "Target fisik"]
    ]
    pagu = share(BUDGET, [part for _, part, _ in AGENCIES])
    exact = round(BUDGET * (SPENT_AT_H - 0.013 * back))
    fixed = {"05": 57.9, "06": 48.2, "24": 58.8}
    spent = [
        round(p * (fixed[c] / 100 - 0.012 * back)) if c in fixed else 0
        for p, (c, _, _) in zip(pagu, AGENCIES, strict=True)
    ]
    free = [i for i, (code, _, _) in enumerate(AGENCIES) if code not in fixed]
    for i, value in zip(free, share(exact - sum(spent), [pagu[i] * AGENCIES[i][2] for i in free]), strict=True):
        spent[i] = value
    for i, count in enumerate(share(412 - len(AGENCIES), [part for _, part, _ in AGENCIES])):
        code = AGENCIES[i][0]
        rows += _agency_lines(code, pagu[i], spent[i], count, province)
    return delimited(rows)


def _agency_lines(code: str, pagu: int, spent: int, count: int, province: Province) -> list[list[object]]:
    """The agency's own line (level 1), then `count` lines of programme, activity, sub-activity and package."""
    dice = province.dice("belanja", code)
    physical = min(99.0, round(100 * spent / pagu + dice.uniform(1, 6), 2))
    lines: list[list[object]] = [
        [f"{code}.00", f"Belanja OPD {code} (contoh)", 1, code, f"{pagu}.0", f"{spent}.0", physical, 80.0]
    ]
    parts = share(pagu, [dice.uniform(0.5, 1.5) for _ in range(count)])
    used = share(spent, parts)
    words = {2: "Program", 3: "Kegiatan", 4: "Sub-kegiatan", 5: "Paket"}
    for number in range(count):
        level = 2 + number % 4
        lines.append(
            [f"{code}.{number // 4 + 1:02d}.{level:02d}.{number:04d}", f"{words[level]} contoh {number + 1}", level,
             code,
             f"{parts[number]}.0", f"{min(used[number], parts[number])}.0", physical, 80.0]
        )  # fmt: skip
    return lines


EVENTS = (
    ("BJR", "71.71", 0, 312, 41), ("LSR", "71.73", 0, 18, 6), ("BJR", "71.06", 0, 44, 9), ("ANG", "71.02", 0, 0, 12),
    ("ABR", "71.09", 0, 0, 5),
)  # fmt: skip


def _stamp(at: datetime, number: int) -> str:
    """As the control room writes it; every third entry forgets the zone."""
    return f"{at:%d/%m/%Y %H.%M}" + ("" if number % 3 == 0 else " Wita")


def disasters(province: Province, now: datetime, *, back: int, messy: bool) -> bytes:
    """DS21: the control room's table: three points with latitude and longitude swapped, one event from two crews."""
    rows: list[list[object]] = [
        ["Nomor kejadian", "Jenis bencana", "Waktu kejadian", "Kode desa/kelurahan", "Lintang", "Bujur", "Meninggal",
         "Mengungsi", "Rumah rusak", "Status"]
    ]  # fmt: skip
    start = now - timedelta(hours=4, days=back)
    for number, (kind, code, dead, fled, houses) in enumerate(EVENTS if back == 0 else EVENTS[: 1 + back % 3], start=1):
        lat, lon = PLACES[code]
        at = start + timedelta(minutes=31 * number)
        village = province.villages_by_region[code][number]
        rows.append(
            [f"KB-{start:%Y%m%d}-{number:02d}", kind, _stamp(at, number), village.code, f"{lat + 0.01 * number:.4f}",
             f"{lon + 0.01:.4f}", dead, fled, houses, "penanganan"]
        )  # fmt: skip
    if messy:
        rows.append([*rows[1][:9], "laporan"])
        for number, code in enumerate(("71.05", "71.07", "71.01"), start=1):
            lat, lon = PLACES[code]
            village = province.villages_by_region[code][number]
            at = start + timedelta(hours=2, minutes=9 * number)
            rows.append(
                [f"KB-{start:%Y%m%d}-{10 + number}", "LSR", _stamp(at, number), village.code, f"{lon:.4f}",
                 f"{lat:.4f}", 0, 0, 1, "laporan"]
            )  # fmt: skip
    return delimited(rows)


def findings(province: Province, semester: Semester, *, back: int, messy: bool) -> bytes:
    """DS22: a protected sheet with an auditor's remarks in cells, and a footnote."""
    from mapalus.project.demo.province import read_table

    offices = [row["code"] for row in read_table(province.lists / "opd.csv") if "." not in row["code"]][:24]
    rows: list[list[Cell]] = [
        [
            "OPD",
            "Pemeriksa",
            "Jumlah rekomendasi",
            "Sesuai",
            "Belum sesuai",
            "Belum ditindaklanjuti",
            "Nilai belum disetor",
        ]
    ]
    for office in offices:
        for auditor in ("BPK", "APIP"):
            dice = province.dice("lhp", office, auditor)
            count = dice.randint(4, 38)
            done, partly, _ = parts = share(count, (dice.uniform(4, 8) + 0.3 * back, 2.0, 1.0))
            rows.append([office, auditor, count, done, partly, parts[2], dice.randint(0, 40) * 1_250_000])
    rows += [[], [f"Sumber: aplikasi pemantauan, berkas; {sample_title}"]]
    remarks = {"C5": "dikonfirmasi ulang (contoh)", "G9": "menunggu bukti setor (contoh)"}
    return xlsx([Sheet("TL LHP", rows, bold=frozenset({1}), remarks=remarks, is_protected=True)])


SIGNAL_WORDS = {"4G": ("4G", "4 G", "4g", "LTE"), "5G": ("5G",), "3G": ("3G", "3 G"), "2G": ("2G",)}


def signal(province: Province, semester: Semester, *, back: int, messy: bool) -> bytes:
    """DS23: every village; codes without dots, 41 misspelt names, 13 that no list knows; 16 without signal."""
    rows: list[list[Cell]] = [
        ["No", "Kode desa/kelurahan", "Nama menurut pelapor", "Teknologi", "Kuat sinyal", "Jumlah operator", "Semester"]
    ]
    silent = province.typical("desa_tanpa_sinyal")
    taken: dict[str, int] = {}
    for number, village in enumerate(province.villages, start=1):
        left = round(silent[village.region]) + (1 if back and village.region == "71.04" else 0)
        dice = province.dice("sinyal", village.code)
        if taken.get(village.region, 0) < left and number % 11 == 3:
            taken[village.region] = taken.get(village.region, 0) + 1
            kind, strength, count = "tidak ada", "tidak ada", 0
        else:
            real = (
                "5G" if village.region == "71.71" and dice.random() < 0.2 else dice.choice(("4G",) * 9 + ("3G", "2G"))
            )
            kind = dice.choice(SIGNAL_WORDS[real]) if messy else real
            strength, count = dice.choice(("kuat", "kuat", "lemah")), dice.randint(1, 3)
        rows.append([number, village.code.replace(".", ""), village.name, kind, strength, count, str(semester)])
    if messy:
        _misspell(province, rows)
    return xlsx([Sheet("Sinyal", rows, bold=frozenset({1}))])


def _misspell(province: Province, rows: list[list[Cell]]) -> None:
    """41 rows give only a misspelt name (confirmed spellings of the code list), 13 a code that does not exist."""
    lone = {village.code.replace(".", "") for villages in province.lone_villages.values() for village in villages}
    free = [row for row in rows[1:] if row[1] in lone and row[3] != "tidak ada"]
    spoiled = free[20 :: len(free) // 60][:54]
    for number, row in enumerate(spoiled):
        if number < 41:
            row[1] = row[2] = misspelt(str(row[2]))
        else:
            row[1] = f"71990{number:05d}"


def misspelt(name: str) -> str:
    """A village's name as it is often typed: a letter doubled, or an h where none is."""
    return name[:-1] + name[-1] * 2 if len(name) % 2 else name[0] + "h" + name[1:]


def misspelt_villages(province: Province) -> dict[str, str]:
    """The 41 spellings that were confirmed once: misspelt name -> code."""
    rows: list[list[Cell]] = [[""]]
    rows += [[n, v.code.replace(".", ""), v.name, "", "", 1, ""] for n, v in enumerate(province.villages, start=1)]
    silent = _silent_codes(province)
    for row in rows[1:]:
        row[3] = "tidak ada" if row[1] in silent else "4G"
    before = {row[0]: str(row[1]) for row in rows[1:]}
    _misspell(province, rows)
    return {
        str(row[1]): before[row[0]] for row in rows[1:] if row[1] != before[row[0]] and not str(row[1])[0].isdigit()
    }


def _silent_codes(province: Province) -> set[str]:
    silent = province.typical("desa_tanpa_sinyal")
    taken: dict[str, int] = {}
    found: set[str] = set()
    for number, village in enumerate(province.villages, start=1):
        if taken.get(village.region, 0) < round(silent[village.region]) and number % 11 == 3:
            taken[village.region] = taken.get(village.region, 0) + 1
            found.add(village.code.replace(".", ""))
    return found


def access_points(province: Province, month: Month, *, back: int, messy: bool) -> bytes:
    """DS24: UTF-16 with tabs, status as ON, OFF, ggn; 260 of the points are schools of DS11 and of the proposal F25."""
    rows: list[list[object]] = [
        ["Nomor titik", "Jenis lokasi", "NPSN", "Kode desa/kelurahan", "Penyedia", "Mbps", "Status"]
    ]
    wanted = school_list(province)[:310]
    schools = [school for i, school in enumerate(wanted) if i * 260 // 310 != (i - 1) * 260 // 310][:260]
    number = 0
    for region in province.regions:
        own = [school for school in schools if school.region == region.code]
        count = round(province.values["titik_internet"][region.code])
        villages = province.villages_by_region[region.code]
        for place in range(count):
            number += 1
            dice = province.dice("titik", number)
            school = own[place] if place < len(own) else None
            kind = "SKL" if school else dice.choice(("DES", "DES", "PKM", "PUB"))
            status = dice.choice(("ON",) * 16 + ("OFF", "ggn")) if messy else "hidup"
            rows.append(
                [f"T{number:04d}", kind, school.npsn if school else "",
                 school.village if school else dice.choice(villages).code,
                 dice.choice(("PUSAT", "PROV", "KAB", "DANADESA")), dice.choice((10, 20, 30, 50, 100)), status]
            )  # fmt: skip
    return delimited(rows, delimiter="\t", encoding="utf-16")
