"""The text of a letter, as a pack writes it in `letters/*.md`: a head of `key: value` lines, then paragraphs.

    ---
    hal: Rekomendasi aplikasi {nama_aplikasi}
    kepada: Kepala instansi pengusul
    penandatangan: kadis
    ---
    Menunjuk usulan nomor {number} ...

    1. first item of a list
    2. second item

An item of a list whose places all stay empty is left out. Nothing in it is a program: {placeholders} are filled with
texts, and what is filled in is never read again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["HEAD", "Block", "Letter", "head_of", "read_letter"]

# key of the head -> what it is
HEAD: Mapping[str, str] = {
    "hal": "what it is about (perihal)",
    "kepada": "to whom",
    "di": "where he is; usual: Tempat",
    "tempat": "where it is written",
    "penandatangan": "the role of the process that signs",
    "kode": "classification of the archive, first part of the number",
    "sifat": "Biasa, Segera, Rahasia; usual: Biasa",
    "lampiran": "what is enclosed; usual: -",
    "tembusan": "who gets a copy, divided by ;",
}
_EDGE = "---"
_ITEM = re.compile(r"(?:[-*]|\d{1,2}[.)])\s+(.*)")
_PLACE = re.compile(r"\{([^{}\n]*)\}")


@dataclass(frozen=True)
class Block:
    """A paragraph (one line), or a list (`is_list`), numbered or not."""

    lines: tuple[str, ...]
    is_list: bool = False
    is_numbered: bool = False


@dataclass(frozen=True)
class Letter:
    """A letter whose places are filled."""

    head: Mapping[str, str]
    body: tuple[Block, ...]

    @property
    def copies(self) -> tuple[str, ...]:
        return tuple(part.strip() for part in self.head.get("tembusan", "").split(";") if part.strip())


def head_of(text: str) -> tuple[dict[str, tuple[int, str]], str]:
    """The head as key -> (line, value), and the rest. A text without a head is all rest."""
    rows = text.replace("\r\n", "\n").split("\n")
    if not rows or rows[0].strip() != _EDGE:
        return {}, text
    found: dict[str, tuple[int, str]] = {}
    for number, row in enumerate(rows[1:], 2):
        if row.strip() == _EDGE:
            return found, "\n".join(rows[number:])
        key, _colon, value = row.partition(":")
        if key.strip():
            found[key.strip()] = (number, value.strip())
    return found, ""


def read_letter(text: str, texts: Mapping[str, str]) -> Letter:
    """The letter with its places filled in. A place nobody fills stays empty."""
    head, rest = head_of(text)
    filled = {key: _filled(value, texts) for key, (_line, value) in head.items()}
    return Letter(filled, tuple(_blocks(rest, texts)))


def _filled(text: str, texts: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda place: texts.get(place[1], ""), text).strip()


def _is_empty(text: str, texts: Mapping[str, str]) -> bool:
    """Whether an item has places and nothing fills any of them: it is left out."""
    places = _PLACE.findall(text)
    return bool(places) and not any(texts.get(name) for name in places)


def _blocks(text: str, texts: Mapping[str, str]) -> list[Block]:
    """Structure first, filling after: what is filled in makes no lists and no paragraphs of its own."""
    blocks = []
    for part in re.split(r"\n\s*\n", text.strip()):
        rows = [row.strip() for row in part.split("\n") if row.strip()]
        items = [_ITEM.fullmatch(row) for row in rows]
        if rows and all(items):
            lines = tuple(_filled(item[1], texts) for item in items if item and not _is_empty(item[1], texts))
            blocks.append(Block(tuple(line for line in lines if line), True, rows[0][0].isdigit()))
        elif rows and (line := _filled(" ".join(rows), texts)):
            blocks.append(Block((line,)))
    return [block for block in blocks if block.lines]
