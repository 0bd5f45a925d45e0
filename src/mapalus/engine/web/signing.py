"""AWS Signature Version 4 after its published description; compared with botocore in tests."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

__all__ = ["EMPTY", "signed"]

EMPTY = hashlib.sha256(b"").hexdigest()


def signed(
    method: str, address: str, *, moment: datetime, region: str, key_id: str, key: str, sha256: str = EMPTY
) -> tuple[str, dict[str, str]]:
    """The address in its canonical form, and the headers of the signature. `sha256`: of the body, in hex."""
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
    hashed = f"x-amz-content-sha256:{sha256}\nx-amz-date:{stamp}\n\n{names}\n{sha256}"
    asked = f"{method}\n{path}\n{query}\nhost:{host}\n{hashed}"
    scope = f"{day}/{region}/s3/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(asked.encode()).hexdigest()}"
    signing = f"AWS4{key}".encode()
    for step in (day, region, "s3", "aws4_request"):
        signing = hmac.new(signing, step.encode(), hashlib.sha256).digest()
    proof = hmac.new(signing, text.encode(), hashlib.sha256).hexdigest()
    said = f"AWS4-HMAC-SHA256 Credential={key_id}/{scope}, SignedHeaders={names}, Signature={proof}"
    headers = {"Authorization": said, "x-amz-date": stamp, "x-amz-content-sha256": sha256}
    return urlunsplit(parts._replace(query=query, path=path)), headers
