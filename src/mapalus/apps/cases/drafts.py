"""Forms that are not sent yet: kept sealed, found again by account or code, gone after thirty days.

Saving one is no act: nothing that runs has changed, and the ledger says nothing of it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from mapalus.apps.cases import personal
from mapalus.apps.cases.models import Draft

__all__ = ["KEPT", "Filling", "find", "find_by_code", "forget", "keep", "of_user", "purge"]

KEPT = timedelta(days=30)
_MOST_OF_USER = 20


@dataclass(frozen=True)
class Filling:
    """A form as far as it is filled in. `key` makes sure that it becomes one case, however often it is sent."""

    pack_name: str
    raw: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""
    code: str = ""
    pk: int | None = None
    changed_at: datetime | None = None
    expires_at: datetime | None = None


def keep(filling: Filling, *, user: int | None, now: datetime) -> Filling:
    """Write it down, the first time with a new code and a new key."""
    code = filling.code or personal.new_code()
    key = filling.key or str(uuid.uuid4())
    row = Draft.objects.filter(pk=filling.pk).first() if filling.pk else None
    row = row or Draft(pack_name=filling.pack_name, code_digest=personal.code_digest(code), started_at=now)
    row.user_id = user or row.user_id
    row.sealed = personal.seal_text({"raw": dict(filling.raw), "code": code, "key": key}, row)
    row.changed_at, row.expires_at = now, now + KEPT
    row.save()
    return _opened(row)


def find(pk: int, *, now: datetime) -> Filling | None:
    """The one of this key, where it is still there."""
    row = Draft.objects.filter(pk=pk, expires_at__gt=now).first()
    return _opened(row) if row else None


def find_by_code(code: str, *, now: datetime) -> Filling | None:
    """The one that is resumed by this code."""
    row = Draft.objects.filter(code_digest=personal.code_digest(code), expires_at__gt=now).first()
    return _opened(row) if row else None


def of_user(user: int, *, now: datetime) -> list[Filling]:
    """What an account has not sent yet, newest first."""
    rows = Draft.objects.filter(user=user, expires_at__gt=now)[:_MOST_OF_USER]
    return [_opened(row) for row in rows]


def forget(pk: int) -> None:
    """It was sent, or thrown away."""
    Draft.objects.filter(pk=pk).delete()


def purge(*, now: datetime) -> int:
    """Remove what nobody came back to. How many. Files that no case names are removed by `doctor`."""
    return Draft.objects.filter(expires_at__lte=now).delete()[0]


def _opened(row: Draft) -> Filling:
    kept = personal.open_text(row.sealed, row)
    return Filling(row.pack_name, kept["raw"], kept["key"], kept["code"], row.pk, row.changed_at, row.expires_at)
