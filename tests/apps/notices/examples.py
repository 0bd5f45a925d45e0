"""An example of each act of notices, for the test that walks all acts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.test import override_settings

from mapalus.apps.directory.models import Person
from mapalus.apps.notices import actions, push
from mapalus.apps.notices.models import Channel, Mode
from mapalus.engine.ports import Actor

__all__ = ["EXAMPLES"]

Call = Callable[[], object]
NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
BROWSER: dict[str, Any] = {
    "endpoint": "https://push.contoh.test/abc",
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
}


def _person() -> Person:
    return Person.objects.create(code="P900", name="Orang Contoh", is_sample=True)


def prefer(by: Actor) -> Call:
    person = _person()
    return lambda: actions.prefer(person, channel=Channel.MAIL, mode=Mode.AT_ONCE, by=by, now=NOW)


def subscribe(by: Actor) -> Call:
    person = _person()

    def call() -> object:
        with override_settings(VAPID_PRIVATE_KEY=push.new_key()):
            return actions.subscribe(person, **BROWSER, by=by, now=NOW)

    return call


def unsubscribe(by: Actor) -> Call:
    person = _person()
    return lambda: actions.unsubscribe(person, endpoint=BROWSER["endpoint"], by=by, now=NOW)


EXAMPLES = {
    "notices.prefer": prefer,
    "notices.subscribe": subscribe,
    "notices.unsubscribe": unsubscribe,
}
