"""A CKAN portal: rows of the datastore, files, the list, and the odd answers of real portals."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from mapalus.connectors.ckan import connector
from mapalus.connectors.ckan.api import Denied
from mapalus.engine.errors import Misconfigured, Problem, Refused, Unavailable
from mapalus.engine.harvest.connector import Offering, Surroundings, Vanished
from mapalus.engine.web import patience
from tests.conftest import SHARED
from tests.connectors.conformance import HttpConformance
from tests.connectors.served import Request, Response, Served, ranged, serving
from tests.connectors.worlds import SECRET, HttpWorld

RESOURCE = "711069ae-b409-4584-843a-3d6f5a47e129"


def said(result: object) -> Response:
    return Response.json({"help": "x", "success": True, "result": result})


def denied(kind: str, status: int, **words: Any) -> Response:
    body = {"help": "x", "success": False, "error": {"__type": kind, **words}}
    return Response(status, json.dumps(body).encode(), {"Content-Type": "application/json"})


class DatastoreWorld(HttpWorld):
    connector = "ckan"
    cap = 100  # rows that the portal gives at most, whatever is asked for
    resource: dict[str, Any] = {"id": RESOURCE, "name": "Sekolah 2026.csv", "state": "active", "datastore_active": True}

    def options(self) -> dict[str, object]:
        return {"address": self.served.url + "/dataset/sekolah", "resource": RESOURCE, "token": "KUNCI"}

    def answer(self, request: Request) -> Response:
        if request.headers.get("authorization") != SECRET:
            return denied("Authorization Error", 403, message="Access denied")
        if request.path.endswith("/resource_show"):
            return said(self.resource)
        assert request.path == "/api/3/action/datastore_search"
        start, limit = int(request.query["offset"]), min(int(request.query["limit"]), self.cap)
        rows = [{"_id": n, **row} for n, row in enumerate(self.rows, start=1)][start : start + limit]
        fields = [{"id": "_id", "type": "int"}, {"id": "id", "type": "text"}, {"id": "siswa", "type": "int4"}]
        return said({"fields": fields, "records": rows, "total": len(self.rows), "limit": limit, "offset": start})


class FileWorld(DatastoreWorld):
    """The same portal where the resource is a file."""

    def options(self) -> dict[str, object]:
        return {**super().options(), "via": "file"}

    def body(self) -> bytes:
        return "".join(",".join(row.values()) + "\n" for row in self.rows).encode()

    def held(self) -> object:
        return self.body()

    def answer(self, request: Request) -> Response:
        if request.path.endswith("/resource_show"):
            self.resource = {**self.resource, "url": f"{self.served.url}/unduh/sekolah.csv", "format": "CSV"}
            return super().answer(request)
        return ranged(request, self.body(), etag=f'"{hash(self.body())}"')


class TestDatastore(HttpConformance):
    @pytest.fixture
    def world(self, tmp_path: Path) -> Iterator[DatastoreWorld]:
        with DatastoreWorld.begin(tmp_path) as world:
            yield world

    def test_the_own_columns_of_ckan_are_left_out_and_types_are_told(self, world: DatastoreWorld, into: Path) -> None:
        found = self.whole(world, into)
        assert "_id" not in found.path.read_text()
        assert json.loads(found.facts["fields"]) == {"id": "text", "siswa": "int4"}
        assert found.name == "sekolah-2026.ndjson"
        assert world.open().harvest(mark=found.mark, into=into) is None


class TestFile(HttpConformance):
    @pytest.fixture
    def world(self, tmp_path: Path) -> Iterator[FileWorld]:
        with FileWorld.begin(tmp_path) as world:
            yield world


def _around() -> Surroundings:
    return Surroundings(secret=lambda name: SECRET, allowed=("127.0.0.1",))


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "pause", lambda seconds: None)


def _harvest(served: Served, into: Path, **options: object) -> Any:
    opened = connector.open({"address": served.url, "resource": RESOURCE, **options}, _around())
    return opened.harvest(mark="", into=into)


def _pages(pages: Mapping[int, Any], **resource: Any) -> Any:
    """A datastore that has these answers by offset."""

    def answer(request: Request) -> Response:
        if request.path.endswith("resource_show"):
            return said({"id": RESOURCE, "name": "x", "datastore_active": True, **resource})
        found = pages[int(request.query["offset"])]
        return found if isinstance(found, Response) else said(found)

    return answer


def rows(harvest: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in harvest.path.read_text().splitlines()]


@pytest.mark.shared
def test_recorded_pages_of_a_datastore_come_as_they_are(tmp_path: Path) -> None:
    folder = SHARED / "data" / "api" / "ckan"
    first = (folder / "datastore_search_page1.json").read_bytes()
    last = (folder / "datastore_search_last_empty_page.json").read_bytes()
    kind = {"Content-Type": "application/json;charset=utf-8"}
    with serving(_pages({0: Response(200, first, kind), 2: Response(200, last, kind)})) as served:
        assert rows(_harvest(served, tmp_path)) == [{"id": 1, "name": "english"}, {"id": 2, "name": "中国人"}]
    types = (folder / "datastore_search_types.json").read_bytes()
    with serving(_pages({0: Response(200, types, kind), 1: Response(200, last, kind)})) as served:
        found = _harvest(served, tmp_path, page=1)
        assert rows(found)[0]["array"] == ["Mike", "John"]
        assert json.loads(found.facts["fields"])["number"] == "float8"


def test_a_total_that_lies_loses_no_row(tmp_path: Path) -> None:
    page = {"fields": [], "total": 1}
    pages = {
        0: {**page, "records": [{"_id": 1, "a": 1}, {"_id": 2, "a": 2}]},
        2: {**page, "records": [{"_id": 2, "a": 2}, {"_id": 3, "a": 3}]},
        4: {**page, "records": []},
    }
    with serving(_pages(pages)) as served:
        found = _harvest(served, tmp_path, page=2)
    assert [row["a"] for row in rows(found)] == [1, 2, 3]
    assert {note[0] for note in found.notes} == {
        "The source speaks of %(said)s records and brought %(brought)s.",
        "%(count)s rows came twice and were kept once.",
    }  # fmt: skip


def test_a_portal_that_repeats_a_page_does_not_go_on_for_ever(tmp_path: Path) -> None:
    page = {"fields": [], "total": 50, "records": [{"_id": 1, "a": 1}, {"_id": 2, "a": 2}]}
    with serving(_pages({0: page, 2: page})) as served, pytest.raises(Unavailable, match="same page"):
        _harvest(served, tmp_path, page=2)


def test_a_list_that_breaks_off_is_not_a_short_one(tmp_path: Path) -> None:
    first = {"fields": [], "total": 50, "records": [{"_id": 1, "a": 1}]}
    with (
        serving(_pages({0: first, 1: {**first, "records": []}})) as served,
        pytest.raises(Unavailable, match="1 of 50"),
    ):
        _harvest(served, tmp_path, page=1)


def test_a_datastore_that_is_announced_and_missing_leaves_the_file(tmp_path: Path) -> None:
    def answer(request: Request) -> Response:
        if request.path.endswith("resource_show"):
            return said({"id": RESOURCE, "datastore_active": True, "url": "/x.csv", "format": "csv"})
        if request.path == "/x.csv":
            return Response(200, b"a,b\n1,2\n", {"Content-Type": "text/csv"})
        return denied("Not Found Error", 404, message="Resource was not found.")

    with serving(answer) as served:
        found = _harvest(served, tmp_path)
        assert (found.path.read_bytes(), found.name) == (b"a,b\n1,2\n", f"{RESOURCE}.csv")
        with pytest.raises(Vanished):
            _harvest(served, tmp_path, via="datastore")


def test_a_page_around_the_file_is_not_the_file(tmp_path: Path) -> None:
    def answer(request: Request) -> Response:
        if request.path.endswith("resource_show"):
            return said({"id": RESOURCE, "url": "/x.csv"})
        return Response(200, b"<html>", {"Content-Type": "text/html; charset=utf-8"})

    with serving(answer) as served, pytest.raises(Refused, match="web page"):
        _harvest(served, tmp_path)


@pytest.mark.parametrize(
    ("answer", "meaning", "words"),
    [
        (denied("Not Found Error", 404, message="Não encontrado"), Vanished, "Não encontrado"),
        (denied("Not Found Error", 200, message="Not found"), Vanished, "Not found"),
        (denied("Authorization Error", 403, message="Access denied"), Misconfigured, "Access denied"),
        (denied("Validation Error", 409, id=["Missing value"]), Denied, "id: Missing value"),
        (denied("Internal Server Error", 500, message="x"), Unavailable, "fault"),
        (Response(400, b'"Bad request: Action name not known: resource_show"'), Denied, "Action name not known"),
        (Response(404, b"<html>Not Found</html>", {"Content-Type": "text/html"}), Vanished, "no interface of CKAN"),
        (Response(500, b"Internal Server Error"), Unavailable, "fault of its own"),
        (Response(200, b"<html>perawatan</html>"), Refused, "web page"),
        (Response(200, b"[]"), Refused, "not answer as CKAN"),
        (Response(200, b'{"success": true}'), Refused, "not answer as CKAN"),
        (said("bukan objek"), Refused, "not answer as CKAN"),
        (said({"id": RESOURCE, "state": "deleted"}), Vanished, "taken"),
    ],
)
def test_errors_are_told_apart(tmp_path: Path, answer: Response, meaning: type[Problem], words: str) -> None:
    with serving(lambda request: answer) as served, pytest.raises(meaning, match=words):
        _harvest(served, tmp_path)


def package(name: str, **more: Any) -> dict[str, Any]:
    return {
        "id": f"id-{name}", "name": name, "title": name.title(), "private": False, "state": "active", "type": "dataset",
        "organization": {"name": "dinkes", "title": "Dinas Kesehatan"}, "license_title": "CC BY",
        "metadata_modified": "2023-01-30T11:15:06.596410", "tags": [{"name": "desa"}],
        "extras": [{"key": "a", "value": "b"}],
        "resources": [{"id": f"r-{name}", "name": "Data", "format": "csv", "state": "active"}], **more,
    }  # fmt: skip


def _offered(served: Served, **options: object) -> list[Offering]:
    shelf = connector.shelf({"address": served.url, **options}, _around())
    assert shelf is not None
    return list(shelf.offered())


def test_the_list_has_every_public_resource_once() -> None:
    packages = [
        package("a"), package("b", private=True), package("c", state="draft"), package("d", type="harvest"),
        package("e", resources=[]), package("f"), package("f"), package("g", private="False"),
    ]  # fmt: skip

    def answer(request: Request) -> Response:
        assert request.query["sort"] == "id asc"
        start = int(request.query["start"])
        return said({"count": len(packages), "results": packages[start : start + 3]})

    with serving(answer) as served:
        found = _offered(served)
        assert [one.key for one in found] == ["r-a", "r-f", "r-g"]
        one = found[0]
    assert (one.title, one.publisher, one.license, one.format, one.keywords) == (
        "A", "Dinas Kesehatan", "CC BY", "CSV", ("desa",)
    )  # fmt: skip
    assert one.options == {"address": served.url, "resource": "r-a"}
    assert one.changed_at is not None
    assert one.changed_at.isoformat() == "2023-01-30T11:15:06.596410+00:00"
    assert one.metadata["package"]["extras"] == [{"key": "a", "value": "b"}]  # type: ignore[index]


def test_a_list_that_repeats_itself_or_breaks_off_is_a_problem() -> None:
    page = {"count": 40, "results": [package("a"), package("b")]}
    with serving(lambda request: said(page)) as served, pytest.raises(Unavailable, match="same page"):
        _offered(served)
    ends = {0: page, 2: {"count": 40, "results": []}}
    with serving(lambda request: said(ends[int(request.query["start"])])) as served, pytest.raises(Unavailable):
        _offered(served)


def test_only_one_organisation_is_asked_for_and_a_broken_search_is_gone_round() -> None:
    def answer(request: Request) -> Response:
        if request.path.endswith("package_search"):
            assert request.query["fq"] == 'organization:"dinkes"'
            return denied("Search Error", 409, message="Search error: down")
        assert request.path.endswith("current_package_list_with_resources")
        start = int(request.query["offset"])
        return said([package("a"), package("z", organization={"name": "lain"})][start:])

    with serving(answer) as served:
        assert [one.key for one in _offered(served, organization="dinkes")] == ["r-a"]


@pytest.mark.shared
def test_the_recorded_list_of_a_national_portal_is_read() -> None:
    recorded = json.loads((SHARED / "data" / "api" / "ckan" / "package_search_dados_gov_br.json").read_bytes())
    recorded["result"]["count"] = len(recorded["result"]["results"])

    def answer(request: Request) -> Response:
        if request.query["start"] != "0":
            return said({"count": 10, "results": []})
        return Response.json(recorded)

    with serving(answer) as served:
        found = _offered(served)
    resources = [one for one in recorded["result"]["results"] for one in one["resources"]]
    assert len(found) == len(resources)
    assert all(one.title and one.changed_at for one in found)
