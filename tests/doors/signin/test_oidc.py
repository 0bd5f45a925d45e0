"""Signing in through another server, against a real one on loopback: whom it lets in, and none of its lies."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth.models import User
from django.core import serializers
from django.core.cache import cache
from django.test import Client

from mapalus.apps.directory import accounts
from mapalus.apps.directory.models import Person
from mapalus.apps.ledger.models import Entry
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine import clock
from mapalus.engine.errors import Misconfigured
from mapalus.project import env
from tests.apps.directory.conftest import NOW, province, told
from tests.doors.signin.identity_server import CLIENT, SECRET, Server, elliptic, running

__all__ = ["province", "told"]
pytestmark = [pytest.mark.usefixtures("province", "still"), pytest.mark.slow]
NIK = "7106010101900001"


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.FETCH_ALLOWED = ["127.0.0.1"]
    cache.clear()


@pytest.fixture
def inapas(settings: Any) -> Iterator[Server]:
    with running(Server()) as server:
        install(settings, server)
        yield server


def install(settings: Any, server: Server, **more: object) -> None:
    one = {
        "provider_id": "inapas", "name": "INApas", "client_id": CLIENT, "secret": SECRET,
        "settings": {
            "server_url": server.address, "scope": ["openid", "email"], "oauth_pkce_enabled": True,
            "trusts_email": False, **more,
        },
    }  # fmt: skip
    settings.OIDC = [one]
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [one]}}


def visit(address: str) -> str:
    """Ask the other server as a browser does, and give back where it sends one."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=5)
    connection.request("GET", f"{parts.path}?{parts.query}")
    answer = connection.getresponse()
    location = answer.headers["Location"]
    connection.close()
    return str(location)


def go(client: Client, begin: str = "/akun/masuk/lewat/inapas/") -> Any:
    away = client.get(begin)
    assert away.status_code == 302, away.content.decode()
    back = urlsplit(visit(away["Location"]))
    return client.get(f"{back.path}?{back.query}")


def signed_in(client: Client) -> User | None:
    key = client.session.get("_auth_user_id")
    return User.objects.get(pk=key) if key else None


def official(code: str) -> User:
    user = Person.objects.get(code=code).user
    assert user is not None
    return user


def everything_kept() -> str:
    models: tuple[Any, ...] = (User, EmailAddress, SocialAccount, SocialToken, SocialApp, Entry)
    return "\n".join(serializers.serialize("json", model._default_manager.all()) for model in models)


@pytest.mark.parametrize("make", [Server, elliptic])
def test_a_citizen_comes_in_and_comes_back(settings: Any, make: Callable[[], Server]) -> None:
    with running(make()) as server:
        install(settings, server)
        server.person |= {"email": "siti@contoh.test", "name": "Siti Rahmawati", "nik": NIK}
        client = Client()
        answer = go(client)
        assert answer.status_code == 302
        assert answer["Location"] == "/akun/tiba/"
        first = signed_in(client)
        assert first is not None
        assert (first.email, first.get_full_name(), first.is_staff) == ("siti@contoh.test", "Siti Rahmawati", False)
        assert client.get("/akun/tiba/")["Location"] == "/layanan/saya/"
        again = Client()
        go(again)
        assert signed_in(again) == first
        assert Entry.objects.filter(act="directory.link-identity").count() == 1
        assert server.asked[0]["scope"].split() in (["openid", "email"], ["email", "openid"])
        assert server.asked[0]["nonce"] != server.asked[1]["nonce"]


def test_no_identity_number_is_asked_or_kept(inapas: Server) -> None:
    inapas.person |= {"nik": NIK, "name": "Siti", "email": "siti@contoh.test"}
    client = Client()
    go(client, "/akun/masuk/lewat/inapas/?scope=nik&auth_params=claims%3Dnik")
    assert signed_in(client) is not None
    assert "nik" not in json.dumps(inapas.asked)
    assert NIK not in everything_kept()
    assert NIK not in json.dumps(dict(client.session))
    assert SocialToken.objects.count() == 0


def test_the_buttons_carry_the_names(inapas: Server, client: Client) -> None:
    for page in ("/akun/masuk/", "/layanan/saya/"):
        text = client.get(page).content.decode()
        assert "Masuk dengan INApas" in text
        assert "/akun/masuk/lewat/inapas/" in text


def test_without_a_server_nothing_is_shown_and_nothing_answers(client: Client) -> None:
    assert "/akun/masuk/lewat/" not in client.get("/akun/masuk/").content.decode()
    assert client.get("/akun/masuk/lewat/inapas/").status_code == 404
    assert client.get("/akun/masuk/lewat/inapas/kembali/?code=1&state=2").status_code == 404


def test_an_unproved_address_is_not_taken_over(inapas: Server) -> None:
    user = official("P32")
    inapas.person |= {"email": user.email, "email_verified": False}
    client = Client()
    go(client)
    made = signed_in(client)
    assert made is not None
    assert made != user
    assert made.email == ""


