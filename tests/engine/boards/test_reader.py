"""A board is read strictly: all that is wrong is said at once, with its line and the nearest word."""

from __future__ import annotations

from pathlib import Path

import pytest

from mapalus.engine.boards import KINDS, Board, Tile, board_of, examine, read_board
from mapalus.engine.errors import Misconfigured
from mapalus.engine.packs.loader import check_pack

WHOLE = {
    "title": "Papan",
    "for": ["gov.gubernur"],
    "region": "71.71",
    "rotate": 30,
    "tiles": [
        "LIV-02",
        {"kind": "line", "indicators": ["A", "B"], "periods": 12},
        {"kind": "bar", "indicator": "A", "by": "jenis_kelamin"},
        {"kind": "map", "indicator": "A", "level": "desa"},
        {"kind": "incidents", "dataset": "kejadian", "at": "waktu", "hours": 24},
        {"kind": "link", "href": "https://kamera.example/teling", "title": "Simpang Teling"},
        {"kind": "cases", "service": "aduan", "what": "mine"},
    ],
}


def test_a_whole_board_is_read_as_it_is_written() -> None:
    board = board_of(WHOLE, name="x")
    assert board.tiles[0] == Tile("number", ("LIV-02",))
    assert board.tiles[1].indicators == ("A", "B")
    assert (board.audience, board.region, board.rotate, board.public) == (("gov.gubernur",), "71.71", 30, False)
    assert board.codes == {"LIV-02", "A", "B"}
    assert examine(board.descriptor, name="x") == (board, [])


@pytest.mark.parametrize(
    ("tile", "said"),
    [
        ({"kind": "numbr", "indicator": "A"}, "did you mean number?"),
        ({"indicator": "A", "titel": "x"}, "did you mean title?"),
        ({"kind": "map"}, "needs indicator"),
        ({"kind": "line", "indicators": list("ABCDEF")}, "at most 5"),
        ({"kind": "line", "indicators": ["A", "A"]}, "twice"),
        ({"kind": "number", "indicator": "A", "periods": 3}, "not known here"),
        ({"kind": "line", "indicator": "A", "periods": True}, "whole number"),
        ({"kind": "number", "indicator": "A", "region": 71.71}, "in quotes"),
        ({"kind": "link", "title": "x", "href": "javascript:alert(1)"}, "https://"),
        ({"kind": "link", "title": "x", "href": "//evil.example/"}, "https://"),
        ({"kind": "link", "title": "x", "href": "/a", "image": "https://evil.example/x.png"}, "on this site"),
        ({"kind": ["number"]}, "not known here"),
        (7, "a tile is the code"),
    ],
)
def test_what_is_wrong_with_a_tile_is_said(tile: object, said: str) -> None:
    _board, problems = examine({"title": "x", "tiles": ["A", tile]}, name="x")
    assert [one.path[:2] for one in problems] == [("tiles", 1)] * len(problems)
    assert said in " ".join(one.say(language="en") for one in problems)


@pytest.mark.parametrize(
    "raw", [None, [], "x", {"tiles": 3}, {"title": 4, "tiles": []}, {"title": "x", "tiles": [None]}]
)
def test_whatever_stands_there_gives_sentences(raw: object) -> None:
    board, problems = examine(raw, name="x")
    assert isinstance(board, Board)
    assert all(one.say(language="en") for one in problems)
    assert problems


def test_a_public_board_is_not_for_some() -> None:
    _board, problems = examine({**WHOLE, "public": True}, name="x")
    assert [one.path for one in problems] == [("for",)]


def test_all_problems_of_a_file_come_with_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "x.yml"
    path.write_text("title: X\npublik: true\ntiles:\n  - A\n  - {kind: mapp, indicator: A}\n", encoding="utf-8")
    with pytest.raises(Misconfigured) as found:
        read_board(path)
    said = found.value.say(language="en")
    assert "line 2: publik is not known here; did you mean public?" in said
    assert "line 5: mapp is not known here; did you mean map?" in said


def test_pack_check_reads_the_boards() -> None:
    header = "name: x\nversion: 1.0.0\ntitle: X\ntitle_en: X\nowner: pos:a.b\nlegal_basis: x\n"
    problems = check_pack({"pack.yml": header, "boards/x.yml": "title: X\ntiles:\n  - {kind: numbr, indicator: A}\n"})
    assert [(one.file, one.line, one.code) for one in problems] == [("boards/x.yml", 3, "bad-board")]


def test_every_kind_that_can_be_declared_is_drawn() -> None:
    from mapalus.doors.command.tiles import KINDS as DRAWN
    from mapalus.doors.command.tiles import all_kinds

    assert all_kinds
    assert set(KINDS) <= set(DRAWN)
