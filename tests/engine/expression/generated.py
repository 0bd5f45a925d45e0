"""Expressions and values of every shape, also such as no loader would let through: an answer is owed to all."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

from mapalus.engine.expression import FUNCTIONS, Binary, Call, Expression, Items, Literal, Name, Not

NOW = datetime(2028, 2, 29, 23, 30, tzinfo=timezone(timedelta(hours=8)))
NAMES = ("a", "b", "jumlah", "daftar", "hari", "saat", "titik")

_texts = st.one_of(
    st.sampled_from(
        ("a", "b", "10", "-0.5", "1e3", "2026-02-29", "2028-02-29", "0001-01-01", "9999-12-31", "0000-01-01", "",
         "2026-11-02T09:00:00+08:00", "2026-11-02T01:00:00Z", "2026-11-02 01:00+00:00", "2026-11-02T25:00:00Z",
         "2026-11-02T01:00:00.0004Z", "01", "1.0", "\U0001f600", "\ufffd", "aku", "Aku")
    ),
    st.text(max_size=4),
    st.dates().map(date.isoformat),
    st.datetimes(timezones=st.sampled_from((UTC, timezone(timedelta(hours=9))))).map(datetime.isoformat),
)  # fmt: skip
_numbers = st.one_of(
    st.integers(-5, 5), st.sampled_from((0.1, 0.2, 0.30000000000000004, 1e308, -1e308, 2**53, 2**60)),
    st.floats(allow_nan=False, allow_infinity=False), st.integers(-(10**6), 10**6),
)  # fmt: skip
_simple = st.one_of(_texts, _numbers, st.booleans(), st.none())
_values: st.SearchStrategy[Any] = st.one_of(
    _simple, st.lists(_simple, max_size=3), st.just({"lat": 1.5, "lon": 124.8}), st.just({})
)
values = st.dictionaries(st.sampled_from(NAMES), _values, max_size=6)

_leaves: st.SearchStrategy[Expression] = st.one_of(
    st.sampled_from(NAMES).map(Name),
    st.sampled_from(NAMES).map(Name),
    _simple.map(Literal),
    st.dates().map(Literal),
)


def _grown(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    signs = st.sampled_from(("and", "or", "=", "<>", "<", "<=", ">", ">=", "+", "-", "*", "/", "in"))
    calls = st.sampled_from(sorted(FUNCTIONS)).flatmap(
        lambda name: st.tuples(*[inner] * FUNCTIONS[name][1]).map(lambda given: Call(name, given))
    )
    listed = st.lists(inner, min_size=1, max_size=3).map(lambda items: Items(tuple(items)))
    return st.one_of(
        st.builds(Binary, signs, inner, inner),
        st.builds(Binary, signs, inner, inner),
        calls,
        inner.map(Not),
        st.builds(Binary, st.just("in"), inner, listed),
    )


expressions: st.SearchStrategy[Expression] = st.recursive(_leaves, _grown, max_leaves=8)


def written(tree: Expression) -> str:
    """The expression as a person could write it, with every bracket."""
    match tree:
        case Literal(value):
            return _literal(value)
        case Name(field):
            return f"`{field}`" if field in ("date", "tanggal") else field
        case Not(inner):
            return f"(not {written(inner)})"
        case Items(items):
            return f"[{', '.join(map(written, items))}]"
        case Call(function, given):
            return f"{function}({', '.join(map(written, given))})"
        case Binary(sign, left, right):
            return f"({written(left)} {sign} {written(right)})"


def _literal(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return f"date '{value.isoformat()}'"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return f"{value:f}" if isinstance(value, float) else str(value)


def is_writable(tree: Expression) -> bool:
    """Whether it can be written as it is: numbers from 0 that are read back exactly."""
    match tree:
        case Literal(value) if not isinstance(value, bool) and isinstance(value, int | float):
            text = _literal(value)
            return str(value)[0] != "-" and len(text) < 30 and type(value)(text) == value
        case Literal(value):
            return not isinstance(value, str) or all(sign.isprintable() for sign in value)
        case Name():
            return True
        case Not(inner):
            return is_writable(inner)
        case Items(items):
            return all(map(is_writable, items))
        case Call(_function, given):
            return all(map(is_writable, given))
        case Binary(_sign, left, right):
            return is_writable(left) and is_writable(right)
