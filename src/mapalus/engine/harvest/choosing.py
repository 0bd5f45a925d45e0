"""Which file of many: for folders, buckets and servers of files. What was taken is remembered in the mark."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any

from mapalus.engine.errors import Misconfigured
from mapalus.engine.harvest.connector import Option, OptionKind, Vanished
from mapalus.engine.text import Label, _

__all__ = ["OPTIONS", "Choice", "Found", "choose", "facts"]

MOST = 20_000  # files that match; a mark remembers each of them

OPTIONS = (
    Option(
        "pattern",
        Label("Pola nama berkas", "Pattern of the file name"),
        default="*",
        help=Label("* untuk apa pun, ? untuk satu huruf.", "* for anything, ? for one letter."),
        example="sekolah-*.xlsx",
    ),
    Option(
        "take",
        Label("Berkas yang diambil", "Which files"),
        OptionKind.CHOICE,
        default="newest",
        choices=("newest", "each"),
        help=Label(
            "newest: hanya yang terbaru; each: setiap berkas baru, dari yang terlama.",
            "newest: only the newest; each: every new file, the oldest first.",
        ),
    ),
)
_UNFINISHED = (".part", ".tmp", ".temp", ".crdownload", ".partial", ".filepart", ".swp", ".lock")


@dataclass(frozen=True)
class Found:
    """One file. at: seconds since 1970 of its last change. tag: what changes whenever its content does."""

    name: str
    size: int
    at: float
    tag: str = ""

    @property
    def identity(self) -> list[object]:
        return [self.size, self.tag or self.at]


@dataclass(frozen=True)
class Choice:
    """The file to take, the mark once it is taken, and how many more are waiting."""

    found: Found
    mark: str
    waiting: int = 0


def choose(files: Iterable[Found], *, pattern: str, take: str, mark: str) -> Choice | None:
    """None: nothing new. Raises `Vanished` when no file is there at all, `Misconfigured` when there are too many."""
    matching = sorted(
        (file for file in files if fnmatchcase(_last(file.name), pattern) and not is_unfinished(file.name)),
        key=lambda file: (file.at, file.name),
    )
    if len(matching) > MOST:
        raise Misconfigured(
            _("There are more than %(most)s files of this pattern."),
            advice=_("Narrow the pattern, or move away the files that were taken."),
            most=MOST,
        )
    seen = _seen(mark)
    if not matching and (take == "newest" or not seen):
        raise Vanished(
            _("There is no file of the pattern %(pattern)s."),
            advice=_("Ask its keeper whether files are named or kept differently now."),
            pattern=pattern,
        )
    return _newest(matching, seen) if take == "newest" else _each(matching, seen)


def _newest(matching: list[Found], seen: Mapping[str, Any]) -> Choice | None:
    last = matching[-1]
    if seen.get(last.name) == last.identity:
        return None
    return Choice(last, json.dumps({last.name: last.identity}))


def _each(matching: list[Found], seen: Mapping[str, Any]) -> Choice | None:
    new = [file for file in matching if seen.get(file.name) != file.identity]
    if not new:
        return None
    there = {file.name: seen[file.name] for file in matching if file.name in seen}
    return Choice(new[0], json.dumps({**there, new[0].name: new[0].identity}), len(new) - 1)


def facts(choice: Choice) -> dict[str, str]:
    """What is known of the chosen file, for `Harvest.facts`."""
    known = {
        "file": choice.found.name,
        "changed": datetime.fromtimestamp(choice.found.at, tz=UTC).isoformat(timespec="seconds"),
    }
    return {**known, "waiting": str(choice.waiting)} if choice.waiting else known


def is_unfinished(name: str) -> bool:
    """Whether somebody is still writing it, by its name: what programs call files on their way."""
    last = _last(name)
    return last.startswith((".", "~$", "~")) or last.lower().endswith(_UNFINISHED)


def _last(name: str) -> str:
    return name.rstrip("/").rpartition("/")[2]


def _seen(mark: str) -> dict[str, Any]:
    try:
        read = json.loads(mark) if mark else {}
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}
