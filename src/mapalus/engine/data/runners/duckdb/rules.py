"""Rules over several columns as SQL; NULL (a cell without a value, a sum that cannot be done) never makes a row bad."""

from __future__ import annotations

from datetime import date

from mapalus.engine.data.expression import Binary, Expression, Literal, Name, Not
from mapalus.engine.data.plan import Plan
from mapalus.engine.data.runners.duckdb.render import Check, Rendered, constant, t

__all__ = ["rule_checks"]


def rule_checks(plan: Plan, rendered: Rendered) -> None:
    """Add every row rule to the conditions and the checks."""
    for rule in plan.rules:
        if any(plan.column(name).place is None for name in rule.tree.names()):
            continue
        sql = f"TRY({_sql(rule.tree, plan, rendered, rule.tolerance)})"
        raw = f"c{plan.column(rule.field).place}"
        rendered.checks.append(Check(rule.field, "constraint-error", rule.name, f"{sql} = false", raw))
        rendered.good.append(f"coalesce({sql}, true)")


def _sql(tree: Expression, plan: Plan, rendered: Rendered, tolerance: float) -> str:
    if isinstance(tree, Literal):
        return constant(tree.value)
    if isinstance(tree, Name):
        return _value(tree.field, plan, rendered)
    if isinstance(tree, Not):
        return f"(NOT {_sql(tree.inner, plan, rendered, tolerance)})"
    if not isinstance(tree, Binary):
        raise TypeError("a rule over a row has no lists and no functions")
    left, right = (_sql(side, plan, rendered, tolerance) for side in (tree.left, tree.right))
    if tree.sign in ("and", "or"):
        return f"({left} {tree.sign.upper()} {right})"
    if tree.sign in ("+", "-", "*"):
        return f"({left} {tree.sign} {right})"
    if tree.sign == "/":
        return f"(CAST({left} AS DOUBLE) / nullif(CAST({right} AS DOUBLE), 0))"
    if not (_is_number(tree.left, plan) and _is_number(tree.right, plan)):
        return f"({left} {tree.sign} {right})"
    if is_whole(tree.left, plan) and is_whole(tree.right, plan):
        return _compare(tree.sign, left, right, repr(tolerance) if tolerance else "0")
    left, right = f"CAST({left} AS DOUBLE)", f"CAST({right} AS DOUBLE)"
    return _compare(tree.sign, left, right, f"greatest({tolerance!r}, 1e-12 * greatest(1, abs({left}), abs({right})))")


def _compare(sign: str, left: str, right: str, slack: str) -> str:
    """Sums of decimals are compared up to the noise of binary fractions, and up to the declared tolerance."""
    return {
        "=": f"(abs({left} - {right}) <= {slack})",
        "<>": f"(abs({left} - {right}) > {slack})",
        "<": f"({left} < {right} - {slack})",
        ">": f"({left} > {right} + {slack})",
        "<=": f"({left} <= {right} + {slack})",
        ">=": f"({left} >= {right} - {slack})",
    }[sign]


def _is_number(tree: Expression, plan: Plan) -> bool:
    if isinstance(tree, Literal):
        return not isinstance(tree.value, str | date)
    if isinstance(tree, Name):
        return plan.column(tree.field).field.type in ("integer", "number", "year")
    return (
        isinstance(tree, Binary)
        and tree.sign in "+-*/"
        and _is_number(tree.left, plan)
        and _is_number(tree.right, plan)
    )


def is_whole(tree: Expression, plan: Plan) -> bool:
    """Whether only whole numbers take part: these are compared exactly."""
    if isinstance(tree, Literal):
        return isinstance(tree.value, int)
    if isinstance(tree, Name):
        return plan.column(tree.field).field.type in ("integer", "year")
    return isinstance(tree, Binary) and tree.sign in "+-*" and is_whole(tree.left, plan) and is_whole(tree.right, plan)


def _value(name: str, plan: Plan, rendered: Rendered) -> str:
    guard = rendered.guards.get(name)
    typed = t(plan, name)
    value = typed if guard is None else f"(CASE WHEN {guard} THEN {typed} END)"
    return f"CAST({value} AS HUGEINT)" if plan.column(name).field.type in ("integer", "year") else value
