"""A security key: set up, asked for at the door, renamed and removed. With the browser's own virtual key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache

from tests.browser import Viewed

PASSWORD = "jagung di ladang sendiri"
View = Callable[..., Viewed]


@pytest.fixture
def account(transactional_db: None, settings: Any) -> User:
    """Somebody with a password, whose second factor is not there yet."""
    from allauth.account.models import EmailAddress

    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
    user = User.objects.create_user("p32", email="p32@contoh.test", password=PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def give_key(viewed: Viewed) -> Any:
    """A key in the browser that is touched by itself."""
    line = viewed.page.context.new_cdp_session(viewed.page)
    line.send("WebAuthn.enable")
    made = line.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2", "transport": "usb", "hasResidentKey": True,
                "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
            }
        },
    )  # fmt: skip
    return lambda: line.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": made["authenticatorId"]})


def enter(viewed: Viewed) -> None:
    page = viewed.page
    page.fill("input[name=login]", "p32@contoh.test")
    page.fill("input[name=password]", PASSWORD)
    with page.expect_navigation():  # to its end: a button of the key answers once the scripts have run
        page.click("main form button:has-text('Masuk')")


def enter_and_prove(viewed: Viewed) -> None:
    """Before a factor is set up, the password is asked for once more."""
    enter(viewed)
    viewed.page.wait_for_url("**/akun/pastikan/**")
    viewed.page.fill("input[name=password]", PASSWORD)
    with viewed.page.expect_navigation():
        viewed.page.click("main form button:has-text('Lanjut')")


@pytest.mark.browser
@pytest.mark.slow
def test_key_is_set_up_and_then_opens_the_door(account: User, view: View) -> None:
    viewed = view("/akun/masuk/?next=/akun/kode-kedua/kunci/pasang/")
    page = viewed.page
    give_key(viewed)
    enter_and_prove(viewed)
    page.wait_for_selector("#mfa_webauthn_add")
    assert viewed.problems() == []
    page.fill("input[name=name]", "Kunci perak")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/kode-kedua/cadangan/")  # spare codes come with the first factor
    assert page.locator("code.num").count() == 10

    page.goto(page.url.replace("cadangan/", "kunci/"))
    assert "Kunci perak" in page.content()
    assert viewed.problems() == []

    page.goto(page.url.replace("/akun/kode-kedua/kunci/", "/akun/keluar/"))
    page.click("main form button")
    page.goto(page.url.split("/akun/")[0].rstrip("/") + "/akun/masuk/?next=/akun/kode-kedua/kunci/")
    enter(viewed)
    page.wait_for_selector("#mfa_webauthn_authenticate")
    assert viewed.problems() == []
    page.click("#mfa_webauthn_authenticate")
    page.wait_for_url("**/akun/kode-kedua/kunci/")
    assert "Kunci perak" in page.content()


@pytest.mark.browser
@pytest.mark.slow
def test_without_the_key_nobody_comes_in_and_it_is_said(account: User, view: View) -> None:
    viewed = view("/akun/masuk/?next=/akun/kode-kedua/kunci/pasang/")
    page = viewed.page
    take_away = give_key(viewed)
    enter_and_prove(viewed)
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/kode-kedua/cadangan/")
    page.context.clear_cookies()
    take_away()
    give_key(viewed)  # another key, one nobody knows
    page.goto(page.url.split("/akun/")[0] + "/akun/masuk/")
    enter(viewed)
    page.click("#mfa_webauthn_authenticate")
    page.wait_for_selector("[data-key-error]:not([hidden])")
    assert page.url.endswith("/akun/masuk/kode-kedua/")
    page.goto(page.url.split("/akun/")[0] + "/akun/")
    assert "/akun/masuk/" in page.url


def test_made_up_answer_of_a_key_is_refused(account: User, client: Any) -> None:
    from allauth.mfa.models import Authenticator

    client.post("/akun/masuk/", {"login": account.email, "password": PASSWORD})
    client.post("/akun/pastikan/", {"password": PASSWORD})
    assert client.get("/akun/kode-kedua/kunci/pasang/").status_code == 200
    for made_up in ("", "{}", "[]", '{"id": "x", "rawId": "x", "type": "public-key", "response": {}}', "bukan json"):
        answer = client.post("/akun/kode-kedua/kunci/pasang/", {"name": "x", "credential": made_up})
        assert answer.status_code == 200, made_up
    assert not Authenticator.objects.exists()


def test_made_up_answer_at_the_door_lets_nobody_in(account: User, client: Any) -> None:
    from allauth.mfa.totp.internal import auth

    auth.TOTP.activate(account, auth.generate_totp_secret())
    client.post("/akun/masuk/", {"login": account.email, "password": PASSWORD})
    for made_up in ("{}", "[1]", '{"id": "x", "rawId": "x", "type": "public-key", "response": {}}'):
        answer = client.post("/akun/masuk/kode-kedua/", {"credential": made_up})
        assert answer.status_code in (200, 429), made_up
    assert "_auth_user_id" not in client.session
