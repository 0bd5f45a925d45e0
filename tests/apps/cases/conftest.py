"""A small province with one pack, made once for the tests of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from mapalus.apps.cases.models import PackVersion
from tests.apps.cases import cast


@pytest.fixture(scope="module")
def told(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[PackVersion]:
    with django_db_blocker.unblock(), transaction.atomic():
        cast.organisation()
        yield cast.pack()
        transaction.set_rollback(True)


@pytest.fixture
def pack(told: PackVersion, db: None) -> PackVersion:
    """The version of the pack; what a test changes is undone."""
    return told
