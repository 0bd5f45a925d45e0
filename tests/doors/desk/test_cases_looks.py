"""Cases in a real browser: usable by everybody at every width, by keyboard, and without a script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from mapalus.apps.cases.models import Case
from mapalus.apps.directory.middleware import SESSION_KEY
from mapalus.apps.directory.models import Person, Revision
from mapalus.engine import clock
from tests.apps.cases import cast
from tests.apps.cases.cast import KABID, PUPR
from tests.browser import LOOKS, Viewed

pytestmark = [pytest.mark.browser, pytest.mark.slow]
View = Callable[..., Viewed]


@pytest.fixture
def cases(transactional_db: None, settings: Any, tmp_path: Any) -> list[Case]:
    settings.DATA_DIR = tmp_path / "data"
    cast.organisation()
    version = cast.pack()
    Revision.touch()
    return [cast.opened(version, judul=f"Jalan berlubang nomor {n}") for n in range(3)]


@pytest.fixture
def seated(cases: list[Case], view: View) -> View:
    """A page of the desk as the verifier sees it."""
    actor = cast.hat(KABID, now=clock.now())
    person = Person.objects.get(pk=actor.person)
    person.user = get_user_model().objects.create_user(username=actor.person)
    person.save()
    client = Client()
    client.force_login(person.user)
    session = client.session
    session[SESSION_KEY] = actor.position
    session.save()
    kept = {"sessionid": client.cookies["sessionid"].value}

    def opened(address: str, **look: Any) -> Viewed:
        return view(address, cookies=kept, **look)

    return opened


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_pages_of_cases_are_usable_by_everybody(seated: View, cases: list[Case], width: int, theme: str) -> None:
    case = f"/meja/kasus/{cases[0].number}/"
    pages = [
        "/meja/",
        "/meja/?daftar=lain",
        case,
        f"{case}langkah/verifikasi/",
        f"{case}urus/pisahkan/",
        f"{case}cetak/",
    ]
    pages += ["/meja/cari/?q=jalan", "/meja/kabar/", f"/meja/serentak/?kasus={cases[0].number}"]
    wrong = {}
    for address in pages:
        page = seated(address, width=width, theme=theme)
        if found := page.problems():
            wrong[address] = found
        page.page.close()
    assert wrong == {}


def test_the_inbox_is_walked_by_keys_which_one_may_turn_off(seated: View, cases: list[Case]) -> None:
    page = seated("/meja/").page
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.textContent").strip() == cases[1].title
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/kasus/{cases[0].number}/")
    page.keyboard.press("u")
    page.wait_for_url("**/meja/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    page.locator("[data-keys-switch]").uncheck()
    page.locator("[data-close]").click()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.matches('[data-open]')") is False


def test_a_case_is_decided_without_a_script(seated: View, cases: list[Case]) -> None:
    page = seated(f"/meja/kasus/{cases[0].number}/", javascript=False, width=360).page
    page.locator("label", has_text="Pengaduan").first.click()
    with page.expect_navigation():
        page.locator(".next button.btn").first.click()
    cases[0].refresh_from_db()
    assert cases[0].turn == PUPR
