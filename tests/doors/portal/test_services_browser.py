"""Services in a real browser: usable by everybody, by keyboard, and without a network."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from mapalus.apps.cases.models import Case, PackVersion
from tests.apps.cases import cast
from tests.browser import LOOKS, Viewed
from tests.doors.portal.services_told import ANSWERS, PAGES, START, nothing_counted

__all__ = ["nothing_counted"]


@pytest.fixture
def served(transactional_db: None) -> PackVersion:
    """As `pack`, written down for a live server."""
    cast.organisation()
    return cast.pack()


def _fill(page: Any) -> None:
    page.fill("#id_judul", ANSWERS["judul"])
    page.fill("#id_isi", ANSWERS["isi"])
    page.check("input[name=kategori][value=jalan]") if page.query_selector(
        "input[name=kategori]"
    ) else page.select_option("#id_kategori", "jalan")
    page.fill("#id_nama", ANSWERS["nama"])


@pytest.mark.browser
@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_services_are_usable_by_everybody(
    served: PackVersion, view: Callable[..., Viewed], width: int, theme: str
) -> None:
    for address in (*PAGES, "/"):
        assert view(address, width=width, theme=theme).problems() == [], address
    viewed = view(START, width=width, theme=theme)
    with viewed.page.expect_navigation():
        viewed.page.click("button[value=lanjut]")
    viewed.console.clear()  # the browser reports the 422 itself
    assert viewed.problems() == []
    _fill(viewed.page)
    with viewed.page.expect_navigation():
        viewed.page.click("button[value=lanjut]")
    assert viewed.problems() == []
    with viewed.page.expect_navigation():
        viewed.page.click("main form .btn--big")
    assert viewed.problems() == []
    viewed.page.goto(viewed.page.url.replace("terkirim/", ""))
    assert viewed.problems() == []


@pytest.mark.browser
def test_a_form_is_sent_by_keyboard_on_a_telephone_without_scripts(
    served: PackVersion, view: Callable[..., Viewed]
) -> None:
    page = view(START, width=360, javascript=False).page
    _fill(page)
    page.focus("button[value=lanjut]")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/periksa/"))
    page.focus("main form .btn--big")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Sudah kami terima")).to_be_visible()
    assert Case.objects.get().title == ANSWERS["judul"]


class Line:
    """A wire to the live server that can be cut: the browser's own offline switch does not reach its workers."""

    def __init__(self, address: str) -> None:
        self._to = (urlsplit(address).hostname or "", urlsplit(address).port or 80)
        self._open: list[socket.socket] = []
        self.is_cut = False
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near = self._door.accept()[0]
            except OSError:
                return
            if self.is_cut:
                near.close()
                continue
            try:
                far = socket.create_connection(self._to)
            except OSError:
                near.close()
                continue
            self._open += [near, far]
            for one, other in ((near, far), (far, near)):
                Thread(target=self._carry, args=(one, other), daemon=True).start()

    @staticmethod
    def _carry(source: socket.socket, target: socket.socket) -> None:
        try:
            while part := source.recv(65536):
                target.sendall(part)
        except OSError:
            pass
        for one in (source, target):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def cut(self) -> None:
        self.is_cut = True
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.cut()
        for one in (self._door, *self._open):
            one.close()


@pytest.mark.browser
def test_a_form_filled_in_without_a_network_is_sent_once_when_it_is_back(
    served: PackVersion, chromium: Browser, live_server: Any
) -> None:
    line = Line(live_server.url)
    context = chromium.new_context(viewport={"width": 360, "height": 740})
    try:
        page = context.new_page()
        page.goto(f"{line.url}/layanan/")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.wait_for_function("() => navigator.serviceWorker.controller !== null")
        line.cut()
        context.set_offline(True)
        page.goto(f"{line.url}/layanan/aduan-uji/mulai/")
        expect(page.locator("[data-offline]")).to_be_visible()
        _fill(page)
        page.click("button[value=lanjut]")
        expect(page).to_have_url(re.compile("/layanan/kotak-keluar/"))
        expect(page.get_by_text("Menunggu jaringan, belum terkirim")).to_be_visible()
        assert Case.objects.count() == 0
        line.is_cut = False
        context.set_offline(False)
        expect(page.locator("[data-part=number]")).to_be_visible()
        number = page.locator("[data-part=number]").inner_text()
        page.reload()
        expect(page.get_by_text("Terkirim", exact=True)).to_be_visible()
        assert Case.objects.get().number == number
    finally:
        context.close()
        line.close()
