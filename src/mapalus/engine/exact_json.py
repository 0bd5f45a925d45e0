"""JSON that comes out as it went in: a number keeps its digits where a float would lose some.

`1.10` and `0.12345678901234567890` are read as they stand, written back as they stood, and only counted by those who
count. Everything else is the standard library's.
"""

from __future__ import annotations

import json
import re
import secrets
from typing import Any

__all__ = ["Digits", "dump", "load"]

_MARK = "\ue000" + secrets.token_hex(8)  # of this process: nobody outside can have written it
_MARKED = re.compile(f'"{_MARK}([-+0-9.eE]+)"')


class Digits:
    """A number that a float does not hold exactly as it was written."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Digits) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)


def _number(text: str) -> object:
    value = float(text)
    return value if repr(value) == text else Digits(text)


def _whole(text: str) -> object:
    return int(text) if len(text) < 4000 else Digits(text)  # Python refuses to read longer ones


def load(text: str | bytes) -> Any:
    """The value. Raises ValueError for what is not JSON, too deep, or not text."""
    try:
        return json.loads(text, parse_float=_number, parse_int=_whole, parse_constant=str)
    except RecursionError as error:
        raise ValueError("too deep") from error


def dump(value: object) -> str:
    """One line without needless spaces."""
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_kept)
    return _MARKED.sub(r"\1", written) if _MARK in written else written


def _kept(value: object) -> str:
    if isinstance(value, Digits):
        return _MARK + value.text
    raise TypeError(f"{type(value).__name__} is no part of JSON")
