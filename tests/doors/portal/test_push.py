"""A browser is let receive messages on a press, is listed and taken away, and gets one that only it can read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from mapalus.apps.cases.models import Case, PackVersion
from mapalus.apps.notices import actions, push, sending
from mapalus.apps.notices.models import Channel, Notice, PushSubscription
from mapalus.engine import clock
from tests.apps.cases import cast
from tests.apps.cases.conftest import pack, told
from tests.doors.portal.push_device import Device, device, moved, official

__all__ = ["device", "pack", "told"]


def sent(device: Device, **more: object) -> str:
    return json.dumps({"endpoint": "https://push.contoh.test/abc", "keys": device.keys(), **more})


def test_an_officials_browser_gets_a_message_only_it_can_read(pack: PackVersion, device: Device) -> None:
    client = official("P3")
    answer = client.post("/meja/kabar/peramban/", sent(device), content_type="application/json")
    assert answer.status_code == 201
    page = client.get("/meja/kabar/").content.decode()
    assert "Firefox, Windows" in page
    assert push.public_key() in page
    moved(device)
    actions.tell("person:P3", event="e1", subject="Giliran Anda: L-7", url="/meja/kasus/L-7/", now=clock.now())
    sending.send(Notice.objects.get(channel=Channel.PUSH).pk, now=clock.now())
    message = device.opened()
    assert (message["title"], message["url"]) == ("Giliran Anda: L-7", "/meja/kasus/L-7/")
    headers, body = device.got[0]
    assert headers["Content-Encoding"] == "aes128gcm"
    assert headers["Authorization"].startswith("vapid t=")
    assert b"Giliran" not in body
    assert Notice.objects.get(channel=Channel.PUSH).sent_at is not None


def test_several_browsers_are_listed_and_taken_away_one_by_one(pack: PackVersion, device: Device) -> None:
    client = official("P3")
    for name in ("satu", "dua"):
        body = sent(device, endpoint=f"https://push.contoh.test/{name}")
        client.post("/meja/kabar/peramban/", body, content_type="application/json")
    rows = PushSubscription.objects.filter(receiver="person:P3")
    assert rows.count() == 2
    stranger = official("P5")
    first = rows[0].pk
    assert stranger.post("/meja/kabar/peramban/lepas/", {"number": first}).status_code == 404
    assert client.post("/meja/kabar/peramban/lepas/", {"number": first}).status_code == 302
    assert [row.pk for row in PushSubscription.objects.all()] != [first]
    assert PushSubscription.objects.count() == 1


def test_one_browser_belongs_to_one_official(pack: PackVersion, device: Device) -> None:
    for person in ("P3", "P5"):
        official(person).post("/meja/kabar/peramban/", sent(device), content_type="application/json")
    assert [row.receiver for row in PushSubscription.objects.all()] == ["person:P5"]


def begun(pack: PackVersion) -> tuple[Client, Case]:
    client = Client()
    answers = {**cast.VALUES, "lokasi-lat": "1,55", "lokasi-lon": "124.9", "aksi": "lanjut"}
    assert client.post("/layanan/aduan-uji/mulai/1/", answers)["Location"] == "/layanan/aduan-uji/periksa/"
    number = client.post("/layanan/aduan-uji/periksa/")["Location"].split("/")[3]
    return client, Case.objects.get(number=number)


def test_a_citizen_without_an_account_is_told_in_his_browser(pack: PackVersion, device: Device) -> None:
    client, case = begun(pack)
    page = client.get(f"/layanan/kasus/{case.number}/").content.decode()
    assert "Terima pesan di peramban ini" in page
    address = f"/layanan/kasus/{case.number}/kabar/"
    assert client.post(address, sent(device), content_type="application/json").status_code == 201
    moved(device)
    now = clock.now()
    actions.tell(f"case:{case.pk}", event="e1", subject="Aduan {nama} dijawab", url="/layanan/kasus/x/", now=now)
    sending.send(Notice.objects.get(channel=Channel.PUSH).pk, now=now)
    assert device.opened()["title"] == "Ada kabar untuk Anda", "no place for a name leaves us"
    row = PushSubscription.objects.get()
    assert row.receiver == f"case:{case.pk}"
    assert Client().post(f"{address}lepas/", {"number": row.pk}).status_code == 404
    assert client.post(f"{address}lepas/", {"number": row.pk}).status_code == 302
    assert not PushSubscription.objects.exists()


def test_nobody_hears_of_a_case_that_is_not_his(pack: PackVersion, device: Device) -> None:
    _client, case = begun(pack)
    answer = Client().post(f"/layanan/kasus/{case.number}/kabar/", sent(device), content_type="application/json")
    assert answer.status_code == 404
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize(
    "body",
    ["", "[]", "{}", "x" * 5000, '{"endpoint": "http://a.test/", "keys": {"p256dh": "x", "auth": "y"}}',
     '{"endpoint": 7, "keys": {"p256dh": "x", "auth": "y"}}', '{"endpoint": "https://a.test/", "keys": []}'],
)  # fmt: skip
def test_what_is_no_browser_is_refused(pack: PackVersion, device: Device, body: str) -> None:
    answer = official("P3").post("/meja/kabar/peramban/", body, content_type="application/json")
    assert answer.status_code == 422
    assert not PushSubscription.objects.exists()


def test_without_a_key_nothing_is_offered(pack: PackVersion, settings: Any) -> None:
    settings.VAPID_PRIVATE_KEY = ""
    assert "data-push" not in official("P3").get("/meja/kabar/").content.decode()


def test_browsers_named_before_still_belong_to_their_person() -> None:
    from importlib import import_module

    migration = import_module("mapalus.apps.notices.migrations.0002_browsers")
    rows = [type("Row", (), {"pk": 1, "receiver": "P3"})()]

    class Rows:
        def all(self) -> list[Any]:
            return rows

        def filter(self, pk: int) -> Rows:
            return self

        def update(self, receiver: str) -> None:
            rows[0].receiver = receiver

    class Apps:
        def get_model(self, *_name: str) -> Any:
            return type("Model", (), {"objects": Rows()})

    migration.name_receivers(Apps(), None)
    assert rows[0].receiver == "person:P3"
