"""Numbers and times are written as people write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from mapalus.doors.ui import figures
from mapalus.engine.clock import Zone

WITA = Zone.WITA.tzinfo
NOW = datetime(2026, 11, 20, 2, 42, tzinfo=UTC)  # 10.42 WITA


@pytest.mark.parametrize(
    ("value", "decimals", "indonesian", "english"),
    [
        (1234567.8, None, "1.234.567,8", "1,234,567.8"),
        (2.41, None, "2,41", "2.41"),
        (0.5, 2, "0,50", "0.50"),
        (-12, None, "−12", "−12"),
        (2.5, 0, "3", "3"),
        (None, None, "–", "–"),
        ("71.06", 1, "71,1", "71.1"),
        ("bukan bilangan", None, "bukan bilangan", "bukan bilangan"),
        (float("nan"), None, "nan", "nan"),
    ],
)
def test_numbers_group_by_the_language(value: object, decimals: int | None, indonesian: str, english: str) -> None:
    assert figures.number(value, language="id", decimals=decimals) == indonesian
    assert figures.number(value, language="en", decimals=decimals) == english


def test_changes_say_their_direction() -> None:
    assert figures.change(1.2, language="id") == "+1,2"
    assert figures.change(-0.3, language="id") == "−0,3"
    assert figures.change(0, language="id") == "0"
    assert figures.change(0.001, language="id", decimals=1) == "0,0"


def test_money_and_large_numbers_do_not_break_at_the_line_end() -> None:
    assert figures.rupiah(15450, language="id") == "Rp\N{NO-BREAK SPACE}15.450"
    assert figures.rupiah(-15450, language="id") == "−Rp\N{NO-BREAK SPACE}15.450"
    assert figures.compact(3_400_000_000, language="id") == "3,4\N{NO-BREAK SPACE}miliar"
    assert figures.compact(3_400_000_000, language="en") == "3.4\N{NO-BREAK SPACE}billion"
    assert figures.compact(999_999, language="id") == "999.999"
    assert figures.percent(2.41, language="id") == "2,41\N{NO-BREAK SPACE}persen"
    assert figures.percent(2.41, language="id", sign=True) == "2,41\N{NO-BREAK SPACE}%"
    assert figures.bytes_(4_100_000, language="id") == "4,1\N{NO-BREAK SPACE}MB"


@pytest.mark.parametrize(
    ("form", "indonesian", "english"),
    [
        ("long", "23\N{NO-BREAK SPACE}November 2026", "23\N{NO-BREAK SPACE}November 2026"),
        ("weekday", "Senin, 23\N{NO-BREAK SPACE}November 2026", "Monday, 23\N{NO-BREAK SPACE}November 2026"),
        ("short", "23\N{NO-BREAK SPACE}Nov", "23\N{NO-BREAK SPACE}Nov"),
        ("table", "23-11-2026", "23-11-2026"),
    ],
)
def test_days_have_four_forms(form: str, indonesian: str, english: str) -> None:
    assert figures.day(date(2026, 11, 23), language="id", form=form) == indonesian
    assert figures.day(date(2026, 11, 23), language="en", form=form) == english


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (timedelta(seconds=20), "baru saja"),
        (timedelta(minutes=5), "5\N{NO-BREAK SPACE}menit lalu"),
        (timedelta(hours=2), "2\N{NO-BREAK SPACE}jam lalu"),
        (timedelta(hours=12), "kemarin 22.42"),
        (timedelta(days=3), "3\N{NO-BREAK SPACE}hari lalu"),
        (timedelta(days=9), "11\N{NO-BREAK SPACE}November 2026"),
        (-timedelta(hours=1), "20\N{NO-BREAK SPACE}November 2026, 11.42\N{NO-BREAK SPACE}WITA"),
    ],
)
def test_age_is_told_in_the_provinces_own_days(before: timedelta, said: str) -> None:
    assert figures.ago(NOW - before, now=NOW, language="id", zone=WITA) == said


@pytest.mark.parametrize(
    ("period", "said", "brief"),
    [
        ("2026", "2026", "2026"),
        ("2026-10", "Oktober 2026", "Okt 2026"),
        ("2026-Q3", "triwulan III 2026", "Tw III 2026"),
        ("2026S1", "semester I 2026", "Smt I 2026"),
        ("2026W45", "minggu ke-45 2026", "mgg 45 2026"),
        ("2026-10-05", "5\N{NO-BREAK SPACE}Oktober 2026", "5\N{NO-BREAK SPACE}Okt"),
        ("triwulan lalu", "triwulan lalu", "triwulan lalu"),
        ("2026-13", "2026-13", "2026-13"),
    ],
)
def test_periods_are_said_as_people_say_them(period: str, said: str, brief: str) -> None:
    assert figures.period(period, language="id") == said
    assert figures.period_brief(period, language="id") == brief
