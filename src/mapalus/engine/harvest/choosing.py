"""Which file of many: for folders, buckets and servers of files. What was taken is remembered in the mark."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from glob import escape
from typing import Any
from unicodedata import normalize

from mapalus.engine.errors import Misconfigured
from mapalus.engine.harvest.connector import Offering, Option, OptionKind, Vanished
from mapalus.engine.harvest.options import Settings
from mapalus.engine.text import Label, _

__all__ = ["OPTIONS", "Choice", "Found", "choose", "facts", "is_unfinished", "offering"]

MOST = 20_000  # files that match, where each is taken: a mark remembers them all

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
_OF_SYSTEMS = ("thumbs.db", "desktop.ini")


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
    matching = (file for file in files if _fits(_last(file.name), pattern) and not is_unfinished(file.name))
    seen = _seen(mark)
    return _newest(matching, seen, pattern) if take == "newest" else _each(matching, seen, pattern)


def _fits(name: str, pattern: str) -> bool:
    """`*.xlsx` is DATA.XLSX, too; a pattern without `*` and `?` is one name and fits no other."""
    if fnmatchcase(name, pattern):
        return True
    is_one_name = "[" in pattern or not ("*" in pattern or "?" in pattern)
    return not is_one_name and fnmatchcase(_plain(name), _plain(pattern))


def _plain(text: str) -> str:
    return normalize("NFC", text).casefold()


def _age(file: Found) -> tuple[float, str]:
    return file.at, file.name


def _newest(matching: Iterable[Found], seen: Mapping[str, Any], pattern: str) -> Choice | None:
    last = max(matching, key=_age, default=None)
    if last is None:
        raise _none(pattern)
    if seen.get(last.name) == last.identity:
        return None
    return Choice(last, json.dumps({last.name: last.identity}))


def _each(matching: Iterable[Found], seen: Mapping[str, Any], pattern: str) -> Choice | None:
    there: dict[str, object] = {}
    new: list[Found] = []
    for count, file in enumerate(matching):
        if count >= MOST:
            raise Misconfigured(
                _("There are more than %(most)s files of this pattern."),
                advice=_("Narrow the pattern, or move away the files that were taken."),
                most=MOST,
            )
        if file.name in seen:
            there[file.name] = seen[file.name]
        if seen.get(file.name) != file.identity:
            new.append(file)
    if not new and not there and not seen:
        raise _none(pattern)
    if not new:
        return None
    first = min(new, key=_age)
    return Choice(first, json.dumps({**there, first.name: first.identity}), len(new) - 1)


def _none(pattern: str) -> Vanished:
    return Vanished(
        _("There is no file of the pattern %(pattern)s."),
        advice=_("Ask its keeper whether files are named or kept differently now."),
        pattern=pattern,
    )


def facts(choice: Choice) -> dict[str, str]:
    """What is known of the chosen file, for `Harvest.facts`."""
    known = {
        "file": choice.found.name,
        "changed": datetime.fromtimestamp(choice.found.at, tz=UTC).isoformat(timespec="seconds"),
    }
    return {**known, "waiting": str(choice.waiting)} if choice.waiting else known


def offering(found: Found, settings: Settings, **changed: object) -> Offering:
    """This file as a table of a shelf: the same settings, with a pattern that only it fits."""
    name = _last(found.name)
    kept = {key: value for key, value in settings.items() if value not in (None, "", ())}
    return Offering(
        found.name,
        name.rpartition(".")[0] or name,
        {**kept, "pattern": escape(name), "take": "newest", **changed},
        format=name.rpartition(".")[2].upper() if "." in name else "",
        changed_at=datetime.fromtimestamp(found.at, tz=UTC),
        metadata={"size": found.size},
    )


def is_unfinished(name: str) -> bool:
    """Whether it is no file to take, by its name: still being written, or put there by the system of somebody's PC."""
    last = _last(name)
    return last.startswith((".", "~$", "~")) or last.lower().endswith(_UNFINISHED) or last.lower() in _OF_SYSTEMS


def _last(name: str) -> str:
    return name.rstrip("/").rpartition("/")[2]


def _seen(mark: str) -> dict[str, Any]:
    try:
        read = json.loads(mark) if mark else {}
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}
