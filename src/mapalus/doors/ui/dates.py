"""A day asked in three boxes: day, month, year, as people say it, and as fingers that are not quick can type it.

The boxes travel as `name-hari`, `name-bulan`, `name-tahun` (and `name-pukul` of a moment) and meet as one text,
`17/8/2026`, which keeps what was typed even where it is no day: the engine says what is missing, and the page fills the
same boxes again.
"""

from __future__ import annotations

import re

from django.http import QueryDict

__all__ = ["BOXES", "TIME", "boxes", "joined"]

BOXES = ("hari", "bulan", "tahun")
TIME = "pukul"  # the fourth box, of a moment
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:T(\d\d):(\d\d).*)?")
_WHOLE = re.compile(r"\s*[/.\-]\s*|\s+")
_LONGEST = 40  # characters of a box


def boxes(text: str) -> tuple[str, str, str, str]:
    """What stands in the boxes (day, month, year, time) for a kept day or moment (ISO) or for what was typed."""
    if match := _ISO.fullmatch(text.strip()):
        return (str(int(match[3])), str(int(match[2])), match[1], f"{match[4]}.{match[5]}" if match[4] else "")
    parts = text.split("/")
    if len(parts) == 3:
        year, _space, time = parts[2].partition(" ")
        return (parts[0], parts[1], year, time)
    words = [part for part in _WHOLE.split(text.strip()) if part]
    if len(words) == 3:
        return (words[0], words[1], words[2], "")
    return (text, "", "", "")


def joined(post: QueryDict, name: str) -> str | None:
    """The boxes as one text; None where the page did not ask in boxes. A whole day in the first box is one, too."""
    if not any(f"{name}-{box}" in post for box in BOXES):
        return None
    parts = [" ".join(post.get(f"{name}-{box}", "").split())[:_LONGEST] for box in BOXES]
    time = "".join(post.get(f"{name}-{TIME}", "").split())[:_LONGEST]
    if not any((*parts, time)):
        return ""
    if parts[0] and not any(parts[1:]):
        words = [word for word in _WHOLE.split(parts[0]) if word]
        if len(words) == 3:
            parts = words if len(words[0]) < 3 else words[::-1]
    day = "/".join(part.replace("/", " ") for part in parts)
    return f"{day} {time}" if time else day
