"""A small, safe language for conditions and sums in packs and contracts: nothing in it runs, loops or fails."""

from mapalus.engine.expression.tree import Binary, Call, Expression, Items, Literal, Name, Not

__all__ = ["Binary", "Call", "Expression", "Items", "Literal", "Name", "Not"]
