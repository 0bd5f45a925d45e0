"""AWS Signature Version 4 for questions that read, after its published description; compared with botocore in tests."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from time import time
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

from mapalus.engine.errors import Misconfigured
from mapalus.engine.text import _

__all__ = ["Signature"]

_EMPTY = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True)
class Signature:
    """key_id, secret: their names. Each try is signed anew, so that a long harvest does not outlive its signature."""

    key_id: str
    secret: str
    region: str

    def sign(
        self, method: str, address: str, body: bytes | None, secret: Callable[[str], str]
    ) -> tuple[str, dict[str, str]]:
        moment = datetime.fromtimestamp(time(), tz=UTC)
        return signed(
            method, address, moment=moment, region=self.region, key_id=_line(self.key_id, secret),
            key=_line(self.secret, secret),
        )  # fmt: skip


def _line(name: str, secret: Callable[[str], str]) -> str:
    value = secret(name).strip()
    if not value or not value.isascii() or not value.isprintable():
        raise Misconfigured(_("The secret %(secret)s is empty or has more than one line."), secret=name)
    return value


def signed(
    method: str, address: str, *, moment: datetime, region: str, key_id: str, key: str
) -> tuple[str, dict[str, str]]:
    """The address in its canonical form, and the headers of the signature."""
    parts = urlsplit(address)
    stamp, day = moment.strftime("%Y%m%dT%H%M%SZ"), moment.strftime("%Y%m%d")
    query = "&".join(
        f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}"
        for name, value in sorted(parse_qsl(parts.query, keep_blank_values=True))
    )
    path = parts.path or "/"
    usual = 443 if parts.scheme == "https" else 80
    host = parts.hostname or ""
    host = host if (parts.port or usual) == usual else f"{host}:{parts.port}"
    names = "host;x-amz-content-sha256;x-amz-date"
    hashed = f"x-amz-content-sha256:{_EMPTY}\nx-amz-date:{stamp}\n\n{names}\n{_EMPTY}"
    asked = f"{method}\n{path}\n{query}\nhost:{host}\n{hashed}"
    scope = f"{day}/{region}/s3/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(asked.encode()).hexdigest()}"
    signing = f"AWS4{key}".encode()
    for step in (day, region, "s3", "aws4_request"):
        signing = hmac.new(signing, step.encode(), hashlib.sha256).digest()
    proof = hmac.new(signing, text.encode(), hashlib.sha256).hexdigest()
    said = f"AWS4-HMAC-SHA256 Credential={key_id}/{scope}, SignedHeaders={names}, Signature={proof}"
    headers = {"Authorization": said, "x-amz-date": stamp, "x-amz-content-sha256": _EMPTY}
    return urlunsplit(parts._replace(query=query, path=path)), headers