def test_a_proved_address_opens_its_account_only_where_the_server_is_trusted(inapas: Server, settings: Any) -> None:
    user = official("P32")
    inapas.person["email"] = user.email.upper()
    client = Client()
    answer = go(client)
    assert answer.status_code == 401
    assert "Sudah ada akun dengan alamat surel Anda" in answer.content.decode()
    assert signed_in(client) is None
    install(settings, inapas, trusts_email=True)
    assert go(client)["Location"] == "/akun/tiba/"
    assert signed_in(client) == user


def test_rights_come_from_the_position_alone(inapas: Server, settings: Any) -> None:
    install(settings, inapas, trusts_email=True)
    inapas.person |= {
        "email": official("P32").email, "groups": ["admin"], "roles": ["walidata"], "is_staff": True,
    }  # fmt: skip
    client = Client()
    go(client)
    assert client.get("/meja/", follow=True).status_code == 200
    inapas.person |= {"sub": "orang-lain", "email": "lain@contoh.test"}
    stranger = Client()
    go(stranger)
    assert stranger.get("/meja/").status_code in (302, 403)
    user = signed_in(stranger)
    assert user is not None
    assert (user.is_staff, user.is_superuser) == (False, False)


def test_the_second_factor_is_still_asked(inapas: Server, settings: Any) -> None:
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    user = official("P32")
    TOTP.activate(user, generate_totp_secret())
    install(settings, inapas, trusts_email=True)
    inapas.person["email"] = user.email
    client = Client()
    assert go(client)["Location"] == "/akun/masuk/kode-kedua/"
    assert signed_in(client) is None


def test_a_closed_account_stays_closed(inapas: Server, settings: Any) -> None:
    user = official("P32")
    install(settings, inapas, trusts_email=True)
    inapas.person["email"] = user.email
    User.objects.filter(pk=user.pk).update(is_active=False)
    client = Client()
    assert go(client)["Location"] == "/akun/tidak-aktif/"
    assert signed_in(client) is None


def test_closing_an_account_ends_its_links(inapas: Server, settings: Any) -> None:
    user = official("P32")
    install(settings, inapas, trusts_email=True)
    inapas.person["email"] = user.email
    go(Client())
    assert SocialAccount.objects.filter(user=user).exists()
    accounts.close_account(Person.objects.get(code="P32"), reason="Pensiun", by=PLATFORM, now=NOW)
    assert not SocialAccount.objects.filter(user=user).exists()


def test_an_account_is_linked_and_unlinked_by_its_owner(inapas: Server) -> None:
    user = official("P32")
    client = Client()
    client.force_login(user)
    page = client.get("/akun/").content.decode()
    link = page.split('href="/akun/masuk/lewat/inapas/?')[1].split('"')[0].replace("&amp;", "&")
    assert go(client, f"/akun/masuk/lewat/inapas/?{link}")["Location"] == "/akun/"
    assert "terhubung" in client.get("/akun/").content.decode()
    other = Client()
    go(other)
    assert signed_in(other) == user
    row = SocialAccount.objects.get()
    stranger = Client()
    stranger.force_login(official("P40"))
    assert stranger.post("/akun/identitas/", {"number": row.pk}).status_code == 404
    assert client.post("/akun/identitas/", {"number": row.pk}).status_code == 302
    assert not SocialAccount.objects.exists()


def test_nobody_links_an_identity_to_somebody_elses_account(inapas: Server) -> None:
    client = Client()
    client.force_login(official("P32"))
    for mark in ("", "&tanda=", "&tanda=" + "0" * 64):
        assert client.get(f"/akun/masuk/lewat/inapas/?process=connect{mark}").status_code == 403
    assert not SocialAccount.objects.exists()
    go(Client())
    page = client.get("/akun/").content.decode()
    link = page.split('href="/akun/masuk/lewat/inapas/?')[1].split('"')[0].replace("&amp;", "&")
    answer = go(client, f"/akun/masuk/lewat/inapas/?{link}")
    assert "sudah dipakai untuk akun lain" in answer.content.decode()


def test_the_only_way_in_is_not_taken_away(inapas: Server) -> None:
    client = Client()
    go(client)
    row = SocialAccount.objects.get()
    assert client.post("/akun/identitas/", {"number": row.pk}).status_code == 409


def _lies() -> dict[str, dict[str, Any]]:
    past = int(time.time()) - 3600
    return {
        "another key": {"signed_with": rsa.generate_private_key(public_exponent=65537, key_size=2048)},
        "another issuer": {"claims": {"iss": "https://lain.test"}},
        "for somebody else": {"claims": {"aud": "orang-lain"}},
        "for several": {"claims": {"aud": [CLIENT, "lain"]}},
        "too old": {"claims": {"exp": past, "iat": past - 60}},
        "another nonce": {"claims": {"nonce": "x"}},
        "no nonce": {"claims": {"nonce": None}},
        "no subject": {"claims": {"sub": None}},
        "unknown key number": {"header": {"kid": "dua"}},
        "userinfo of another": {"userinfo": {"sub": "lain"}},
        "no signature": {"raw": jwt.encode({"sub": "x", "aud": CLIENT}, "", algorithm="none")},
        "not a token": {"raw": "omong.kosong.saja"},
        "issuer of the description": {"issuer": "https://lain.test"},
    }


