"""Google Sheets: the suite of all connectors on a host that answers as Google does, and which links are understood."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mapalus.connectors.gsheets.config import address
from mapalus.engine.errors import Invalid, Misconfigured
from mapalus.engine.harvest import registry
from mapalus.engine.harvest.connector import Vanished
from mapalus.engine.harvest.options import fitting
from tests.connectors.conformance import HttpConformance
from tests.connectors.served import Request, Response
from tests.connectors.worlds import HttpWorld

SHEET = "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms"
PUBLISHED = "2PACX-1vQ0a9QmB8uYqT3Zl0wK1m2n3o4p5q6r7s8t9u0v"


class SheetWorld(HttpWorld):
    connector = "gsheets"
    stall_at = 2
    cannot = {"nonsense": "what stands in a sheet is data, whatever it is"}

    def options(self) -> dict[str, object]:
        link = f"https://docs.google.com/spreadsheets/d/{SHEET}/edit?usp=sharing#gid=12"
        return {"sheet": link, "server": self.served.url}

    def body(self) -> bytes:
        return "".join(",".join(row.values()) + "\r\n" for row in self.rows).encode()

    def held(self) -> object:
        return self.body()

    def answer(self, request: Request) -> Response:
        """As Google: 307 to a host of its own for one use, then CSV in chunks of unknown length."""
        if request.path == f"/spreadsheets/d/{SHEET}/export":
            assert request.query["format"] == "csv"
            if request.query.get("gid") != "12":
                return Response(400, b"<html>", {"Content-Type": "text/html"})
            return Response(307, b"", {"Location": f"{self.served.url}/export/einmal/x.csv"})
        named = "attachment; filename=\"Sekolah.csv\"; filename*=UTF-8''Sekolah%20-%20Data.csv"
        return Response(200, self.body(), {"Content-Type": "text/csv", "Content-Disposition": named})


class TestSheet(HttpConformance):
    @pytest.fixture
    def world(self, tmp_path: Path) -> Iterator[SheetWorld]:
        with SheetWorld.begin(tmp_path) as world:
            yield world

    def test_a_page_to_sign_in_means_not_shared(self, world: SheetWorld, into: Path) -> None:
        page = Response(200, b"<!DOCTYPE html><title>Sign in</title>", {"Content-Type": "text/html; charset=utf-8"})
        world.served.always = page
        for act in (world.open().check, lambda: world.open().harvest(mark="", into=into)):
            with pytest.raises(Misconfigured) as problem:
                act()
            assert "tidak dibagikan" in problem.value.say(language="id")

    def test_a_tab_that_is_gone_has_vanished(self, world: SheetWorld) -> None:
        with pytest.raises(Vanished):
            registry.connector("gsheets").open({**world.options(), "tab": "13"}, world.surroundings()).check()

    def test_the_same_sheet_is_no_news(self, world: SheetWorld, into: Path) -> None:
        first = self.whole(world, into)
        assert first.name == "Sekolah - Data.csv"
        assert world.open().harvest(mark=first.mark, into=into) is None


@pytest.mark.parametrize(
    ("said", "tab", "path"),
    [
        (SHEET, "", f"/d/{SHEET}/export?format=csv"),
        (SHEET, "7", f"/d/{SHEET}/export?format=csv&gid=7"),
        (f"https://docs.google.com/spreadsheets/d/{SHEET}/edit#gid=5", "", f"/d/{SHEET}/export?format=csv&gid=5"),
        (f"https://docs.google.com/spreadsheets/d/{SHEET}/edit?gid=5#gid=5", "", f"/d/{SHEET}/export?format=csv&gid=5"),
        (f"https://docs.google.com/spreadsheets/u/0/d/{SHEET}/edit#gid=5", "9", f"/d/{SHEET}/export?format=csv&gid=9"),
        (f"https://docs.google.com/spreadsheets/d/e/{PUBLISHED}/pubhtml?gid=3&single=true", "",
         f"/d/e/{PUBLISHED}/pub?output=csv&gid=3&single=true"),
        (f"https://docs.google.com/spreadsheets/d/e/{PUBLISHED}/pub?output=csv", "",
         f"/d/e/{PUBLISHED}/pub?output=csv"),
    ],
)  # fmt: skip
def test_links_as_people_copy_them_are_understood(said: str, tab: str, path: str) -> None:
    settings = fitting(registry.connector("gsheets"), {"sheet": said, "tab": tab})
    assert address(settings) == f"https://docs.google.com/spreadsheets{path}"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"sheet": "https://example.org/spreadsheets/d/x"}, "sheet"),
        ({"sheet": "https://docs.google.com/document/d/"}, "sheet"),
        ({"sheet": SHEET, "tab": "Lembar1"}, "tab"),
    ],
)
def test_other_links_are_refused(given: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as invalid:
        address(fitting(registry.connector("gsheets"), given))
    assert field in invalid.value.fields
