"""What an expression says about values. Total: any values give an answer, and what cannot be said is None (unknown).

The same rules stand in `doors/ui/static/ui/expression.js`, and a test compares the two:

- No value, an empty text and an empty list are the same: no value. Whatever needs a value and has none is unknown;
  `is_empty` is true of it, `length` 0, `contains` and `in` of an empty list false.
- `and`, `or`, `not` know three answers, as SQL does: `false and unknown` is false, `true or unknown` true.
- Numbers are binary fractions of 64 bits; a text that is a plain decimal number counts as one beside a number.
- Texts compare by code point. Moments (with an offset) compare as moments, to the millisecond; days as days.
- Things of different kinds are never compared: unknown. So is a division by zero, a sum without end, a day past 9999.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from mapalus.engine.expression.tree import Binary, Call, Expression, Items, Literal, Name, Not

__all__ = ["evaluate", "holds"]

_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?", re.ASCII)
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?"
    r"(?:Z|([+-])([0-9]{2}):([0-9]{2}))",
    re.ASCII,
)
_FIRST, _LAST = date.min.toordinal(), date.max.toordinal()
_WHOLE = 2**53


def holds(tree: Expression | None, names: Mapping[str, Any], *, now: datetime | None = None) -> bool:
    """Whether a condition is met: no condition is; an unknown one is not."""
    return tree is None or evaluate(tree, names, now=now) is True


def evaluate(tree: Expression, names: Mapping[str, Any], *, now: datetime | None = None) -> Any:
    """The value, as JSON has it: text, number, true or false, list, None. `now` carries the zone of the place."""
    found = _evaluate(tree, names, now)
    if isinstance(found, float):
        return int(found) if found.is_integer() and abs(found) <= _WHOLE else found
    return found


def _evaluate(tree: Expression, names: Mapping[str, Any], now: datetime | None) -> Any:
    match tree:
        case Literal(value):
            return _known(value)
        case Name(field):
            return _known(names.get(field))
        case Not(inner):
            found = _evaluate(inner, names, now)
            return not found if isinstance(found, bool) else None
        case Items(items):
            return [_evaluate(item, names, now) for item in items]
        case Binary(sign, left, right):
            return _binary(sign, _evaluate(left, names, now), _evaluate(right, names, now))
        case Call(function, given):
            return _call(function, [_evaluate(part, names, now) for part in given], now)
    return None


def _known(value: Any) -> Any:
    """A value in the few forms that the rules know; None for what is no value."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float | Decimal):
        try:
            number = float(value)
        except OverflowError:
            return None
        return number if math.isfinite(number) else None
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds" if value.microsecond else "seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_known(item) for item in value] or None
    return value or None if isinstance(value, str | Mapping) else None


def _binary(sign: str, left: Any, right: Any) -> Any:
    if sign in ("and", "or"):
        return _logic(sign, left, right)
    if sign == "in":
        return _within(left, right)
    if sign in ("+", "-", "*", "/"):
        return _sum(sign, _number(left), _number(right))
    return _compare(sign, left, right)


def _logic(sign: str, left: Any, right: Any) -> bool | None:
    decisive = sign == "or"
    if left is decisive or right is decisive:
        return sign == "or"
    if isinstance(left, bool) and isinstance(right, bool):
        return not decisive
    return None


def _number(value: Any) -> float | None:
    if isinstance(value, float):
        return value
    return float(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else None


def _sum(sign: str, left: float | None, right: float | None) -> float | None:
    if left is None or right is None or (sign == "/" and right == 0):
        return None
    if sign == "+":
        found = left + right
    elif sign == "-":
        found = left - right
    else:
        found = left * right if sign == "*" else left / right
    return found if math.isfinite(found) else None


def _compare(sign: str, left: Any, right: Any) -> bool | None:
    order = _order(left, right)
    if order is None or (isinstance(left, bool) and sign not in ("=", "<>")):
        return None
    answers = {
        "=": order == 0, "<>": order != 0, "<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0,
    }  # fmt: skip
    return answers[sign]


def _order(left: Any, right: Any) -> int | None:
    """Below 0, 0 or above 0; None where the two are not of one kind."""
    if isinstance(left, bool) or isinstance(right, bool):
        same_kind = isinstance(left, bool) and isinstance(right, bool)
        return int(left) - int(right) if same_kind else None
    if isinstance(left, float) or isinstance(right, float):
        one, other = _number(left), _number(right)
        return None if one is None or other is None else (one > other) - (one < other)
    if isinstance(left, str) and isinstance(right, str):
        return _order_of_texts(left, right)
    return None


def _order_of_texts(left: str, right: str) -> int | None:
    one, other = _moment(left), _moment(right)
    if one is not None and other is not None:
        return (one > other) - (one < other)
    if (one is not None and _is_day(right)) or (other is not None and _is_day(left)):
        return None
    return (left > right) - (left < right)


def _within(item: Any, container: Any) -> bool | None:
    if item is None:
        return None
    if container is None:
        return False
    if isinstance(container, str):
        return item in container if isinstance(item, str) else None
    if not isinstance(container, list):
        return None
    found = [_compare("=", item, other) for other in container]
    if True in found:
        return True
    return None if None in found else False


def _ordinal(text: Any) -> int | None:
    """The day of a text that is a day or a moment, as its number since the year 1."""
    if not isinstance(text, str):
        return None
    if _moment(text) is not None:
        text = text[:10]
    found = _DAY.fullmatch(text)
    if not found:
        return None
    try:
        return date(*map(int, found.groups())).toordinal()
    except ValueError:
        return None


def _is_day(text: str) -> bool:
    return len(text) == 10 and _ordinal(text) is not None


def _moment(text: str) -> int | None:
    """Milliseconds of a moment with an offset; fractions below are cut off."""
    found = _MOMENT.fullmatch(text)
    if not found:
        return None
    day, hour, minute, second, part, sign, hours, minutes = found.groups()
    ordinal = _ordinal(day)
    second, hours, minutes = second or "0", hours or "0", minutes or "0"
    if ordinal is None or int(hour) > 23 or int(hours) > 23 or max(int(minute), int(second), int(minutes)) > 59:
        return None
    offset = (int(hours) * 60 + int(minutes)) * (-1 if sign == "-" else 1)
    whole = ((ordinal * 24 + int(hour)) * 60 + int(minute) - offset) * 60 + int(second)
    return whole * 1000 + int(((part or "") + "000")[:3])


def _call(function: str, given: list[Any], now: datetime | None) -> Any:
    match function:
        case "today":
            return None if now is None else now.date().isoformat()
        case "now":
            return None if now is None else now.isoformat(timespec="seconds")
        case "is_empty":
            return given[0] is None
        case "length":
            if given[0] is None:
                return 0.0
            return float(len(given[0])) if isinstance(given[0], str | list) else None
        case "contains":
            return _within(given[1], given[0])
    return _of_days(function, given, now)


def _of_days(function: str, given: list[Any], now: datetime | None) -> Any:
    day = _ordinal(given[0])
    if day is None:
        return None
    match function:
        case "date_of":
            return date.fromordinal(day).isoformat()
        case "days_between":
            other = _ordinal(given[1])
            return None if other is None else float(other - day)
        case "add_days":
            number = given[1]
            if not isinstance(number, float) or not number.is_integer() or not _FIRST <= day + number <= _LAST:
                return None
            return date.fromordinal(day + int(number)).isoformat()
        case "years_since" if now is not None:
            born, today = date.fromordinal(day), now.date()
            return float(today.year - born.year - ((today.month, today.day) < (born.month, born.day)))
    return None
