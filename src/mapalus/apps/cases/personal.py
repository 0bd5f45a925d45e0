"""Personal values of a case: sealed at rest, apart from the case, found by whoever knows them, gone when erased.

The key comes from MAPALUS_PERSONAL_KEY (made from the secret when empty): a copy of the database alone reveals nobody.
This is one of the few files that touch personal data; nothing here is logged.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from mapalus.apps.cases.models import Case, CaseSecret, SecretWord
from mapalus.engine.errors import Misconfigured
from mapalus.engine.search import words
from mapalus.engine.text import _

__all__ = [
    "Personal",
    "code_digest",
    "erase",
    "masked",
    "new_code",
    "open_text",
    "pseudonym",
    "read",
    "seal_text",
    "word_digests",
    "write",
]

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # nothing that is read wrong aloud or from a receipt
_NONCE = 12


@dataclass(frozen=True)
class Personal:
    """What only the applicant and whoever unmasks may read."""

    values: Mapping[str, Any] = field(default_factory=dict)
    code: str = ""  # with which the case is followed without an account
    identity: str = (
        ""  # who began it, as `who.Applicant.identity` or the code of a person; for cases made from this one
    )


def new_code() -> str:
    """Sixteen characters in groups of four, 78 bits: `7KQM-2XPA-9DTR-H4WE`."""
    drawn = "".join(secrets.choice(_ALPHABET) for _n in range(16))
    return "-".join(drawn[at : at + 4] for at in range(0, 16, 4))


def code_digest(code: str) -> str:
    """How the code is looked up; case and hyphens do not matter."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


@lru_cache(maxsize=4)
def _key(purpose: str, secret: str) -> bytes:
    return hmac.new(secret.encode(), f"mapalus-personal-{purpose}".encode(), hashlib.sha256).digest()


def _secret() -> str:
    return str(settings.PERSONAL_KEY or settings.SECRET_KEY)


def write(case: Case, personal: Personal, *, user: int | None = None, is_new: bool = False) -> None:
    """Seal and store. Called by actions alone."""
    sealed = _seal({"values": dict(personal.values), "code": personal.code, "identity": personal.identity}, case)
    known = {digest for value in personal.values.values() for digest in word_digests(value)}
    if is_new:
        CaseSecret.objects.bulk_create([CaseSecret(case=case, sealed=sealed, user_id=user)])
    else:
        CaseSecret.objects.filter(case=case).update(sealed=sealed)
        SecretWord.objects.filter(case=case).exclude(digest__in=known).delete()
    words = [SecretWord(case=case, digest=one) for one in sorted(known)]
    SecretWord.objects.bulk_create(words, ignore_conflicts=not is_new)


def read(case: Case) -> Personal:
    """Open the seal. Nothing where nothing is, or after erasure."""
    row = CaseSecret.objects.filter(case=case).first()
    if row is None or not row.sealed:
        return Personal()
    kept = _open(bytes(row.sealed), case)
    return Personal(kept["values"], kept["code"], kept.get("identity", ""))


class Coded(Protocol):
    """What has a code of its own: a case, a draft. What is sealed for one opens for no other."""

    code_digest: Any


def seal_text(value: object, case: Coded) -> str:
    """A value sealed for this case, as text: for what waits in the outbox."""
    return base64.b64encode(_seal(value, case)).decode()


def open_text(sealed: str, case: Coded) -> Any:
    """What `seal_text` sealed."""
    return _open(base64.b64decode(sealed), case)


def _seal(value: object, case: Coded) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    plain = json.dumps(value, ensure_ascii=False).encode()
    return nonce + AESGCM(_key("seal", _secret())).encrypt(nonce, plain, case.code_digest.encode())


def _open(sealed: bytes, case: Coded) -> Any:
    try:
        plain = AESGCM(_key("seal", _secret())).decrypt(sealed[:_NONCE], sealed[_NONCE:], case.code_digest.encode())
    except InvalidTag:
        raise Misconfigured(
            _("The personal values of this case cannot be opened."),
            advice=_("MAPALUS_PERSONAL_KEY is not the one with which they were sealed."),
        ) from None
    return json.loads(plain)


def erase(case: Case, *, now: datetime) -> bool:
    """Destroy what is personal; the case stays. Whether there was anything."""
    SecretWord.objects.filter(case=case).delete()
    return bool(
        CaseSecret.objects.filter(case=case, erased_at__isnull=True).update(sealed=b"", user=None, erased_at=now)
    )


def word_digests(value: object) -> set[str]:
    """Keyed hashes of the words of a value: numbers whole, names word by word."""
    found: set[str] = set()
    for text in _texts(value):
        digits = "".join(letter for letter in text if letter.isdigit())
        if len(digits) >= 6:
            found.add(digits.removeprefix("62").lstrip("0") or digits)
        if "@" in text:
            found.add(text.strip().lower())
        found.update(word for word in words(text) if len(word) >= 3 and not word.isdigit())
    key = _key("words", _secret())
    return {hmac.new(key, word.encode(), hashlib.sha256).hexdigest()[:32] for word in found}


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for one in value.values() for text in _texts(one)]
    if isinstance(value, list | tuple):
        return [text for one in value for text in _texts(one)]
    return [str(value)] if isinstance(value, int) and not isinstance(value, bool) else []


def masked(value: object) -> str:
    """As a page shows a personal value before it is unmasked: how it begins, never how long it is."""
    text = next(iter(_texts(value)), "")
    return f"{text[:1]}•••" if text else ""


def pseudonym(case_seed: str, identity: str) -> str:
    """One human being within one case, whatever the hat; says nothing outside it."""
    if not identity:
        return ""
    key = _key("person", _secret())
    return "p:" + hmac.new(key, f"{case_seed} {identity}".encode(), hashlib.sha256).hexdigest()[:24]
