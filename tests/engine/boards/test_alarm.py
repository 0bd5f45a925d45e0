"""A rule alarms when its number says so, stays silent when nobody knows, and is read strictly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mapalus.engine.boards.alarm import Rule, Seen, examine_rule, holds, read_rule
from mapalus.engine.errors import Misconfigured

BASE: dict[str, Any] = {"indicator": "LIV-08", "title": "Kasus DBD di luar batas"}


def rule(**more: Any) -> Rule:
    made, problems = examine_rule({**BASE, **more}, name="uji")
    assert made is not None, [str(one) for one in problems]
    return made


@pytest.mark.parametrize(
    ("when", "seen", "expected"),
    [
        ({"state": "late"}, Seen([93.0], ["late"]), True),
        ({"state": "late"}, Seen([80.0], ["soon"]), False),
        ({"state": "soon"}, Seen([93.0], ["late"]), True),
        ({"state": "soon"}, Seen([93.0], ["none"]), None),
        ({"above": 90}, Seen([90.0]), False),
        ({"above": 90}, Seen([90.5]), True),
        ({"below": 50}, Seen([49.0]), True),
        ({"above": 90}, Seen([95.0, None]), None),
        ({"above": 90}, Seen([]), None),
        ({"late": True}, Seen([1.0], is_late=True), True),
        ({"late": True}, Seen([None]), False),
        ({"trend": 3}, Seen([10, 11, 10, 12, 11, 10, 11, 20]), True),
        ({"trend": 3}, Seen([10, 11, 10, 12, 11, 10, 11, 13]), False),
        ({"trend": 3}, Seen([10, 50, 90]), None),
        ({"trend": 3}, Seen([5, 5, 5, 5, 5, 5, 5, 5]), False),
    ],
)
def test_a_rule_holds_by_what_is_known(when: dict[str, Any], seen: Seen, expected: bool | None) -> None:
    assert holds(rule(when=when), seen) is expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [([93, 95], True), ([80, 95], False), ([95], False), ([95, None], None), ([None, 95], False)],
)
def test_two_values_in_a_row_are_asked_for(values: list[float | None], expected: bool | None) -> None:
    assert holds(rule(when={"above": 92}, after=2), Seen(values)) is expected


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"when": {"abvoe": 1}}, "above"),
        ({"when": {"above": 1, "below": 2}}, "state"),
        ({"when": {"above": "tinggi"}}, "angka"),
        ({"when": {"trend": 0}}, "angka"),
        ({"when": {"state": "good"}}, "soon"),
        ({"when": {"late": True}, "after": 0}, "20"),
        ({"when": {"late": True}, "to": ["dinkes.kadis"]}, "pos:"),
        ({"when": {"late": True}, "indikator": "X"}, "indicator"),
        ({}, "state"),
    ],
)
def test_what_is_wrong_is_said_with_the_nearest_word(wrong: dict[str, Any], named: str) -> None:
    made, problems = examine_rule({**BASE, **wrong}, name="uji")
    assert made is None
    assert named in " ".join(one.say(language="id") for one in problems)


def test_a_file_that_is_no_rule_names_itself(tmp_path: Path) -> None:
    path = tmp_path / "salah.yml"
    path.write_text("indicator: LIV-08\n")
    with pytest.raises(Misconfigured) as refused:
        read_rule(path)
    assert "salah.yml" in refused.value.say(language="id")
