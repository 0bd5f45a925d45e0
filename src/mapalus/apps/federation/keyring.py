"""Keys that came over the line when a district joined: kept sealed, handed to nobody but the district's own sources.

Sealed with the installation's own secret: a copy of the database alone opens none. A key that is named in the
environment goes before one that is kept here.
"""

from __future__ import annotations

import base64
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from mapalus.apps.catalogue import connecting
from mapalus.engine.errors import Misconfigured
from mapalus.engine.text import _

__all__ = ["kept_key", "locked", "unlocked"]

_NONCE = 12


def _own() -> AESGCM:
    return AESGCM(hmac.digest(settings.SECRET_KEY.encode(), b"mapalus federation keyring 1", "sha256"))


def locked(text: str) -> str:
    nonce = os.urandom(_NONCE)
    return base64.b64encode(nonce + _own().encrypt(nonce, text.encode(), None)).decode()


def unlocked(kept: str) -> str:
    """Raises `Misconfigured` where it was sealed with another secret: a restored database, a new server."""
    try:
        whole = base64.b64decode(kept)
        return _own().decrypt(whole[:_NONCE], whole[_NONCE:], None).decode()
    except (InvalidTag, ValueError) as error:
        raise Misconfigured(
            _("The key of this district was kept with another MAPALUS_SECRET_KEY and cannot be read."),
            advice=_("Set the former one again, or invite the district anew."),
        ) from error


def kept_key(name: str, unit: str) -> str:
    """The key of this name that the government of a district may use; empty: none is kept under it."""
    from mapalus.apps.federation.models import Instance, InstanceState

    found = Instance.objects.exclude(state=InstanceState.ENDED).exclude(sealed="").filter(secret=name)
    if unit != connecting.EVERY:
        found = found.filter(unit=unit)
    kept = found.first()
    return unlocked(kept.sealed) if kept is not None else ""
