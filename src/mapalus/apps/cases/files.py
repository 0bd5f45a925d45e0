"""Files of cases: the bytes under their hash, on the disk before any row names them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from mapalus.apps.cases.models import CaseFile
from mapalus.engine.data import snapshot
from mapalus.engine.errors import Invalid
from mapalus.engine.text import _

__all__ = ["LARGEST", "Received", "folder", "forget", "keep", "path_of"]

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


def folder() -> Path:
    return Path(settings.DATA_DIR) / "case-files"


def keep(
    source: BinaryIO, *, name: str, media_type: str, field: str = "", is_personal: bool = False, largest: int = LARGEST
) -> Received:
    """Keep the bytes of an upload. Whole on the disk when this returns; `doctor` removes what no row names later."""
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
