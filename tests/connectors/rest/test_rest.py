"""JSON over REST: the suite of all connectors for each kind of paging, and what only APIs do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mapalus.engine.errors import Invalid, Misconfigured, Refused, Unavailable
from mapalus.engine.harvest import registry
from mapalus.engine.harvest.connector import Extent, Surroundings
from tests.conftest import SHARED
from tests.connectors.conformance import HttpConformance
from tests.connectors.served import Request, Response, serving
from tests.connectors.worlds import SECRET, HttpWorld, merged

SIZE = 50


class ApiWorld(HttpWorld):
    connector = "rest"
    stall_at = 3
    paging = "page"

    def options(self) -> dict[str, object]:
        known: dict[str, object] = {
            "address": f"{self.served.url}/v1/sekolah", "records": "data.items", "paging": self.paging, "size": SIZE,
            "size_param": "limit", "total": "meta.total", "auth": "header", "auth_name": "X-API-Key", "secret": "KEY",
        }  # fmt: skip
        return {**known, **self.paged()}

    def paged(self) -> dict[str, object]:
        places = {"cursor": "meta.next", "next": "links.next"}
        return {"next_path": places[self.paging]} if self.paging in places else {}

    def answer(self, request: Request) -> Response:
        if request.headers.get("x-api-key") != SECRET:
            return Response(401)
        asked = request.query
        size = int(asked.get("limit", SIZE))
        start = int(asked.get("cursor") or asked.get("offset") or 0)
        if self.paging in ("page", "link", "next"):
            start = (int(asked.get("page", 1)) - 1) * size
        rows, end = self.rows[start : start + size], start + size
        more = end < len(self.rows)
        there = f"/v1/sekolah?limit={size}&page={end // size + 1}"
        said: dict[str, Any] = {"data": {"items": rows}, "meta": {"total": len(self.rows)}, "links": {}}
        if self.paging == "cursor":
            said["meta"]["next"] = str(end) if more else None
        if self.paging == "next":
            said["links"]["next"] = there if more else None
        headers = {"Link": f'<{there}>; rel="next", <{self.served.url}/>; rel="first"'} if more else {}
        return Response.json(said, **(headers if self.paging == "link" else {}))


@pytest.mark.parametrize("paging", ["page", "offset", "cursor", "link", "next"])
class TestPaging(HttpConformance):
    @pytest.fixture
    def world(self, tmp_path: Path, paging: str) -> Iterator[ApiWorld]:
        with ApiWorld.begin(tmp_path) as world:
            world.paging = paging
            yield world

    def test_what_came_is_not_asked_for_again(self, world: ApiWorld, into: Path) -> None:
        world.grow()
        world.served.script[:] = ["answer"] * 3 + [Response(500)] * 4
        with pytest.raises(Unavailable):
            world.open().harvest(mark="", into=into)
        asked = len(world.served.requests)
        assert world.brought(self.whole(world, into)) == world.held()
        assert len(world.served.requests) - asked <= 400 // SIZE - 3 + 1


class ChangingWorld(ApiWorld):
    """An API that knows what changed since when, and marks what is gone."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.clock = 0
        self.every: dict[str, dict[str, Any]] = {}
        self.touch()

    def touch(self) -> None:
        self.clock += 1
        there = {row["id"]: row for row in self.rows}
        for key in {*there, *self.every}:
            before = self.every.get(key)
            gone = key not in there
            now = {**(there.get(key) or before or {}), "dihapus": gone}
            if before is None or {**now, "berubah": 0} != {**before, "berubah": 0}:
                self.every[key] = {**now, "berubah": f"2026-11-{self.clock:02}T00:00:00Z"}

    def options(self) -> dict[str, object]:
        return {
            **super().options(), "since_param": "sejak", "since_path": "berubah", "key": ["id"],
            "deleted_path": "dihapus",
        }  # fmt: skip

    def reply(self, request: Request) -> Response:
        self.touch()
        kept, since = self.rows, request.query.get("sejak", "")
        self.rows = [row for _, row in sorted(self.every.items()) if row["berubah"] >= since]
        try:
            return super().reply(request)
        finally:
            self.rows = kept

    def held(self) -> object:
        self.touch()
        return [row for _, row in sorted(self.every.items()) if not row["dihapus"]]


