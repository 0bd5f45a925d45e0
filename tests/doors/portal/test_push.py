"""A browser is let receive messages on a press, is listed and taken away, and gets one that only it can read."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, expect

from mapalus.apps.cases.models import Case, PackVersion
from mapalus.apps.directory.models import Person
from mapalus.apps.notices import actions, push, sending
from mapalus.apps.notices.models import Channel, Notice, PushSubscription
from mapalus.connectors.web.post import post
from mapalus.engine import clock
from tests.apps.cases import cast
from tests.apps.cases.conftest import pack, told

__all__ = ["pack", "told"]


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Device:
    """A browser's keys and the push service that brings it messages: on loopback, opened as RFC 8291 says."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.secret = b"0123456789abcdef"
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 201
        device = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_given: object) -> None:
                pass

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                device.got.append((dict(self.headers.items()), body))
                self.send_response(device.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

        self.web = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.web.server_address[1]}/kirim/abc"

    @property
    def point(self) -> bytes:
        kind = serialization.PublicFormat.UncompressedPoint
        return bytes(self.key.public_key().public_bytes(serialization.Encoding.X962, kind))

    def keys(self) -> dict[str, str]:
        return {"p256dh": text(self.point), "auth": text(self.secret)}

    def opened(self) -> dict[str, str]:
        """The newest message, unsealed with the browser's own key."""
        body = self.got[-1][1]
        salt, length = body[:16], body[20]
        theirs, sealed = body[21 : 21 + length], body[21 + length :]
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))

        def derive(secret: bytes, salt: bytes, info: bytes, size: int) -> bytes:
            return HKDF(algorithm=hashes.SHA256(), length=size, salt=salt, info=info).derive(secret)

        seed = derive(shared, self.secret, b"WebPush: info\0" + self.point + theirs, 32)
        key = derive(seed, salt, b"Content-Encoding: aes128gcm\0", 16)
        nonce = derive(seed, salt, b"Content-Encoding: nonce\0", 12)
        plain = AESGCM(key).decrypt(nonce, sealed, None)
        found: dict[str, str] = json.loads(plain.rstrip(b"\0")[:-1])
        return found


@pytest.fixture
def device(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Device]:
    settings.VAPID_PRIVATE_KEY = push.new_key()
    # Only here may a push service stand on this machine; otherwise such addresses are refused.
    monkeypatch.setattr(
        sending, "_post", lambda: lambda address, **known: post(address, **{**known, "allowed": ["127.0.0.1"]})
    )
    made = Device()
    thread = Thread(target=made.web.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield made
    made.web.shutdown()
    thread.join()
    made.web.server_close()


def sent(device: Device, **more: object) -> str:
    return json.dumps({"endpoint": "https://push.contoh.test/abc", "keys": device.keys(), **more})


def moved(device: Device) -> None:
    """The push service of the tests has no certificate; the row leads to it."""
    PushSubscription.objects.update(endpoint=device.address)


def official(person: str) -> Client:
    user = User.objects.create_user(f"u-{person}")
    Person.objects.filter(code=person).update(user=user)
    client = Client(headers={"user-agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"})
    client.force_login(user)
    return client


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


# --- in a browser ----------------------------------------------------------------------------------------------------

# Chromium asks its maker's server for an address; this test stays on this machine, so the page is given one.
SERVICE = """
(() => {
  window.asked = 0;
  const real = Notification.requestPermission.bind(Notification);
  Notification.requestPermission = () => { window.asked += 1; return real(); };
  const subscription = {
    endpoint: "https://push.contoh.test/chromium", options: { applicationServerKey: null },
    toJSON: () => ({ endpoint: "https://push.contoh.test/chromium", keys: KEYS }),
  };
  PushManager.prototype.subscribe = async () => { sessionStorage.begun = "1"; return subscription; };
  PushManager.prototype.getSubscription = async () => (sessionStorage.begun ? subscription : null);
})();
"""


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_leave_is_asked_on_a_press_and_the_message_is_shown(
    chromium: Browser, live_server: Any, device: Device
) -> None:
    cast.organisation()
    cast.pack()
    client = official("P3")
    context = chromium.new_context(permissions=["notifications"])
    try:
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
        context.add_init_script(SERVICE.replace("KEYS", json.dumps(device.keys())))
        page = context.new_page()
        page.goto(f"{live_server.url}/meja/kabar/")
        button = page.get_by_role("button", name="Terima pesan di peramban ini")
        expect(button).to_be_visible()
        assert page.evaluate("window.asked") == 0
        button.click()
        expect(page.get_by_text("peramban ini", exact=True)).to_be_visible()
        expect(button).to_be_hidden()
        assert PushSubscription.objects.get().receiver == "person:P3"
        moved(device)
        actions.tell("person:P3", event="e1", subject="Giliran Anda: L-7", url="/meja/kabar/", now=clock.now())
        sending.send(Notice.objects.get(channel=Channel.PUSH).pk, now=clock.now())
        session = context.new_cdp_session(page)
        workers: list[dict[str, Any]] = []
        session.on("ServiceWorker.workerRegistrationUpdated", lambda said: workers.extend(said["registrations"]))
        session.send("ServiceWorker.enable")
        page.wait_for_timeout(300)
        session.send(
            "ServiceWorker.deliverPushMessage",
            {"origin": live_server.url, "registrationId": workers[-1]["registrationId"],
             "data": json.dumps(device.opened())},
        )  # fmt: skip
        shown = page.evaluate(
            """async () => {
              const worker = await navigator.serviceWorker.ready;
              for (let turn = 0; turn < 50; turn += 1) {
                const found = await worker.getNotifications();
                if (found.length) return found.map((one) => [one.title, one.data.url]);
                await new Promise((done) => setTimeout(done, 100));
              }
              return [];
            }"""
        )
        assert shown == [["Giliran Anda: L-7", "/meja/kabar/"]]
    finally:
        context.close()
