"""Messages to browsers: sealed as RFC 8291 says (its own example), signed as RFC 8292 says."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from django.test import override_settings

from mapalus.apps.notices import push
from mapalus.engine.errors import Invalid
from tests.apps.notices.examples import BROWSER

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_the_example_of_the_standard_comes_out_as_there() -> None:
    sender = ec.derive_private_key(
        int.from_bytes(_bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big"), ec.SECP256R1()
    )
    with override_settings(VAPID_PRIVATE_KEY=push.new_key()):
        message = push.sealed(
            b"When I grow up, I want to be a watermelon", **BROWSER, now=NOW,
            salt=_bytes("DGv6ra1nlYgDCS1FRnbzlw"), sender=sender,
        )  # fmt: skip
    assert base64.urlsafe_b64encode(message.body).rstrip(b"=").decode() == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A"
        "_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_the_signature_names_the_push_service_and_holds() -> None:
    with override_settings(VAPID_PRIVATE_KEY=push.new_key(), VAPID_SUBJECT="mailto:admin@contoh.test"):
        said = push.sealed(b"{}", **BROWSER, now=NOW).headers["Authorization"]
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(push.public_key()))
    token = said.removeprefix("vapid t=").partition(",")[0]
    head, claims, signature = token.split(".")
    raw = _bytes(signature)
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    told = json.loads(_bytes(claims))
    assert (told["aud"], told["sub"]) == ("https://push.contoh.test", "mailto:admin@contoh.test")
    assert 0 < told["exp"] - NOW.timestamp() <= 24 * 3600


@pytest.mark.parametrize("wrong", [{"p256dh": "AAAA"}, {"p256dh": "%%%"}, {"p256dh": ""}])
def test_keys_that_are_none_are_refused(wrong: dict[str, str]) -> None:
    with override_settings(VAPID_PRIVATE_KEY=push.new_key()), pytest.raises(Invalid):
        push.sealed(b"{}", **{**BROWSER, **wrong}, now=NOW)


def test_a_message_too_long_is_refused() -> None:
    with override_settings(VAPID_PRIVATE_KEY=push.new_key()), pytest.raises(Invalid):
        push.sealed(b"x" * 5000, **BROWSER, now=NOW)
