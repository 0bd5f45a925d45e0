"""DKP and Dispar: catch (DS17), landings of the day (DS18), visits (DS19)."""

from __future__ import annotations

from datetime import date

from mapalus.project.demo.files.writing import dotted, sample_title
from mapalus.project.demo.province import Province, share
from mapalus.project.demo.sheets import Cell, Sheet, ods, xlsx
from mapalus.project.demo.storyclock import MONTHS_SHORT, Month, Quarter

__all__ = ["FISH", "catch", "landings", "visits"]

FISH = {
    "CAKALANG": 0.27, "TUNA": 0.19, "LAYANG": 0.18, "TONGKOL": 0.11, "SELAR": 0.07, "KAKAP": 0.05, "CUMI": 0.04,
    "ROA": 0.03, "UDANG": 0.01, "LOBSTER": 0.005, "GURITA": 0.015, "LAIN": 0.03,
}  # fmt: skip
SEASON = {1: 0.94, 2: 1.02, 3: 1.04, 4: 1.0}


def catch(province: Province, quarter: Quarter, *, back: int, messy: bool) -> bytes:
    """DS17: kinds of fish as columns, zero and empty mixed, a total row, and Bitung in kg where tons belong."""
    labels = ["Cakalang", "Tuna", "Layang", "Tongkol", "Selar", "Kakap dan ikan dasar", "Cumi-cumi", "Julung-julung",
              "Udang", "Lobster", "Gurita", "Ikan lainnya"]  # fmt: skip
    rows: list[list[Cell]] = [
        [f"PRODUKSI PERIKANAN TANGKAP TRIWULAN {quarter.roman} TAHUN {quarter.year} ({sample_title})"],
        ["Kabupaten/Kota", "Triwulan", *labels],
    ]
    tons = province.typical("tangkap_ton_tahun")
    sums = [0] * len(FISH)
    for region in province.regions:
        whole = round(tons[region.code] / 4 * SEASON[quarter.number])
        if region.code == "71.72":
            whole = 41_250 if back == 0 else round((158_000 - 41_250) / 3)
        dice = province.dice("tangkap", region.code, str(quarter))
        parts = share(whole, [weight * dice.uniform(0.7, 1.3) for weight in FISH.values()])
        sums = [a + b for a, b in zip(sums, parts, strict=True)]
        cells: list[Cell] = list(parts)
        if messy and region.code == "71.72":
            cells = [dotted(part * 1000) for part in parts]  # 41.250.000 kg together
        if not whole:  # Tomohon and Kotamobagu have no coast
            cells = [0 if i % 2 else "" for i in range(len(FISH))] if messy else [0] * len(FISH)
        rows.append([region.name, str(quarter), *cells])
    rows.append(["JUMLAH", "", *sums])
    return xlsx([Sheet("Produksi", rows, merges=["A1:N1"], bold=frozenset({1, 2}))])


# harbour, words for the fish, weight as typed, price as typed
LANDED = (
    ("Tumumpa", "cakalang", "2,4 ton", "@26rb"), ("Tumumpa", "deho", "800 kg", "@18rb"),
    ("Tumumpa", "malalugis", "1,1 ton", "@15rb"), ("Tumumpa", "tuna", "950 kg", "@55rb"),
    ("Tumumpa", "oci", "420 kg", "@22rb"), ("Tumumpa", "suntung", "130 kg", "@48rb"),
    ("Tumumpa", "goropa", "95 kg", "@60rb"), ("Belang", "cakalang", "1,3 ton", "@25rb"),
    ("Belang", "deho", "640 kg", "@17rb"), ("Belang", "malalugis", "720 kg", "@14rb"),
    ("Belang", "tude", "310 kg", "@20rb"), ("Belang", "gurita", "85 kg", "@40rb"),
    ("Amurang", "cakalang", "900 kg", "@25rb"), ("Amurang", "malalugis", "1,6 ton", "@14rb"),
    ("Amurang", "roa", "260 kg", "@30rb"), ("Amurang", "bobara", "110 kg", "@50rb"),
    ("Amurang", "campuran", "340 kg", "@12rb"), ("Ulu", "cakalang", "520 kg", "@24rb"),
    ("Ulu", "tongkol", "380 kg", "@16rb"), ("Ulu", "layang", "450 kg", "@13rb"),
    ("Ulu", "lobster", "18 kg", "@210rb"),
)  # fmt: skip


def landings(province: Province, day: date, *, back: int, messy: bool) -> bytes:
    """DS18: text typed on a telephone, tabs between: local names of fish, tons and kilograms, one line sent twice."""
    lines = ["Tanggal\tPelabuhan\tIkan\tBerat\tHarga"]
    for number, (harbour, fish, weight, price) in enumerate(LANDED):
        smile = " 🐟" if messy and number in (0, 9) else ""
        lines.append(f"{day:%d/%m/%Y}\t{harbour}\t{fish}{smile}\t{weight}\t{price}")
        if messy and number == 8:
            lines.append(lines[-1])
    return ("\n".join(lines) + "\n").encode()


def visits(province: Province, month: Month, *, back: int, messy: bool) -> bytes:
    """DS19: OpenDocument, two months as columns of two levels; Bunaken once from Manado, once from Minahasa Utara."""
    from mapalus.project.demo.province import read_table

    places = read_table(province.lists / "daya-tarik.csv")
    before = month.back(1)
    rows: list[list[Cell]] = [
        [f"KUNJUNGAN WISATAWAN ({sample_title})"],
        ["Daya tarik", "Kabupaten/Kota", str(before.year), "", str(month.year), ""],
        ["", "", MONTHS_SHORT[before.number - 1], "", MONTHS_SHORT[month.number - 1], ""],
        ["", "", "Nusantara", "Mancanegara", "Nusantara", "Mancanegara"],
    ]
    weights = [1.0 / (number + 2) ** 0.7 for number in range(len(places))]
    figures = {}
    for which in (before, month):
        step = back + (1 if which is before else 0)
        home = share(round(311_300 * (1 - 0.021 * step)), weights)
        abroad = share(round(7_200 * (1 - 0.03 * step)), weights)
        figures[which] = list(zip(home, abroad, strict=True))
    for number, place in enumerate(places):
        cells: list[Cell] = [*figures[before][number], *figures[month][number]]
        rows.append([place["label"], place["kabkota"], *cells])
        if messy and place["code"] == "D01":
            rows.append(["Bunaken", "Kabupaten Minahasa Utara", *(round(float(str(c)) * 0.98) for c in cells)])
    return ods("Kunjungan", rows, spans={0: {0: 6}, 1: {2: 2, 4: 2}, 2: {2: 2, 4: 2}})
