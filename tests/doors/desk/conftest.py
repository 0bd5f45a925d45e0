from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from mapalus.apps.directory.actor import Official
from mapalus.apps.directory.middleware import SESSION_KEY
from mapalus.apps.directory.models import Person
from tests.apps.catalogue.cast import NOW, Province, province

Sit = Callable[[Official], Client]


@pytest.fixture
def here(db: None, tmp_path: Path, settings: Any) -> Province:
    """The small province in a data folder of its own."""
    settings.DATA_DIR = tmp_path / "data"
    return province(tmp_path)


@pytest.fixture
def sit(here: Province, monkeypatch: pytest.MonkeyPatch) -> Sit:
    """A browser signed in as somebody, on the day of the story."""
    monkeypatch.setattr("mapalus.engine.clock.now", lambda: NOW)

    def at(actor: Official) -> Client:
        person = Person.objects.get(pk=actor.person)
        if person.user is None:
            person.user = get_user_model().objects.create_user(username=actor.person)
            person.save()
        client = Client()
        client.force_login(person.user)
        session = client.session
        session[SESSION_KEY] = actor.position
        session.save()
        return client

    return at
