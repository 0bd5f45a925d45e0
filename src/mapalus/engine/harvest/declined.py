"""An answer that says no although its status says yes: `{"success": false, "message": "...", "data": []}`.

An empty list beside such words is no empty table, and the words alone are no table of one row.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mapalus.engine.errors import Misconfigured, Problem, Unavailable
from mapalus.engine.harvest.connector import Vanished
from mapalus.engine.text import _

__all__ = ["declined"]

_NO = {"error", "errors", "fail", "failed", "failure", "gagal", "false", "nok", "ko", "unauthorized", "forbidden"}
_FLAGS = ("success", "ok", "status", "sukses", "succeeded", "result")
_CODES = ("code", "status", "statusCode", "status_code")
_WORDS = ("message", "msg", "pesan", "error_description", "detail", "description", "error", "errors", "keterangan")


def declined(answer: Any) -> Problem | None:
    """What an answer means that says no; None where it does not, or where nobody can tell."""
    if not isinstance(answer, Mapping):
        return None
    code = next((int(str(answer[name])) for name in _CODES if str(answer.get(name, "")).isdecimal()), 0)
    code = code if 400 <= code < 600 else 0
    inner = answer.get("error") or answer.get("errors")
    is_error = inner not in (None, "", False, 0, [], {}, "0", "false")
    says_no = any(answer.get(name) is False or str(answer.get(name)).casefold() in _NO for name in _FLAGS)
    words = _words(answer)
    if not ((code and words) or is_error or says_no):
        return None
    words = words or str(code or "error")
    if not code and isinstance(inner, Mapping) and str(inner.get("code", "")).isdecimal():
        code = int(str(inner["code"]))
    if code in (401, 403) or any(part in words.casefold() for part in ("token", "unauthor", "api key", "apikey")):
        return Misconfigured(_("The source does not let us in: %(words)s"), words=words)
    if code in (404, 410):
        return Vanished(_("The source says that there is nothing: %(words)s"), words=words)
    return Unavailable(_("The source answers with an error: %(words)s"), words=words)


def _words(answer: Mapping[str, Any]) -> str:
    """The first text that says why, at most 200 letters of it."""
    for name in _WORDS:
        found = answer.get(name)
        if isinstance(found, Mapping):
            found = _words(found)
        elif isinstance(found, list):
            found = ", ".join(str(one) for one in found if isinstance(one, str))
        if isinstance(found, str) and found.strip():
            return " ".join(found.split())[:200]
    return ""
