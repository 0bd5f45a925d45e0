"""Charts and maps of the gallery: every kind in every state, and the extremes. All figures are invented."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from django.utils.safestring import SafeString

from mapalus.doors.ui.charts import (
    Bar,
    BarChart,
    Chart,
    GroupedBars,
    LineChart,
    Multiples,
    Ranked,
    Ranking,
    Series,
    Small,
    drawn,
    finding,
)
from mapalus.doors.ui.maps import Area, Choropleth, Dot, Dots, drawn_map
from mapalus.doors.ui.tilemaps import LAYOUTS
from mapalus.engine.boundaries import Outline, Outlines

__all__ = ["Shown", "charts", "extremes", "maps"]

MONTHS = ("Jan 2026", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt")
PERIODS = tuple(f"2026-{month:02}" for month in range(1, 11))
NAMES = {
    "71.01": "Kab. Bolaang Mongondow", "71.02": "Kab. Minahasa", "71.03": "Kab. Kepulauan Sangihe",
    "71.04": "Kab. Kepulauan Talaud", "71.05": "Kab. Minahasa Selatan", "71.06": "Kab. Minahasa Utara",
    "71.07": "Kab. Minahasa Tenggara", "71.08": "Kab. Bolaang Mongondow Utara",
    "71.09": "Kab. Kep. Siau Tagulandang Biaro", "71.10": "Kab. Bolaang Mongondow Timur",
    "71.11": "Kab. Bolaang Mongondow Selatan", "71.71": "Kota Manado", "71.72": "Kota Bitung",
    "71.73": "Kota Tomohon", "71.74": "Kota Kotamobagu",
}  # fmt: skip
PRICES = {
    "71.04": 16.9, "71.03": 16.4, "71.09": 16.6, "71.71": 15.1, "71.06": 15.0, "71.72": 15.5, "71.05": 14.6,
    "71.73": 14.8, "71.02": 14.5, "71.08": 14.3, "71.01": 13.9, "71.74": 14.1, "71.10": 14.4, "71.07": 14.7,
}  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """One figure of the gallery with the words that say what it shows."""

    said: str
    figure: SafeString


def _line() -> LineChart:
    return LineChart(
        title="Beras di Manado naik 5,2 persen sejak Januari",
        subtitle="Beras medium",
        sentence="Grafik garis: Manado naik dari 14.350 menjadi 15.100; Talaud tertinggi, 16.900.",
        labels=MONTHS,
        series=(
            Series("Talaud", (16200, 16250, 16180, 16300, 16420, 16500, 16600, 16700, 16850, 16900)),
            Series("Bitung", (14900, 14950, 15010, 15000, None, 15120, 15200, 15300, 15400, 15450)),
            Series("Manado", (14350, 14400, 14390, 14500, 14550, 14700, 14800, 14950, 15000, 15100), is_accent=True),
            Series("Kotamobagu", (13700, 13750, 13800, 13790, 13850, 13900, 13960, 14000, 14050, 14100)),
        ),
        language="id",
        unit="Rp/kg",
        provisional_from=9,
        provisional_word="sementara",
        table_name="Bulan",
    )


def _plan() -> LineChart:
    return LineChart(
        title="Belanja 4,2 poin di bawah rencana",
        subtitle="Realisasi belanja",
        sentence="Grafik garis: realisasi 71,8 persen, rencana 76.",
        labels=MONTHS,
        series=(Series("", (3, 9, 16, 24, 31, 39, 47, 56, 64, 71.8), is_accent=True),),
        language="id",
        unit="persen pagu",
        targets=(5, 10, 15, 25, 35, 45, 55, 62, 69, 76),
        plan_name="rencana",
        table_name="Bulan",
    )


def _band() -> LineChart:
    years = tuple(str(year) for year in range(2017, 2027))
    values = (8.1, 7.8, 7.7, 7.6, 7.8, 7.4, 7.4, 7.2, 7.1, 6.7)
    band = tuple((value - 0.3, value + 0.3) for value in values)
    said = finding.of_periods(values, years, language="id", is_points=True, band=band)
    return LineChart(
        title=said,
        subtitle="Penduduk miskin, pita: selang kepercayaan 95 persen",
        sentence=f"Grafik garis: {said}.",
        labels=years,
        series=(Series("Sulut", values, is_accent=True, band=band),),
        language="id",
        unit="persen",
        table_name="Tahun",
    )


def _disputed() -> LineChart:
    values = (120.0, 118, None, None, 126, 131, 128, 135, 141, 139)
    conflicts = frozenset({9})
    said = finding.of_periods(values, PERIODS, language="id", conflicts=conflicts)
    return LineChart(
        title=said,
        subtitle="Ikan didaratkan di PPS Bitung",
        sentence=f"Grafik garis: {said}.",
        labels=MONTHS,
        series=(Series("DKP", values, is_accent=True, conflicts=conflicts),),
        language="id",
        unit="ton",
        table_name="Bulan",
        notes=("DKP: 139. BPS: 152. Selisih 13, atau 9 persen.", "Maret dan April: tidak ada setoran."),
    )


def _groups() -> LineChart:
    return LineChart(
        title="Hanya wisatawan Tiongkok yang pulih",
        subtitle="Kunjungan lewat Bandara Sam Ratulangi",
        sentence="Grafik garis lima negara; Tiongkok 9.400 pada Oktober.",
        labels=MONTHS,
        series=(
            Series("Tiongkok", (4100, 4600, 5000, 5200, 6100, 7000, 7700, 8300, 8900, 9400)),
            Series("Jerman", (1800, 1700, 1750, 1900, 2100, 2300, 2200, 2000, 1900, 1850)),
            Series("Korea Selatan", (1500, 1450, 1500, 1550, 1600, 1500, 1480, 1500, 1520, 1500)),
            Series("Amerika Serikat", (1200, 1250, 1230, 1300, 1350, 1400, 1420, 1400, 1390, 1380)),
            Series("Singapura", (900, 950, 920, 980, 1000, 1010, 990, 970, 950, 940)),
        ),
        language="id",
        unit="orang",
        table_name="Bulan",
        is_grouped=True,
    )


def _bars() -> BarChart:
    return BarChart(
        title="Bitung mendaratkan hampir separuh ikan provinsi",
        subtitle="Produksi tangkap triwulan III 2026",
        sentence="Diagram batang: Kota Bitung 159,1 ribu ton, Kota Manado 71,2.",
        bars=(
            Bar("Kota Bitung", 159.1),
            Bar("Kota Manado", 71.2, "rest"),
            Bar("Kab. Bolaang Mongondow Selatan", 44.8, "rest", state="provisional"),
            Bar("Kab. Kepulauan Talaud", 31.0, "rest", state="conflict"),
            Bar("Kota Tomohon", None, word="belum melapor"),
        ),
        language="id",
        unit="ribu ton",
        table_name="Daerah",
    )


def _negative() -> BarChart:
    names = (("Manado", 1.8), ("Bitung", 0.9), ("Tomohon", -0.2), ("Kotamobagu", -1.1))
    return BarChart(
        title="Tomohon dan Kotamobagu susut",
        subtitle="Pertumbuhan penduduk 2025",
        sentence="Diagram batang: Manado naik 1,8 persen, Kotamobagu turun 1,1.",
        bars=tuple(Bar(name, value, "bad" if value < 0 else "rest") for name, value in names),
        language="id",
        unit="persen",
        table_name="Daerah",
    )


def _grouped() -> GroupedBars:
    return GroupedBars(
        title="Guru perempuan lebih banyak di tiap jenjang",
        subtitle="Guru menurut jenjang, 2026",
        sentence="Diagram batang: SD 7.812 perempuan dan 3.105 laki-laki.",
        names=("SD", "SMP", "SMA dan SMK"),
        groups=("Perempuan", "Laki-laki"),
        values=((7812, 3105), (3954, 2210), (4120, None)),
        language="id",
        unit="orang",
        table_name="Jenjang",
    )


def _ranking() -> Ranking:
    values = {name: PRICES.get(code) for code, name in NAMES.items()}
    return Ranking(
        title=finding.of_places(values, language="id", is_more_better=False),
        subtitle="Harga beras medium, termurah di atas",
        sentence="Peringkat 14 daerah: termurah Bolaang Mongondow 13,9 ribu rupiah.",
        places=tuple(
            Ranked(
                name,
                values[name],
                state="provisional" if code == "71.71" else "conflict" if code == "71.72" else "",
                missing="belum melapor" if values[name] is None else "",
                is_here=code == "71.71",
                href=f"#w{code}",
            )
            for code, name in NAMES.items()
        ),
        language="id",
        unit="ribu rupiah per kg",
        is_more_better=False,
        target=15.0,
        target_name="HET 15,0",
        table_name="Daerah",
    )


def _multiples() -> Multiples:
    smalls = []
    for index, (code, name) in enumerate(NAMES.items()):
        base = PRICES.get(code)
        values = tuple(
            None
            if base is None or (index == 4 and 3 <= at <= 5)
            else base - 0.08 * (9 - at) + 0.15 * math.sin(at + index)
            for at in range(10)
        )
        smalls.append(
            Small(
                name,
                values,
                is_here=code == "71.71",
                is_provisional=index == 2,
                missing="belum melapor",
                href=f"#w{code}",
            )
        )
    return Multiples(
        title="Harga naik di semua daerah yang melapor",
        subtitle="Beras medium, Januari sampai Oktober 2026",
        sentence="Lima belas grafik kecil; harga naik di empat belas daerah.",
        labels=MONTHS,
        smalls=tuple(smalls),
        language="id",
        unit="ribu rupiah per kg",
        table_name="Daerah",
    )


def charts() -> tuple[Shown, ...]:
    """Each kind in its states."""
    made: tuple[tuple[str, Chart, str], ...] = (
        ("Garis: celah, sementara, satu aksen", _line(), "Dinas Pangan · versi 214, 2 jam lalu"),
        ("Garis dengan rencana", _plan(), "BKAD · kemarin 23.10"),
        ("Garis dengan pita selang", _band(), "BPS, Susenas · Maret 2026"),
        ("Garis: selisih, data hilang", _disputed(), "DKP · versi 88, kemarin"),
        ("Garis: lima kelompok", _groups(), "Dinas Pariwisata · Oktober 2026"),
        ("Batang: sementara, selisih, belum melapor", _bars(), "DKP · versi 88, kemarin"),
        ("Batang: nilai negatif", _negative(), "BPS · 2025"),
        ("Batang berkelompok", _grouped(), "Dinas Pendidikan · semester I 2026"),
        ("Peringkat: daerah sendiri, target, belum melapor", _ranking(), "Dinas Pangan · 2 jam lalu"),
        ("Banyak grafik kecil, satu sumbu", _multiples(), "Dinas Pangan · 2 jam lalu"),
    )
    return tuple(
        Shown(said, drawn(chart, source=source, name=f"g-c{at}", level=3))
        for at, (said, chart, source) in enumerate(made)
    )


def _simple(title: str, values: tuple[float | None, ...], **more: object) -> LineChart:
    labels = tuple(str(2027 - len(values) + at) for at in range(len(values)))
    base = LineChart(title, "", title, labels, (Series("", values, is_accent=True),), "id", table_name="Tahun")
    return replace(base, **more)  # type: ignore[arg-type]


def extremes() -> tuple[Shown, ...]:
    """What may come and must not break a page."""
    long = "Kab. Bolaang Mongondow Selatan"
    near = tuple(Series(f"{long} {at}", (10 + at / 50, 10 + at / 40), is_accent=at == 2) for at in range(5))
    wave = tuple(50 + 30 * math.sin(at / 9) + at / 10 for at in range(200))
    weeks = tuple(f"mgg {at % 52 + 1}" for at in range(200))
    made: tuple[tuple[str, Chart], ...] = (
        ("Satu titik", _simple("Satu angka sejauh ini, dari 2026", (12.5,))),
        ("Tidak ada titik", _simple("Belum ada data", (None, None, None))),
        ("Semua sama", _simple("Sama dengan 2025", (7.0, 7.0, 7.0, 7.0))),
        ("Negatif", _simple("Defisit menyempit", (-8.5, -6.2, -4.1, -1.9), unit="persen")),
        ("Melewati nol", _simple("Kembali tumbuh", (-1.0, -0.5, 2.2, 3.0), unit="persen")),
        ("Satu triliun", _simple("Melewati satu triliun rupiah", (0.82e12, 0.91e12, 1.02e12), unit="rupiah")),
        ("Sepersejuta", _simple("Turun satu tahun", (3.4e-6, 2.1e-6, 1.0e-6), unit="gram")),
        ("Dua ratus periode", replace(_simple("Dua ratus minggu", wave), labels=weeks)),
        ("Nama panjang berimpit", replace(_simple("Semua berdekatan", (1.0, 1.0)), series=near)),
    )  # fmt: skip
    return tuple(
        Shown(said, drawn(chart, source="Contoh", name=f"g-x{at}", level=3)) for at, (said, chart) in enumerate(made)
    )


def _areas(values: dict[str, float]) -> tuple[Area, ...]:
    return tuple(
        Area(
            code,
            name,
            values.get(code),
            state="provisional" if code in ("71.72", "71.03") else "conflict" if code == "71.05" else "",
            missing="belum melapor" if code not in values else "",
            href=f"#w{code}",
            is_here=code == "71.74",
        )
        for code, name in NAMES.items()
    )


def _schematic() -> Outlines:
    """The tiles of the sample province as boundaries of their own: plots that share borders, cut at the corners."""
    made = []
    for place in LAYOUTS["71"]:
        x, y = 123_000_00 + place.column * 50_000, 5_000_00 - place.row * 50_000
        ring = (x, y, x + 50_000, y, x + 50_000, y + 40_000, x + 40_000, y + 50_000, x, y + 50_000)
        made.append(Outline(place.code, (ring,)))
    return Outlines(tuple(made), "batas contoh, bukan batas wilayah", "", "gallery")


def maps() -> tuple[Shown, ...]:
    """With and without boundaries, one way and two, and things that happened."""
    prices = Choropleth(
        title="14 dari 15 melapor; Talaud termahal",
        subtitle="Beras medium",
        areas=_areas(PRICES),
        language="id",
        unit="ribu rupiah per kg",
        up=("#sulut", "Sulawesi Utara"),
    )
    changes = {code: round((value - 15.0) * 3, 1) for code, value in PRICES.items()}
    ways = replace(prices, title="Kepulauan jauh di atas rata-rata", subtitle="Selisih dari rata-rata", unit="persen",
                   areas=_areas(changes), middle=0.0, up=None)  # fmt: skip
    regions = tuple(NAMES.items())
    things = Dots(
        title="Empat kejadian dalam 24 jam",
        subtitle="Bencana yang dilaporkan BPBD",
        dots=(
            Dot("Banjir Kombos", 125.78, 3.28, "kemarin 22.10", "#k1", "71.71", "Kota Manado", is_late=True),
            Dot("Longsor Tinoor", 125.72, 3.24, "hari ini 03.40", "#k2", "71.73", "Kota Tomohon"),
            Dot("Gelombang tinggi Melonguane", 126.8, 4.7, "hari ini 06.00", "#k3", "71.04", "Kab. Kepulauan Talaud"),
            Dot("Pohon tumbang", None, None, "hari ini 07.15", "#k4", "71.71", "Kota Manado"),
        ),
        regions=regions,
        language="id",
    )
    made: tuple[tuple[str, Choropleth | Dots], ...] = (
        ("Peta petak: belum melapor, sementara, selisih, daerah terpilih", prices),
        ("Peta berbatas", replace(prices, outlines=_schematic())),
        ("Dua arah", ways),
        ("Dua arah, berbatas", replace(ways, outlines=_schematic())),
        ("Kejadian pada petak", things),
        ("Kejadian pada peta", replace(things, outlines=_schematic())),
        ("Tidak ada kejadian", replace(things, dots=(), title="Tidak ada kejadian dalam 24 jam", nothing="Tenang.")),
    )
    return tuple(
        Shown(said, drawn_map(one, source="BPBD · 2 jam lalu", name=f"g-m{at}", level=3))
        for at, (said, one) in enumerate(made)
    )
