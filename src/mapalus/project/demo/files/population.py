"""Disdukcapil-KB and Bappeda: population by administration (DS01) and projection (DS03), documents (DS02)."""

from __future__ import annotations

import json

from mapalus.project.demo.files.writing import comma, delimited, dotted, sample_title
from mapalus.project.demo.province import Province, share
from mapalus.project.demo.sheets import Cell, Sheet, xlsx
from mapalus.project.demo.storyclock import Month, Semester

__all__ = ["dkb", "documents", "projection"]

DOCUMENTS = {"KTPEL": (0.72, 0.985), "AKTA018": (0.29, 0.962), "KIA": (0.27, 0.61), "IKD": (0.72, 0.31)}


def dkb(province: Province, semester: Semester, *, back: int, messy: bool) -> bytes:
    """DS01: title rows, a header of two levels, names in capitals without codes, a total row, a footnote."""
    typical = province.typical("penduduk_dkb")
    rows: list[list[Cell]] = [
        ["PEMERINTAH PROVINSI SULAWESI UTARA"],
        [f"JUMLAH PENDUDUK MENURUT DATA KONSOLIDASI BERSIH ({sample_title})"],
        [f"SEMESTER {semester.roman} TAHUN {semester.year}"],
        ["NO", "KABUPATEN/KOTA", "SEMESTER", "Penduduk", "", ""],
        ["", "", "", "L", "P", "Jumlah"],
    ]
    men_all = women_all = 0
    for number, region in enumerate(province.regions, start=1):
        people = round(typical[region.code] * (1 - 0.004 * back))
        men, women = share(people, (province.dice("dkb", region.code).uniform(50.2, 51.4), 49.2))
        men_all, women_all = men_all + men, women_all + women
        rows.append([number, region.shouted, str(semester), dotted(men), dotted(women), dotted(people)])
    rows.append(["", "JUMLAH", "", dotted(men_all), dotted(women_all), dotted(men_all + women_all)])
    rows += [[], [f"Sumber: DKB Smt {semester.roman}"]]
    merges = ["A1:F1", "A2:F2", "A3:F3", "D4:F4", "A4:A5", "B4:B5", "C4:C5"]
    return xlsx([Sheet("DKB", rows, merges=merges, bold=frozenset({1, 2, 3, 4, 5}))])


def documents(province: Province, month: Month, *, back: int, messy: bool) -> bytes:
    """DS02: semicolon, byte order mark, decimal comma; one value over 100, one empty cell, one `ikd ` with a space."""
    rows: list[list[object]] = [
        ["Kode Wilayah", "Bulan", "Jenis Dokumen", "Penduduk sasaran", "Yang memiliki", "Cakupan (%)"]
    ]
    people = province.typical("penduduk_dkb")
    for region in province.regions:
        for code, (part, level) in DOCUMENTS.items():
            dice = province.dice("dokumen", region.code, code)
            target = round(people[region.code] * part)
            reached = min(0.9995, level * dice.uniform(0.97, 1.012) - 0.002 * back)
            have = round(target * reached)
            rows.append([region.code, str(month), code, target, have, comma(100 * have / target)])
    if messy:
        rows[5][5] = "101,30"  # Minahasa, KTPEL
        rows[23][4] = ""  # Minahasa Utara, KIA
        rows[16][2] = "ikd "
    return delimited(rows, delimiter=";", encoding="utf-8-sig")


def projection(province: Province, year: int, *, back: int, messy: bool) -> bytes:
    """DS03: a recorded answer in the shape of a statistics API: envelope, BPS codes, HTML entities in the texts."""
    typical = province.typical("penduduk_proyeksi")
    rows = [
        {
            "kode_bps": region.bps_code,
            "wilayah": f"{region.name} &amp; sekitarnya &ndash; contoh",
            "tahun": str(year),
            "penduduk": str(round(typical[region.code] * (1 - 0.008 * back) / 10) * 10),
            "status_angka": "T" if back else "S",
        }
        for region in sorted(province.regions, key=lambda region: region.bps_code)
    ]
    envelope = {
        "status": "OK",
        "data-availability": "available",
        "data": [{"page": 1, "pages": 1, "per_page": 20, "count": len(rows), "total": len(rows)}, rows],
        "keterangan": sample_title,
    }
    return json.dumps(envelope, ensure_ascii=False, indent=1).encode()
