"""Citizens who sign in with a telephone number and a code: no address, no password, no identity number."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import AnonymousUser, User
from django.db import IntegrityError, transaction

from mapalus.apps.directory.accounts import open_citizen
from mapalus.apps.directory.models import CitizenPhone
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.errors import Invalid
from mapalus.engine.forms.answer import Unfit, read_phone

__all__ = ["has_number", "number_of", "prove", "welcome_phone", "with_number"]


def welcome_phone(number: str, *, now: datetime) -> User:
    """The account of a number, made where there was none. Raises `Invalid` for what is no number.

    Says nothing about whether it had one before; who cannot prove the number is forgotten after two days.
    """
    try:
        known = read_phone(number.strip())
    except Unfit as unfit:
        raise Invalid(fields={"phone": unfit.fault.text}) from None
    found = with_number(known)
    if found is not None:
        return found
    try:
        with transaction.atomic():
            user = open_citizen(User, by=PLATFORM, now=now)
            CitizenPhone.objects.create(user=user, number=known)
    except IntegrityError:  # the same number, asked for twice at the same moment
        return User.objects.get(citizen_phone__number=known)
    return user


def with_number(number: str) -> User | None:
    return User.objects.filter(citizen_phone__number=number).first()


def number_of(user: User | AnonymousUser) -> str:
    """Empty where the account has none."""
    return CitizenPhone.objects.filter(user=user.pk or 0).values_list("number", flat=True).first() or ""


def has_number(user: User) -> tuple[str, bool] | None:
    """The number and whether it is proved; None: no number."""
    row = CitizenPhone.objects.filter(user=user.pk).first()
    return (row.number, row.proved_at is not None) if row is not None else None


def prove(user: User, number: str, *, now: datetime) -> None:
    """A code that was sent to the number came back."""
    CitizenPhone.objects.filter(user=user.pk, number=number, proved_at__isnull=True).update(proved_at=now)