class TestChanges(HttpConformance):
    @pytest.fixture
    def world(self, tmp_path: Path) -> Iterator[ChangingWorld]:
        with ChangingWorld.begin(tmp_path) as world:
            yield world

    def test_only_what_changed_is_brought(self, world: ChangingWorld, tmp_path: Path) -> None:
        for name in ("a", "b", "c"):
            (tmp_path / name).mkdir()
        first = self.whole(world, tmp_path / "a")
        world.delete()
        second = self.whole(world, tmp_path / "b", first.mark)
        assert second.extent is Extent.CHANGES
        assert second.deleted is not None
        assert [json.loads(line) for line in second.deleted.read_bytes().splitlines()] == [{"id": "3"}]
        before = world.brought(first)
        assert isinstance(before, list)
        assert merged(before, second, "id") == world.held()
        assert second.mark > first.mark


def test_who_cannot_tell_what_is_gone_is_named(tmp_path: Path) -> None:
    with ChangingWorld.begin(tmp_path) as world:
        source = registry.connector("rest").open({**world.options(), "deleted_path": ""}, world.surroundings())
        first = source.harvest(mark="", into=tmp_path)
        assert first is not None
        assert not first.notes
        world.change()
        second = source.harvest(mark=first.mark, into=tmp_path)
        assert second is not None
        assert second.deleted is None
        assert "deleted" in second.notes[0][0]


class OpenWorld(HttpWorld):
    """A simple list, no paging, no secret."""

    connector = "rest"
    said: Any = None

    def options(self) -> dict[str, object]:
        return {"address": f"{self.served.url}/daftar"}

    def answer(self, request: Request) -> Response:
        return Response.json(self.rows if self.said is None else self.said)