@pytest.mark.parametrize("lie", sorted(_lies()))
def test_a_lie_lets_nobody_in(inapas: Server, lie: str) -> None:
    for name, value in _lies()[lie].items():
        setattr(inapas, name, value)
    client = Client()
    before = User.objects.count()
    away = client.get("/akun/masuk/lewat/inapas/")
    if away.status_code == 302:
        back = urlsplit(visit(away["Location"]))
        away = client.get(f"{back.path}?{back.query}")
    assert away.status_code == 401
    assert "tidak dapat dipercaya" in away.content.decode()
    assert signed_in(client) is None
    assert User.objects.count() == before


def test_a_token_signed_with_the_public_key_as_secret_lets_nobody_in(inapas: Server) -> None:
    import base64
    import hashlib
    import hmac

    def text(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    client = Client()
    away = client.get("/akun/masuk/lewat/inapas/")["Location"]
    nonce = client.session["oidc_nonces"][-1]
    now = int(time.time())
    claims = {"iss": inapas.address, "aud": CLIENT, "exp": now + 300, "iat": now, "nonce": nonce, "sub": "x"}
    head = text(json.dumps({"alg": "HS256", "typ": "JWT", "kid": inapas.kid}).encode())
    said = f"{head}.{text(json.dumps(claims).encode())}"
    inapas.raw = f"{said}.{text(hmac.new(inapas.public_pem(), said.encode(), hashlib.sha256).digest())}"
    back = urlsplit(visit(away))
    assert client.get(f"{back.path}?{back.query}").status_code == 401
    assert signed_in(client) is None


def test_a_code_of_another_browser_or_used_twice_lets_nobody_in(inapas: Server) -> None:
    client, other = Client(), Client()
    back = urlsplit(visit(client.get("/akun/masuk/lewat/inapas/")["Location"]))
    assert other.get(f"{back.path}?{back.query}").status_code == 401
    assert signed_in(other) is None
    assert client.get(f"{back.path}?{back.query}").status_code == 302
    assert other.get(f"{back.path}?{back.query}").status_code == 401


def test_who_turns_back_there_reads_so(inapas: Server) -> None:
    client = Client()
    away = client.get("/akun/masuk/lewat/inapas/")["Location"]
    state = dict(part.split("=") for part in urlsplit(away).query.split("&"))["state"]
    answer = client.get(f"/akun/masuk/lewat/inapas/kembali/?error=access_denied&state={state}")
    assert answer.status_code == 200
    assert "Anda membatalkan" in answer.content.decode()


def test_a_server_that_does_not_answer_is_one_sentence(settings: Any) -> None:
    install(settings, Server(address="http://127.0.0.1:9"))
    answer = Client().get("/akun/masuk/lewat/inapas/")
    assert answer.status_code == 401
    assert "Mulailah lagi" in answer.content.decode()


def test_where_to_go_on_is_kept_on_this_site(inapas: Server) -> None:
    client = Client()
    assert go(client, "/akun/masuk/lewat/inapas/?next=/layanan/")["Location"] == "/layanan/"
    other = Client()
    assert go(other, "/akun/masuk/lewat/inapas/?next=https://jahat.test/")["Location"] == "/akun/tiba/"


def test_servers_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAPALUS_OIDC", "inapas, ikd")
    for name in ("INAPAS", "IKD"):
        monkeypatch.setenv(f"MAPALUS_OIDC_{name}_SERVER", f"https://{name.lower()}.test/")
        monkeypatch.setenv(f"MAPALUS_OIDC_{name}_CLIENT", "mapalus")
    monkeypatch.setenv("MAPALUS_OIDC_INAPAS_NAME", "INApas")
    found = env.providers("MAPALUS_OIDC")
    assert [(one["provider_id"], one["name"]) for one in found] == [("inapas", "INApas"), ("ikd", "ikd")]
    assert found[0]["settings"]["server_url"] == "https://inapas.test"
    monkeypatch.setenv("MAPALUS_OIDC_IKD_SCOPES", "openid nik")
    with pytest.raises(Misconfigured):
        env.providers("MAPALUS_OIDC")
    monkeypatch.setenv("MAPALUS_OIDC_IKD_SCOPES", "openid")
    monkeypatch.setenv("MAPALUS_OIDC_IKD_SERVER", "http://ikd.test")
    with pytest.raises(Misconfigured):
        env.providers("MAPALUS_OIDC")
