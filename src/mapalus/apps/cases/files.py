"""Files of cases: the bytes under their hash, on the disk before any row names them."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from mapalus.apps.cases.models import CaseFile
from mapalus.engine import pictures
from mapalus.engine.data import snapshot
from mapalus.engine.errors import Invalid
from mapalus.engine.text import _

__all__ = ["LARGEST", "Received", "claimed", "folder", "forget", "keep", "path_of"]

LARGEST = 25 * 1024**2  # bytes, unless the field of the form says less


@dataclass(frozen=True)
class Received:
    """A file whose bytes are kept."""

    sha256: str
    size: int
    name: str
    media_type: str
    field: str = ""
    is_personal: bool = False

    @property
    def answer(self) -> dict[str, object]:
        """The value of a file field of the form. Its reference is signed: to know a hash is not to have the file."""
        return {
            "ref": f"{self.sha256}{_mark(self.sha256)}",
            "name": self.name,
            "size": self.size,
            "type": self.media_type,
        }


def claimed(value: object, field: str) -> list[Received]:
    """The files an answer names (one, or a list). Raises `Invalid` for a reference we did not give out."""
    answers = value if isinstance(value, list) else [value] if value else []
    return [_claimed(one, field) for one in answers]


def _claimed(answer: object, field: str) -> Received:
    given = answer if isinstance(answer, Mapping) else {}
    reference = str(given.get("ref") or "")
    digest, mark = reference[:64], reference[64:]
    if len(digest) != 64 or not hmac.compare_digest(mark, _mark(digest)):
        raise Invalid(fields={field: _("Choose the file again.")})
    kept = snapshot.find(folder(), digest)
    name, kind = str(given.get("name") or "berkas"), str(given.get("type") or "application/octet-stream")
    return Received(digest, kept.size, name[:240], kind[:120], field)


def _mark(digest: str) -> str:
    key = f"mapalus-case-file {settings.SECRET_KEY}".encode()
    return hmac.new(key, digest.encode(), hashlib.sha256).hexdigest()[:24]


def folder() -> Path:
    return Path(settings.DATA_DIR) / "case-files"


def keep(
    source: BinaryIO, *, name: str, media_type: str, field: str = "", is_personal: bool = False, largest: int = LARGEST
) -> Received:
    """Keep the bytes of an upload, of a photograph without place and owner. Whole on the disk when this returns.

    `doctor` removes what no row names later. Raises `Refused` for a picture that is none.
    """
    if media_type in pictures.KINDS:
        source = BytesIO(pictures.plain_picture(source.read(largest + 1), media_type=media_type))
    kept = snapshot.store(folder(), source, largest=largest)
    if not kept.size:
        raise Invalid(fields={field or "file": _("This file is empty.")})
    plain = name.replace("\\", "/").rsplit("/", 1)[-1].strip() or "berkas"
    return Received(kept.sha256, kept.size, plain[:240], media_type[:120], field, is_personal)


def path_of(file: CaseFile) -> Path:
    """Where the bytes lie. Raises `NotFound` after erasure."""
    return snapshot.find(folder(), file.sha256).path


def forget(digests: Iterable[str]) -> None:
    """Destroy bytes that no case names any more."""
    for digest in set(digests):
        if digest and not CaseFile.objects.filter(sha256=digest).exists():
            (folder() / digest[:2] / digest).unlink(missing_ok=True)
