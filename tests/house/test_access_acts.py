"""Who may do what: every act as every kind of person, against a second reading of rights.yml that shares no code.

What a kind of person is to a thing of A stands in STANDS, by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from mapalus.apps.directory import rights as rights_module
from mapalus.apps.directory.actor import Official, actors_of
from mapalus.apps.directory.models import (
    Unit,
)
from mapalus.apps.ledger.action import ACTIONS
from tests.house.access_scene import NOW, PEOPLE, official, province, scene, told

__all__ = ["province", "scene", "told"]
pytestmark = [pytest.mark.slow]

# Roles of the position each kind of person acts in, by hand: from the list of positions of the story.
ROLES: dict[str, set[str]] = {
    "operator_a": {"operator", "walidata-pendukung"},
    "producer_a": {"produsen"},
    "plt_a": {"kepala", "produsen", "penghubung-sp4n"},  # the vacant Kabid Yankes has fallen to her
    "own_post_of_plt": {"ppid-pelaksana"},
    "in_the_name_of_a": {"kepala", "produsen", "penghubung-sp4n"},
    "aide_of_a": {"kepala", "produsen", "penghubung-sp4n"},
    "operator_b": {"operator", "walidata-pendukung", "penghubung-sp4n"},
    "head_b": {"kepala", "produsen"},  # the vacant Kabid Bina Marga has fallen to him
    "walidata": {"walidata-pelaksana", "produsen"},
    "walidata_head": {"walidata", "kepala", "ppid-utama", "nama-domain", "penelaah-aplikasi"},
    "secretary": {"sekda", "koordinator-spbe", "atasan-ppid", "kepala"},
    "assistant": set(),
    "governor": {"pemimpin", "kepala-daerah", "kepegawaian"},
    "auditor": {"kepala", "pengawas"},
}


@dataclass(frozen=True)
class Thing:
    """Something of agency A: made by Kabid P2P, handed in by the operator P32, waiting for the head."""

    unit_code: str = "dinkes"
    producer_code: str = "dinkes.kabid-p2p"
    turn: str = "dinkes.kadis"
    position: str = "dinkes.data"
    position_code: str = "dinkes.kadis"
    superior_code: str = "setda.asisten1"
    person_code: str = "P32"


# What each kind of person is to that thing; who is not named is nothing to it.
STANDS: dict[str, set[str]] = {
    "operator_a": {"unit", "self", "person"},
    "producer_a": {"unit", "producer"},
    "plt_a": {"unit", "turn", "own"},
    "own_post_of_plt": {"unit"},
    "in_the_name_of_a": {"unit", "turn", "own"},
    "aide_of_a": {"unit", "turn", "own"},
    "assistant": {"above"},
}


def _listed() -> dict[str, Any]:
    text = (Path(rights_module.__file__).parent / "data" / "rights.yml").read_text(encoding="utf-8")
    read: dict[str, Any] = yaml.safe_load(text)
    return read


def _expected(kind: str, act: str, listed: dict[str, Any], *, thing: bool) -> bool:
    """A second reading of rights.yml: does some way fit who this is?"""
    acting = {"plt_a": "plt", "secretary": "plh"}.get(kind, "definitif")
    for way in listed["acts"].get(act, ()):
        fits = "anyone" in way["roles"] or bool(ROLES[kind] & set(way["roles"]))
        barred = acting in way.get("barred", ())
        if kind == "in_the_name_of_a":
            fits = fits and (act == "catalogue.confirm" or act in listed["readings"])
            barred = bool(way.get("barred"))
        if kind == "aide_of_a":
            fits, barred = fits and act in listed["readings"], bool(way.get("barred"))
        near = way["of"] == "any" or not thing or way["of"] in STANDS.get(kind, set())
        if fits and not barred and near:
            return True
    return False


def _actor(kind: str, scene: dict[str, Any]) -> Official:
    person, position = PEOPLE[kind]
    if not position.startswith("~"):
        return official(person, position)
    number = scene["mandates"][position].pk
    return next(one for one in actors_of(person, now=NOW) if one.mandate and one.mandate.number == number)


def test_roles_are_those_of_the_story(scene: dict[str, Any]) -> None:
    found = {kind: {role for role, _unit in _actor(kind, scene).roles} for kind in ROLES}
    assert found == ROLES


@pytest.mark.parametrize("thing", [True, False], ids=["a-thing-of-a", "at-all"])
def test_every_act_is_allowed_exactly_where_rights_say(scene: dict[str, Any], thing: bool) -> None:
    listed, wrong = _listed(), []
    for kind in ROLES:
        actor = _actor(kind, scene)
        for act in sorted({*ACTIONS, *listed["acts"], "an.act-nobody-lists"}):
            if act not in listed["acts"] and not act.startswith(("an.", "cases.", "notices.")):
                continue  # an action of the tests themselves
            may = actor.may(act, Thing() if thing else Unit, NOW)
            if may != _expected(kind, act, listed, thing=thing):
                wrong.append(f"{kind} {act}: {'may' if may else 'may not'}")
    assert wrong == []


def test_who_holds_nothing_acts_as_nobody(scene: dict[str, Any]) -> None:
    assert actors_of("P27", now=NOW) == ()
    assert actors_of("", now=NOW) == ()
