"""Entry by OAuth 2 with the credentials of a client (RFC 6749, 4.4): a token is fetched, used while it lasts, renewed.

The token lives in memory for one harvest; nothing of it is kept, logged or told.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from mapalus.engine.errors import Misconfigured, Problem, Refused, Unavailable
from mapalus.engine.text import _
from mapalus.engine.web.addresses import is_listed, resolve, shown
from mapalus.engine.web.answers import Answer
from mapalus.engine.web.asking import ask
from mapalus.engine.web.patience import now

__all__ = ["Grant"]

_USUAL = 300.0  # seconds that a token is used where the server does not say how long it lasts
_SPARE = 30.0  # seconds before its end from which it is not used any more
_SOON = 60.0  # seconds in which a refused token is not fetched anew a second time


@dataclass
class Grant:
    """address: of the server of tokens. client: its id. secret: the name of the secret of the client."""

    address: str
    client: str
    secret: str
    scope: str = ""
    allowed: Collection[str] = field(default=(), repr=False, compare=False)
    _token: str = field(default="", repr=False, compare=False)
    _until: float = field(default=0.0, repr=False, compare=False)
    _renewed: float | None = field(default=None, repr=False, compare=False)

    def sign(
        self, method: str, address: str, body: bytes | None, secret: Callable[[str], str]
    ) -> tuple[str, dict[str, str]]:
        """Raises `Misconfigured` where the server of tokens does not know us, `Unavailable` where it is away."""
        if not self._token or now() >= self._until:
            self._fetch(secret)
        return address, {"Authorization": f"Bearer {self._token}"}

    def without(self, address: str) -> str:
        return address

    def renew(self) -> bool:
        """The token was refused: forget it. Whether another one is worth a try."""
        before, self._renewed = self._renewed, now()
        self._token = ""
        return before is None or now() - before > _SOON

    def _fetch(self, secret: Callable[[str], str]) -> None:
        target = resolve(self.address, self.allowed)
        if target.parts.scheme == "http" and not is_listed(target, self.allowed):
            raise Refused(
                "secret-in-clear", _("%(host)s is asked without encryption: a secret is not sent that way."),
                advice=_("Write the address with https."), host=target.host,
            )  # fmt: skip
        value = secret(self.secret).strip()
        packed = base64.b64encode(f"{quote(self.client, safe='')}:{quote(value, safe='')}".encode()).decode()
        asked = {"grant_type": "client_credentials", **({"scope": self.scope} if self.scope else {})}
        answer = self._asked(asked, {"Authorization": f"Basic {packed}"})
        if answer.status in (400, 401):  # many servers want it in the body, against the standard's advice
            answer = self._asked({**asked, "client_id": self.client, "client_secret": value}, {})
        self._take(answer)

    def _asked(self, form: dict[str, str], headers: dict[str, str]) -> Answer:
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        body = urlencode(form).encode()
        return ask("POST", self.address, body=body, headers={**kind, **headers}, allowed=self.allowed)

    def _take(self, answer: Answer) -> None:
        said = _object(answer) if answer.status == 200 else {}
        token, lasts = said.get("access_token"), said.get("expires_in")
        if not isinstance(token, str) or not token.strip() or not token.isprintable():
            raise self._meaning(answer)
        seconds = float(str(lasts)) if str(lasts).replace(".", "", 1).isdecimal() else _USUAL
        self._token, self._until = token.strip(), now() + max(1.0, seconds - _SPARE)

    def _meaning(self, answer: Answer) -> Problem:
        where = shown(self.address)
        if answer.status in (400, 401, 403):
            return Misconfigured(
                _("%(host)s does not let us in (%(status)s): the secret %(secret)s is wrong or its right has ended."),
                advice=_("Ask the keeper of the system for a valid one and put it into the environment."),
                host=where, status=answer.status, secret=self.secret,
            )  # fmt: skip
        if answer.status >= 500 or answer.status == 429:
            return Unavailable(_("%(host)s has a fault of its own (%(status)s)."), host=where, status=answer.status)
        return Refused("no-token", _("%(address)s gives no token."), address=where)


def _object(answer: Answer) -> dict[str, Any]:
    try:
        said = answer.json()
    except Refused:
        return {}
    return said if isinstance(said, dict) else {}
