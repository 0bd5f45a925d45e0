"""Which code drew a page: an open wall puts itself in place anew when the server has another."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

from mapalus import __version__

__all__ = ["HEADER", "release"]

HEADER = "X-Mapalus-Release"
_DOORS = Path(__file__).resolve().parents[1]


@cache
def release() -> str:
    """A short word that is the same while code, templates, styles and scripts of boards are."""
    digest = sha256(__version__.encode())
    for folder in (_DOORS / "command", _DOORS / "ui"):
        for path in sorted(one for one in folder.rglob("*") if one.suffix in (".py", ".html", ".css", ".js")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
