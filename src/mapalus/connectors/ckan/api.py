"""Asking the Action API: one way in, and what each of its errors means. Fits CKAN 2.8 to 2.12."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mapalus.engine.errors import Misconfigured, Problem, Refused, Unavailable
from mapalus.engine.harvest.connector import Vanished
from mapalus.engine.text import _
from mapalus.engine.web.addresses import shown
from mapalus.engine.web.client import Web

__all__ = ["Api", "Denied"]

_READ = (400, 401, 403, 404, 409)  # statuses under which CKAN sends its envelope
_TAIL = re.compile(r"/(?:api(?:/3)?(?:/action.*)?|dataset(?:/.*)?|organization(?:/.*)?)?/?$")


class Denied(Problem):
    """CKAN answers `success: false`; `kind` is its `__type`."""

    code = "source-denied"

    def __init__(self, kind: str, words: str) -> None:
        self.kind = kind
        super().__init__(_("The portal answers: %(words)s"), words=words or kind)


class Api:
    """One portal. address: that of its start page; what people copy from the browser is cut back to it."""

    def __init__(self, web: Web, address: str) -> None:
        self._web = web
        self.base = _TAIL.sub("", address.partition("?")[0].rstrip("/"))

    def ask(self, action: str, params: Mapping[str, object] | None = None) -> Any:
        """The `result`. Raises Vanished, Misconfigured, Unavailable, `Denied`, or Refused for what is no CKAN."""
        address = f"{self.base}/api/3/action/{action}"
        answer = self._web.get(address, params=params, statuses=_READ)
        try:
            said = answer.json()
        except Refused:
            if answer.status in (401, 403):
                raise _closed("") from None
            if answer.status == 404:
                raise Vanished(_("%(address)s has no interface of CKAN."), address=shown(self.base)) from None
            raise
        if isinstance(said, dict) and said.get("success") is True and "result" in said:
            return said["result"]
        raise _meaning(said, answer.status, address)


def _meaning(said: Any, status: int, address: str) -> Problem:
    error = said.get("error") if isinstance(said, dict) else said
    kind = str(error.get("__type", "")) if isinstance(error, dict) else ""
    words = _words(error)
    if "not found" in kind.casefold() or (status == 404 and not kind):
        return Vanished(_("The portal has %(address)s no longer: %(words)s"), address=shown(address), words=words)
    if "authorization" in kind.casefold() or (status in (401, 403) and not kind):
        return _closed(words)
    if status >= 500 or "Internal" in kind or "Index Error" in kind or "Connection Error" in kind:
        return Unavailable(_("The portal has a fault of its own: %(words)s"), words=words)
    if kind or words:
        return Denied(kind, words)
    return Refused("not-ckan", _("%(address)s does not answer as CKAN does."), address=shown(address))


def _closed(words: str) -> Misconfigured:
    return Misconfigured(
        _("The portal does not let us in: %(words)s"), words=words or "401",
        advice=_("The data may be private: ask the portal for a valid token and name it in the settings."),
    )  # fmt: skip


def _words(error: Any) -> str:
    """What an error says, whatever its shape: text, one message, or messages by field."""
    if isinstance(error, Mapping):
        said = {name: ", ".join(map(str, value)) if isinstance(value, list) else value for name, value in error.items()}
        parts = [f"{value}" if name == "message" else f"{name}: {value}" for name, value in said.items()]
        return "; ".join(part for part in parts if not part.startswith("__type"))[:300]
    return str(error or "")[:300]
