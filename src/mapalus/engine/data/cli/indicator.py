"""`mapalus indicator check FILE` and `compute FILE --data NAME=PATH`: declarations and values, without a province."""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mapalus.engine.errors import Misconfigured, Problem
from mapalus.engine.text import _, translate

if TYPE_CHECKING:
    import duckdb

    from mapalus.engine.data.indicator import Declaration
    from mapalus.engine.data.indicator.frame import Frame
    from mapalus.engine.data.indicator.reducing import Rows

__all__ = ["add_verbs", "check", "compute", "values_of"]

_CODE = re.compile(r"kode|wilayah|region|code|prov|kab|kec|desa|kel", re.IGNORECASE)
_PROSE = ("code", "title", "title_en", "unit", "unit_en", "source", "dataset", "owner", "plan", "by", "name")


def add_verbs(verbs: Any) -> None:
    """Declare check and compute."""
    one = verbs.add_parser("check", help=translate(_("read declarations strictly, and say all that is wrong")))
    one.add_argument("files", metavar="FILE", nargs="+")
    one = verbs.add_parser("compute", help=translate(_("work out an indicator from files")))
    one.add_argument("files", metavar="FILE", nargs="+")
    one.add_argument(
        "--data", metavar="NAME=PATH", action="append", default=[],
        help=translate(_("CSV or Parquet of a dataset; NAME@PERIOD=PATH; again for a later version")),
    )  # fmt: skip
    one.add_argument("--expect", metavar="CODES", default="", help=translate(_("regions that should have a value")))
    one.add_argument("--json", action="store_true")


def check(files: Sequence[str]) -> int:
    """Exit 0: all are right; 1: something is wrong."""
    from mapalus.engine.data.indicator import read_declaration
    from mapalus.engine.data.indicator.order import in_order
    from mapalus.engine.data.indicator.statement import check_statement

    declared, worst = [], 0
    for file in files:
        try:
            one = read_declaration(Path(file))
            if one.sql:
                with _said_of(Path(file), "sql"):
                    check_statement(one.sql, one.sql_inputs)
            declared.append(one)
        except Problem as problem:
            worst = 1
            print(problem.say(), file=sys.stderr)  # noqa: T201 - the command line speaks so
        else:
            stands_on = ", ".join((*one.datasets, *one.indicators))
            print(f"{one.code}  {one.title}  <- {stands_on}")  # noqa: T201 - the command line speaks so
    with _said_of(Path(files[0]), "inputs"):
        in_order(declared)
    return worst


@contextmanager
def _said_of(file: Path | None, key: str) -> Iterator[None]:
    """A problem that is met only when it is worked out is said with the file and line, too."""
    from mapalus.engine.strict_yaml import load_located

    try:
        yield
    except Misconfigured as problem:
        if file is None:
            raise
        located = load_located(file.read_text(encoding="utf-8"), depth=12)
        columns = str(problem.data.get("columns") or problem.data.get("column") or "").split(", ")
        line = located.line(*(next(_naming(located.value, columns), (key,)) if key != "sql" else (key,)))
        raise Misconfigured(
            _("%(file)s, line %(line)s: %(problem)s"), file=str(file), line=line, problem=problem
        ) from problem


