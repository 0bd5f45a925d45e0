"""A browser of the tests that receives messages: its keys, and the push service that brings them, on loopback."""

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

from mapalus.apps.directory.models import Person
from mapalus.apps.notices import push, sending
from mapalus.apps.notices.models import PushSubscription
from mapalus.engine.web.post import post

__all__ = ["Device", "device", "moved", "official"]


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


def moved(device: Device) -> None:
    """The push service of the tests has no certificate; the row leads to it."""
    PushSubscription.objects.update(endpoint=device.address)


def official(person: str) -> Client:
    user = User.objects.create_user(f"u-{person}")
    Person.objects.filter(code=person).update(user=user)
    client = Client(headers={"user-agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"})
    client.force_login(user)
    return client
