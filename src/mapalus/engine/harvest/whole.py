"""What systems that answer in pages have in common: was it the whole, and is it the same as last time?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mapalus.engine.errors import Unavailable
from mapalus.engine.harvest.connector import Extent, Harvest
from mapalus.engine.text import _

__all__ = ["Note", "listed", "missing", "remembered", "repeats", "whole"]

Note = tuple[str, Mapping[str, object]]


def remembered(mark: str) -> dict[str, str]:
    """What a mark written here says; empty where it is none, and then everything is brought."""
    try:
        found = json.loads(mark) if mark else {}
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def whole(
    path: Path, *, name: str, mark: str, notes: Sequence[Note] = (), facts: Mapping[str, str] | None = None,
    known: Mapping[str, str] | None = None,
) -> Harvest | None:  # fmt: skip
    """A harvest of everything; None where the very same was brought with `mark`. known: what else the mark keeps."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if remembered(mark).get("sha256") == digest:
        return None
    written = json.dumps({"sha256": digest, **(known or {})}, sort_keys=True)
    return Harvest(path, name, Extent.WHOLE, written, notes=tuple(notes), facts=dict(facts or {}))


def listed(found: object) -> list[Any]:
    """A list as it is; empty for whatever else stands where a list should be."""
    return found if isinstance(found, list) else []


def missing(*, brought: int, said: int | None) -> tuple[Note, ...]:
    """A note where a system brought another number of records than it said; totals are often estimates.

    Raises `Unavailable` where less than half came: a list that broke off does not pass for a short one.
    """
    if said is None or brought == said:
        return ()
    if brought * 2 < said:
        raise Unavailable(
            _("The source brought %(brought)s of %(said)s records and then ended."), brought=brought, said=said
        )
    return ((_("The source speaks of %(said)s records and brought %(brought)s."), {"brought": brought, "said": said}),)


def repeats(*, brought: int, said: int | None) -> None:
    """A page that was there before came again. Raises `Unavailable` unless everything had come already."""
    if said is None or brought < said:
        raise Unavailable(
            _("The source gives the same page again: after %(brought)s records it goes no further."), brought=brought
        )
