"""One call from the bytes of a file to the object of `mapalus check --json`, or to the code of its refusal."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mapalus.engine.data.check import check
from mapalus.engine.data.contract import parse
from mapalus.engine.errors import Problem, Refused

__all__ = ["errors_of", "report_of", "schema", "warned"]


def schema(*fields: Mapping[str, Any] | str, **more: Any) -> dict[str, Any]:
    """A Table Schema; `"jumlah:integer"` is a field in short."""
    made = [dict(zip(("name", "type"), item.split(":"), strict=False)) if isinstance(item, str) else item
            for item in fields]  # fmt: skip
    return {"fields": made, **more}


def report_of(
    content: bytes | str,
    contract: Mapping[str, Any] | None = None,
    *,
    name: str = "berkas.csv",
    beside: Mapping[str, str] | None = None,
    sheet: str | None = None,
) -> dict[str, Any]:
    """The report of a check in a folder of its own; `beside` are files next to the contract."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        for other, text in (beside or {}).items():
            (Path(folder) / other).write_text(text, encoding="utf-8")
        out = Path(folder) / "out"
        out.mkdir()
        promised = parse(contract, folder=Path(folder)) if contract is not None else None
        try:
            return dict(check(path, contract=promised, out=out, sheet=sheet, language="en").report)
        except Problem as problem:
            return {"refused": problem.reason if isinstance(problem, Refused) else problem.code}


def errors_of(report: Mapping[str, Any]) -> set[tuple[int, str, str]]:
    """Row, field and code of every error."""
    return {(error["row"], error["field"], error["code"]) for error in report["errors"]}


def warned(report: Mapping[str, Any]) -> set[str]:
    """Codes of the warnings."""
    return {warning["code"] for warning in report["warnings"]}
