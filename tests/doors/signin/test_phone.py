"""A citizen signs in with a number and a code that comes through the province's message gateway."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client

from mapalus.apps.directory import accounts
from mapalus.apps.directory.models import CitizenPhone
from mapalus.apps.ledger.models import Entry
from mapalus.apps.notices.models import Notice
from mapalus.engine import clock
from mapalus.engine.errors import Unavailable
from mapalus.engine.web.asking import Answer

pytestmark = [pytest.mark.django_db]
ASK, ENTER = "/layanan/saya/telepon/", "/akun/masuk/kode/isi/"


class Gateway:
    """What the gateway got, as its other side checks it."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.is_down = False
        self.status = 202

    def post(self, address: str, *, body: bytes, headers: dict[str, str], allowed: object) -> Answer:
        if self.is_down:
            raise Unavailable
        right = hmac.new(b"kunci", body, hashlib.sha256).hexdigest()
        assert headers["X-Mapalus-Signature"] == f"sha256={right}"
        self.messages.append(json.loads(body))
        return Answer(self.status, b"")

    @property
    def code(self) -> str:
        found = re.match(r"(\d{6}) ", self.messages[-1]["text"])
        assert found
        return found[1]


@pytest.fixture
def gateway(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Gateway:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.NOTICE_HOOK, settings.NOTICE_HOOK_SECRET = "https://gateway.test/", "kunci"
    cache.clear()
    made = Gateway()
    monkeypatch.setattr("mapalus.apps.notices.sending._post", lambda: made.post)
    return made


def test_a_number_and_a_code_are_an_account(gateway: Gateway) -> None:
    client = Client()
    answer = client.post(ASK, {"telepon": "0812-3456-7890"})
    assert (answer.status_code, answer["Location"]) == (302, ENTER)
    message = gateway.messages[0]
    assert (message["kind"], message["to"]["phone"]) == ("code", "+6281234567890")
    assert "Jangan berikan kepada siapa pun" in message["text"]
    assert "+6281234567890" in client.get(ENTER).content.decode()
    answer = client.post(ENTER, {"code": gateway.code})
    assert answer["Location"] == "/akun/tiba/"
    assert client.get("/akun/tiba/")["Location"] == "/layanan/saya/"
    row = CitizenPhone.objects.get()
    assert row.proved_at is not None
    assert row.user.email == ""
    again = Client()
    cache.clear()
    again.post(ASK, {"telepon": "+62 812 3456 7890"})
    again.post(ENTER, {"code": gateway.code})
    assert int(again.session["_auth_user_id"]) == row.user.pk
    assert User.objects.count() == 1


def test_the_code_stands_in_no_row(gateway: Gateway) -> None:
    Client().post(ASK, {"telepon": "081234567890"})
    assert Notice.objects.count() == 0
    assert not Entry.objects.filter(data__icontains="81234567890").exists()
    assert [entry.act for entry in Entry.objects.all()] == ["directory.open-citizen"]


def test_a_wrong_code_is_one_sentence_and_three_end_it(gateway: Gateway) -> None:
    client = Client()
    client.post(ASK, {"telepon": "081234567890"})
    wrong = "000000" if gateway.code != "000000" else "111111"
    assert "Kode ini tidak cocok" in client.post(ENTER, {"code": wrong}).content.decode()
    client.post(ENTER, {"code": wrong})
    answer = client.post(ENTER, {"code": wrong}, follow=True)
    assert answer.redirect_chain[-1][0] == "/layanan/saya/"
    assert "Tiga kali kode salah" in answer.content.decode()
    client.post(ENTER, {"code": gateway.code})
    assert "_auth_user_id" not in client.session


def test_a_late_code_is_one_sentence(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client()
    client.post(ASK, {"telepon": "081234567890"})
    real = time.time()
    monkeypatch.setattr("allauth.account.internal.flows.code_verification.time.time", lambda: real + 301)
    answer = client.post(ENTER, {"code": gateway.code}, follow=True)
    assert answer.redirect_chain[-1][0] == "/layanan/saya/"
    assert "Kode ini sudah tidak berlaku" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_one_number_is_not_rung_again_and_again(gateway: Gateway) -> None:
    client = Client()
    assert client.post(ASK, {"telepon": "081234567890"}).status_code == 302
    answer = Client().post(ASK, {"telepon": "0812 3456 7890"})
    assert answer.status_code == 422
    assert "Terlalu banyak kode" in answer.content.decode()
    assert len(gateway.messages) == 1


@pytest.mark.usefixtures("same_minutes")
def test_one_network_does_not_ring_the_whole_town(gateway: Gateway) -> None:
    answers = [Client().post(ASK, {"telepon": f"0812345678{number:02}"}).status_code for number in range(12)]
    assert answers == [302] * 10 + [429] * 2


@pytest.mark.parametrize("given", ["", "12", "siti@contoh.test", "0812" * 20])
def test_what_is_no_number_is_said_beside_it(gateway: Gateway, given: str) -> None:
    answer = Client().post(ASK, {"telepon": given})
    assert answer.status_code == 422
    assert "nomor telepon" in answer.content.decode().lower()
    assert gateway.messages == []


def test_a_gateway_that_fails_is_one_sentence(gateway: Gateway) -> None:
    gateway.is_down = True
    assert "belum dapat dikirim" in Client().post(ASK, {"telepon": "081234567890"}).content.decode()
    gateway.is_down, gateway.status = False, 403
    assert "belum dapat dikirim" in Client().post(ASK, {"telepon": "081234567891"}).content.decode()


def test_without_a_gateway_it_is_not_offered(settings: Any) -> None:
    settings.NOTICE_HOOK = ""
    assert "telepon" not in Client().get("/layanan/saya/").content.decode()
    assert Client().post(ASK, {"telepon": "081234567890"}).status_code == 404


def test_numbers_that_nobody_proved_are_forgotten(gateway: Gateway) -> None:
    Client().post(ASK, {"telepon": "081234567890"})
    now = clock.now()
    assert accounts.forget_unproved(now=now) == 0
    User.objects.update(date_joined=now - timedelta(days=366))
    assert accounts.forget_unproved(now=now) >= 1
    assert CitizenPhone.objects.count() == 0
