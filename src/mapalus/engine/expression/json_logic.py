"""An expression as JSON, in the form of JsonLogic: what the browser is given. Null and number rules are ours."""

from __future__ import annotations

from datetime import date
from typing import Any

from mapalus.engine.expression.tree import Binary, Call, Expression, Items, Literal, Name, Not

__all__ = ["to_json_logic"]

_SIGNS = {"=": "==", "<>": "!="}


def to_json_logic(tree: Expression) -> Any:
    """The tree as JSON: `{"and": [{"==": [{"var": "jenis"}, "a"]}, ...]}`; functions under their own names."""
    match tree:
        case Literal(value):
            return value.isoformat() if isinstance(value, date) else value
        case Name(field):
            return {"var": field}
        case Not(inner):
            return {"!": [to_json_logic(inner)]}
        case Items(items):
            return [to_json_logic(item) for item in items]
        case Binary(sign, left, right):
            return {_SIGNS.get(sign, sign): [to_json_logic(left), to_json_logic(right)]}
        case Call(function, given):
            return {function: [to_json_logic(part) for part in given]}
