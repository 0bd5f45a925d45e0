"""Bappeda: macro indicators (DS04), the evaluation of the road programme (DS05), the stunting survey (DS06)."""

from __future__ import annotations

from mapalus.project.demo.files.writing import comma, delimited, sample_title
from mapalus.project.demo.province import Province
from mapalus.project.demo.sheets import Cell, Sheet, xlsx
from mapalus.project.demo.storyclock import Quarter

__all__ = ["macro", "roads_evaluation", "stunting_survey"]

# sheet -> (indicator, measure of the region table, value of the province, change a year, digits)
MACRO = {
    "IPM": ("IPM", "ipm_2025", 76.32, 0.55, 2),
    "MISKIN": ("P0", "miskin_persen", 7.25, -0.18, 2),
    "TPT": ("TPT", "tpt_agustus_2025", 5.99, -0.12, 2),
}
TARGETS = {"IPM": (76.0, 76.5, 77.1, 77.6), "P0": (7.1, 6.9, 6.6, 6.3), "TPT": (5.9, 5.6, 5.4, 5.2)}
SURVEY_NAMES = {
    "71.06": "Minut",
    "71.08": "Bolmut",
    "71.09": "Kep. Sitaro",
    "71.11": "Bolsel",
    "71.74": "Kotamobagu",
}


def _macro_sheet(province: Province, name: str, year: int, *, messy: bool) -> Sheet:
    _, measure, whole, change, digits = MACRO[name]
    years = range(year - 6, year + 1)
    rows: list[list[Cell]] = [["Kabupaten/Kota", *map(str, years)]]
    areas = [(region.short, province.values[measure][region.code]) for region in province.regions]
    for label, value in [*areas, ("SULAWESI UTARA", whole)]:
        dice = province.dice("makro", name, label)
        line: list[Cell] = [label]
        for back in range(6, -1, -1):
            wobble = dice.uniform(-0.08, 0.08) if back else 0.0
            mark = {0: "**", 1: "*"}.get(back, "")
            line.append(comma(value - change * back + wobble, digits) + mark)
        rows.append(line)
    if messy and name == "IPM":
        rows[3][2], rows[9][1] = "76,3.2", "tidak ada"
    if messy and name == "MISKIN":
        rows[4][1], rows[11][1] = "...", "-"
    if messy and name == "TPT":
        rows[10][2] = "..."
    rows += [[], ["Keterangan: * angka sementara, ** angka sangat sementara"], [f"Sumber: BPS; {sample_title}"]]
    return Sheet(name, rows, bold=frozenset({1}))


def macro(province: Province, year: int, *, back: int, messy: bool) -> bytes:
    """DS04: a sheet per indicator with the years as columns, `*` and `**` on figures, and a sheet of targets."""
    sheets = [_macro_sheet(province, name, year, messy=messy) for name in MACRO]
    target_years = range(year, year + 4)
    rows: list[list[Cell]] = [["Kabupaten/Kota", "Indikator", *map(str, target_years)]]
    for indicator, values in TARGETS.items():
        rows.append(["SULAWESI UTARA", indicator, *(comma(value) for value in values)])
    rows += [[], [f"Target RPJMD; {sample_title}"]]
    return xlsx([*sheets, Sheet("TARGET", rows, bold=frozenset({1}))])


def roads_evaluation(province: Province, quarter: Quarter, *, back: int, messy: bool) -> bytes:
    """DS05: an HTML page called .xls: nested tables and three header rows, `71,86 %` as text."""
    rows = [
        ("Persentase kemantapan jalan provinsi", "72,00 %", comma(71.86 - 0.6 * back) + " %", "memakai panjang 905 km"),
        ("Panjang jalan dipelihara rutin", "640,00 km", comma(512.4 - 150 * back) + " km", ""),
        ("Panjang jalan direhabilitasi", "48,50 km", comma(31.2 - 9 * back) + " km", ""),
        ("Panjang jalan ditingkatkan", "22,00 km", comma(14.75 - 4 * back) + " km", ""),
        ("Jembatan dipelihara", "86,00", comma(61 - 18 * back), "unit"),
        ("Paket selesai tepat waktu", "90,00 %", comma(83.33 - 2 * back) + " %", ""),
    ]
    body = "".join(
        f"<tr><td>{i}</td><td>{a}</td><td>{quarter}</td><td>{b}</td><td>{c}</td><td>{d}</td></tr>\r\n"
        for i, (a, b, c, d) in enumerate(rows, start=1)
    )
    page = (
        '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta http-equiv="Content-Type" '
        'content="text/html; charset=utf-8"></head><body>\r\n<table border="0"><tr><td>'
        '<table border="1">\r\n'
        f'<tr><th colspan="6">EVALUASI RKPD TRIWULAN {quarter.roman} TAHUN {quarter.year} ({sample_title})</th></tr>\n'
        '<tr><th rowspan="2">No</th><th rowspan="2">Indikator</th><th rowspan="2">Triwulan</th>'
        '<th colspan="2">Kinerja</th><th rowspan="2">Catatan</th></tr>\r\n'
        "<tr><th>Target</th><th>Realisasi</th></tr>\r\n"
        f"{body}</table></td></tr></table></body></html>\r\n"
    )
    return page.encode()


def stunting_survey(province: Province, year: int, *, back: int, messy: bool) -> bytes:
    """DS06: copied out of a PDF: short names of regions, a decimal point where other files have the comma."""
    values = province.values["stunting_survei_2023" if back == 0 else "stunting_survei_2022"]
    rows: list[list[object]] = [["Kabupaten/Kota", "Tahun", "Survei", "Prevalensi", "Batas bawah", "Batas atas"]]
    for region in province.regions:
        value = values[region.code]
        width = province.dice("survei", region.code).uniform(2.0, 4.2)
        name = SURVEY_NAMES.get(region.code, region.short) if messy else region.name
        rows.append([name, year, "SKI" if back == 0 else "SSGI", value, f"{value - width:.1f}", f"{value + width:.1f}"])
    whole = values["71"]
    rows.append(["Sulawesi Utara", year, "SKI" if back == 0 else "SSGI", whole, f"{whole - 1:.1f}", f"{whole + 1:.1f}"])
    return delimited(rows)
