"""Tokens for reading: who issues them, what the application behind one may read, and who it is to those it reads from.

Open data need no token. With one, an application is known: its reading is counted, and it is asked before what it reads
changes its form.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from mapalus.apps.catalogue.models import Classification, Dataset, ReadToken, ReadTokenUse
from mapalus.apps.catalogue.models.dataset import DatasetQuerySet
from mapalus.apps.catalogue.reach import SEE_ALL
from mapalus.apps.directory import accounts
from mapalus.apps.directory.actor import Official, actors_of
from mapalus.apps.directory.succession import holder_of
from mapalus.apps.ledger.action import action, note
from mapalus.apps.ledger.models import unit_of
from mapalus.apps.notices import addresses
from mapalus.engine.errors import Conflict, Invalid, Problem
from mapalus.engine.ports import Actor
from mapalus.engine.text import _

__all__ = [
    "LONGEST", "PREFIX", "Account", "Reader", "UnknownToken", "declare", "issue_token", "readable", "reader_of",
    "readers_of", "revoke_token",
]  # fmt: skip

PREFIX = "mpr_"
LONGEST = timedelta(days=731)
_MOST = 50  # tokens in force of one keeper
_LATELY = timedelta(days=180)  # who read within this reads it still
_HEADERS = ("Authorization", "X-CKAN-API-Key")


class UnknownToken(Problem):
    """A token for reading that is none, has ended, or was taken back."""

    code = "no-token"
    status = 401
    text = _("This token for reading does not count: it was never issued, has ended, or was taken back.")
    advice = _("Open data are read without a token; ask for a new one where you need it.")


@dataclass(frozen=True)
class Account:
    """An account without a position: follows datasets, and has tokens of its own."""

    user: int
    person: str = ""
    position: str = "akun"
    label: str = "Akun"
    unit: str = ""

    def may(self, act: str, subject: object, now: datetime) -> bool:
        if act == "catalogue.issue-read-token":
            return subject is ReadToken
        if act == "catalogue.follow":
            return isinstance(subject, Dataset)
        if act in ("catalogue.revoke-read-token", "catalogue.unfollow"):
            return getattr(subject, "user_id", None) == self.user
        return False


@dataclass(frozen=True)
class Reader:
    """The application behind a token, while it asks. Reads only."""

    token: ReadToken
    holder: Official | None = None  # who holds the position at this moment, where the token reaches as far as he sees
    person: str = ""

    @property
    def position(self) -> str:
        return self.token.position

    @property
    def label(self) -> str:
        return f"{self.token.name} ({self.token.label})"

    @property
    def unit(self) -> str:
        return self.holder.unit if self.holder else ""

    def may(self, act: str, subject: object, now: datetime) -> bool:
        return act == SEE_ALL and self.holder is not None and self.holder.may(act, subject, now)


def reader_of(headers: Mapping[str, str], *, now: datetime) -> Reader | None:
    """Who asks, by its token; None for whoever sends none of ours. Raises `UnknownToken`."""
    said = next((found for name in _HEADERS if (found := _secret(headers.get(name, "")))), "")
    if not said:
        return None
    token = ReadToken.objects.valid(now).filter(digest=ReadToken.digest_of(said)).select_related("user").first()
    if token is None or (token.user is not None and not token.user.is_active):
        raise UnknownToken
    return Reader(token, _holder(token, now) if token.is_wide else None)


def _secret(said: str) -> str:
    """`Bearer mpr_...`, or the token as it is: clients of CKAN put no word before it. Other keys are not ours."""
    last = said.strip().rpartition(" ")[2]
    return last if last.startswith(PREFIX) else ""


def _holder(token: ReadToken, now: datetime) -> Official | None:
    """Rights come from the position; while nobody holds it, its token reads what is open."""
    person = holder_of(token.position, now).person
    return next((one for one in actors_of(person, now=now) if one.hat == token.position), None) if person else None


def readable(reader: Reader | None) -> DatasetQuerySet:
    """Datasets whose published rows may be read: the open ones, and for a wide token restricted ones in its sight."""
    opened = Dataset.objects.visible_to(None)
    if reader is None or reader.holder is None:
        return opened
    beside = Dataset.objects.visible_to(reader).published().filter(classification=Classification.RESTRICTED)
    return opened | beside


@action("catalogue.issue-read-token")
def issue_token(
    tokens: type[ReadToken], *, name: str, purpose: str, contact: str, until: datetime, by: Actor, now: datetime,
    is_wide: bool = False,
) -> tuple[ReadToken, str]:  # fmt: skip
    """Let an application say who it is when it reads. The secret is told once, here; only its hash is kept."""
    user = getattr(by, "user", None)
    wrong = {
        key: _("This must be filled.")
        for key, text in (("name", name), ("purpose", purpose), ("contact", contact)) if not text.strip()
    }  # fmt: skip
    if not now < until <= now + LONGEST:
        wrong["until"] = _("A token counts for two years at most.")
    if wrong:
        raise Invalid(fields=wrong)
    mine = tokens.objects.valid(now).filter(**({"user": user} if user else {"position": by.position, "user": None}))
    if mine.count() >= _MOST:
        raise Conflict(_("There are %(n)s tokens in force already."), advice=_("End those nobody uses."), n=_MOST)
    secret = PREFIX + secrets.token_urlsafe(32)
    made = tokens.objects.create(
        name=name.strip()[:120], purpose=purpose.strip()[:400], contact=contact.strip()[:200],
        digest=tokens.digest_of(secret), hint=secret[:8], position="" if user else by.position,
        unit="" if user else unit_of(by), label=by.label[:240], user_id=user, is_wide=is_wide and not user,
        issued_at=now, expires_at=until,
    )  # fmt: skip
    note(subject=made, hint=made.hint, until=until, wide=made.is_wide, unit=made.unit, **_told(made))
    return made, secret


def _told(token: ReadToken) -> dict[str, str]:
    """What the ledger may say of a token: of an account's own, nothing that would tell whose it is."""
    return {} if token.user_id else {"name": token.name, "purpose": token.purpose}


