"""How the ledger speaks of a personal value without holding it: a salted commitment.

    note(reporter=commit(nik))          # {"commitment": "sha256:...", "salt": "9f1c..."}

Whoever knows the value can prove it is the one (`holds`). Erasing (`forget`) destroys the salt: from then on the
commitment is a random number, and the chain of hashes stands unbroken.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping

from mapalus.apps.ledger.models import Salt

__all__ = ["commit", "forget", "holds"]

_FORM = "sha256:"


def commit(value: str) -> dict[str, str]:
    """A commitment to the value, for `note()`. The salt stands beside the ledger, not in it."""
    salt = Salt.objects.create(key=secrets.token_hex(8), value=secrets.token_hex(32))
    return {"commitment": _digest(salt.value, value), "salt": salt.key}


def holds(commitment: Mapping[str, str], value: str) -> bool:
    """Whether this value is the one committed to. False once it was forgotten: nobody can tell any more."""
    salt = Salt.objects.filter(key=commitment["salt"]).first()
    return salt is not None and hmac.compare_digest(_digest(salt.value, value), commitment["commitment"])


def forget(commitment: Mapping[str, str]) -> None:
    """Destroy what ties the commitment to the value. Called by the act that erases, inside its transaction."""
    Salt.objects.filter(key=commitment["salt"]).delete()


def _digest(salt: str, value: str) -> str:
    return _FORM + hmac.new(bytes.fromhex(salt), value.encode(), hashlib.sha256).hexdigest()
