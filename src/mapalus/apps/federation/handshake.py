"""What two instances say to each other when one joins the other, over a line that nobody has to trust.

The code of an invitation is told by telephone and never travels. From it both ends derive the name under which the
invitation is looked up and the keys that seal question and answer: who does not know the code can neither read nor
forge them, and a recorded question tells its sender nothing when it is sent again. Nothing here asks the time.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mapalus.engine.errors import Invalid
from mapalus.engine.text import _

__all__ = [
    "Unsealed",
    "derived_key",
    "fingerprint",
    "name_of",
    "new_code",
    "opened",
    "read_code",
    "sealed",
    "shown_code",
]

_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U
_HEARD = str.maketrans({"O": "0", "I": "1", "L": "1"})
_DRAWN = 19  # 95 bits, and one sign that tells a slip of the tongue
_PRIME = 31
_NONCE = 12
_LARGEST = 16_384  # signs of what is sealed
_ANCHOR = "#undangan="


class Unsealed(Exception):
    """Not sealed with this code, or changed on the way."""


def new_code() -> str:
    drawn = "".join(secrets.choice(_SIGNS) for _n in range(_DRAWN))
    return drawn + _check(drawn)


def shown_code(code: str) -> str:
    """In groups of four, as it is read aloud."""
    return "-".join(code[n : n + 4] for n in range(0, len(code), 4))


def read_code(text: str) -> tuple[str, str]:
    """The code as it was heard or pasted, and the address of the link it stood in (empty: it stood alone).

    Raises `Invalid` where it has a slip: no question is asked with it.
    """
    address, anchor, rest = text.strip().partition(_ANCHOR)
    told = (rest if anchor else address).upper().translate(_HEARD)
    code = "".join(sign for sign in told if sign.isascii() and sign.isalnum())
    if len(code) != _DRAWN + 1 or any(sign not in _SIGNS for sign in code) or code[-1] != _check(code[:-1]):
        raise Invalid(
            fields={"invitation": _("This code has a slip: it is 20 signs in groups of four. Have it read again.")}
        )
    return code, address.rstrip("/") if anchor else ""


def _check(drawn: str) -> str:
    return _SIGNS[sum(n * _SIGNS.index(sign) for n, sign in enumerate(drawn, start=1)) % _PRIME]


def _derived(code: str, purpose: str) -> bytes:
    return hmac.digest(code.encode(), f"mapalus federation 1 {purpose}".encode(), "sha256")


def name_of(code: str) -> str:
    """Under which both ends find the invitation; the code cannot be told from it."""
    return _derived(code, "name").hex()[:32]


def sealed(code: str, purpose: str, said: Mapping[str, Any]) -> str:
    """As text, for who knows the code. `purpose`: question or answer, so that neither passes for the other."""
    nonce = os.urandom(_NONCE)
    whole = AESGCM(_derived(code, purpose)).encrypt(nonce, json.dumps(said).encode(), name_of(code).encode())
    return base64.urlsafe_b64encode(nonce + whole).decode()


def opened(code: str, purpose: str, text: str) -> dict[str, Any]:
    """Raises `Unsealed`."""
    try:
        if len(text) > _LARGEST:
            raise Unsealed
        whole = base64.urlsafe_b64decode(text.encode())
        plain = AESGCM(_derived(code, purpose)).decrypt(whole[:_NONCE], whole[_NONCE:], name_of(code).encode())
        said = json.loads(plain)
    except (InvalidTag, ValueError) as error:
        raise Unsealed from error
    if not isinstance(said, dict):
        raise Unsealed
    return said


def derived_key(secret: str, *parts: str) -> str:
    """The key this end gives out: the same when the same is asked once more, so that a lost answer costs nothing."""
    made = hmac.digest(secret.encode(), "\n".join(("mapalus federation key 1", *parts)).encode(), "sha256")
    return f"mf_{base64.urlsafe_b64encode(made).decode().rstrip('=')}"


def fingerprint(code: str, *parts: str) -> str:
    """Twelve digits over all that was exchanged: 4821 0937 5512. Both ends see the same, or somebody stood between."""
    number = int.from_bytes(hashlib.sha256("\n".join((code, *parts)).encode()).digest(), "big") % 10**12
    digits = f"{number:012}"
    return " ".join(digits[n : n + 4] for n in range(0, 12, 4))
