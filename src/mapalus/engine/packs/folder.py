"""From a folder to texts: only files that a pack has, only inside the folder, bounded, in UTF-8."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from mapalus.engine.packs.problem import Bag, nearest

__all__ = ["LARGEST_FILE", "MOST_FILES", "digest", "read_folder", "tidy"]

MOST_FILES = 500
LARGEST_FILE = 1_000_000  # bytes
DATA_FOLDERS = ("story", "watches", "maps", "pages")  # data packs bring them; other rooms read them
_KNOWN = re.compile(
    r"(?:pack|form|process|messages|quality)\.yml|service\.yaml|texts\.(?:id|en)\.yaml|CHANGELOG\.md|README(?:\.\w+)?\.md"
    r"|letters/[^/]+\.(?:md|html)|lists/[^/]+\.csv|(?:datasets|indicators|boards|alarms|examples)/[^/]+\.yml|datasets/codelists/[^/]+\.csv"
)
_CORE = ("pack.yml", "form.yml", "process.yml", "messages.yml", "quality.yml")
_PROGRAMS = (".py", ".pyc", ".sh", ".js", ".exe", ".bat", ".ps1", ".so", ".dll", ".php", ".rb", ".jar")
_FILES = (
    "pack.yml", "form.yml", "process.yml", "messages.yml", "quality.yml", "CHANGELOG.md", "README.md", "letters/x.md",
    "lists/x.csv", "datasets/x.yml", "indicators/x.yml", "boards/x.yml", "alarms/x.yml", "examples/x.yml",
)  # fmt: skip


def read_folder(folder: Path, bag: Bag) -> dict[str, str]:
    """The texts of the pack by their path inside the folder. What is not taken is a problem."""
    files: dict[str, str] = {}
    if not folder.is_dir():
        bag.add("folder-missing", folder.name, 1, name=str(folder))
        return files
    for count, path in enumerate(_walk(folder)):
        if count >= MOST_FILES:
            bag.add("too-many-files", folder.name, 1, limit=MOST_FILES)
            break
        name = path.relative_to(folder).as_posix()
        if _is_ours(name, path, bag):
            text = _text(path, name, bag)
            if text is not None:
                files[name] = text
    return files


def _walk(folder: Path) -> Iterator[Path]:
    """Every file and link, in order; links are not followed, hidden files and folders of other rooms not looked at."""
    for here, folders, names in os.walk(folder):
        at = Path(here)
        is_top = at == folder
        for name in sorted(folders):
            if (at / name).is_symlink():
                yield at / name
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith((".", "__"))
            and not (at / name).is_symlink()
            and not (is_top and name in DATA_FOLDERS)
        )
        yield from (at / name for name in sorted(names) if not name.startswith("."))


def _is_ours(name: str, path: Path, bag: Bag) -> bool:
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode) or not stat.S_ISREG(mode):
        bag.add("file-link", name, 1, name=name)
        return False
    return is_known(name, bag)


def is_known(name: str, bag: Bag) -> bool:
    """Whether a pack has a file of that name."""
    parts = PurePosixPath(name).parts
    if name.startswith("/") or ".." in parts or "\\" in name or "\x00" in name:
        bag.add("file-link", name, 1, name=name)
        return False
    if name.lower().endswith(_PROGRAMS):
        bag.add("file-code", name, 1, name=name)
        return False
    stem, _dot, ending = name.lower().rpartition(".")
    if f"{stem}.yml" in _CORE and name not in _CORE and ending in ("yml", "yaml", "json", "txt", "toml"):
        bag.add("file-misnamed", name, 1, name=name, right=f"{stem}.yml")
        return False
    if not _KNOWN.fullmatch(name):
        bag.add("file-unknown", name, 1, name=name, near=nearest(name, _FILES))
        return False
    return True


def _text(path: Path, name: str, bag: Bag) -> str | None:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_FILE + 1)
    except OSError:
        bag.add("file-not-text", name, 1, name=name)
        return None
    if len(raw) > LARGEST_FILE:
        bag.add("file-too-large", name, 1, name=name, limit=LARGEST_FILE // 1000)
        return None
    try:
        return tidy(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        bag.add("file-not-text", name, raw.count(b"\n", 0, error.start) + 1, name=name)
        return None


def tidy(text: str) -> str:
    """Without the mark some editors put first, with line ends as everywhere."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def digest(files: Mapping[str, str]) -> str:
    """SHA-256 over names and texts. The changelog and what only explains is not content."""
    whole = hashlib.sha256()
    for name in sorted(files):
        if not name.endswith(("CHANGELOG.md",)) and not name.startswith("README"):
            for part in (name, files[name]):
                data = part.encode("utf-8", "surrogatepass")
                whole.update(len(data).to_bytes(8, "big") + data)
    return whole.hexdigest()
