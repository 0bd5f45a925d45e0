"""The account library's way to other servers, as our connector has it: resolved, bounded, private hosts refused.

It has the few methods of a session that the library calls. What goes wrong is one exception that the library knows.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.conf import settings

from mapalus.engine.errors import Problem
from mapalus.engine.web.asking import Answer, ask

__all__ = ["Reply", "Web"]


@dataclass(frozen=True)
class Reply:
    """An answer in the library's words."""

    answer: Answer

    @property
    def status_code(self) -> int:
        return self.answer.status

    @property
    def headers(self) -> Mapping[str, str]:
        return {"content-type": "", **self.answer.headers}

    @property
    def content(self) -> bytes:
        return self.answer.body

    @property
    def text(self) -> str:
        return self.answer.body.decode(errors="replace")

    def json(self) -> dict[str, Any]:
        try:
            found = json.loads(self.answer.body)
        except ValueError:
            raise OAuth2Error("no JSON") from None
        if not isinstance(found, dict):
            raise OAuth2Error("no JSON object")
        return found

    def raise_for_status(self) -> None:
        if self.answer.status != 200:
            raise OAuth2Error(f"status {self.answer.status}")


class Web:
    """A session without a memory."""

    def __enter__(self) -> Web:
        return self

    def __exit__(self, *_error: object) -> None:
        pass

    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Reply:
        return self.request("GET", url, headers=headers)

    def request(
        self, method: str, url: str, *, params: Mapping[str, str] | None = None, data: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None, auth: Any = None,
    ) -> Reply:  # fmt: skip
        said = {"Accept": "application/json", **(headers or {})}
        if data is not None:
            said["Content-Type"] = "application/x-www-form-urlencoded"
        if auth is not None:
            pair = f"{auth.username}:{auth.password}".encode()
            said["Authorization"] = "Basic " + base64.b64encode(pair).decode()
        address = f"{url}?{urlencode(params)}" if params else url
        body = urlencode(data).encode() if data is not None else b""
        try:
            return Reply(ask(method, address, body=body, headers=said, allowed=settings.FETCH_ALLOWED))
        except Problem as problem:
            raise OAuth2Error(problem.code) from problem
