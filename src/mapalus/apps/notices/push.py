"""Web push: a message sealed for one browser (RFC 8291, aes128gcm) and signed by the sender (RFC 8292, VAPID)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from mapalus.engine import clock
from mapalus.engine.errors import Invalid, Misconfigured
from mapalus.engine.text import _

__all__ = ["Message", "new_key", "public_key", "sealed", "signature"]

_RECORD = 4096
_LARGEST = 3000  # bytes of a message; push services refuse more than 4096 sealed
_KEPT = 24 * 3600  # seconds a push service keeps it for a browser that is off
_TOKEN = timedelta(hours=12)


@dataclass(frozen=True)
class Message:
    """What is posted to the browser's push service."""

    body: bytes
    headers: dict[str, str]


def signature(body: bytes, secret: str) -> str:
    """`sha256=<hex>`: HMAC over the body as sent, for whoever receives the outgoing hook."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def new_key() -> str:
    """A private key for MAPALUS_VAPID_PRIVATE_KEY."""
    return _text(ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value.to_bytes(32, "big"))


def public_key() -> str:
    """What the page gives the browser as `applicationServerKey`."""
    return _text(_point(_own_key().public_key()))


def sealed(
    plain: bytes, *, endpoint: str, p256dh: str, auth: str, now: datetime | None = None,
    salt: bytes | None = None, sender: ec.EllipticCurvePrivateKey | None = None,
) -> Message:  # fmt: skip
    """The message for one browser. `salt` and `sender` are drawn anew for each; tests give those of the standard.

    Raises `Invalid` for keys that are none, and for a message too long.
    """
    if len(plain) > _LARGEST:
        raise Invalid(_("The message is too long for a phone."))
    sender = sender or ec.generate_private_key(ec.SECP256R1())
    salt = salt or os.urandom(16)
    try:
        theirs, secret = _bytes(p256dh), _bytes(auth)
        browser = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
    except ValueError:
        raise Invalid(_("The browser gave no usable address.")) from None
    ours = _point(sender.public_key())
    shared = sender.exchange(ec.ECDH(), browser)
    seed = _derive(shared, salt=secret, info=b"WebPush: info\0" + theirs + ours, length=32)
    key = _derive(seed, salt=salt, info=b"Content-Encoding: aes128gcm\0", length=16)
    nonce = _derive(seed, salt=salt, info=b"Content-Encoding: nonce\0", length=12)
    closed = AESGCM(key).encrypt(nonce, plain + b"\x02", None)
    head = salt + _RECORD.to_bytes(4, "big") + bytes([len(ours)]) + ours
    headers = {
        "Content-Type": "application/octet-stream",
        "Content-Encoding": "aes128gcm",
        "TTL": str(_KEPT),
        "Authorization": _authorization(endpoint, now or clock.now()),
    }
    return Message(head + closed, headers)


def _authorization(endpoint: str, now: datetime) -> str:
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((now + _TOKEN).timestamp()),
        "sub": settings.VAPID_SUBJECT,
    }
    head = _text(json.dumps({"typ": "JWT", "alg": "ES256"}, separators=(",", ":")).encode())
    said = f"{head}.{_text(json.dumps(claims, separators=(',', ':')).encode())}"
    key = _own_key()
    r, s = decode_dss_signature(key.sign(said.encode(), ec.ECDSA(hashes.SHA256())))
    token = f"{said}.{_text(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
    return f"vapid t={token}, k={_text(_point(key.public_key()))}"


def _own_key() -> ec.EllipticCurvePrivateKey:
    try:
        return ec.derive_private_key(int.from_bytes(_bytes(settings.VAPID_PRIVATE_KEY), "big"), ec.SECP256R1())
    except ValueError:
        raise Misconfigured(_("MAPALUS_VAPID_PRIVATE_KEY is no key: 32 bytes in base64url.")) from None


def _derive(secret: bytes, *, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
