"""Other code systems: from the code of one system to the code of ours, through a list and never by guess."""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path
from typing import Any

from mapalus.engine.errors import Misconfigured
from mapalus.engine.text import _

__all__ = ["read_system"]


@lru_cache(maxsize=64)
def _read(path: Path, column: str, _stamp: float) -> dict[str, str]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row[column]: row["code"] for row in csv.DictReader(file) if row[column]}


def read_system(folder: Path | None, declared: Any) -> dict[str, str]:
    """Code of the other system -> our code, from `path` beside the contract and its `column`."""
    name = str(declared.get("path", ""))
    path = (folder or Path()) / name
    if ".." in Path(name).parts or Path(name).is_absolute() or not path.is_file():
        raise Misconfigured(_("The reference list %(path)s is not beside the contract."), path=name)
    try:
        return _read(path, str(declared.get("column", "")), path.stat().st_mtime)
    except (KeyError, csv.Error, UnicodeDecodeError) as error:
        raise Misconfigured(_("The reference list %(path)s cannot be read."), path=name) from error
