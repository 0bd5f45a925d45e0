"""Rights are data: every act that exists is listed, and every list names acts that exist."""

from __future__ import annotations

import pkgutil
from importlib import import_module

import pytest

import mapalus.apps
from mapalus.apps.catalogue import source_acts
from mapalus.apps.directory.rights import readings, rights
from mapalus.apps.ledger.action import ACTIONS

# Not changes, so no action of their own: they open a page or a list.
READING = readings()
WITHIN = {source_acts.NAME_SECRET, "boards.make-public"}  # asked inside an act: it says what of the act one may do


@pytest.fixture(autouse=True, scope="module")
def every_action_is_known() -> None:
    """Actions register when their module is imported; some are imported late."""
    for module in pkgutil.walk_packages(mapalus.apps.__path__, "mapalus.apps."):
        if not module.ispkg and ".migrations." not in module.name:
            import_module(module.name)


def test_every_action_has_its_rights() -> None:
    ours = {name for name, known in ACTIONS.items() if known.function.__module__.startswith("mapalus.")}
    assert sorted(ours - set(rights())) == []


def test_every_right_is_of_something() -> None:
    assert sorted(set(rights()) - set(ACTIONS) - READING - WITHIN) == []


def test_strategic_acts_are_barred_to_those_who_only_act() -> None:
    for act in ("directory.appoint", "directory.end-appointment", "directory.create-position", "directory.transfer"):
        for right in rights()[act]:
            assert right.barred == {"plt", "plh"}, act
            assert "UU 30/2014" in right.ground, act
