"""A signed checkpoint: one line that fixes the ledger up to a point. Published anywhere else, it shows a cut end.

The key is Ed25519, derived from the installation's secret or set by itself (MAPALUS_LEDGER_KEY: 32 bytes in hex); the
public key travels with the checkpoint, and is to be compared with the one published before.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mapalus.apps.ledger.canonical import stamp
from mapalus.apps.ledger.models import Block
from mapalus.apps.ledger.verify import Checkpointed
from mapalus.engine.errors import Refused
from mapalus.engine.text import _

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

__all__ = ["keep", "key_seed", "opened", "signed"]

_FORM = "mapalus-checkpoint-1"


def key_seed(*, secret: str, own: str = "") -> bytes:
    """32 bytes: the key of its own where one is set (hex), else one derived from the installation's secret."""
    if own:
        return bytes.fromhex(own)
    return hmac.new(secret.encode(), _FORM.encode(), hashlib.sha256).digest()


def signed(seed: bytes, *, now: datetime) -> str | None:
    """The checkpoint of the newest block as one line of JSON; None while there is no block."""
    block = Block.objects.order_by("-number").first()
    if block is None:
        return None
    key = _key(seed)
    content = {"form": _FORM, "block": block.number, "last": block.last, "hash": block.hash, "at": stamp(now)}
    public = key.public_key().public_bytes_raw().hex()
    return json.dumps({**content, "public_key": public, "signature": key.sign(_bytes(content)).hex()})


def opened(line: str, *, public_key: str = "") -> Checkpointed:
    """What a checkpoint says, once its signature holds (and its key is the expected one, where given)."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        content = json.loads(line)
        signature, public = content.pop("signature"), content.pop("public_key")
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signature), _bytes(content))
        said = Checkpointed(number=int(content["block"]), last=int(content["last"]), hash=str(content["hash"]))
    except (ValueError, KeyError, TypeError, AttributeError, InvalidSignature):
        raise Refused("checkpoint", _("This is not a checkpoint, or its signature does not hold.")) from None
    if public_key and public != public_key:
        raise Refused("checkpoint", _("The checkpoint was signed with another key."))
    return said


def keep(folder: Path, seed: bytes, *, now: datetime) -> None:
    """Write the newest checkpoint beside the data, by one rename. `verify` compares the ledger with it."""
    line = signed(seed, now=now)
    if line is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f"checkpoint.{os.getpid()}.new"
    fresh.write_text(line + "\n", encoding="utf-8")
    fresh.replace(folder / "checkpoint.json")


def _key(seed: bytes) -> Ed25519PrivateKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(seed)


def _bytes(content: dict[str, object]) -> bytes:
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()
