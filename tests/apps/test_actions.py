"""Every act leaves exactly one line in the ledger, of its own name, and none when it is not allowed.

Each app keeps an example of each of its actions in `tests/apps/<app>/examples.py`:

    EXAMPLES = {"catalogue.publish": publish_example}     # builds what it needs, returns a call of the action

The factory takes the actor to act as, and returns a function without arguments that calls the action once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps

from mapalus.apps.ledger.action import ACTIONS
from mapalus.apps.ledger.models import Entry
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.errors import NotAllowed
from mapalus.engine.ports import Actor

Example = Callable[[Actor], Callable[[], object]]
HERE = Path(__file__).parent


def known_actions() -> list[str]:
    """Names of all actions of the project: those in `actions.py` of an app."""
    for config in apps.get_app_configs():
        if config.name.startswith("mapalus.") and (Path(config.path) / "actions.py").exists():
            import_module(f"{config.name}.actions")
    return sorted(name for name, action in ACTIONS.items() if action.function.__module__.startswith("mapalus."))


def known_examples() -> dict[str, Example]:
    found: dict[str, Example] = {}
    for path in sorted(HERE.glob("*/examples.py")):
        found |= import_module(f"tests.apps.{path.parent.name}.examples").EXAMPLES
    return found


@dataclass(frozen=True)
class Everything:
    """May everything; what an act does is asked here, who may do it elsewhere."""

    position: str = "system"
    person: str = ""
    label: str = "Everything"

    def may(self, act: str, subject: object, now: datetime) -> bool:
        return True


@dataclass(frozen=True)
class Nobody:
    """May nothing."""

    position: str = "nobody"
    person: str = ""
    label: str = "Nobody"

    def may(self, act: str, subject: object, now: datetime) -> bool:
        return False


def test_the_platform_may_only_what_is_listed_for_it() -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    assert PLATFORM.may("catalogue.record-check", None, now)
    assert not PLATFORM.may("catalogue.unmask", None, now)
    assert not PLATFORM.may("an.act-nobody-lists", None, now)


def test_every_action_has_an_example() -> None:
    assert known_actions() == sorted(known_examples())


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(known_examples()))
def test_an_act_leaves_exactly_one_entry(name: str) -> None:
    act = known_examples()[name](Everything())
    before = set(Entry.objects.values_list("pk", flat=True))
    act()
    written = Entry.objects.exclude(pk__in=before).filter(act=name)
    assert written.count() == 1
    assert written.get().subject


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(known_examples()))
def test_an_act_is_refused_to_whoever_may_not(name: str) -> None:
    act = known_examples()[name](Nobody())
    before = Entry.objects.count()
    with pytest.raises(NotAllowed):
        act()
    assert Entry.objects.count() == before
