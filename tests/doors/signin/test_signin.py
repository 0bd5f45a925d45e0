"""Signing in, choosing a hat, and what strangers learn: nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.core.cache import cache
from django.test import Client

from mapalus.apps.directory.models import Person
from mapalus.engine import clock
from tests.apps.directory.conftest import NOW, at, province, told

__all__ = ["province", "told"]
pytestmark = [pytest.mark.usefixtures("province", "still"), pytest.mark.slow]
PASSWORD = "jagung di ladang sendiri"


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """The clock stands at the story's hour; the cache of rate limits is empty."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()


@pytest.fixture
def enter() -> Callable[[str], Client]:
    def sign_in(person: str) -> Client:
        client = Client()
        client.force_login(user_of(person))
        return client

    return sign_in


def user_of(person: str) -> User:
    user = Person.objects.get(code=person).user
    assert user is not None
    return user


def with_password(person: str) -> User:
    user = user_of(person)
    user.set_password(PASSWORD)
    user.save()
    return user


def test_page_speaks_indonesian_and_says_what_needs_no_account(client: Client) -> None:
    page = client.get("/akun/masuk/").content.decode()
    assert "Kata sandi" in page
    assert "tidak perlu akun" in page
    assert "contoh.test" not in page


def test_official_signs_in_with_address_and_password(client: Client) -> None:
    user = with_password("P32")
    answer = client.post("/akun/masuk/", {"login": user.email.upper(), "password": PASSWORD}, follow=True)
    assert [address for address, _status in answer.redirect_chain] == ["/akun/tiba/", "/meja/"]


def test_wrong_password_and_unknown_address_read_the_same(client: Client) -> None:
    known = with_password("P32").email
    pages = []
    for address in (known, "tidak.ada@contoh.test"):
        answer = client.post("/akun/masuk/", {"login": address, "password": "bukan ini"})
        assert answer.status_code == 200
        pages.append(re.sub(r'value="[^"]*"', "", answer.content.decode()))
    assert pages[0] == pages[1]
    assert "tidak cocok" in pages[0]


def test_code_for_unknown_address_looks_like_any_other_and_sends_nothing(client: Client) -> None:
    known = user_of("P32").email
    pages = []
    for address in (known, "tidak.ada@contoh.test"):
        answer = Client().post("/akun/masuk/kode/", {"email": address}, follow=True)
        assert answer.redirect_chain[-1][0] == "/akun/masuk/kode/isi/"
        pages.append(re.sub(r'value="[^"]*"', "", answer.content.decode()).replace(address, ""))
    assert pages[0] == pages[1]
    assert [message.to for message in mail.outbox] == [[known]]


def test_code_from_the_mail_signs_in(client: Client) -> None:
    client.post("/akun/masuk/kode/", {"email": user_of("P32").email})
    body = str(mail.outbox[0].body)
    assert "Kode Anda" in body
    code = body.split("\n\n")[1].strip()
    answer = client.post("/akun/masuk/kode/isi/", {"code": code}, follow=True)
    assert answer.redirect_chain[-1][0] == "/meja/"


def test_forgotten_password_is_replaced_by_code(client: Client) -> None:
    user = user_of("P32")
    client.post("/akun/kata-sandi/lupa/", {"email": user.email})
    code = str(mail.outbox[0].body).split("\n\n")[1].strip()
    answer = client.post("/akun/kata-sandi/lupa/kode/", {"code": code}, follow=True)
    assert answer.redirect_chain[-1][0] == "/akun/kata-sandi/lupa/baru/"
    client.post("/akun/kata-sandi/lupa/baru/", {"password1": PASSWORD, "password2": PASSWORD})
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_too_many_attempts_are_stopped(client: Client) -> None:
    user = with_password("P32")
    for _attempt in range(12):
        answer = client.post("/akun/masuk/", {"login": user.email, "password": "bukan ini"})
    assert answer.status_code == 429 or "Terlalu banyak" in answer.content.decode()
    right = client.post("/akun/masuk/", {"login": user.email, "password": PASSWORD})
    assert "_auth_user_id" not in client.session
    assert right.status_code in (200, 429)


def test_nobody_signs_himself_up(client: Client) -> None:
    before = User.objects.count()
    filled = {"email": "a@contoh.test", "password1": PASSWORD, "password2": PASSWORD}
    assert "dibuat oleh unit Anda" in client.post("/akun/daftar/", filled).content.decode()
    assert User.objects.count() == before


