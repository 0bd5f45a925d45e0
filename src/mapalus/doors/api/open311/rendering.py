"""One answer, two forms: JSON and XML by the conventions of GeoReport v2.

A container that only repeats a child is a JSON array; an element without content is null in JSON and stays in XML.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from django.http import HttpResponse

__all__ = ["FORMATS", "Fault", "answer", "failure"]

FORMATS = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}


class Fault(Exception):
    """An answer that is an error: HTTP status, and sentences each with a finer code."""

    def __init__(self, status: int, *sentences: str) -> None:
        super().__init__("; ".join(sentences))
        self.status = status
        self.sentences = sentences


def answer(fmt: str, root: str, item: str, content: Any, *, status: int = 200) -> HttpResponse:
    """`content` is a list (of `item` inside `root`) or one mapping (`root` itself)."""
    if fmt == "json":
        return _json(content, status)
    inner = _items(item, content) if isinstance(content, list) else _inner(content)
    return _xml(f"<{root}>{inner}</{root}>", status)


def failure(fmt: str, fault: Fault) -> HttpResponse:
    """The error document of the standard: `errors/error` with `code` and `description`."""
    rows = [
        {"code": f"{fault.status}{place:02}" if place else str(fault.status), "description": text}
        for place, text in enumerate(fault.sentences)
    ]
    return answer(fmt if fmt in FORMATS else "xml", "errors", "error", rows, status=fault.status)


def _json(content: Any, status: int) -> HttpResponse:
    text = json.dumps(_flat(content), ensure_ascii=False, default=_plain)
    return HttpResponse(text, status=status, content_type=FORMATS["json"])


def _xml(text: str, status: int) -> HttpResponse:
    return HttpResponse('<?xml version="1.0" encoding="utf-8"?>' + text, status=status, content_type=FORMATS["xml"])


def _flat(content: Any) -> Any:
    """Lists told as `(name, rows)` lose their inner name in JSON."""
    if isinstance(content, Mapping):
        return {key: _flat(value) for key, value in content.items()}
    if isinstance(content, tuple):
        return [_flat(row) for row in content[1]]
    return [_flat(row) for row in content] if isinstance(content, list) else content


def _items(name: str, rows: Sequence[Any]) -> str:
    return "".join(f"<{name}>{_inner(row)}</{name}>" for row in rows)


def _inner(value: Any) -> str:
    if isinstance(value, Mapping):
        return "".join(_element(name, inner) for name, inner in value.items())
    if isinstance(value, tuple):
        return _items(value[0], value[1])
    return escape(_plain(value))


def _element(name: str, value: Any) -> str:
    inner = _inner(value)
    return f"<{name}>{inner}</{name}>" if inner else f"<{name}/>"


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    # What XML cannot hold at all is left out: no reader could take it.
    return "".join(sign for sign in str(value) if sign in "\t\n\r" or sign >= " ")
