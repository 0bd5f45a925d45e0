"""The tours that need what is late to be late still: a province of their own, where nobody else hands in."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

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


def test_governor_0_ten_figures_and_what_is_out_of_order_with_whom(visitor: Any) -> None:
    guest = visitor(width=360, height=780)
    said = guest.go("/papan/gubernur/")
    assert guest.page.locator("article.tile").count() == 10
    assert "Pengaduan tepat waktu" in said
    assert guest.page.evaluate("document.documentElement.scrollWidth") <= 360


def test_governor_6_a_touch_on_manado_opens_its_event(visitor: Any) -> None:
    guest = visitor(width=360, height=780)
    guest.go("/papan/gubernur/")
    places = guest.page.locator(".tilebox--incidents .tilemap a[href*='/data/kejadian-bencana/']")
    assert places.count() == 5
    said = guest.follow(places.filter(has_text="Manado"))
    assert "Baris 1 sampai 1 dari 1" in said


def test_governor_7_what_waits_for_a_decision_is_what_rose_to_the_position(visitor: Any) -> None:
    guest = visitor(width=360, height=780)
    guest.enter("gov.gubernur")
    guest.go("/papan/pimpinan/")
    waiting = guest.page.locator(".tilebox--cases", has_text="Yang menunggu keputusan saya")
    said = " ".join(waiting.inner_text().split())
    assert waiting.locator("li").count() == 2
    assert "kursi roda" in said
    assert "Plh. Sekretaris Daerah" in said
    assert "Kemantapan jalan provinsi" in said
    assert "hari ke-3 dari 5" in said
    said = guest.follow(waiting.get_by_role("link", name=re.compile("kursi roda")))
    assert "kursi roda" in said


def test_governor_9_a_screen_of_the_wall_shows_all_ten_and_the_next_one_comes_by_itself(visitor: Any) -> None:
    guest = visitor(width=3840, height=2160)
    guest.page.clock.install()
    guest.go("/papan/gubernur/dinding")
    assert guest.page.locator("article.tile:visible").count() == 10
    guest.page.clock.run_for(21_000)
    expect(guest.page.locator("[data-wall-count]")).to_have_text("2/2")
    assert guest.page.locator(".tilebox--incidents").is_visible()