class TestOpen(HttpConformance):
    @pytest.fixture
    def world(self, tmp_path: Path) -> Iterator[OpenWorld]:
        with OpenWorld.begin(tmp_path) as world:
            yield world

    def source(self, world: OpenWorld, **options: object) -> Any:
        return registry.connector("rest").open({**world.options(), **options}, world.surroundings())

    def test_numbers_keep_their_digits(self, world: OpenWorld, into: Path) -> None:
        body = b'[{"a": 1.10, "b": 0.1234567890123456789, "c": 123456789012345678901, "d": 1e400, "e": "\\u00e9"}]'
        world.served.always = Response(200, body, {"Content-Type": "application/json"})
        line = self.whole(world, into).path.read_text()
        want = '{"a":1.10,"b":0.1234567890123456789,"c":123456789012345678901,"d":1e400,"e":"é"}\n'
        assert line == want

    def test_a_list_elsewhere_is_pointed_at(self, world: OpenWorld) -> None:
        world.said = {"hasil": {"baris": []}, "info": 1}
        with pytest.raises(Refused) as refused:
            world.open().check()
        assert "hasil.baris" in refused.value.say(language="id")

    def test_rows_of_values_get_the_names_of_their_columns(self, world: OpenWorld, into: Path) -> None:
        world.said = {"kolom": [{"name": "kode"}, "nama"], "baris": [["71.01", "Bolaang Mongondow"]]}
        harvest = self.source(world, records="baris", columns="kolom").harvest(mark="", into=into)
        assert json.loads(harvest.path.read_text()) == {"kode": "71.01", "nama": "Bolaang Mongondow"}

    def test_posts_carry_their_page_in_the_body(self, world: OpenWorld, into: Path) -> None:
        def answer(request: Request) -> Response:
            assert request.method == "POST"
            asked = request.json()
            assert asked["filter"] == {"kab": "71.01"}
            return Response.json(world.rows[asked["offset"] : asked["offset"] + 3])

        world.served.answer = answer
        source = self.source(
            world, method="POST", body='{"filter": {"kab": "71.01"}}', paging="offset", size=3, params=["v=1"]
        )
        assert world.brought(source.harvest(mark="", into=into)) == world.held()
        assert world.served.requests[0].query == {"v": "1"}

    def test_an_api_that_ignores_the_page_is_found_out(self, world: OpenWorld, into: Path) -> None:
        with pytest.raises(Misconfigured):
            self.source(world, paging="page", size=len(world.rows)).harvest(mark="", into=into)

    def test_a_page_after_the_last_may_be_missing(self, world: OpenWorld, into: Path) -> None:
        world.served.answer = lambda request: (
            Response.json(world.rows) if request.query.get("page") == "1" else Response(404)
        )
        assert world.brought(self.source(world, paging="page").harvest(mark="", into=into)) == world.held()

    def test_more_than_was_announced_is_not_left_behind(self, world: OpenWorld, into: Path) -> None:
        world.grow()

        def answer(request: Request) -> Response:
            start = int(request.query["offset"])
            return Response.json({"d": world.rows[start : start + 100], "total": 200})

        world.served.answer = answer
        harvest = self.source(world, paging="offset", records="d", total="total").harvest(mark="", into=into)
        assert world.brought(harvest) == world.held()
        assert harvest.notes

    def test_fewer_than_were_announced_are_told(self, world: OpenWorld, into: Path) -> None:
        world.said = {"d": world.rows, "total": 9}
        assert self.source(world, records="d", total="total").harvest(mark="", into=into).notes
        world.said = {"d": world.rows, "total": 900}
        with pytest.raises(Unavailable):
            self.source(world, records="d", total="total").harvest(mark="x", into=into)

    def test_the_next_page_on_another_host_does_not_get_the_secret(self, world: OpenWorld, into: Path) -> None:
        world.said = {"d": world.rows, "n": "http://127.0.0.1:1/other"}
        source = self.source(world, records="d", paging="next", next_path="n", auth="bearer", secret="KEY")
        with pytest.raises(Refused) as refused:
            source.harvest(mark="", into=into)
        assert refused.value.reason == "foreign-page"

    def test_a_key_repeated_in_the_next_address_is_not_kept(self, world: OpenWorld, into: Path) -> None:
        def answer(request: Request) -> Response:
            assert request.query["kunci"] == SECRET
            page = int(request.query.get("p", 1))
            return Response.json({"d": [world.rows[page]], "n": f"/daftar?kunci={SECRET}&p={page + 1}"})

        world.served.answer = answer
        world.served.script[:] = []
        source = self.source(
            world, records="d", paging="next", next_path="n", auth="query", auth_name="kunci", secret="KEY"
        )
        with pytest.raises(Exception):  # noqa: B017 - the rows end
            source.harvest(mark="", into=into)
        for path in into.iterdir():
            assert SECRET not in path.read_text()

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"paging": "cursor"}, "next_path"),
            ({"since_param": "s"}, "since_path"),
            ({"since_param": "s", "since_path": "t"}, "key"),
            ({"params": ["tanpa nilai"]}, "params"),
            ({"headers": ["Authorization: x"]}, "headers"),
            ({"body": "[]", "method": "POST"}, "body"),
            ({"body": "{}"}, "body"),
            ({"size": 0}, "size"),
        ],
    )
    def test_settings_go_together(self, world: OpenWorld, given: dict[str, object], field: str) -> None:
        with pytest.raises(Invalid) as invalid:
            self.source(world, **given)
        assert field in invalid.value.fields


@pytest.mark.shared
def test_answers_of_a_real_catalogue_are_read_page_by_page(tmp_path: Path) -> None:
    """Rows of a CKAN portal as it gave them, by offset, with its total, until its empty page."""
    home = SHARED / "data" / "api" / "ckan"
    first, last = (home / f"datastore_search_{name}.json" for name in ("page1", "last_empty_page"))
    rows = json.loads(first.read_bytes())["result"]["records"]

    def answer(request: Request) -> Response:
        body = first if request.query.get("offset", "0") == "0" else last
        return Response(200, body.read_bytes(), {"Content-Type": "application/json"})

    with serving(answer) as host:
        options = {
            "address": f"{host.url}/api/3/action/datastore_search", "params": ["resource_id=x"], "paging": "offset",
            "size_param": "limit", "size": len(rows), "records": "result.records",
        }  # fmt: skip
        around = Surroundings(secret=lambda name: "", allowed=("127.0.0.1",))
        harvest = registry.connector("rest").open(options, around).harvest(mark="", into=tmp_path)
        assert harvest is not None
        assert [json.loads(line) for line in harvest.path.read_text().splitlines()] == rows
        assert host.requests[1].query["offset"] == str(len(rows))
