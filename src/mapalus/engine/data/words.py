"""Words of a question, cut the way the index cuts its rows, and the words of the index that share their stem."""

from __future__ import annotations

import sqlite3
import unicodedata
from functools import lru_cache

__all__ = ["cut", "same_stem", "stem"]


def cut(text: str) -> list[str]:
    """Lowercase words without marks; letters and digits only, like the tokenizer unicode61."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).lower()
    return "".join(c if c.isalnum() else " " for c in plain).split()


def same_stem(connection: sqlite3.Connection, word: str) -> list[str]:
    """The word itself and all words of the index with its stem: `melayani` finds `pelayanan`."""
    found = connection.execute("SELECT word FROM stem WHERE stem = ?", (stem(word),)).fetchall()
    return sorted({word, *(other for (other,) in found)})


@lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """The Indonesian stem of a word: `melayani` and `pelayanan` have the same."""
    import snowballstemmer

    return str(snowballstemmer.stemmer("indonesian").stemWord(word))
