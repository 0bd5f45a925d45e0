"""Finding things in an answer by a path such as `data.items` or `rows.0.columns`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mapalus.engine.errors import Refused
from mapalus.engine.harvest.declined import declined
from mapalus.engine.text import _

__all__ = ["at", "records"]


def at(value: Any, path: str) -> Any:
    """What stands there, None where nothing does. A key that holds dots itself is found as well."""
    if not path:
        return value
    if isinstance(value, dict) and path in value:
        return value[path]
    head, _dot, rest = path.partition(".")
    if isinstance(value, dict) and head in value:
        return at(value[head], rest)
    if isinstance(value, list) and head.isdecimal() and int(head) < len(value):
        return at(value[int(head)], rest)
    return None


def records(answer: Any, path: str, columns: str) -> Iterator[dict[str, Any]]:
    """Each record as an object. Raises `Refused` where the answer has no such place: that is not an empty list."""
    found = at(answer, path)
    if isinstance(found, dict) and path:
        found = list(found.values()) if _is_numbered(found) else [found]
    if not found and (no := declined(answer)):
        raise no
    if not isinstance(found, list):
        lists = ", ".join(sorted(_lists(answer, 3)))
        if lists:
            raise Refused(
                "no-records",
                _("The answer has no list of records at %(path)s; there are lists at: %(lists)s."),
                path=path or "/",
                lists=lists[:200],
            )
        raise Refused(
            "no-records",
            _("The answer has no list of records at %(path)s."),
            advice=_("Compare the settings of the source with the description of the system."),
            path=path or "/",
        )
    names = _names(at(answer, columns)) if columns else []
    for one in found:
        yield _record(one, names)


def _is_numbered(found: dict[str, Any]) -> bool:
    """What PHP makes of a list that lost some of its numbers: `{"0": {...}, "2": {...}}`."""
    return bool(found) and all(name.isdecimal() and isinstance(one, dict) for name, one in found.items())


def _lists(value: Any, depth: int) -> Iterator[str]:
    """Where lists are, a few levels down."""
    if not isinstance(value, dict) or not depth:
        return
    for name, inner in list(value.items())[:50]:
        if isinstance(inner, list):
            yield name
        else:
            yield from (f"{name}.{path}" for path in _lists(inner, depth - 1))


def _names(found: Any) -> list[str]:
    """Columns as names, or as objects that have one."""
    said = found if isinstance(found, list) else []
    return [str(one.get("name") or one.get("id") or "") if isinstance(one, dict) else str(one) for one in said]


def _record(one: Any, names: list[str]) -> dict[str, Any]:
    if isinstance(one, dict):
        return one
    if isinstance(one, list):
        return {names[n] if n < len(names) and names[n] else f"kolom_{n + 1}": value for n, value in enumerate(one)}
    return {"nilai": one}
