"""The object that `mapalus check --json` prints, and that the catalogue keeps with a version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mapalus.engine.data.contract import Contract
from mapalus.engine.data.table import Guess, Scan, Warn
from mapalus.engine.errors import Problem, Refused

if TYPE_CHECKING:
    from mapalus.engine.data.runners.duckdb.run import Found

__all__ = ["make_report", "refused_report"]


def make_report(
    path: Path,
    scan: Scan,
    contract: Contract,
    found: Found,
    profile: Mapping[str, Any],
    *,
    guesses: Iterable[Guess],
    warnings: Iterable[Warn],
    language: str | None = None,
) -> dict[str, Any]:
    """One object, every key always there; see design section 5 for its meaning."""
    counts: dict[str, dict[str, int]] = {}
    for code, field, number in found.counts:
        counts.setdefault(code, {})[field] = number
    return {
        "valid": found.bad_rows == 0,
        "file": str(path),
        "dialect": _dialect(scan),
        "sheet": scan.sheet,
        "header_row": scan.header_row,
        "rows": found.rows,
        "good_rows": found.good_rows,
        "bad_rows": found.bad_rows,
        "fields": [
            {"name": item.name, "title": item.title or item.name, "type": item.type, "format": item.format}
            for item in contract.fields
        ],
        "guesses": [
            {"what": g.what, "value": g.value, "reason": g.say(language=language), "confidence": g.confidence}
            for g in guesses
        ],
        "warnings": [{"code": w.code, "message": w.say(language=language)} for w in warnings],
        "errors": [
            dict(zip(("row", "field", "code", "rule", "value", "message"), error, strict=True))
            for error in found.errors
        ],
        "error_counts": counts,
        "profile": dict(profile),
    }


def _dialect(scan: Scan) -> dict[str, str] | None:
    """How the file is written; nothing for a workbook."""
    if scan.sheet is not None:
        return None
    dialect = scan.dialect
    return {
        "delimiter": dialect.delimiter,
        "quote": dialect.quote,
        "escape": dialect.escape,
        "encoding": dialect.encoding,
        "line_terminator": dialect.line_terminator,
    }


def refused_report(path: Path, problem: Problem, *, language: str | None = None) -> dict[str, Any]:
    """The object for a file that cannot be used."""
    code = problem.reason if isinstance(problem, Refused) else problem.code
    return {"valid": False, "file": str(path), "refused": {"code": code, "message": problem.say(language=language)}}
