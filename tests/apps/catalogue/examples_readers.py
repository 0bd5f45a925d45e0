"""An example of each act of those who read the data, for the test that walks all acts."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User

from mapalus.apps.catalogue import following, reading_tokens
from mapalus.apps.catalogue.models import Dataset, Follower, ReadToken
from mapalus.engine.ports import Actor
from tests.apps.catalogue.cast import NOW, declared, people

__all__ = ["EXAMPLES", "token"]

Call = Callable[[], object]


@dataclass(frozen=True)
class Known:
    """Signed in to an account, with the rights of whom the test sends."""

    by: Actor
    user: int
    position: str = "akun"
    person: str = ""
    label: str = "Akun"

    def may(self, act: str, subject: object, now: datetime) -> bool:
        return self.by.may(act, subject, now)


def _dataset() -> Dataset:
    people()
    return declared(Path(tempfile.mkdtemp(prefix="example-", dir=settings.DATA_DIR)))


def token(
    position: str = "dinkes.kadis", unit: str = "dinkes", *, secret: str = "mpr_x", is_wide: bool = False
) -> ReadToken:
    return ReadToken.objects.create(
        name="Dasbor", purpose="peta", contact="dinkes@contoh.go.id", digest=ReadToken.digest_of(secret),
        hint=secret[:8], position=position, unit=unit, label="Kepala Dinas", is_wide=is_wide, issued_at=NOW,
        expires_at=NOW + timedelta(days=365),
    )  # fmt: skip


def issue(by: Actor) -> Call:
    people()
    return lambda: reading_tokens.issue_token(
        ReadToken, name="Dasbor", purpose="peta", contact="dinkes", until=NOW + timedelta(days=90), by=by, now=NOW
    )


def revoke(by: Actor) -> Call:
    people()
    made = token()
    return lambda: reading_tokens.revoke_token(made, reason="diganti", by=by, now=NOW)


def follow(by: Actor) -> Call:
    dataset, user = _dataset(), User.objects.create(username="warga-contoh")
    return lambda: following.follow(dataset, by=Known(by, user.pk), now=NOW)


def unfollow(by: Actor) -> Call:
    made = Follower.objects.create(dataset=_dataset(), user=User.objects.create(username="warga-contoh"), since=NOW)
    return lambda: following.unfollow(made, by=by, now=NOW)


EXAMPLES = {
    "catalogue.issue-read-token": issue,
    "catalogue.revoke-read-token": revoke,
    "catalogue.follow": follow,
    "catalogue.unfollow": unfollow,
}
