"""`POST /api/v1/datasets/<name>/rows`: rows as NDJSON, acknowledged once they are on the disk and may be read."""

from __future__ import annotations

import re
import threading
import uuid
from typing import Any

from django.http import HttpRequest

from mapalus.apps.catalogue import wire
from mapalus.apps.catalogue.models import Dataset, StreamKey
from mapalus.engine import clock
from mapalus.engine.errors import Conflict, Invalid, NotAllowed, NotFound, Problem, Refused, Unavailable
from mapalus.engine.text import _

__all__ = ["LARGEST", "MOST_LINES", "TooMany", "Unknown", "send_rows"]

LARGEST = 8 * 1024**2  # bytes of one request
MOST_LINES = 20_000
_NAME = re.compile(r"[\x21-\x7e]{1,120}")
_MEDIA = ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/json-lines")
# Pages are served by the same few threads: those who send rows never take all of them.
_AT_ONCE = threading.BoundedSemaphore(3)


class TooMany(Problem):
    """More rows come than can be taken at this moment."""

    code = "too-many-requests"
    status = 429
    text = _("More rows come than can be taken at this moment.")
    advice = _("Send the same request again in a second, under the same name.")


class Unknown(Problem):
    """A machine without a key that counts."""

    code = "no-key"
    status = 401
    text = _("A key that counts is needed to send rows.")
    advice = _("Send it as `Authorization: Bearer ...`; the agency that answers for the dataset issues keys.")


def send_rows(request: HttpRequest, name: str) -> tuple[int, dict[str, Any]]:
    """Status and body of the answer. Raises a Problem where nothing was taken."""
    key = _key(request, name)
    asked = request.headers.get("Idempotency-Key", "").strip()
    if asked and not _NAME.fullmatch(asked):
        raise Invalid(fields={"Idempotency-Key": _("At most 120 printable characters, without blanks.")})
    body = _body(request)
    if not _AT_ONCE.acquire(timeout=0.5):
        raise TooMany
    try:
        header = {"dataset": key.dataset_id, "key": key.pk, "name": asked or f"-{uuid.uuid4().hex}"}
        status, said = wire.ask(header, body)
    finally:
        _AT_ONCE.release()
    if "code" in said:
        raise _told(status, str(said.get("detail") or ""))
    return status, said


def _told(status: int, sentence: str) -> Problem:
    """What the intake said, as this door says it."""
    if status == TooMany.status:
        return TooMany()
    kinds: dict[int, type[Problem]] = {403: NotAllowed, 409: Conflict, 422: Invalid}
    kind = kinds.get(status, Unavailable)
    return kind(sentence, advice="") if sentence else kind()


def _key(request: HttpRequest, name: str) -> StreamKey:
    scheme, _blank, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise Unknown
    digest = StreamKey.digest_of(secret.strip())
    key = StreamKey.objects.valid(clock.now()).select_related("dataset").filter(digest=digest).first()
    if key is None:
        raise Unknown
    if key.dataset.name != name:
        # who holds a key to one dataset learns of another only what everybody knows
        if not Dataset.objects.visible_to(None).filter(name=name).exists():
            raise NotFound
        raise NotAllowed(_("This key is for another dataset."), advice="")
    return key


def _body(request: HttpRequest) -> bytes:
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind not in _MEDIA:
        raise Invalid(fields={"Content-Type": _("Send `application/x-ndjson`: one JSON object per line.")})
    length = request.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > LARGEST:
        raise _too_large()
    body = request.read(LARGEST + 1)
    if len(body) > LARGEST or body.count(b"\n") > MOST_LINES:
        raise _too_large()
    if not body.strip():
        raise Invalid(fields={"body": _("There is no line.")})
    return body


def _too_large() -> Refused:
    return Refused(
        "too-large",
        _("A request may bring %(lines)s lines and %(size)s MB at most."),
        advice=_("Send the rows in several requests."),
        lines=MOST_LINES,
        size=LARGEST // 1024**2,
    )
