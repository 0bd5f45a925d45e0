"""A question to a side file as a tree of clauses: SQL over `t`, and a full-text match where one is possible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mapalus.engine.data import bitmaps
from mapalus.engine.data.bitmaps import Bits
from mapalus.engine.data.rows import Column, Rows
from mapalus.engine.data.words import cut, same_stem, stem
from mapalus.engine.errors import Invalid, Unavailable
from mapalus.engine.text import _

__all__ = ["Clause", "all_of", "any_of", "filters_clause", "text_clause"]

_LIMITS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_TOKENS = 60  # values whose tokens are joined by OR; more are compared row by row
_DEPTH = 8
_WORDS = 12  # of a long text that is looked for as a whole
_TERMS = 400


@dataclass(frozen=True)
class Clause:
    """A condition on rows. `match`: the same as an FTS5 expression. `rows`: how many rows it holds for, if known."""

    sql: str
    values: tuple[Any, ...] = ()
    match: str | None = None
    rows: int | None = None
    narrows: bool = False  # few rows by a B-tree: the database should begin here
    bits: Bits | None = None  # the same as a set of rows, where all of it is kept so
    either: tuple[str, Clause] | None = None  # the same as a match or few rows by a B-tree: a word, or a whole code


NOTHING = Clause("0", rows=0)


def all_of(clauses: Sequence[Clause]) -> Clause:
    """AND."""
    if len(clauses) == 1:
        return clauses[0]
    if any(clause.rows == 0 for clause in clauses):
        return NOTHING
    if (found := _match_or_few(clauses)) is not None:
        return found
    match = " AND ".join(f"({clause.match})" for clause in clauses) if all(c.match for c in clauses) else None
    sql = " AND ".join(f"({clause.sql})" for clause in clauses) or "1"
    values = tuple(value for clause in clauses for value in clause.values)
    sets = [clause.bits for clause in clauses]
    if any(one is not None and one.has_range for one in sets):
        sets = [one or (bitmaps.matched(c.match) if c.match else None) for one, c in zip(sets, clauses, strict=True)]
    bits = bitmaps.together(sets)
    return Clause(sql, values, match or None, narrows=any(clause.narrows for clause in clauses), bits=bits)


def _match_or_few(clauses: Sequence[Clause]) -> Clause | None:
    """AND of matches and one clause that is a match or few rows: by the index, or of the few those that match the rest.

    Asked as it stands, the database would walk all rows of the most frequent word.
    """
    others = [clause for clause in clauses if not clause.match]
    if len(others) != 1 or others[0].either is None or any(clause.narrows for clause in clauses):
        return None
    match, few = others[0].either
    rest = " AND ".join(f"({clause.match})" for clause in clauses if clause.match)
    sql = (
        "t._id IN (SELECT rowid FROM f WHERE f MATCH ?)"
        f" OR (({few.sql}) AND EXISTS (SELECT 1 FROM f WHERE f MATCH ? AND f.rowid = t._id))"
    )
    return Clause(sql, (f"({rest}) AND ({match})", *few.values, rest), narrows=True)


def any_of(clauses: Sequence[Clause]) -> Clause:
    """OR; of nothing: false."""
    clauses = [clause for clause in clauses if clause.rows != 0]
    if not clauses:
        return NOTHING
    if len(clauses) == 1:
        return clauses[0]
    match = " OR ".join(f"({clause.match})" for clause in clauses) if all(c.match for c in clauses) else None
    values = tuple(value for clause in clauses for value in clause.values)
    sql = " OR ".join(f"({clause.sql})" for clause in clauses)
    bits = bitmaps.either([clause.bits for clause in clauses])
    narrows = all(clause.narrows for clause in clauses)
    matches = [clause.match for clause in clauses if clause.match]
    few = [clause for clause in clauses if not clause.match]
    either = None
    if matches and few and all(clause.narrows for clause in few):
        either = (" OR ".join(f"({one})" for one in matches), any_of(few))
    return Clause(sql, values, match, narrows=narrows, bits=bits, either=either)


# --- filters ----------------------------------------------------------------------------------------------------


def filters_clause(rows: Rows, filters: Mapping[str, Any], *, depth: int = 0) -> Clause | None:
    """The clause of `filters` of datastore_search; None for no filters. Raises `Invalid` naming an unknown column."""
    if depth > _DEPTH:
        raise Invalid(fields={"filters": _("Nested too deeply.")})
    parts: list[Clause] = []
    for name, wanted in filters.items():
        if name in ("$and", "$or"):
            parts.append(_joined(rows, name, wanted, depth))
        elif name == "_id":
            parts.append(_column(rows, None, wanted))
        else:
            column = rows.named(name)
            if column is None:
                raise Invalid(fields={"filters": f"Unknown field: {name}"})
            parts.append(_column(rows, column, wanted))
    return all_of(parts) if parts else None


def _joined(rows: Rows, name: str, wanted: object, depth: int) -> Clause:
    if not isinstance(wanted, list) or not all(isinstance(one, Mapping) for one in wanted) or len(wanted) > _TERMS:
        raise Invalid(fields={"filters": f"{name}: must be a list of objects"})
    parts = [part for one in wanted if (part := filters_clause(rows, one, depth=depth + 1)) is not None]
    return any_of(parts) if name == "$or" else (all_of(parts) if parts else Clause("1"))


def _column(rows: Rows, column: Column | None, wanted: object) -> Clause:
    """One column (None: `_id`) against a value, a list of values, or an object of comparisons."""
    if isinstance(wanted, Mapping):
        if not wanted:
            raise Invalid(fields={"filters": "Empty comparison"})
        return _compared(rows, column, wanted)
    if isinstance(wanted, list):
        plain = [one for one in wanted if not isinstance(one, Mapping)]
        ranges = [_column(rows, column, one) for one in wanted if isinstance(one, Mapping)]
        return any_of([_among(rows, column, plain), *ranges])
    return _among(rows, column, [wanted])


def _compared(rows: Rows, column: Column | None, wanted: Mapping[str, Any]) -> Clause:
    """`in`, `eq`, and the limits: these together, so that a range is one condition."""
    parts = []
    for name, value in wanted.items():
        if name == "in" and isinstance(value, list):
            parts.append(_among(rows, column, value))
        elif name == "eq":
            parts.append(_among(rows, column, [value]))
        elif name not in _LIMITS:
            raise Invalid(fields={"filters": f"Unknown comparison: {name}"})
    limits = [(_LIMITS[name], _typed(column, value)) for name, value in wanted.items() if name in _LIMITS]
    return all_of([*parts, *([_within(rows, column, limits)] if limits else [])])


def _within(rows: Rows, column: Column | None, limits: Sequence[tuple[str, Any]]) -> Clause:
    values = tuple(value for _sign, value in limits)
    place = f"t.{column.column}" if column else "t._id"
    clause = Clause(" AND ".join(f"{place} {sign} ?" for sign, _value in limits), values)
    if column is None or not column.narrow:
        return clause if column is None else replace(clause, bits=bitmaps.ranged(rows, column.position, limits))
    tests = " AND ".join(f"value {sign} ?" for sign, _value in limits)
    query = f"SELECT token, n FROM v WHERE col = ? AND {tests} LIMIT {_TOKENS + 1}"
    found = rows.connection.execute(query, (column.position, *values)).fetchall()
    return clause if len(found) > _TOKENS else _tokens(rows, found, clause)


def _among(rows: Rows, column: Column | None, wanted: Sequence[object]) -> Clause:
    """Equal to one of the values; null means no value."""
    if len(wanted) > 10_000:
        raise Invalid(fields={"filters": "Too many values"})
    typed = list({_typed(column, value): None for value in wanted})
    real = [value for value in typed if value is not None]
    place = f"t.{column.column}" if column else "t._id"
    sql = f"{place} IN ({', '.join('?' * len(real))})" if len(real) != 1 else f"{place} = ?"
    if len(real) < len(typed):
        sql = f"({sql} OR {place} IS NULL)"
    clause = Clause(sql, tuple(real), narrows=column is None or not (column.narrow or column.is_long))
    if column is not None and column.is_long and rows.is_indexed and len(real) == len(typed) <= _TOKENS:
        return _by_words(clause, column, real)
    if column is None or not column.narrow or len(typed) > _TOKENS:
        return clause
    query = "SELECT token, n FROM v WHERE col = ? AND value IS ?"
    found = [row for value in typed for row in rows.connection.execute(query, (column.position, value))]
    return _tokens(rows, found, clause)


def _by_words(clause: Clause, column: Column, texts: Sequence[str]) -> Clause:
    """The same condition on long texts, of which the word index names the few rows to compare."""
    wanted = [dict.fromkeys(cut(text)) for text in texts]
    # Beyond ASCII the index may cut otherwise than we do; a text without a word is not in it.
    if not all(wanted) or not all(text.isascii() for text in texts):
        return clause
    match = " OR ".join("(" + " AND ".join(f'"{word}"' for word in list(words)[:_WORDS]) + ")" for words in wanted)
    sql = f"t._id IN (SELECT rowid FROM f WHERE f MATCH ?) AND {clause.sql}"
    return Clause(sql, (f"{{{column.column}}} : ({match})", *clause.values), narrows=True)


def _tokens(rows: Rows, found: Sequence[tuple[str, int]], clause: Clause) -> Clause:
    """The same condition by tokens: how many rows it holds for is known."""
    if not found:
        return NOTHING
    if not rows.is_indexed:
        return replace(clause, rows=sum(n for _token, n in found))
    match = "tokens : (" + " OR ".join(f'"{token}"' for token, _n in found) + ")"
    bits = bitmaps.either([bitmaps.one(rows, token) for token, _n in found])
    return Clause(clause.sql, clause.values, match, rows=sum(n for _token, n in found), bits=bits)


def _typed(column: Column | None, value: object) -> Any:
    """A value as the column stores it. Raises `Invalid` for a text that is no number, and for objects."""
    stored = column.stored if column else "integer"
    if value is None:
        return None
    if isinstance(value, list | Mapping):
        raise Invalid(fields={"filters": "Values must be texts, numbers, true, false or null"})
    if stored == "text":
        return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
    if stored == "boolean":
        return _truth(value)
    try:
        number = float(str(value)) if stored == "real" else int(str(value))
    except ValueError:
        name = column.name if column else "_id"
        raise Invalid(fields={"filters": f'{name}: invalid input for a number: "{value}"'}) from None
    return float(number) if stored == "integer" and abs(number) > 2**63 - 1 else number


def _truth(value: object) -> int:
    words = {"true": 1, "1": 1, "ya": 1, "false": 0, "0": 0, "tidak": 0}
    word = str(value).lower()
    if word not in words:
        raise Invalid(fields={"filters": f'invalid input for true or false: "{value}"'})
    return words[word]


# --- words ------------------------------------------------------------------------------------------------------


def text_clause(rows: Rows, text: str, *, column: Column | None = None, plain: bool = True) -> Clause | None:
    """Rows with all the words (plain), or by an expression of `&`, `|`, `!`, `( )` and `word:*`. None for no words."""
    if len(text) > 1000:
        raise Invalid(fields={"q": "Too long"})
    if plain:
        parts = [_word(rows, raw, column=column) for raw in text.split()]
        found = [part for part in parts if part is not None]
        return all_of(found) if found else None
    return _Expression(rows, text, column).read()


def _word(rows: Rows, raw: str, *, column: Column | None, prefix: bool = False) -> Clause | None:
    """One word of a question: in the index, among the values of columns with few, or as a whole code."""
    words = cut(raw)
    if not words:
        return None
    asked = [column] if column else [one for one in rows.columns if one.words]
    parts = [all_of([_indexed(rows, word, asked, prefix=prefix) for word in words])]
    parts += [_coded(rows, one, raw) for one in asked if one.words == "code"]
    return any_of(parts)


def _indexed(rows: Rows, word: str, asked: Sequence[Column], *, prefix: bool) -> Clause:
    indexed = [one.column for one in asked if one.words == "index"]
    parts = []
    if indexed and not rows.is_indexed:
        raise Unavailable(_("The words of these rows are still being indexed."), advice=_("Ask again in a moment."))
    if indexed:
        known = [f'"{word}"*'] if prefix else [f'"{one}"' for one in same_stem(rows.connection, word)]
        match = f"{{{' '.join(indexed)}}} : ({' OR '.join(known)})"
        tallied = _tallied(rows, word) if len(asked) > 1 and not prefix else None
        bits = bitmaps.one(rows, f"={stem(word)}") if tallied is not None else None
        parts.append(Clause("t._id IN (SELECT rowid FROM f WHERE f MATCH ?)", (match,), match, rows=tallied, bits=bits))
    parts += [_valued(rows, one, word, prefix=prefix) for one in asked if one.words == "values"]
    return any_of(parts)


def _tallied(rows: Rows, word: str) -> int | None:
    """How many rows have the word or one of its stem, where that was written down: in all columns of the index."""
    if not rows.has_tally:
        return None
    found = rows.connection.execute("SELECT n FROM tally WHERE stem = ?", (stem(word),)).fetchone()
    return int(found[0]) if found else None


def _valued(rows: Rows, column: Column, word: str, *, prefix: bool) -> Clause:
    """Values of a column with few of them that hold the word."""
    root = stem(word)
    values = rows.connection.execute("SELECT value FROM v WHERE col = ? AND value IS NOT NULL", (column.position,))
    fits = [
        value
        for (value,) in values
        if any(one.startswith(word) if prefix else one == word or stem(one) == root for one in cut(str(value)))
    ]
    return _among(rows, column, fits) if fits else NOTHING


def _coded(rows: Rows, column: Column, raw: str) -> Clause:
    """A code, a number or a day, equal as a whole."""
    try:
        clause = _among(rows, column, [raw])
    except Invalid:
        return NOTHING
    if clause.match is None:
        there = rows.connection.execute(f"SELECT 1 FROM t WHERE {clause.sql} LIMIT 1", clause.values).fetchone()
        return clause if there else NOTHING
    return clause


class _Expression:
    """Reader of the small language of words: `jalan & (rusak | berlubang) & !selesai`, `mina:*`."""

    def __init__(self, rows: Rows, text: str, column: Column | None) -> None:
        self.rows, self.column = rows, column
        for sign in "&|!()":
            text = text.replace(sign, f" {sign} ")
        self.signs = text.split()
        self.depth = 0

    def read(self) -> Clause | None:
        if not any(sign not in "&|!()" for sign in self.signs):
            return None
        clause = self._either()
        if self.signs:
            raise Invalid(fields={"q": "The expression is not complete"})
        return clause

    def _either(self) -> Clause:
        parts = [self._both()]
        while self.signs and self.signs[0] == "|":
            self.signs.pop(0)
            parts.append(self._both())
        return any_of(parts)

    def _both(self) -> Clause:
        parts = [self._one()]
        while self.signs and self.signs[0] not in ("|", ")"):
            if self.signs[0] == "&":
                self.signs.pop(0)
            parts.append(self._one())
        return all_of(parts)

    def _one(self) -> Clause:
        sign = self.signs.pop(0) if self.signs else ""
        self.depth += 1
        if self.depth > _TERMS or sign in ("", "&", "|", ")"):
            raise Invalid(fields={"q": "The expression is not complete"})
        if sign == "!":
            inner = self._one()
            return Clause(f"({inner.sql}) IS NOT TRUE", inner.values)
        if sign == "(":
            inner = self._either()
            if not self.signs or self.signs.pop(0) != ")":
                raise Invalid(fields={"q": "A bracket is not closed"})
            return inner
        prefix = sign.endswith("*")
        return _word(self.rows, sign.rstrip("*").rstrip(":"), column=self.column, prefix=prefix) or NOTHING
