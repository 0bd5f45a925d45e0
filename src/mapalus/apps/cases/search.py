"""Words of cases: the one module with SQL of a backend. FTS5 on SQLite, tsvector with GIN on PostgreSQL.

Two texts for each case: what everybody may read, and what officials may. Who searches is given only the text of his
level, so that a hit never tells what may not be seen. Words are kept as written and as their Indonesian stem; no
personal value is ever indexed (those are found by keyed hashes, see `personal.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models.expressions import RawSQL

from mapalus.engine.search import stem, words

if TYPE_CHECKING:
    from mapalus.apps.cases.models import CaseQuerySet

__all__ = ["INSTALL", "REMOVE", "forget", "index", "index_many", "matching", "tokens"]

_MOST_WORDS = 8  # of a question
_MOST_TOKENS = 4000  # of a case; a bound, not a promise

INSTALL: Mapping[str, tuple[str, ...]] = {
    "sqlite": (
        "CREATE VIRTUAL TABLE cases_words USING fts5(shown, inside, detail=column, columnsize=0, tokenize='ascii')",
    ),
    "postgresql": (
        "CREATE TABLE cases_words (case_id bigint PRIMARY KEY, shown tsvector NOT NULL, inside tsvector NOT NULL)",
        "CREATE INDEX cases_words_shown ON cases_words USING gin(shown)",
        "CREATE INDEX cases_words_inside ON cases_words USING gin(inside)",
    ),
}
REMOVE = "DROP TABLE IF EXISTS cases_words"


def tokens(texts: Iterable[str]) -> list[str]:
    """What is kept of some texts: each word and its stem, once."""
    found: dict[str, None] = {}
    for text in texts:
        for word in words(text):
            found[word] = None
            found[stem(word)] = None
            if len(found) >= _MOST_TOKENS:
                return list(found)
    return list(found)


def index(case: int, *, shown: Iterable[str], inside: Iterable[str]) -> None:
    """Replace the words of one case. `inside` holds `shown` as well, so that each level asks one column."""
    shown = list(shown)
    forget([case])
    index_many([(case, shown, [*shown, *inside])])


def index_many(rows: Iterable[tuple[int, Iterable[str], Iterable[str]]]) -> None:
    """Words of cases that have none yet: key, texts for everybody, texts for officials."""
    made = [(case, " ".join(tokens(shown)), " ".join(tokens(inside))) for case, shown, inside in rows]
    statement = (
        "INSERT INTO cases_words(rowid, shown, inside) VALUES (%s, %s, %s)"
        if connection.vendor == "sqlite"
        # Words come ready: no dictionary of the server touches them.
        else "INSERT INTO cases_words(case_id, shown, inside) VALUES"
        " (%s, array_to_tsvector(array_remove(string_to_array(%s, ' '), '')),"
        " array_to_tsvector(array_remove(string_to_array(%s, ' '), '')))"
    )
    with connection.cursor() as cursor:
        cursor.executemany(statement, made)


def forget(cases: Iterable[int]) -> None:
    key = "rowid" if connection.vendor == "sqlite" else "case_id"
    with connection.cursor() as cursor:
        cursor.executemany(f"DELETE FROM cases_words WHERE {key} = %s", [(case,) for case in cases])


def matching(found: CaseQuerySet, text: str, *, is_public: bool = False) -> CaseQuerySet:
    """Those of `found` that hold every word of the question (as written, by stem, the last one also as a beginning)."""
    asked = words(text)[:_MOST_WORDS]
    if not asked:
        return found.none()
    column = "shown" if is_public else "inside"
    if connection.vendor == "sqlite":
        sql, given = "SELECT rowid FROM cases_words WHERE cases_words MATCH %s", _fts5(asked, column)
    else:
        sql, given = f"SELECT case_id FROM cases_words WHERE {column} @@ %s::tsquery", _tsquery(asked)
    keys = RawSQL(sql, (given,))  # noqa: S611 - the text is ours; what was asked is a parameter
    return found.filter(pk__in=keys)


def _forms(word: str) -> list[str]:
    return sorted({word, stem(word)})


def _fts5(asked: list[str], column: str) -> str:
    parts = []
    for place, word in enumerate(asked):
        forms = [f'"{form}"' for form in _forms(word)]
        if place == len(asked) - 1 and len(word) >= 3:
            forms.append(f'"{word}"*')
        parts.append(f"({' OR '.join(forms)})")
    return f"{column}: ({' AND '.join(parts)})"


def _tsquery(asked: list[str]) -> str:
    # Words are ASCII letters and digits only (see `words`), so quoting them is safe.
    parts = []
    for place, word in enumerate(asked):
        forms = [f"'{form}'" for form in _forms(word)]
        if place == len(asked) - 1 and len(word) >= 3:
            forms.append(f"'{word}':*")
        parts.append(f"({' | '.join(forms)})")
    return " & ".join(parts)


def texts_of(value: Any) -> list[str]:
    """Every text within a value."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for one in value.values() for text in texts_of(one)]
    if isinstance(value, list | tuple):
        return [text for one in value for text in texts_of(one)]
    return []
