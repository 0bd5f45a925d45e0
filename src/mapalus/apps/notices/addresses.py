"""Where a receiver can be reached, asked at the moment of sending: officials here, others by whoever registers them.

register("case", address_of_applicant)      # receivers `case:17`
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from mapalus.apps.directory.models import Person
from mapalus.apps.directory.succession import holder_of

__all__ = ["Address", "address_of", "person_of", "register"]


@dataclass(frozen=True)
class Address:
    """What is known of a receiver. Everything empty: cannot be reached."""

    mail: str = ""
    phone: str = ""
    person: str = ""  # code of the official, whose browsers may be pushed to
    language: str = "id"
    fill: Mapping[str, str] = field(default_factory=dict)  # personal placeholders, for this receiver only


_others: dict[str, Callable[[str, datetime], Address]] = {}


def register(kind: str, find: Callable[[str, datetime], Address]) -> None:
    """Name who knows the addresses of a kind of receiver."""
    _others[kind] = find


def person_of(receiver: str, now: datetime) -> str:
    """Code of the official a receiver is at this moment; empty where it is none, or nobody holds the position."""
    kind, _sep, key = receiver.partition(":")
    if kind == "position":
        return holder_of(key, now).person
    return key if kind == "person" else ""


def address_of(receiver: str, now: datetime) -> Address:
    """How the receiver is reached now. An official's position is whoever acts for it today."""
    kind, _sep, key = receiver.partition(":")
    if kind in _others:
        return _others[kind](key, now)
    code = person_of(receiver, now)
    person = Person.objects.select_related("user").filter(code=code).first() if code else None
    if person is None:
        return Address()
    return Address(mail=person.user.email if person.user else "", person=person.code)