def test_two_hats_are_chosen_from(enter: Callable[[str], Client]) -> None:
    client = enter("P06")
    answer = client.get("/akun/tiba/", follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain[-1][0] == "/akun/jabatan/"
    assert "Asisten Administrasi Umum" in page
    assert "Plh. Sekretaris Daerah" in page
    assert "Kepala BPBD" in page
    assert answer.wsgi_request.actor.position == "setda.asisten3"  # type: ignore[attr-defined]
    client.post("/akun/jabatan/", {"position": "setda.sekda"})
    actor = client.get("/akun/").wsgi_request.actor  # type: ignore[attr-defined]
    assert (actor.position, actor.label) == ("setda.sekda", "Plh. Sekretaris Daerah")


def test_post_of_another_is_not_to_be_chosen(enter: Callable[[str], Client]) -> None:
    client = enter("P32")
    assert client.post("/akun/jabatan/", {"position": "gov.gubernur"}).status_code == 403
    assert client.get("/akun/").wsgi_request.actor.position == "dinkes.data"  # type: ignore[attr-defined]


def test_hat_is_gone_the_morning_the_holder_is_back(
    enter: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = enter("P06")
    client.post("/akun/jabatan/", {"position": "setda.sekda"})
    monkeypatch.setattr(clock, "now", lambda: at(3))
    assert client.get("/akun/").wsgi_request.actor.position == "setda.asisten3"  # type: ignore[attr-defined]


def test_account_without_a_position_acts_as_nobody(enter: Callable[[str], Client]) -> None:
    client = enter("P03")
    answer = client.get("/akun/tiba/", follow=True)
    assert answer.wsgi_request.actor is None  # type: ignore[attr-defined]
    assert "Hari ini Anda tidak memegang jabatan" in answer.content.decode()


def test_stranger_acts_as_nobody(client: Client) -> None:
    assert client.get("/akun/masuk/").wsgi_request.actor is None  # type: ignore[attr-defined]
    assert client.get("/akun/jabatan/").status_code == 302


@pytest.mark.parametrize(
    ("sample", "opened", "host", "address", "extra", "shown"),
    [
        (False, False, "localhost", "127.0.0.1", {}, False),
        (False, True, "localhost", "127.0.0.1", {}, False),
        (True, False, "localhost", "127.0.0.1", {}, True),
        (True, False, "127.0.0.1:8000", "127.0.0.1", {}, True),
        (True, False, "[::1]:8000", "::1", {}, True),
        (True, False, "data.contoh.test", "127.0.0.1", {}, False),
        (True, False, "localhost", "10.0.0.7", {}, False),
        (True, False, "localhost", "127.0.0.1", {"x-forwarded-for": "10.0.0.7"}, False),
        (True, True, "data.contoh.test", "10.0.0.7", {}, True),
    ],
)
def test_one_click_only_with_sample_data_and_from_this_machine(
    client: Client,
    settings: Any,
    sample: bool,
    opened: bool,
    host: str,
    address: str,
    extra: dict[str, str],
    shown: bool,
) -> None:
    settings.SAMPLE_DATA, settings.SAMPLE_SIGNIN = sample, opened
    settings.ALLOWED_HOSTS = ["*"]
    page = client.get("/akun/masuk/", headers={"host": host, **extra}, REMOTE_ADDR=address)
    assert ("Plt. Kepala Dinas Kesehatan" in page.content.decode()) == shown
    chosen = {"person": "P28", "position": "dinkes.kadis"}
    answer = client.post("/akun/contoh/", chosen, headers={"host": host, **extra}, REMOTE_ADDR=address)
    assert answer.status_code == (302 if shown else 404)
    assert ("_auth_user_id" in client.session) == shown


def test_one_click_enters_with_the_hat_that_was_clicked(client: Client, settings: Any) -> None:
    settings.SAMPLE_DATA = True
    client.post("/akun/contoh/", {"person": "P28", "position": "dinkes.kadis"}, headers={"host": "localhost"})
    assert client.get("/akun/").wsgi_request.actor.label == "Plt. Kepala Dinas Kesehatan"  # type: ignore[attr-defined]
    cast = client.get("/akun/contoh/", headers={"host": "localhost"}).content.decode()
    assert "data contoh" in cast
    assert "Epidemiolog Kesehatan" in cast


def test_one_click_never_opens_a_real_account(client: Client, settings: Any) -> None:
    settings.SAMPLE_DATA = True
    Person.objects.filter(code="P28").update(is_sample=False)
    answer = client.post("/akun/contoh/", {"person": "P28", "position": "dinkes.kadis"}, headers={"host": "localhost"})
    assert answer.status_code == 404
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("path", ["/akun/contoh/", "/akun/jabatan/"])
def test_way_onward_never_leads_to_another_host(path: str, enter: Callable[[str], Client], settings: Any) -> None:
    settings.SAMPLE_DATA = True
    chosen = {"person": "P28", "position": "dinkes.kadis", "next": "https://jahat.test/"}
    answer = enter("P28").post(path, chosen, headers={"host": "localhost"})
    assert answer.headers["Location"] == "/meja/"


def test_second_factor_is_set_up_before_anything_else_where_asked(
    enter: Callable[[str], Client], settings: Any
) -> None:
    settings.REQUIRE_MFA = True
    client = enter("P32")
    assert client.get("/meja/").headers["Location"] == "/akun/kode-kedua/"
    assert client.get("/akun/").status_code == 200
    assert Client().get("/akun/masuk/").status_code == 200


def test_second_factor_is_asked_for_at_the_door(client: Client) -> None:
    from allauth.mfa.totp.internal import auth

    user = with_password("P32")
    secret = auth.generate_totp_secret()
    auth.TOTP.activate(user, secret)
    answer = client.post("/akun/masuk/", {"login": user.email, "password": PASSWORD}, follow=True)
    assert answer.redirect_chain[-1][0] == "/akun/masuk/kode-kedua/"
    assert "_auth_user_id" not in client.session
    wrong = client.post("/akun/masuk/kode-kedua/", {"code": "000000"})
    assert "tidak cocok" in wrong.content.decode()


def test_devices_are_seen_and_ended() -> None:
    user = with_password("P32")
    here, other = (
        Client(HTTP_USER_AGENT="Mozilla (Windows) Firefox/130"),
        Client(HTTP_USER_AGENT="Mozilla (Android) Chrome/1"),
    )
    for client in (here, other):
        client.post("/akun/masuk/", {"login": user.email, "password": PASSWORD})
    page = here.get("/akun/perangkat/").content.decode()
    assert "Firefox, Windows" in page
    assert "Chrome, Android" in page
    here.post("/akun/perangkat/", {"others": "1"})
    assert other.get("/akun/").status_code == 302
    assert here.get("/akun/").status_code == 200


def test_session_of_another_is_not_to_be_ended() -> None:
    from allauth.usersessions.models import UserSession

    mine, other = with_password("P32"), with_password("P40")
    clients = {}
    for user in (mine, other):
        clients[user.email] = Client()
        clients[user.email].post("/akun/masuk/", {"login": user.email, "password": PASSWORD})
    theirs = UserSession.objects.get(user=other)
    assert clients[mine.email].post("/akun/perangkat/", {"number": str(theirs.pk)}).status_code == 404
    assert clients[other.email].get("/akun/").status_code == 200


PAGES = [
    "/akun/", "/akun/jabatan/", "/akun/keluar/", "/akun/kata-sandi/", "/akun/kata-sandi/buat/", "/akun/kode-kedua/",
    "/akun/kode-kedua/pasang/", "/akun/pastikan/", "/akun/kode-kedua/kunci/", "/akun/kode-kedua/kunci/pasang/",
    "/akun/perangkat/",
]  # fmt: skip
OPEN_PAGES = [
    "/akun/masuk/", "/akun/masuk/kode/", "/akun/kata-sandi/lupa/", "/akun/kata-sandi/lupa/selesai/", "/akun/daftar/",
    "/akun/tidak-aktif/",
]  # fmt: skip


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_page_stands_in_both_languages_on_our_layout(
    language: str, client: Client, enter: Callable[[str], Client]
) -> None:
    inside = Client()
    user = with_password("P32")
    inside.post("/akun/masuk/", {"login": user.email, "password": PASSWORD})
    for reader, paths in ((client, OPEN_PAGES), (inside, PAGES)):
        reader.cookies["django_language"] = language
        for path in paths:
            answer = reader.get(path, follow=True)
            page = answer.content.decode()
            assert answer.status_code == 200, path
            assert f'lang="{language}"' in page, path
            assert 'class="mast"' in page, path
            assert page.count("<h1>") == 1, path
            assert "style=" not in page, path
