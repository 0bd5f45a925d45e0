"""The scan as SQL: `n` (record number from 0), the cells `c0..` as text, extra cells `x0..`, `flaw`, `_row`.

A short row is padded with NULL; an empty cell is '' because the null text is one that no file contains. Cells beyond
the header land in three extra columns. Blank lines are skipped by the engine and counted here.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mapalus.engine.data.runners.duckdb.names import literal
from mapalus.engine.data.runners.duckdb.parts import Part
from mapalus.engine.data.table import Scan

__all__ = ["EXTRA", "MOST_BLANKS", "about_rows", "rows_of", "scan_sql"]

EXTRA = 3
MOST_BLANKS = 4000  # with more of them the expression grows too long: such a file is spooled
_LONGEST = 2 * 1024 * 1024
_LONGEST_SPOOLED = 16 * 1024 * 1024
_BUFFER, _BUFFER_SPOOLED = 8 * 1024 * 1024, 32 * 1024 * 1024  # more than a line; 16 lines by default, all page faults
_ABSENT = "\x01absent\x01"


def about_rows(scan: Scan) -> int:
    """How many records the file holds, judged by its size and its first lines."""
    with scan.path.open("rb") as file:
        start = file.read(1 << 16)
    return scan.path.stat().st_size * start.count(b"\n") // max(1, len(start))


def rows_of(scan: Scan, part: Part | None = None, *, pipe: Path | None = None) -> str:
    """A query over the file, or one part of it (see parts.py): n, _row, flaw, c0.., x0...

    Row numbers are worked out directly over the scan.
    """
    cells = [f"c{n}" for n in range(len(scan.columns))]
    if scan.spooled:
        names = ["c_row", "c_flaw", *cells]
        inner = f"SELECT row_number() OVER () - 1 AS n, * FROM {scan_sql(scan, names)}"
        extra = ", ".join(f"CAST(NULL AS VARCHAR) AS x{n}" for n in range(EXTRA))
        return (
            f"SELECT n, CAST(c_row AS INTEGER) AS _row, coalesce(c_flaw, '') AS flaw, {', '.join(cells)}, {extra}"
            f" FROM ({inner})"
        )
    extras = [f"x{n}" for n in range(EXTRA)]
    first, limit = 0, ""
    if part is not None and pipe is not None:
        scan, first = replace(scan, path=pipe, skip=0), part.before
    elif part is not None:
        limit = f" LIMIT {part.until}"
    found = scan_sql(scan, [*cells, *extras])
    inner = f"SELECT row_number() OVER () + {first - 1} AS n, * FROM (FROM {found}{limit})"
    return f"SELECT n, {row_number(scan)} AS _row, '' AS flaw, {', '.join([*cells, *extras])} FROM ({inner})"


def row_number(scan: Scan) -> str:
    """The file's row of record `n`: every blank line at or before it shifts it by one.

    The steps are a tree of CASEs: neighbouring records take the same branches, so that each level costs one comparison.
    """
    later = sorted(row for row in scan.blank_rows if row >= scan.first_row)
    return f"CAST(n + {_steps([row - scan.first_row - k for k, row in enumerate(later)], scan.first_row)} AS INTEGER)"


def _steps(steps: list[int], shift: int) -> str:
    """How much is added to `n`: `shift`, and one more from each step on."""
    if not steps:
        return str(shift)
    middle = len(steps) // 2
    below, above = _steps(steps[:middle], shift), _steps(steps[middle + 1 :], shift + middle + 1)
    return f"CASE WHEN n < {steps[middle]} THEN {below} ELSE {above} END"


def scan_sql(scan: Scan, names: list[str]) -> str:
    """`read_csv` with everything declared and nothing sniffed, every cell as text."""
    dialect = scan.dialect
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    options = {
        "auto_detect": "false",
        "header": "false",
        "skip": str(0 if scan.spooled else scan.skip),
        "delim": literal("," if scan.spooled else dialect.delimiter),
        "quote": literal('"' if scan.spooled else dialect.quote),
        "escape": literal('"' if scan.spooled else dialect.escape),
        "new_line": literal("\n" if scan.spooled else dialect.line_terminator)
        .replace("\r", "\\r")
        .replace("\n", "\\n"),
        "max_line_size": str(_LONGEST_SPOOLED if scan.spooled else _LONGEST),  # a longer one in place: it is spooled
        "buffer_size": str(_BUFFER_SPOOLED if scan.spooled else _BUFFER),
        # in parallel, padding of short rows excludes line breaks inside quotes; otherwise all buffers stay to the end
        "parallel": "true" if scan.is_one_line_each else "false",
        "columns": "{" + columns + "}",
    }
    if scan.spooled:
        options |= {"nullstr": "''", "allow_quoted_nulls": "false"}
    else:
        options |= {"nullstr": literal(_ABSENT), "null_padding": "true"}
    return f"read_csv({literal(str(scan.path))}, {', '.join(f'{key} = {value}' for key, value in options.items())})"
