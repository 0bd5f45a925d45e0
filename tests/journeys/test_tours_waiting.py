"""The tours that need what is late to be late still: a province of their own, where nobody else hands in."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.journeys.test_tours import visitor

__all__ = ["visitor"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_walidata_1_dengue_is_late_and_one_press_sends_the_next_reminder_which_the_log_counts(visitor: Any) -> None:
    guest = visitor()
    guest.enter("diskominfo.kabid-statistik")
    guest.go("/meja/kepatuhan/")
    row = guest.page.locator("tr:has-text('Kasus Demam Berdarah')").first
    said = " ".join(row.inner_text().split())
    assert "terlambat" in said
    assert re.search(r"Lewat \d hari kerja", said)
    assert "pengingat ke-2" in said
    guest.follow(row.locator("a", has_text="pengingat ke-2"))
    said = guest.follow(guest.page.locator("button", has_text="Ingatkan sekarang"))
    assert "Pengingat ke-3 terkirim" in said
    assert "pengingat ke-3" in said
    assert "pengingat ke-2" in said
