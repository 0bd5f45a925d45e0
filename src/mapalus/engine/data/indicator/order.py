"""Indicators in an order in which each comes after those it stands on; what stands on itself is refused."""

from __future__ import annotations

from collections.abc import Iterable

from mapalus.engine.data.indicator.declaration import Declaration
from mapalus.engine.errors import Misconfigured
from mapalus.engine.text import _

__all__ = ["in_order"]


def in_order(declared: Iterable[Declaration]) -> tuple[Declaration, ...]:
    """The same, those an indicator stands on before it. Raises `Misconfigured` for a circle or a code twice."""
    by_code: dict[str, Declaration] = {}
    for one in declared:
        if one.code in by_code:
            raise Misconfigured(_("The indicator %(code)s is declared twice."), code=one.code)
        by_code[one.code] = one
    done: dict[str, Declaration] = {}
    for code in by_code:
        _put(code, by_code, done, ())
    return tuple(done.values())


def _put(code: str, by_code: dict[str, Declaration], done: dict[str, Declaration], above: tuple[str, ...]) -> None:
    if code in done or code not in by_code:
        return
    if code in above:
        circle = " -> ".join((*above[above.index(code) :], code))
        raise Misconfigured(_("Indicators stand on each other in a circle: %(circle)s."), circle=circle)
    for other in by_code[code].indicators:
        _put(other, by_code, done, (*above, code))
    done[code] = by_code[code]
