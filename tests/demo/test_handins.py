"""The numbers of the story are the test: `check` finds in each file exactly the mess that was planted there."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pytest

from mapalus.project.demo.making import FILES
from mapalus.project.demo.province import Province, read_table
from tests.demo.conftest import Checked

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Planted:
    """What the story's table says of one file, with its errors as the stable codes say them."""

    errors: dict[str, int]
    warnings: frozenset[str]
    accepted: bool = True


# The errors column of story/handins.csv, by `code(rule)`; warnings as codes. Where the table says less than the rules
# of its own columns.csv demand, the comment says who is right.
PLANTED = {
    "F01": Planted({}, frozenset({"title-rows", "total-row", "footnote-rows", "code-list-by-name"})),
    "F02": Planted({"constraint-error(maximum)": 1, "constraint-error(required)": 1}, frozenset()),
    "F03": Planted({}, frozenset()),
    "F04": Planted(
        {"type-error(number)": 2, "constraint-error(required)": 3},
        frozenset({"multiple-sheets", "footnote-rows", "code-list-by-name"}),
    ),
    "F05": Planted({}, frozenset({"title-rows"})),
    "F06": Planted({}, frozenset({"code-list-by-name"})),
    "F07": Planted(
        {"constraint-error(diukur <= sasaran)": 1},
        frozenset({"multiple-sheets", "missing-sheet", "formula-cell", "formula-without-value"}),
    ),
    "F08": Planted({"primary-key(primaryKey)": 1}, frozenset()),
    "F09": Planted({"constraint-error(terisi <= kapasitas)": 1}, frozenset({"mixed-timezone"})),
    "F10": Planted({"unique-error(unique)": 3, "foreign-key(foreignKey)": 2}, frozenset()),
    "F11": Planted({"constraint-error(pattern)": 10}, frozenset({"scientific-notation-id"})),
    "F12": Planted(
        {"type-error(date)": 96, "constraint-error(pattern)": 121, "constraint-error(usia)": 26},
        frozenset({"scientific-notation-id", "excel-serial-date", "ambiguous-date-format"}),
    ),
    "F13": Planted(
        {"constraint-error(jumlah kondisi)": 3, "constraint-error(maximum)": 2},
        frozenset({"total-row", "title-rows"}),
        accepted=False,
    ),
    "F14": Planted({"constraint-error(pattern)": 31, "foreign-key(foreignKey)": 22}, frozenset()),
    "F15": Planted({"constraint-error(pattern)": 29}, frozenset({"scientific-notation-id", "code-list-by-name"})),
    "F16": Planted({}, frozenset({"code-list-by-name"})),
    "F17": Planted({}, frozenset({"total-row", "code-list-by-name", "unit-scale"})),
    "F18": Planted({"primary-key(primaryKey)": 1}, frozenset({"code-list-by-name", "mixed-units"})),
    "F19": Planted({"primary-key(primaryKey)": 2}, frozenset({"code-list-by-name"})),
    "F20": Planted({}, frozenset()),
    # Swapped coordinates break both bounds of columns.csv: latitude over its maximum, longitude under its minimum.
    "F21": Planted(
        {"constraint-error(maximum)": 3, "constraint-error(minimum)": 3, "unique-error(unique)": 1},
        frozenset({"mixed-timezone"}),
    ),
    "F22": Planted({}, frozenset({"footnote-rows"})),
    "F23": Planted({"foreign-key(codes)": 13}, frozenset({"code-list-by-name"})),
    "F24": Planted({}, frozenset({"code-list-by-name"})),
}
# Files whose table gives no number of rows: the stream sends for ever; this is one sending.
STREAM_ROWS = {"F09": (258, 257, 1)}


@pytest.fixture(scope="session")
def table(province: Province) -> dict[str, dict[str, str]]:
    return {row["file"]: row for row in read_table(province.story / "handins.csv")}


@pytest.mark.parametrize("file", sorted(PLANTED))
def test_check_finds_exactly_what_was_planted(file: str, checked: Checked, table: dict[str, dict[str, str]]) -> None:
    outcome, _folder = checked(file)
    row = table[file]
    wanted = STREAM_ROWS.get(file) or tuple(int(row[key]) for key in ("rows", "good_rows", "bad_rows"))
    assert (outcome.rows, outcome.good_rows, outcome.bad_rows) == wanted
    errors = Counter(f"{error['code']}({error['rule']})" for error in outcome.report["errors"])
    assert dict(errors) == PLANTED[file].errors
    assert outcome.accepted is PLANTED[file].accepted


@pytest.mark.parametrize("file", sorted(PLANTED))
def test_what_was_seen_on_the_way_is_said(file: str, checked: Checked) -> None:
    outcome, _folder = checked(file)
    said = {warning["code"] for warning in outcome.report["warnings"]}
    assert said >= PLANTED[file].warnings
    assert said - PLANTED[file].warnings <= {"title-rows", "extra-column", "missing-column"}
    if file == "F07":
        named = next(one["message"] for one in outcome.report["warnings"] if one["code"] == "formula-without-value")
        assert named.startswith("2 ")
        assert named.count("!F3") == 2
    if file == "F08":
        guessed = {guess["what"]: guess["value"] for guess in outcome.report["guesses"]}
        assert guessed["encoding"] != "utf-8"


def test_every_hand_in_of_the_table_is_made_and_expected(table: dict[str, dict[str, str]]) -> None:
    assert set(table) == set(FILES)
    assert set(table) - {"F25"} == set(PLANTED)
