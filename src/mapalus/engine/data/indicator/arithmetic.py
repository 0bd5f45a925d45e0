"""Sums over the names of inputs: `kasus / penduduk * 100000`, min, max, abs, round, powers, roots, logarithms.

What is missing stays missing.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from functools import lru_cache

from mapalus.engine.text import _, translate

__all__ = ["Arithmetic", "ArithmeticProblem", "parse"]

_LONGEST, _PARTS = 1000, 200


class ArithmeticProblem(ValueError):
    """What is wrong with a formula; `say` translates."""

    def __init__(self, text: str, **data: object) -> None:
        self.text, self.data = text, data
        super().__init__(self.say(language="en"))

    def say(self, *, language: str | None = None) -> str:
        return translate(self.text, language=language) % self.data


class Arithmetic:
    """A formula that was read. `names` are those of the inputs in it, each once."""

    def __init__(self, tree: ast.expr, names: tuple[str, ...]) -> None:
        self._tree, self.names = tree, names

    def __call__(self, values: Mapping[str, float | None]) -> float | None:
        """The value; None where one that it needs is missing, for a division by zero, and for what is not finite."""
        try:
            found = _value(self._tree, values)
        except (ZeroDivisionError, OverflowError, ValueError):
            return None
        return found if found is not None and math.isfinite(found) else None

    @property
    def divides_by_nothing(self) -> bool:
        """A division by 0 stands in it."""
        by = [
            node.right for node in ast.walk(self._tree) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)
        ]
        return any(isinstance(one, ast.Constant) and not one.value for one in by)

    def is_share(self, of: Mapping[str, bool]) -> bool:
        """Whether it means the same for a part and for the whole: a quotient, or made of what does alone (`of`)."""
        return bool(_is_share(self._tree, of))

    @property
    def quotient(self) -> tuple[str, str] | None:
        """The names of numerator and denominator, where the formula is `a / b`, times numbers; else None."""
        tree = self._tree
        while isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Mult):
            left, right = tree.left, tree.right
            if isinstance(right, ast.Constant):
                tree = left
            elif isinstance(left, ast.Constant):
                tree = right
            else:
                return None
        if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Div):
            above, below = tree.left, tree.right
            if isinstance(above, ast.Name) and isinstance(below, ast.Name):
                return above.id, below.id
        return None


_BINARY: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: math.pow(a, b),
}
_CALLS: dict[str, Callable[..., float]] = {"min": min, "max": max, "abs": abs, "round": lambda a, n=0.0: _rounded(a, n),
                                        "sqrt": math.sqrt, "ln": math.log, "exp": math.exp}  # fmt: skip
_GIVEN = {"min": (1, 20), "max": (1, 20), "abs": (1, 1), "round": (1, 2), "sqrt": (1, 1), "ln": (1, 1), "exp": (1, 1)}


def _rounded(value: float, places: float = 0.0) -> float:
    """Half away from zero, as people round."""
    by = 10.0 ** int(places)
    return math.copysign(math.floor(abs(value) * by + 0.5), value) / by


def _is_share(tree: ast.expr, of: Mapping[str, bool]) -> bool | None:
    """None: a number that is the same everywhere."""
    if isinstance(tree, ast.Constant):
        return None
    if isinstance(tree, ast.Name):
        return of.get(tree.id, False)
    if isinstance(tree, ast.UnaryOp):
        return _is_share(tree.operand, of)
    if isinstance(tree, ast.BinOp):
        left, right = _is_share(tree.left, of), _is_share(tree.right, of)
        if isinstance(tree.op, ast.Div) and right is not None:
            return True
        parts = [left, right]
    else:
        assert isinstance(tree, ast.Call)
        parts = [_is_share(item, of) for item in tree.args]
    known = [one for one in parts if one is not None]
    return all(known) if known else None


def _value(tree: ast.expr, values: Mapping[str, float | None]) -> float | None:
    if isinstance(tree, ast.Constant):
        return float(tree.value)  # type: ignore[arg-type]
    if isinstance(tree, ast.Name):
        return values.get(tree.id)
    if isinstance(tree, ast.UnaryOp):
        inner = _value(tree.operand, values)
        return None if inner is None else -inner if isinstance(tree.op, ast.USub) else inner
    if isinstance(tree, ast.BinOp):
        left, right = _value(tree.left, values), _value(tree.right, values)
        return None if left is None or right is None else _BINARY[type(tree.op)](left, right)
    assert isinstance(tree, ast.Call)
    assert isinstance(tree.func, ast.Name)
    given = [_value(item, values) for item in tree.args]
    return None if None in given else float(_CALLS[tree.func.id](*given))


@lru_cache(maxsize=4096)
def parse(text: str) -> Arithmetic:
    """The formula as a tree. Raises `ArithmeticProblem` with a sentence where it is not one."""
    if len(text) > _LONGEST:
        raise ArithmeticProblem(_("the formula is too long"))
    try:
        tree = ast.parse(text.strip().replace("^", "**"), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ArithmeticProblem(_("the formula '%(part)s' is not understood"), part=text[:60]) from None
    if sum(1 for _node in ast.walk(tree)) > _PARTS * 2:
        raise ArithmeticProblem(_("the formula is too long"))
    names: dict[str, None] = {}
    _check(tree, names)
    return Arithmetic(tree, tuple(names))


def _check(tree: ast.expr, names: dict[str, None]) -> None:
    if isinstance(tree, ast.Constant) and isinstance(tree.value, int | float) and not isinstance(tree.value, bool):
        return
    if isinstance(tree, ast.Name):
        names[tree.id] = None
    elif isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub | ast.UAdd):
        _check(tree.operand, names)
    elif isinstance(tree, ast.BinOp) and type(tree.op) in _BINARY:
        _check(tree.left, names)
        _check(tree.right, names)
    elif isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id in _CALLS:
        least, most = _GIVEN[tree.func.id]
        if tree.keywords or not least <= len(tree.args) <= most:
            raise ArithmeticProblem(_("%(name)s is given too few or too many values"), name=tree.func.id)
        for item in tree.args:
            _check(item, names)
    else:
        part = ast.unparse(tree)[:60]
        raise ArithmeticProblem(
            _("'%(part)s' does not belong in a formula: there are + - * / ^ and brackets, %(known)s"),
            part=part,
            known=", ".join(_CALLS),
        )
