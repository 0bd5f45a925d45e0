"""Identities of other servers that open an account here: found, linked, taken away. Kept as keyed hashes.

What a server calls a person may be his identity number; of a hash made with our key nobody reads it back.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Q

from mapalus.apps.directory.accounts import open_citizen
from mapalus.apps.directory.models import CitizenPhone, Person
from mapalus.apps.ledger.action import action, note
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.errors import Conflict
from mapalus.engine.ports import Actor
from mapalus.engine.text import _

if TYPE_CHECKING:
    from allauth.socialaccount.models import SocialAccount

__all__ = ["digest", "link", "link_identity", "owner_of", "unlink", "unlink_identity", "welcome"]


def digest(provider: str, subject: str) -> str:
    """How a person of a server is known here."""
    key = hmac.new(str(settings.PERSONAL_KEY or settings.SECRET_KEY).encode(), b"mapalus-identity", hashlib.sha256)
    return hmac.new(key.digest(), f"{provider}\0{subject}".encode(), hashlib.sha256).hexdigest()


def owner_of(email: str) -> User | None:
    """Whose address it is here: proved by a code, or vouched for by the unit of an official. None: not sure."""
    from allauth.account.models import EmailAddress

    proved = EmailAddress.objects.filter(email__iexact=email, verified=True).values_list("user", flat=True)
    official = Person.objects.filter(user__email__iexact=email).values_list("user", flat=True)
    found = User.objects.filter(Q(pk__in=proved) | Q(pk__in=official))[:2]
    return found[0] if len(found) == 1 else None


def link(user: User, *, provider: str, uid: str, now: datetime) -> SocialAccount:
    return link_identity(user, provider=provider, uid=uid, by=PLATFORM, now=now)


def welcome(*, provider: str, uid: str, email: str, name: str, now: datetime) -> SocialAccount:
    """An account for a citizen who comes from a server for the first time, and the identity that opens it."""
    from allauth.account.models import EmailAddress

    is_free = bool(email) and not User.objects.filter(email__iexact=email).exists()
    user = open_citizen(User, email=email if is_free else "", by=PLATFORM, now=now)
    if is_free:
        EmailAddress.objects.filter(user=user).update(verified=True)
    user.first_name = name[:150]
    user.save(update_fields=["first_name"])
    return link(user, provider=provider, uid=uid, now=now)


def unlink(user: User, *, key: int, now: datetime) -> bool:
    """Whether there was one of this key. Raises `Conflict` for the only way into an account."""
    from allauth.socialaccount.models import SocialAccount

    found = SocialAccount.objects.filter(user=user, pk=key).first()
    if found is None:
        return False
    others = SocialAccount.objects.filter(user=user).exclude(pk=key).exists()
    if not (others or user.email or CitizenPhone.objects.filter(user=user).exists()):
        raise Conflict(_("This is the only way into this account."), advice="")
    unlink_identity(user, account=found, by=PLATFORM, now=now)
    return True


@action("directory.link-identity")
def link_identity(user: User, *, provider: str, uid: str, by: Actor, now: datetime) -> SocialAccount:
    """Let an identity of another server open an account."""
    from allauth.socialaccount.models import SocialAccount

    made = SocialAccount.objects.create(user=user, provider=provider, uid=uid, extra_data={})
    note(subject=user, provider=provider)
    return made


@action("directory.unlink-identity")
def unlink_identity(user: User, *, account: SocialAccount, by: Actor, now: datetime) -> None:
    """An identity of another server opens the account no longer."""
    note(subject=user, provider=account.provider)
    account.delete()
