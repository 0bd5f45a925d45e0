"""SDMX-CSV 2.0 says in a column ACTION what each row does: I, A, R, M, or D for what is gone."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

__all__ = ["Split", "split_actions"]

_CHANGING = {"A", "D", "M", "X"}  # X: a null of version 2.1


@dataclass(frozen=True)
class Split:
    """kept: the table without its deletions. deleted: keys of what is gone. key: its columns."""

    kept: str
    deleted: Sequence[Mapping[str, str]]
    key: tuple[str, ...]


def split_actions(body: bytes) -> Split | None:
    """None where the table has no such column, or where every row is information or a replacement."""
    start = body.decode("utf-8-sig", "replace").split("\n", 1)[0]
    if "ACTION" not in start:
        return None
    sign = max(",;\t", key=start.count)
    try:
        rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig", "replace"), newline=""), delimiter=sign))
    except csv.Error:  # whatever is wrong with it, the reader of tables says it better
        return None
    header = rows[0] if rows else []
    if "ACTION" not in header:
        return None
    action = header.index("ACTION")
    actions = [row[action] if len(row) == len(header) else "" for row in rows]
    if not set(actions[1:]) & _CHANGING:
        return None
    end = header.index("OBS_VALUE") if "OBS_VALUE" in header else len(header)
    key = header[action + 1 : end]
    gone = [row for row, said in zip(rows, actions, strict=True) if said == "D"]
    kept = io.StringIO()
    csv.writer(kept, delimiter=sign, lineterminator="\n").writerows(
        row for row, said in zip(rows, actions, strict=True) if said != "D"
    )
    deleted = [dict(zip(key, row[action + 1 : end], strict=True)) for row in gone]
    return Split(kept.getvalue(), deleted, tuple(key))
