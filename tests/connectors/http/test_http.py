"""A file at an address: the suite of all connectors, with a secret and without validators, and what is its own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from mapalus.engine.errors import Invalid, Refused
from mapalus.engine.harvest import registry
from tests.connectors.conformance import HttpConformance
from tests.connectors.served import Request, Response, ranged
from tests.connectors.worlds import SECRET, HttpWorld


class FileWorld(HttpWorld):
    connector = "http"
    cannot = {"nonsense": "any file may be data; what it holds is for the reader to say"}

    def options(self) -> dict[str, object]:
        return {"address": f"{self.served.url}/unduh/sekolah.csv?tahun=2026", "auth": "bearer", "secret": "TOKEN"}

    def body(self) -> bytes:
        return "".join(",".join(row.values()) + "\n" for row in self.rows).encode()

    def held(self) -> object:
        return self.body()

    def answer(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {SECRET}":
            return Response(401)
        return ranged(request, self.body(), etag=f'"{hashlib.md5(self.body()).hexdigest()}"')


class BareWorld(FileWorld):
    """A host that knows neither conditions nor ranges, and no secret."""

    def options(self) -> dict[str, object]:
        return {"address": f"{self.served.url}/sekolah.csv"}

    def answer(self, request: Request) -> Response:
        return Response(200, self.body(), {"Content-Type": "text/csv"})


class TestFile(HttpConformance):
    @pytest.fixture
    def world(self, tmp_path: Path) -> Iterator[FileWorld]:
        with FileWorld.begin(tmp_path) as world:
            yield world

    def test_nothing_is_sent_again_when_nothing_changed(self, world: FileWorld, into: Path) -> None:
        first = self.whole(world, into)
        assert world.open().harvest(mark=first.mark, into=into) is None
        assert first.name == "sekolah.csv"

    def test_the_rest_only_is_asked_for(self, world: FileWorld, into: Path) -> None:
        world.grow()
        world.served.script[:] = ["cut"]
        self.whole(world, into)
        half = len(world.body()) // 2
        assert world.served.requests[-1].headers["range"] == f"bytes={half}-"

    def test_a_file_that_changed_meanwhile_is_begun_anew(self, world: FileWorld, into: Path) -> None:
        world.grow()
        world.served.script[:] = ["cut"]
        answer = world.served.answer

        def changing(request: Request) -> Response:
            if request.headers.get("range"):
                world.change()
            return answer(request)

        world.served.answer = changing
        assert world.brought(self.whole(world, into)) == world.body()


class TestBareFile(HttpConformance):
    @pytest.fixture
    def world(self, tmp_path: Path) -> Iterator[BareWorld]:
        with BareWorld.begin(tmp_path) as world:
            yield world

    def test_the_same_bytes_are_no_news(self, world: BareWorld, into: Path) -> None:
        first = self.whole(world, into)
        assert world.open().harvest(mark=first.mark, into=into) is None

    def test_a_web_page_is_no_file_unless_that_is_wanted(self, world: BareWorld, into: Path) -> None:
        page = Response(200, b"<html><table><tr><td>1</td></tr></table></html>", {"Content-Type": "text/html"})
        world.served.always = page
        with pytest.raises(Refused) as refused:
            world.open().check()
        assert refused.value.reason == "web-page"
        source = registry.connector("http").open({**world.options(), "pages": "ya"}, world.surroundings())
        source.check()
        assert source.harvest(mark="", into=into) is not None

    @pytest.mark.parametrize(
        ("name", "kind", "body", "is_taken"),
        [
            ("a.csv", "text/html", b"id,nama\n1,a\n", True),  # many hosts call every file a page
            ("a.csv", "text/csv", b"\xef\xbb\xbf\n<!DOCTYPE HTML PUBLIC><title>Masuk</title>", False),
            ("a.xls", "application/vnd.ms-excel", b"<html><table><tr><td>1</td></tr></table>", True),
            ("a.xls", "text/html", b"<html><form>", False),
            ("a.csv", "application/octet-stream", b"<!-- x -->\n<html lang=id>", False),
            ("a.xml", "application/xml", b"<?xml version='1.0'?><rows/>", True),
        ],
    )
    def test_the_bytes_tell_a_page_from_a_file(
        self, world: BareWorld, into: Path, name: str, kind: str, body: bytes, is_taken: bool
    ) -> None:
        world.served.always = Response(200, body, {"Content-Type": kind})
        options = {"address": f"{world.served.url}/{name}"}
        source = registry.connector("http").open(options, world.surroundings())
        if is_taken:
            source.check()
            harvest = source.harvest(mark="", into=into)
            assert harvest is not None
            assert harvest.path.read_bytes() == body
        else:
            for act in (source.check, lambda: source.harvest(mark="", into=into)):
                with pytest.raises(Refused):
                    act()

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"auth": "bearer"}, "secret"),
            ({"auth": "basic", "secret": "A"}, "auth_name"),
            ({"secret": "A"}, "auth"),
            ({"address": "https://u:p@example.org/x"}, "address"),
            ({"address": "https://example.org/x?api_key=123"}, "address"),
            ({"address": "ftp://example.org/x"}, "address"),
        ],
    )
    def test_half_a_setting_is_refused(self, world: BareWorld, given: dict[str, object], field: str) -> None:
        with pytest.raises(Invalid) as invalid:
            registry.connector("http").open({**world.options(), **given}, world.surroundings())
        assert list(invalid.value.fields) == [field]
