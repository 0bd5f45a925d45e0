"""A finding claims no more than the values allow, in both languages."""

from __future__ import annotations

import pytest
from django.utils import translation

from mapalus.doors.ui.charts import finding

MONTHS = tuple(f"2026-{month:02}" for month in range(1, 7))


def said(values: list[float | None], periods: tuple[str, ...] = MONTHS, language: str = "id", **more: object) -> str:
    with translation.override(language):
        return finding.of_periods(values, periods[: len(values)], language=language, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([9.0, 8.0, 7.5, 7.1], "Turun tiga bulan berturut-turut"),
        ([1.0, 2.0, 3.0, 4.0, 5.0], "Naik empat bulan berturut-turut"),
        ([9.0, 8.0, None, 7.5, 7.1], "Turun 5,3\N{NO-BREAK SPACE}persen sejak April 2026"),
        ([9.0, 8.0, 7.0, None], "Belum ada angka April 2026; yang terakhir Maret 2026"),
        ([2.0, 2.0], "Sama dengan Januari 2026"),
        ([4.0], "Baru satu angka, Januari 2026"),
        ([None, None], "Belum ada data"),
        ([0.0, 3.0], "Naik 3 sejak Januari 2026"),  # a share of nothing says nothing
    ],
)
def test_what_a_series_says(values: list[float | None], expected: str) -> None:
    assert said(values) == expected


def test_a_run_is_one_only_where_no_period_is_left_out() -> None:
    periods = ("2026-01", "2026-02", "2026-04", "2026-05")
    assert "berturut-turut" not in said([9.0, 8.0, 7.0, 6.0], periods)
    assert "tiga triwulan" in said([9.0, 8.0, 7.0, 6.0], ("2025-Q3", "2025-Q4", "2026-Q1", "2026-Q2"))


def test_a_difference_within_the_intervals_is_none() -> None:
    band = [(6.8, 7.4), (6.4, 7.0)]
    assert said([7.1, 6.7], ("2025", "2026"), band=band) == "Tidak jelas berbeda dari 2025"
    clear = [(7.0, 7.2), (6.6, 6.8)]
    assert said([7.1, 6.7], ("2025", "2026"), band=clear, is_points=True) == "Turun 0,4 poin sejak 2025"


def test_what_is_provisional_or_disputed_is_said() -> None:
    assert said([9.0, 8.0], provisional=frozenset({1})).endswith(", angka terakhir sementara")
    assert said([9.0, 8.0], conflicts=frozenset({1})) == "Dua angka untuk Februari 2026, sedang diperiksa"


def test_the_same_in_english() -> None:
    assert said([9.0, 8.0, 7.5, 7.1], language="en") == "Down three months in a row"
    assert (
        said([9.0, 8.0], language="en", is_points=True, what="Inflation")
        == "Inflation down 1 points since January 2026"
    )


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"Bitung": 3.0, "Manado": 5.0}, "Manado tertinggi"),
        ({"Bitung": 3.0, "Manado": 5.0, "Tomohon": None}, "2 dari 3 melapor; Manado tertinggi"),
        ({"Bitung": 3.0, "Manado": None}, "1 dari 2 melapor"),
        ({"Bitung": None, "Manado": None}, "Belum satu pun dari 2 melapor"),
        ({"Bitung": 3.0, "Manado": 3.0}, "Sama di semua daerah"),
        ({"Bitung": 5.0, "Manado": 5.0, "Tomohon": 1.0}, "2 daerah sama-sama tertinggi"),
    ],
)
def test_what_places_say(values: dict[str, float | None], expected: str) -> None:
    assert finding.of_places(values, language="id") == expected


def test_the_highest_is_claimed_only_beyond_the_intervals() -> None:
    values = {"Talaud": 9.1, "Bolsel": 8.3}
    close = {"Talaud": (8.2, 10.0), "Bolsel": (6.5, 10.1)}
    assert finding.of_places(values, language="id", bands=close) == "Tidak ada yang jelas tertinggi"


def test_a_target_counts_who_reaches_it() -> None:
    values = {"Bitung": 3.0, "Manado": 5.0, "Tomohon": None}
    assert finding.of_places(values, language="id", target=4.0) == "2 dari 3 melapor; 1 dari 2 mencapai target"
