"""A small, safe language for conditions and sums in packs and contracts: nothing in it runs, loops or fails.

tree = parse("klasifikasi = 'pengaduan' and length(uraian) >= 20")
check(tree, {"klasifikasi": "choice", "uraian": "text"})     # () or what is wrong, with columns
evaluate(tree, {"klasifikasi": "pengaduan", "uraian": "..."}, now=now)    # True, False or None (unknown)
"""

from mapalus.engine.expression.checking import Kind, check, kind_of, kind_of_type
from mapalus.engine.expression.evaluation import evaluate, holds
from mapalus.engine.expression.json_logic import to_json_logic
from mapalus.engine.expression.parser import FUNCTIONS, ExpressionProblem, parse, parse_row_rule
from mapalus.engine.expression.tree import Binary, Call, Expression, Items, Literal, Name, Not

__all__ = [
    "FUNCTIONS",
    "Binary",
    "Call",
    "Expression",
    "ExpressionProblem",
    "Items",
    "Kind",
    "Literal",
    "Name",
    "Not",
    "check",
    "evaluate",
    "holds",
    "kind_of",
    "kind_of_type",
    "names",
    "parse",
    "parse_row_rule",
    "to_json_logic",
]


def names(tree: Expression) -> tuple[str, ...]:
    """The names of fields in it, each once, in the order of the text."""
    return tuple(dict.fromkeys(tree.names()))
