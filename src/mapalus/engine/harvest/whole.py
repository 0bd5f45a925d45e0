"""What systems that answer in pages have in common: was it the whole, and is it the same as last time?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mapalus.engine.errors import Unavailable
from mapalus.engine.harvest.connector import Extent, Harvest
from mapalus.engine.harvest.pages import Pages
from mapalus.engine.text import _

__all__ = ["WHOLE_LIST", "Note", "changed", "listed", "missing", "remembered", "repeats", "whole"]

Note = tuple[str, Mapping[str, object]]
WHOLE_LIST = 0.95  # of a list of tables; what an index still counts and no longer has may be missing


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


def missing(
    *, brought: int, said: int | None, least: float = 0.5, of: Pages | None = None
) -> tuple[Note, ...]:  # fmt: skip
    """A note where a system brought another number of records than it said; totals are often estimates.

    Raises `Unavailable` where less than the share `least` came: a list that broke off does not pass for a short one;
    its pages (`of`) are given up, or the next try would find them whole.
    """
    if said is None or brought == said:
        return ()
    if brought < said * least:
        if of is not None:
            of.forget()
        raise Unavailable(
            _("The source brought %(brought)s of %(said)s records and then ended."), brought=brought, said=said
        )
    return ((_("The source speaks of %(said)s records and brought %(brought)s."), {"brought": brought, "said": said}),)


def changed(pages: Pages) -> Unavailable:
    """The table became another one between two pages: what was read of it is given up, and the next try begins anew."""
    pages.forget()
    return Unavailable(_("The table was changed while it was read."))


def repeats(*, brought: int, said: int | None) -> None:
    """A page that was there before came again. Raises `Unavailable` unless everything had come already."""
    if said is None or brought < said:
        raise Unavailable(
            _("The source gives the same page again: after %(brought)s records it goes no further."), brought=brought
        )
