"""Texts and names inside SQL."""

from __future__ import annotations

__all__ = ["literal", "quoted"]


def literal(text: str) -> str:
    """A text constant. NUL cannot stand in SQL text."""
    if "\x00" in text:
        return " || ".join(
            "''" if not part else "'" + part.replace("'", "''") + "'" for part in text.split("\x00")
        ).replace(" || ", " || chr(0) || ")
    return "'" + text.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """A name, whatever it contains."""
    return '"' + name.replace('"', '""').replace("\x00", "") + '"'
