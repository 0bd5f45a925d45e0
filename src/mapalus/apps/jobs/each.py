"""One act for each of many rows: one broken row must not keep the others waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import structlog
from django.db.models import Model

from mapalus.engine.errors import Problem

__all__ = ["each"]

log = structlog.get_logger()
Row = TypeVar("Row", bound=Model)
Result = TypeVar("Result")


def each(rows: Iterable[Row], act: Callable[[Row], Result]) -> Iterator[Result]:
    """What the act gave for each row, one transaction of its own each. A row that fails is logged and passed over:
    nothing of it is kept, so that the next round finds it again."""
    for row in rows:
        try:
            result = act(row)
        except Problem as problem:
            log.warning("row_failed", subject=row._meta.label_lower, key=row.pk, problem=problem.code)
        except Exception:
            log.exception("row_failed", subject=row._meta.label_lower, key=row.pk)
        else:
            yield result
