"""One file of the corpus, with the answer that a careful person would give."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["UNSAID", "Case", "differences", "judged"]

UNSAID: Any = object()
Error = tuple[int, str, str]


@dataclass(frozen=True)
class Case:
    """Bytes and what is right about them. What is not said is not compared."""

    content: bytes | str | Callable[[], bytes]
    file: str = "berkas.csv"
    contract: Mapping[str, Any] | None = None
    beside: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None
    refused: str = ""  # codes of a refusal, any of them right: "truncated not-tabular"
    header: Any = UNSAID  # file row of the header
    fields: Any = UNSAID  # "kab:string n:integer", or a list where names hold blanks
    good: Any = UNSAID  # the good rows, typed, as lists (dates as ISO text); or their number
    errors: Any = UNSAID  # a set of (file row, field, code)
    warned: Any = UNSAID  # all the codes of warnings, one text
    notices: str = ""  # codes that must be among the warnings
    guessed: str = ""  # what must be among the guesses
    dialect: Mapping[str, Any] = field(default_factory=dict)
    missing: Mapping[str, int] = field(default_factory=dict)  # field -> cells without a value
    rows: Any = UNSAID  # file rows of the good rows

    @property
    def content_bytes(self) -> bytes:
        made = self.content() if callable(self.content) else self.content
        return made if isinstance(made, bytes) else made.encode()


def judged(case: Case) -> dict[str, Any]:
    """What Mapalus says of a case, in the words of the answers."""
    from mapalus.engine.data.check import check
    from mapalus.engine.data.contract import parse
    from mapalus.engine.errors import Problem, Refused

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / case.file
        path.write_bytes(case.content_bytes)
        for name, text in case.beside.items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        out = Path(folder) / "out"
        out.mkdir()
        try:
            contract = parse(case.contract, folder=Path(folder)) if case.contract is not None else None
            outcome = check(path, contract=contract, out=out, sheet=case.sheet, language="en")
        except Problem as problem:
            return {"refused": problem.reason if isinstance(problem, Refused) else problem.code}
        report = dict(outcome.report)
        is_asked = isinstance(case.good, list) or case.rows is not UNSAID
        return {**report, "refused": "", "values": _values(outcome.good) if is_asked else []}


def _values(path: Path) -> list[list[Any]]:
    """The good rows with their file row first."""
    import duckdb

    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT * FROM '{path}'")
        names = [item[0] for item in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return [[row.pop("_row"), *(_plain(value) for value in row.values())] for row in rows]


def _plain(value: Any) -> Any:
    import datetime as dt
    from decimal import Decimal

    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def differences(case: Case) -> list[str]:
    """Where Mapalus and the careful person disagree, one line each."""
    said = judged(case)
    if said["refused"] or case.refused:
        right = said["refused"] in case.refused.split() if case.refused else False
        return [] if right else [f"refused: {said['refused'] or 'read'}, right: {case.refused or 'read'}"]
    lines = []

    def compare(what: str, is_there: object, right: object) -> None:
        if right is not UNSAID and is_there != right:
            lines.append(f"{what}: {is_there!r}, right: {right!r}")

    named = [f"{item['name']}:{item['type']}" for item in said["fields"]]
    compare("header", said["header_row"], case.header)
    compare("fields", named, case.fields.split() if isinstance(case.fields, str) else case.fields)
    if isinstance(case.good, int):
        compare("good", said["good_rows"], case.good)
    elif case.good is not UNSAID:
        compare("good", [row[1:] for row in said["values"]], case.good)
    compare("rows", [row[0] for row in said["values"]], case.rows)
    compare("errors", {(one["row"], one["field"], one["code"]) for one in said["errors"]}, case.errors)
    codes = {one["code"] for one in said["warnings"]}
    if case.warned is not UNSAID:
        compare("warned", sorted(codes), sorted(case.warned.split()))
    compare("not noticed", set(case.notices.split()) - codes, set())
    compare("not guessed", set(case.guessed.split()) - {one["what"] for one in said["guesses"]}, set())
    compare("dialect", {key: said["dialect"].get(key) for key in case.dialect}, dict(case.dialect))
    compare("missing", {key: said["profile"].get(key, {}).get("missing") for key in case.missing}, dict(case.missing))
    if said["good_rows"] + said["bad_rows"] != said["rows"]:
        lines.append("good and bad rows are not all the rows")
    return lines


def as_bytes(book: Any) -> bytes:
    """An openpyxl workbook as the bytes of its file."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
