"""The example of the reference page, as texts, and its page."""

from __future__ import annotations

from pathlib import Path

from mapalus.engine.packs.folder import read_folder
from mapalus.engine.packs.problem import Bag

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "docs" / "reference" / "pack-example"
PAGE = ROOT / "docs" / "reference" / "pack.md"


def texts() -> dict[str, str]:
    """A fresh copy of the example's files."""
    return read_folder(EXAMPLE, Bag())
