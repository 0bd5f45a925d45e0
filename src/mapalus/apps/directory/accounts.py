"""Accounts of people: what ends with them, and what is still only on one person before he goes."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from django.contrib.auth.models import User

from mapalus.apps.directory.models import Handover, HandoverState, Mandate, Person
from mapalus.apps.directory.roster import Hat, local_day, roster
from mapalus.apps.ledger.action import action, note
from mapalus.engine.errors import Conflict, Invalid
from mapalus.engine.forms.answer import Unfit, read_email
from mapalus.engine.ports import Actor
from mapalus.engine.text import _

__all__ = [
    "Burden",
    "Keys",
    "burdens",
    "close_account",
    "correct_person",
    "forget_unproved",
    "open_citizen",
    "register_keys",
    "reopen_account",
    "welcome_citizen",
]


class Keys(Protocol):
    """Where an app says which keys (tokens, connections) hang on an account. Registered with `register_keys`."""

    def held_by(self, user: User) -> Iterable[str]:
        """Names of the keys in force, in the language of the page."""

    def end(self, user: User) -> int:
        """Make all of them worthless at once; how many there were."""


_keys: dict[str, Keys] = {}


def register_keys(app: str, source: Keys) -> None:
    """Name where an app keeps keys of people; a second time replaces the first."""
    _keys[app] = source


@dataclass(frozen=True)
class Burden:
    """One thing that is still only on a person, and what to do about it (both message ids, `data` fills them)."""

    kind: str  # position, acting, mandate, handover, session, factor, key, account
    what: str
    todo: str
    data: dict[str, object]
    position: str = ""  # code, where a page of it helps
    number: int = 0  # key of the handover or mandate
    is_blocking: bool = False  # should be settled before he goes


def burdens(person: Person, now: datetime) -> tuple[Burden, ...]:
    """What hangs on the person alone: the exit check."""
    known = roster(now)
    hats = known.hats(person.code)
    found = [_post(hat, has_next=bool(known.superior(hat.position))) for hat in hats]
    found += _given([hat.position for hat in hats], now)
    found += [
        Burden(
            "handover", _("Handover sheet of %(title)s is not finished."),
            _("He signs it, or his superior; the next holder acknowledges it."),
            {"title": sheet.position.title}, sheet.position_id, sheet.pk,
            is_blocking=sheet.state == HandoverState.OPEN,
        )
        for sheet in Handover.objects.unfinished().filter(leaver=person).select_related("position")
    ]  # fmt: skip
    return (*found, *_on_account(person.user))


def _post(hat: Hat, *, has_next: bool) -> Burden:
    if hat.is_acting:
        todo = _("End the acting term, or name another Plt or Plh; until then it falls to the superior.")
        return Burden("acting", _("Acts as %(title)s."), todo, {"title": hat.title}, hat.position, is_blocking=True)
    todo = _("End the appointment; name a successor or a Plt. Until then its duties fall to the superior.")
    if not has_next:
        todo = _("End the appointment and name a successor: nobody stands above this position.")
    return Burden("position", _("Holds %(title)s."), todo, {"title": hat.title}, hat.position, is_blocking=True)


def _given(positions: list[str], now: datetime) -> list[Burden]:
    todo = _("It stays with the position until its last day; the successor keeps it or takes it back.")
    given = Mandate.objects.on(local_day(now)).filter(giver__in=positions).select_related("taker")
    return [
        Burden("mandate", _("Gave %(title)s a mandate."), todo, {"title": one.taker.title}, one.giver_id, one.pk)
        for one in given
    ]


def _on_account(user: User | None) -> list[Burden]:
    if user is None or not user.is_active:
        return []
    found = [
        Burden("account", _("The account %(name)s is open."), _("Close it when he leaves the service."),
               {"name": user.get_username()})
    ]  # fmt: skip
    if sessions := _sessions(user):
        ends = _("They end when the account is closed.")
        found.append(Burden("session", _("%(count)s devices are signed in."), ends, {"count": len(sessions)}))
    if factors := _factors(user):
        goes = _("They are removed when the account is closed.")
        found.append(Burden("factor", _("%(count)s second factors are set up."), goes, {"count": factors}))
    for source in _keys.values():
        for name in source.held_by(user):
            todo = _("Give it to a system account, or let it end with the account.")
            found.append(Burden("key", _("Holds the key %(name)s."), todo, {"name": name}, is_blocking=True))
    return found


def _sessions(user: User) -> list[object]:
    from allauth.usersessions.models import UserSession

    return list(UserSession.objects.filter(user=user))


def _factors(user: User) -> int:
    from allauth.mfa.models import Authenticator

    return int(Authenticator.objects.filter(user=user).count())


@action("directory.close-account")
def close_account(person: Person, *, reason: str, by: Actor, now: datetime) -> Person:
    """Close an account: sessions, keys, second factors and linked identities end at once. Appointments do not."""
    user = _user(person)
    if not user.is_active:
        raise Conflict(_("This account is already closed."))
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say why the account is closed.")})
    user.is_active = False
    user.set_unusable_password()  # changes what sessions are signed with: none comes back when it is opened again
    user.save(update_fields=["is_active", "password"])
    ended, factors = _end_sessions(user), _end_factors(user)
    keys = sum(source.end(user) for source in _keys.values())
    note(reason=reason.strip()[:200], sessions=ended, factors=factors, keys=keys, identities=_end_identities(user))
    return person


@action("directory.reopen-account")
def reopen_account(person: Person, *, reason: str, by: Actor, now: datetime) -> Person:
    """Open a closed account again; its owner chooses a new password by code and sets up a new second factor."""
    user = _user(person)
    if user.is_active:
        raise Conflict(_("This account is open."), advice="")
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say why the account is opened again.")})
    user.is_active = True
    user.save(update_fields=["is_active"])
    note(reason=reason.strip()[:200])
    return person


@action("directory.correct-person")
def correct_person(person: Person, *, by: Actor, now: datetime, name: str = "", nip: str = "") -> Person:
    """Correct how a person is called, or the number he is known by; the ledger says only what changed."""
    changed = []
    if name.strip() and name.strip() != person.name:
        person.name = name.strip()[:160]
        changed.append("name")
    if nip and nip != person.nip:
        if Person.objects.filter(nip=nip).exclude(pk=person.pk).exists():
            raise Conflict(_("Another person is already known by this number."), advice="")
        person.nip = nip
        changed.append("nip")
    if changed:
        person.save(update_fields=changed)
    note(changed=changed)
    return person


def _user(person: Person) -> User:
    if person.user_id is None:
        raise Conflict(_("This person has no account."), advice="")
    return User.objects.get(pk=person.user_id)


def _end_sessions(user: User) -> int:
    from allauth.usersessions.models import UserSession

    mine = list(UserSession.objects.filter(user=user))
    for session in mine:
        session.end()
    return len(mine)


def _end_factors(user: User) -> int:
    from allauth.mfa.models import Authenticator

    return int(Authenticator.objects.filter(user=user).delete()[0])


def _end_identities(user: User) -> int:
    """Identities of other servers: who is let in again links them anew."""
    from allauth.socialaccount.models import SocialAccount

    return int(SocialAccount.objects.filter(user=user).delete()[0])


def welcome_citizen(email: str, *, now: datetime) -> None:
    """Make sure that an address may ask for a code. Says nothing about whether it had an account before.

    Raises `Invalid` for what is no address. The account holds the address and nothing else; it is proved by the code.
    """
    from mapalus.apps.ledger.platform import PLATFORM

    try:
        address = read_email(email.strip()).lower()
    except Unfit as unfit:
        raise Invalid(fields={"email": unfit.fault.text}) from None
    if not User.objects.filter(email__iexact=address).exists():
        open_citizen(User, email=address, by=PLATFORM, now=now)


@action("directory.open-citizen")
def open_citizen(accounts: type[User], *, by: Actor, now: datetime, email: str = "") -> User:
    """Make an account for a citizen who gave an address, a number, or came from elsewhere; it holds no position.

    It has no password. An address given here is still to be proved by a code.
    """
    from allauth.account.models import EmailAddress

    user = accounts(username=f"warga-{uuid.uuid4().hex[:20]}", email=email)
    user.set_unusable_password()
    user.save()
    if email:
        EmailAddress.objects.create(user=user, email=email, verified=False, primary=True)
    note(subject=user)
    return user


def forget_unproved(*, now: datetime) -> int:
    """Remove accounts of citizens whose address was never proved. How many."""
    old = now - timedelta(days=2)
    found = User.objects.filter(username__startswith="warga-", last_login__isnull=True, date_joined__lt=old)
    return found.count() and found.delete()[0]
