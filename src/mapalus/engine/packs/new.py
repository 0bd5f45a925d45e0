"""A new pack to grow with: a small whole service that passes its check and its story."""

from __future__ import annotations

from pathlib import Path

from mapalus.engine.errors import Conflict, Invalid
from mapalus.engine.packs.node import is_name
from mapalus.engine.text import _

__all__ = ["new_pack"]

_SAMPLE = Path(__file__).parent / "sample"
_NAME = "NAMA"  # stands in the sample for the name of the pack
_NO_NAME = _("%(name)s cannot be the name of a pack: small letters, digits and -, beginning with a letter.")
_TAKEN = _("%(folder)s exists already.")
_OTHER = _("Choose another name.")


def new_pack(name: str, folder: Path) -> Path:
    """Write the sample into a new folder. Raises `Invalid` for a bad name, `Conflict` where something stands there."""
    if not is_name(name, with_hyphen=True):
        raise Invalid(_NO_NAME, name=name)
    if folder.exists():
        raise Conflict(_TAKEN, advice=_OTHER, folder=str(folder))
    for path in sorted(_SAMPLE.rglob("*")):
        if path.is_file():
            target = folder / path.relative_to(_SAMPLE)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(path.read_text(encoding="utf-8").replace(_NAME, name), encoding="utf-8")
    return folder
