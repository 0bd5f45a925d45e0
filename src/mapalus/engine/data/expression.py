"""Rules over several columns of one row: `terisi <= kapasitas`, `jumlah = laki_laki + perempuan`.

Grammar: comparisons (= <> != < <= > >=), `and`/`dan`, `or`/`atau`, `not`/`bukan`, + - * / and brackets; numbers,
'texts', date '2024-01-31', and names of fields (in `back quotes` where a name is not a plain word). It is the smaller
language of `engine/expression`, answered here as SQL answers it. A rule is not applied to a row in which one of its
cells has no value: an empty cell is the business of `required`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from mapalus.engine.expression import Binary, Expression, Literal, Name, Not
from mapalus.engine.expression import parse_row_rule as parse_expression

__all__ = ["Binary", "Expression", "Literal", "Name", "Not", "evaluate", "parse_expression"]


def evaluate(tree: Expression, row: Mapping[str, Any], *, tolerance: float = 0.0, noise: float | None = None) -> Any:
    """The value for one row; None where a cell that it needs has no value or a sum cannot be done.

    `noise` is the relative error of binary fractions below which two sums are equal; None: compare exactly.
    """
    if isinstance(tree, Literal):
        return tree.value
    if isinstance(tree, Name):
        return row.get(tree.field)
    if isinstance(tree, Not):
        inner = evaluate(tree.inner, row, tolerance=tolerance, noise=noise)
        return None if inner is None else not inner
    if not isinstance(tree, Binary):
        raise TypeError("a rule over a row has no lists and no functions")
    left = evaluate(tree.left, row, tolerance=tolerance, noise=noise)
    right = evaluate(tree.right, row, tolerance=tolerance, noise=noise)
    if tree.sign in ("and", "or"):
        return _logic(tree.sign, left, right)
    if left is None or right is None:
        return None
    try:
        left, right = _comparable(left), _comparable(right)
        if noise is not None and isinstance(left, int | float) and isinstance(right, int | float):
            tolerance = max(tolerance, noise * max(1.0, abs(left), abs(right)))
        return _apply(tree.sign, left, right, tolerance)
    except (TypeError, ZeroDivisionError, OverflowError):
        return None


def _comparable(value: Any) -> Any:
    return datetime(value.year, value.month, value.day) if type(value) is date else value  # noqa: DTZ001 - only compared


def _logic(sign: str, left: Any, right: Any) -> bool | None:
    """Three-valued, as in SQL."""
    decisive = sign == "or"
    if left is decisive or right is decisive:
        return sign == "or"
    return None if left is None or right is None else sign == "and"


def _apply(sign: str, left: Any, right: Any, tolerance: float) -> Any:
    match sign:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return left / right
        case "=":
            return abs(left - right) <= tolerance if tolerance else left == right
        case "<>":
            return abs(left - right) > tolerance if tolerance else left != right
        case "<":
            return left < right - tolerance if tolerance else left < right
        case "<=":
            return left <= right + tolerance if tolerance else left <= right
        case ">":
            return left > right + tolerance if tolerance else left > right
        case ">=":
            return left >= right - tolerance if tolerance else left >= right
    raise ValueError(sign)