@action("catalogue.revoke-read-token")
def revoke_token(token: ReadToken, *, reason: str, by: Actor, now: datetime) -> ReadToken:
    """End a token at once."""
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say why the token ends.")})
    token = ReadToken.objects.select_for_update(of=("self",)).get(pk=token.pk)
    if token.revoked_at is not None:
        raise Conflict(_("This token has ended already."), advice="")
    token.revoked_at, token.revoked_reason = now, reason.strip()[:400]
    token.save(update_fields=["revoked_at", "revoked_reason"])
    note(
        hint=token.hint,
        unit=token.unit,
        **({"reason": reason.strip()[:400]} | _told(token) if not token.user_id else {}),
    )
    return token


# --- who reads what ---------------------------------------------------------------------------------------------------


def readers_of(dataset: Dataset, *, now: datetime) -> Iterable[ReadToken]:
    """Tokens in force whose application read the dataset of late: whoever would notice that it changes."""
    since = timezone.localtime(now).date() - _LATELY
    uses = ReadTokenUse.objects.filter(dataset=dataset, day__gte=since).values("token")
    return ReadToken.objects.valid(now).filter(pk__in=uses).order_by("name", "pk")


class _Keys:
    """Tokens that hang on an account; they end with it."""

    def held_by(self, user: User) -> Iterable[str]:
        return list(ReadToken.objects.filter(user=user, revoked_at__isnull=True).values_list("name", flat=True))

    def end(self, user: User) -> int:
        mine = ReadToken.objects.filter(user=user, revoked_at__isnull=True)
        return mine.update(revoked_at=timezone.now(), revoked_reason="-")


def _address(key: str, now: datetime) -> addresses.Address:
    """Of an account's own token: the account. `contact` is for people to read, it was never proved."""
    token = ReadToken.objects.filter(pk=int(key)).select_related("user").first()
    return addresses.Address(mail=token.user.email if token and token.user and token.user.is_active else "")


def declare() -> None:
    """Say which keys hang on accounts, and where their owners are reached."""
    accounts.register_keys("catalogue", _Keys())
    addresses.register("reader", _address)
