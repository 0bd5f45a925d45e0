"""Part of a file, as readers of Parquet ask for it over the network (RFC 9110, section 14)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

__all__ = ["file_or_part"]

_RANGE = re.compile(r"^bytes=([0-9]{0,18})-([0-9]{0,18})$", re.IGNORECASE)
_CHUNK = 256 * 1024


def file_or_part(request: HttpRequest, path: Path, *, content_type: str, mark: str) -> HttpResponseBase:
    """The whole file, or the one range that was asked for; several ranges at once are answered with the whole.

    `mark` is the ETag: with `If-Range` a part is given only while the file is still the one the reader knows.
    """
    size = path.stat().st_size
    asked = request.headers.get("Range", "")
    known = request.headers.get("If-Range", mark)
    match = _RANGE.match(asked)
    is_read = request.method == "GET"  # of the others a part is not given
    if not match or known != mark or not is_read or not (match[1] or match[2]) or _is_reversed(match):
        response: HttpResponseBase = FileResponse(path.open("rb"), content_type=content_type)
        response.headers["Accept-Ranges"] = "bytes"
        return response
    first = int(match[1]) if match[1] else max(0, size - int(match[2]))
    last = min(int(match[2]), size - 1) if match[1] and match[2] else size - 1
    if first > last or first >= size:
        response = HttpResponse(status=416)
        response.headers["Content-Range"] = f"bytes */{size}"
        return response
    response = StreamingHttpResponse(_part(path, first, last), status=206, content_type=content_type)
    response.headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    response.headers["Content-Length"] = str(last - first + 1)
    response.headers["Accept-Ranges"] = "bytes"
    return response


def _is_reversed(match: re.Match[str]) -> bool:
    """Not a range at all, and so as if none was asked for."""
    return bool(match[1] and match[2] and int(match[2]) < int(match[1]))


def _part(path: Path, first: int, last: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(first)
        left = last - first + 1
        while left > 0 and (chunk := file.read(min(_CHUNK, left))):
            left -= len(chunk)
            yield chunk
