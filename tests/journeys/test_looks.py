"""Every kind of page of a whole province: usable by everybody, no wider than its screen, light, whole by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import Viewed
from tests.journeys.conftest import Served

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OPEN = {
    "first": "/",
    "data": "/data/",
    "filtered": "/data/?tema=Kesehatan",
    "chart": "/data/dbd-mingguan/",
    "map": "/data/penduduk-dkb/",
    "conflict": "/data/kondisi-jalan/",
    "old-version": "/data/dbd-mingguan/?version=2",
    "restricted": "/data/anak-tidak-sekolah/",
    "long": "/data/cakupan-sinyal/",
    "agencies": "/instansi/",
    "agency": "/instansi/dinkes/",
    "found": "/cari?q=stunting",
    "not-found": "/cari?q=zzzxq",
    "no-page": "/tidak-ada/",
    "about": "/tentang/",
    "sign-in": "/akun/masuk/",
    "people": "/akun/contoh/",
    "api": "/api/v1/docs",
    "board": "/papan/gubernur/",
    "why": "/papan/mengapa/LIV-08/",
    "why-conflict": "/papan/mengapa/LIV-14/",
    "plan": "/daftar-data/",
    "scores": "/kepatuhan/",
    "score": "/kepatuhan/pupr/",
    "score-board": "/papan/kepatuhan/",
}
DESK = {
    "inbox": "/meja/",
    "hand-in": "/meja/setor/",
    "datasets": "/meja/data/",
    "compliance": "/meja/kepatuhan/",
    "scores-desk": "/meja/papan-kepatuhan/",
    "plan-desk": "/meja/daftar-data/",
    "plan-line": "/meja/daftar-data/baru/",
    "plan-file": "/meja/daftar-data/berkas/",
    "use": "/meja/pemakaian/",
    "evidence": "/meja/bukti/epss/",
    "positions": "/meja/jabatan/?semua=1",
    "calendar": "/meja/kalender/?tahun=2027",
    "deadline": "/meja/kalender/hitung/?tanggal=2026-12-18&pukul=17:00&jumlah=10&satuan=hari-kerja",
    "ledger": "/meja/buku-besar/",
    "account": "/akun/",
    "hats": "/akun/jabatan/",
}
WIDTHS = (320, 360, 768, 1280, 3840)
LARGEST = 100_000  # bytes of a page with its style and scripts, without pictures
WALIDATA = "Kepala Bidang Statistik"
OPERATOR = "Epidemiolog Kesehatan"

Visit = Callable[..., Viewed]


@pytest.fixture(scope="module")
def visit(chromium: Any, served: Served) -> Iterator[Visit]:
    """Open an address as nobody or `who`; one context per look, kept for the module."""
    kept: dict[tuple[object, ...], Any] = {}

    def opened(
        path: str, *, who: str = "", width: int = 1280, theme: str = "light", language: str = "id", scripts: bool = True
    ) -> Viewed:
        look = (who, theme, language, scripts)
        if look not in kept:
            context = chromium.new_context(
                service_workers="block", reduced_motion="reduce", java_script_enabled=scripts, color_scheme=theme
            )
            cookies = {"theme": theme, "django_language": language}
            context.add_cookies([{"name": key, "value": said, "url": served.address} for key, said in cookies.items()])
            kept[look] = context
            if who:
                page = context.new_page()
                page.goto(served.address + "/akun/contoh/")
                page.locator('form[action="/akun/contoh/"]', has_text=who).locator("button").first.click()
                page.wait_for_url("**/meja/**")
                page.close()
        page = kept[look].new_page()
        page.set_viewport_size({"width": width, "height": {3840: 2160, 360: 740}.get(width, 900)})
        viewed = Viewed(page)
        page.on("pageerror", lambda error: viewed.console.append(str(error)))
        page.goto(served.address + path)
        return viewed

    yield opened
    for context in kept.values():
        context.close()


def hand_in_page(viewed: Viewed) -> str:
    """The first hand-in of the inbox that has wrong cells."""
    return str(viewed.page.locator(".item__title").first.get_attribute("href"))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", OPEN)
def test_an_open_page_is_usable_by_everybody(visit: Visit, name: str, theme: str) -> None:
    viewed = visit(OPEN[name], width=360 if theme == "dark" else 1280, theme=theme)
    assert viewed.problems() == []
    viewed.page.close()


@pytest.mark.parametrize("name", DESK)
def test_a_page_of_the_desk_is_usable_by_everybody(visit: Visit, name: str) -> None:
    for width, theme in ((1280, "light"), (360, "dark")):
        viewed = visit(DESK[name], who=WALIDATA, width=width, theme=theme)
        assert viewed.problems() == []
        viewed.page.close()


def test_a_hand_in_and_its_decision_are_usable_by_everybody(visit: Visit) -> None:
    for width, theme in ((1280, "light"), (360, "dark")):
        inbox = visit("/meja/", who=WALIDATA, width=width, theme=theme)
        address = hand_in_page(inbox)
        inbox.page.close()
        page = visit(address, who=WALIDATA, width=width, theme=theme)
        assert page.problems() == []
        with page.page.expect_navigation():
            page.page.locator(".next .btn").first.click()
        assert page.problems() == []
        page.page.close()


@pytest.mark.parametrize(("who", "pages"), [("", OPEN), (WALIDATA, DESK)], ids=["open", "desk"])
def test_every_page_fits_every_screen_and_is_light(
    visit: Visit, served: Served, who: str, pages: dict[str, str]
) -> None:
    """Weight as sent: the page with its style and scripts, compressed where the browser takes it."""
    page = visit("/tentang/", who=who).page
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda said: sizes.append(said["encodedDataLength"]))
    wide, heavy = {}, {}
    for name, path in pages.items():
        sizes.clear()
        page.goto(served.address + path)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if found := Viewed(page).sideways():
                wide[name, width] = found
        if sum(sizes) > LARGEST:
            heavy[name] = sum(sizes)
    page.close()
    assert (wide, heavy) == ({}, {})


@pytest.mark.parametrize(("who", "pages"), [("", OPEN), (WALIDATA, DESK)], ids=["open", "desk"])
def test_no_page_is_wider_than_its_screen_in_english(
    visit: Visit, served: Served, who: str, pages: dict[str, str]
) -> None:
    wide = {}
    page = visit("/tentang/", who=who, width=320, language="en").page
    for name, path in pages.items():
        page.goto(served.address + path)
        assert page.get_attribute("html", "lang") == "en"
        if found := Viewed(page).sideways():
            wide[name] = found
    page.close()
    assert wide == {}


def test_the_skip_link_comes_first_and_leads_to_the_content(visit: Visit) -> None:
    for who, path in (("", "/"), ("", "/data/dbd-mingguan/"), (OPERATOR, "/meja/setor/")):
        page = visit(path, who=who).page
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("#isi$"))
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('#isi') !== null")
        page.close()


def test_whatever_has_the_focus_is_seen_to_have_it(visit: Visit) -> None:
    """Every stop of the tabulator is in view and has the outline of the house."""
    for who, path in (("", "/"), ("", "/data/dbd-mingguan/"), (OPERATOR, "/meja/setor/")):
        page = visit(path, who=who).page
        for _ in range(40):
            page.keyboard.press("Tab")
            seen = page.evaluate(
                """() => { const one = document.activeElement, at = one.getBoundingClientRect();
                   const style = getComputedStyle(one);
                   return one === document.body || (at.width > 0 && at.bottom > 0 && at.top < innerHeight
                     && parseFloat(style.outlineWidth) >= 2 && style.outlineStyle !== 'none')
                     ? '' : one.outerHTML.slice(0, 120) }"""
            )
            assert seen == "", (path, seen)
        page.close()


def test_a_form_with_errors_begins_with_them(visit: Visit) -> None:
    page = visit("/meja/setor/", who=OPERATOR).page
    page.evaluate("document.querySelector('form[enctype]').noValidate = true")
    page.locator("form[enctype] button").click()
    expect(page).to_have_title(re.compile("^Salah:"))
    expect(page.locator("[data-focus]:focus")).to_have_count(1)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("input:focus, select:focus, textarea:focus")).to_have_count(1)
    page.close()


def test_the_language_changes_without_scripts(visit: Visit) -> None:
    page = visit("/data/", scripts=False, theme="dark").page
    page.locator('form[action$="/-/language"] button').click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("h1")).to_have_text("Data")
    page.locator('form[action$="/-/language"] button').click()
    expect(page.locator("html")).to_have_attribute("lang", "id")
    page.close()


def _dengue(served: Served, *, weeks: int) -> tuple[str, str]:
    """The weekly file of the story, and a period so many weeks after its own."""
    path = next((served.folder / "berkas-contoh").glob("F08 *"))
    week, today = int(path.stem.rpartition("_m")[2]), date.today()
    # Of the years around this one, that in which the week lies nearest: at its turn the weeks begin anew.
    mondays = [date.fromisocalendar(today.year + near, min(week, 52), 1) for near in (-1, 0, 1)]
    day = min(mondays, key=lambda monday: abs(monday - today)) + timedelta(weeks=week - min(week, 52) + weeks)
    return str(path), f"{day.isocalendar().year}-W{day.isocalendar().week:02}"


def test_a_file_is_handed_in_without_scripts(visit: Visit, served: Served) -> None:
    page = visit("/meja/setor/", who=OPERATOR, scripts=False).page
    page.select_option("select[name=dataset]", "dbd-mingguan")
    file, period = _dengue(served, weeks=1)
    page.fill("input[name=period]", period)
    page.set_input_files("input[name=file]", file)
    page.locator("form[enctype] button").click()
    page.wait_for_url("**/meja/setoran/**")
    # Nobody reloads it: the page refreshes by itself while the check runs.
    expect(page.locator(".verdict")).to_have_count(1)
    page.close()


def test_while_a_form_is_on_its_way_its_button_says_so(visit: Visit, served: Served) -> None:
    """As on a line so slow that no answer comes: the answer is kept back, the page stays."""
    page = visit("/meja/setor/", who=OPERATOR).page
    page.select_option("select[name=dataset]", "dbd-mingguan")
    page.fill("input[name=period]", _dengue(served, weeks=2)[1])
    page.set_input_files("input[name=file]", str(next((served.folder / "berkas-contoh").glob("F08 *"))))
    before, after, text, disabled, turns = page.locator("form[enctype] button").evaluate(
        """one => { const before = one.offsetWidth;
          one.form.addEventListener('submit', (event) => event.preventDefault());
          one.click();
          return [before, one.offsetWidth, one.textContent, one.getAttribute('aria-disabled'),
                  document.querySelector('.mast .mark--busy') !== null] }"""
    )
    assert (text, disabled, turns) == ("Mengirim…", "true", True)
    assert after >= before
    page.close()
