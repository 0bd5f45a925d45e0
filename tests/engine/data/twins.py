"""Both runners on the same rows: what the table engine says must be what the reference says."""

from __future__ import annotations

import csv
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb  # noqa: TID253 - reads back what was written

from mapalus.engine.data.contract import Contract, parse
from mapalus.engine.data.plan import Plan, make_plan
from mapalus.engine.data.references import read_codes, read_references
from mapalus.engine.data.runners.duckdb.run import Found, NotPlain, run
from mapalus.engine.data.runners.memory import Checked, Row, check_rows
from mapalus.engine.data.table import Scan


def contract_of(*fields: dict[str, Any], **schema: Any) -> Contract:
    extra = schema.pop("mapalus", {})
    folder = schema.pop("folder", None)
    return parse({"name": "t", "schema": {"fields": list(fields), **schema}, "mapalus": extra}, folder=folder)


def plan_of(contract: Contract, names: Sequence[str] | None = None) -> Plan:
    names = names or [item.name for item in contract.fields]
    return make_plan(
        contract,
        places={item.name: list(names).index(item.name) for item in contract.fields},
        names=names,
        references=read_references(contract),
        codes=read_codes(contract),
    )


def write(rows: Sequence[Sequence[str]], names: Sequence[str], path: Path) -> Scan:
    """Rows as clean CSV, every cell quoted, so that any text is possible."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerow(names)
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerows(rows)
    return Scan(path=path, columns=tuple(names), dialect=dialect(), spooled=False, first_row=2, skip=1, header_row=1)


def dialect():
    from mapalus.engine.data.table import Dialect

    return Dialect()


def by_engine(plan: Plan, rows: Sequence[Sequence[str]], folder: Path) -> tuple[Found, dict[int, dict[str, Any]]]:
    scan = write(rows, plan.names, folder / "in.csv")
    good, bad = folder / "good.parquet", folder / "bad.parquet"
    found = run(
        plan, scan, good=good, bad=bad, scratch=folder, say=lambda _field, _code, _rule, _value: "", max_errors=100_000
    )  # fmt: skip
    with duckdb.connect() as connection:
        table = connection.execute(f"SELECT * FROM read_parquet('{good}')")
        names = [item[0] for item in table.description or ()]
        typed = {row[0]: dict(zip(names[1:], row[1:], strict=True)) for row in table.fetchall()}
    return found, typed


def both(contract: Contract, rows: Sequence[Sequence[str]]) -> tuple[Found, dict[int, Any], Checked]:
    plan = plan_of(contract)
    with tempfile.TemporaryDirectory() as name:
        found, typed = by_engine(plan, rows, Path(name))
    return found, typed, check_rows(plan, [Row(n, cells) for n, cells in enumerate(rows, 2)])


def assert_same(contract: Contract, rows: Sequence[Sequence[str]], *, values: bool = True) -> None:
    found, typed, expected = both(contract, rows)
    engine = Counter((row, field, code, rule) for row, field, code, rule, _value, _message in found.errors)
    assert engine == Counter(expected.errors)
    assert sorted(typed) == sorted(expected.good)
    assert list(typed) == sorted(typed), "rows out of order"
    if values:
        for row, cells in expected.good.items():
            for name, value in cells.items():
                assert same(typed[row][name], value), (row, name, typed[row][name], value)


def same(a: Any, b: Any) -> bool:
    return bool(a == b or (a != a and b != b))


__all__ = ["NotPlain", "assert_same", "both", "contract_of", "plan_of"]
