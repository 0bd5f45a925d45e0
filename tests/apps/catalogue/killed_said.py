"""What processes that are killed write down: a line is there whole, or it is not."""

from __future__ import annotations

from pathlib import Path

__all__ = ["Broken", "read", "write"]


class Broken(Exception):
    """Something that had been promised did not hold."""


def read(path: Path) -> list[str]:
    """Lines that were written whole."""
    text = path.read_text() if path.exists() else ""
    return list(dict.fromkeys(text[: text.rfind("\n") + 1].split()))


def write(path: Path, line: str) -> None:
    with path.open("a") as file:
        file.write(line + "\n")