def _naming(value: object, columns: Sequence[str], path: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    """Where a declaration names one of the columns."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            if path[-1:] == ("where",) and key in columns:
                yield (*path, key)
            yield from _naming(one, columns, (*path, key)) if key not in _PROSE else ()
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from _naming(one, columns, (*path, place))
    elif value and value in columns:
        yield path


def compute(files: Sequence[str], data: Sequence[str], *, expect: str, as_json: bool) -> int:
    """Print the values of each declaration: as JSON one object, or a list of several."""
    told = values_of([Path(file) for file in files], data, expected=[code for code in expect.split(",") if code])
    if as_json:
        print(json.dumps(told[0] if len(told) == 1 else told, ensure_ascii=False, indent=1))  # noqa: T201 - as above
        return 0
    for one in told:
        print(f"{one['code']}  {one['title']}  ({one['unit']})")  # noqa: T201 - as above
        for value in one["values"]:
            marks = " ".join(mark for mark in ("incomplete", "suppressed", "conflicting") if value[mark])
            shown = "-" if value["value"] is None else f"{value['value']:.10g}"
            place = f"{value['period']:<12}{value['region'] or '*':<15}{value['dimension']:<20}"
            print(f"  {place}{shown:>16} {value['state']:<5}{marks}".rstrip())  # noqa: T201 - as above
    return 0


def values_of(files: Sequence[Path], data: Sequence[str], *, expected: Sequence[str] = ()) -> list[dict[str, Any]]:
    """What each declaration says of the data. Others they stand on are looked for in the folders of the files."""
    from mapalus.engine.data.indicator import read_declaration
    from mapalus.engine.data.indicator.order import in_order

    asked = [read_declaration(path) for path in files]
    with _said_of(files[0], "inputs"):
        with_others = in_order(_with_others(asked, files))
    with tempfile.TemporaryDirectory(prefix="mapalus-") as folder:
        rows = _rows(data, with_others, Path(folder))
        frames: dict[str, Frame] = {}
        named = dict(zip([one.code for one in asked], files, strict=True))
        for one in with_others:
            key = next((key for key in ("sql", "value", "inputs") if key in one.descriptor), "code")
            with _said_of(named.get(one.code), key):
                frames[one.code] = _frame(one, rows, frames, expected)
    return [_told(one, frames[one.code]) for one in asked]


def _with_others(asked: Sequence[Declaration], files: Sequence[Path]) -> list[Declaration]:
    from mapalus.engine.data.indicator import read_declaration

    found = {one.code: one for one in asked}
    waiting = [code for one in asked for code in one.indicators]
    beside: dict[str, Declaration] = {}
    while waiting:
        code = waiting.pop()
        if code in found:
            continue
        if not beside:
            for path in {other for file in files for other in file.resolve().parent.glob("*.yml")}:
                try:
                    other = read_declaration(path)
                except Problem:
                    continue
                beside[other.code] = other
        if code not in beside:
            raise Misconfigured(_("There is no declaration of the indicator %(code)s beside this file."), code=code)
        found[code] = beside[code]
        waiting += beside[code].indicators
    return list(found.values())


def _rows(data: Sequence[str], declared: Sequence[Declaration], folder: Path) -> dict[str, list[Rows]]:
    from mapalus.engine.data.indicator.reducing import Rows, session

    texts = {name for one in declared for part in one.inputs for name in (part.region, *part.dimensions) if name}
    found: dict[str, list[Rows]] = {}
    with session() as connection:
        for place, one in enumerate(data):
            name, _sign, file = one.partition("=")
            name, _sign, period = name.partition("@")
            path = Path(file)
            if not name or not path.is_file():
                raise Misconfigured(_("%(data)s: write NAME=PATH, with a file that is there."), data=one)
            if path.suffix.lower() != ".parquet":
                path = _as_parquet(connection, path, folder / f"{place}.parquet", texts)
            found.setdefault(name, []).append(Rows(path, period=period))
    return found


def _as_parquet(connection: duckdb.DuckDBPyConnection, path: Path, out: Path, texts: set[str]) -> Path:
    """A CSV with the types of its columns; codes stay text. `_row` counts as in the file, the header being 1."""
    import duckdb

    file = "'" + str(path).replace("'", "''") + "'"
    try:
        connection.execute(
            f"CREATE OR REPLACE TABLE _csv AS SELECT row_number() OVER () + 1 AS _row, * FROM"
            f" read_csv({file}, header = true, all_varchar = true, sample_size = -1)"
        )
        names = [row[0] for row in connection.execute("DESCRIBE _csv").fetchall() if row[0] != "_row"]
        columns = ", ".join(
            _typed(connection, name, is_text=name in texts or bool(_CODE.search(name))) for name in names
        )
        target = "'" + str(out).replace("'", "''") + "'"
        connection.execute(f"COPY (SELECT _row, {columns} FROM _csv) TO {target} (FORMAT parquet)")
    except duckdb.Error as error:
        raise Misconfigured(
            _("%(file)s cannot be read: %(reason)s"), file=path.name, reason=str(error).splitlines()[0][:200]
        ) from None
    return out


_FORMS = (
    ("BIGINT", r"-?(0|[1-9]\d{0,17})"),
    ("DOUBLE", r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?"),
    ("DATE", r"\d{4}-\d{2}-\d{2}"),
    ("TIMESTAMP", r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?"),
)


def _typed(connection: duckdb.DuckDBPyConnection, name: str, *, is_text: bool) -> str:
    quoted = '"' + name.replace('"', '""') + '"'
    filled = f"nullif(trim({quoted}), '')"
    if not is_text:
        for kind, form in _FORMS:
            fits = (
                f"coalesce(regexp_full_match({filled}, '{form}'), false) AND TRY_CAST({filled} AS {kind}) IS NOT NULL"
            )
            row = connection.execute(
                f"SELECT count({filled}), count(*) FILTER (WHERE {filled} IS NOT NULL AND NOT ({fits})) FROM _csv"
            ).fetchone()
            if row and row[0] and not row[1]:
                return f"CAST({filled} AS {kind}) AS {quoted}"
    return f"{filled} AS {quoted}"


def _frame(
    one: Declaration, rows: Mapping[str, list[Rows]], frames: Mapping[str, Frame], expected: Sequence[str]
) -> Frame:
    from mapalus.engine.data.indicator.frame import EMPTY, overlaid, with_origin
    from mapalus.engine.data.indicator.reducing import reduce
    from mapalus.engine.data.indicator.standing import SQL, stand
    from mapalus.engine.data.indicator.statement import run_statement

    for name in one.datasets:
        if name not in rows:
            raise Misconfigured(_("The indicator %(code)s needs --data %(name)s=PATH."), code=one.code, name=name)
    found: dict[str, Frame] = {part.name: frames[part.indicator] for part in one.inputs if part.indicator}
    if one.sql:
        found[SQL] = run_statement(one.sql, {name: rows[dataset][-1] for name, dataset in one.sql_inputs.items()})
    for dataset in one.datasets if not one.sql else ():
        parts = {part.name: part for part in one.inputs if part.dataset == dataset}
        merged = dict.fromkeys(parts, EMPTY)
        for number, version in enumerate(rows[dataset], start=1):
            for name, frame in reduce(parts, version).items():
                if isinstance(frame, Problem):
                    raise frame
                merged[name] = overlaid(merged[name], with_origin(frame, number))
        found |= merged
    codes = one.coverage if not isinstance(one.coverage, str) else tuple(expected) if one.coverage else ()
    return stand(one, found, expected=codes)


_STATUS = ("", "sangat-sementara", "sementara", "tetap")


def _told(one: Declaration, frame: Frame) -> dict[str, Any]:
    from mapalus.engine.data.indicator import state_of, told
    from mapalus.engine.data.indicator.frame import Mark
    from mapalus.engine.data.indicator.periods import parsed

    values = []
    for item in told(frame):
        year = parsed(item.period)
        target = one.target_of(item.region, year.year if year else 0)
        is_judged = one.is_judged(item.region, target)
        state = state_of(item.value if is_judged else None, better=one.better, thresholds=one.thresholds, target=target)
        values.append({
            "period": item.period, "region": item.region, "dimension": item.dimension, "value": item.value,
            "numerator": item.numerator, "denominator": item.denominator, "rows": item.rows,
            "status": _STATUS[item.marks & Mark.STATUS], "incomplete": bool(item.marks & Mark.INCOMPLETE),
            "suppressed": bool(item.marks & Mark.SUPPRESSED), "conflicting": bool(item.marks & Mark.CONFLICTING),
            "finite": not item.marks & Mark.NOT_FINITE, "target": target, "state": state.value,
        })  # fmt: skip
    return {"code": one.code, "title": one.title, "unit": one.unit, "better": one.better, "values": values}
