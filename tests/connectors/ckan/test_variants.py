"""Answers of real portals, old and new, that differ from what the documentation shows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mapalus.engine.errors import Misconfigured, Problem, Refused, Unavailable
from mapalus.engine.harvest import registry
from mapalus.engine.harvest.connector import Vanished
from mapalus.engine.web import patience
from tests.connectors.served import Request, Response, serving
from tests.connectors.variants import around, brought, fails, offered, rows

HTML = {"Content-Type": "text/html; charset=utf-8"}
PACKAGES = [
    {"id": f"p{n}", "name": f"data-{n}", "title": f"Data {n}", "organization": None, "groups": None, "tags": None,
     "extras": [{"key": "a", "value": "b"}], "resources": [{"id": f"r{n}", "url": "", "format": None}]}
    for n in range(3)
]  # fmt: skip


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "pause", lambda seconds: None)


def ok(result: object) -> Response:
    return Response.json({"success": True, "result": result})


def no(status: int, kind: str, message: str = "") -> Response:
    body = {"success": False, "error": {"__type": kind, "message": message}}
    return Response(status, json.dumps(body).encode(), {"Content-Type": "application/json"})


def action(request: Request) -> str:
    return request.path.rpartition("/")[2]


def portal(**answers: Any) -> Any:
    """A portal that answers these actions, and says of others what CKAN says."""

    def answer(request: Request) -> Response:
        said = answers.get(action(request))
        if said is None:
            return Response(400, json.dumps(f"Bad request - Action name not known: {action(request)}").encode())
        found: Response = said(request) if callable(said) else said
        return found

    return answer


def listed(request: Request) -> Response:
    start = int(request.query.get("offset", 0))
    return ok(PACKAGES[start : start + int(request.query["limit"])])


def shown(request: Request) -> Response:
    found = [one for one in PACKAGES if one["name"] == request.query["id"]]
    return ok(found[0]) if found else no(404, "Not Found Error", "Not found")


NO_SEARCH = {
    "unknown action": None, "forbidden": no(403, "Authorization Error", "Access denied"),
    "search broken": no(409, "Search Error", "SOLR returned an error"),
    "search query": no(409, "Search Query Error", "Invalid search query"),
    "not found": Response(404, b"<html>not found", HTML),
}  # fmt: skip


@pytest.mark.parametrize("search", list(NO_SEARCH.values()), ids=list(NO_SEARCH))
@pytest.mark.parametrize("lists", ["full", "names"])
def test_a_portal_whose_search_is_off_is_listed_another_way(search: Response | None, lists: str) -> None:
    known: dict[str, Any] = {"package_search": search}
    if lists == "full":
        known["current_package_list_with_resources"] = listed
    else:
        known |= {"package_list": ok([*(one["name"] for one in PACKAGES), "hilang"]), "package_show": shown}
    found = offered("ckan", portal(**known), address="{url}")
    assert [one.key for one in found] == ["r0", "r1", "r2"]


def test_a_portal_that_gives_no_list_at_all_says_what_its_search_said() -> None:
    with pytest.raises(Misconfigured):
        offered("ckan", portal(package_search=no(403, "Authorization Error", "Access denied")), address="{url}")


def test_a_portal_that_caps_its_pages_is_read_to_the_end() -> None:
    many = [{**PACKAGES[0], "id": f"p{n:04}", "resources": [{"id": f"r{n:04}", "url": "x"}]} for n in range(25)]

    def search(request: Request) -> Response:
        start = int(request.query["start"])
        return ok({"count": 25, "results": many[start : start + 10]})  # no facets, no sort, ten at most

    assert len(offered("ckan", portal(package_search=search), address="{url}")) == 25


def test_what_is_private_deleted_a_draft_or_no_data_is_not_offered() -> None:
    odd = [
        {"id": "a", "private": True, "resources": [{"id": "ra"}]},
        {"id": "b", "private": "True", "resources": [{"id": "rb"}]},
        {"id": "c", "state": "deleted", "resources": [{"id": "rc"}]},
        {"id": "d", "state": "draft", "resources": [{"id": "rd"}]},
        {"id": "e", "type": "harvest", "resources": [{"id": "re"}]},
        {"id": "f", "resources": None},
        {"id": "g"},
        {"id": "h", "title": None, "name": "h", "resources": [{"id": "rh", "state": "deleted"}, {"id": "rh2"}]},
    ]
    search = ok({"count": len(odd), "results": odd})
    found = offered("ckan", portal(package_search=lambda r: search if r.query["start"] == "0" else ok(
        {"count": len(odd), "results": []})), address="{url}")  # fmt: skip
    assert [(one.key, one.title) for one in found] == [("rh2", "h")]


DATASTORE = {"id": "r", "name": "x", "datastore_active": True}


def store(search: Any, **resource: Any) -> Any:
    return portal(resource_show=ok({**DATASTORE, **resource}), datastore_search=search)


def test_a_view_of_the_database_that_has_no_id_is_read_and_the_doubt_is_told(tmp_path: Path) -> None:
    def search(request: Request) -> Response:
        if request.query.get("sort"):
            return no(409, "Validation Error", 'field "_id" not in table: sort')
        start = int(request.query["offset"])
        return ok({"records": [{"n": n} for n in range(3)][start:], "total": 3, "fields": [{"id": "n"}]})

    found = brought("ckan", store(search), tmp_path, address="{url}", resource="r")
    assert [row["n"] for row in rows(found)] == [0, 1, 2]
    assert found is not None
    assert any("order" in text for text, _data in found.notes)


def test_a_limit_that_is_too_high_is_lowered(tmp_path: Path) -> None:
    def search(request: Request) -> Response:
        if int(request.query["limit"]) > 1000:
            return no(409, "Validation Error", "limit: maximum is 1000")
        start = int(request.query["offset"])
        return ok({"records": [{"_id": n} for n in range(250)][start : start + 100], "total": 250})

    assert len(rows(brought("ckan", store(search), tmp_path, address="{url}", resource="r"))) == 250


CSV = b"kode,nama\n1,a\n"


@pytest.mark.parametrize(("kind", "body", "is_data"), [
    ("text/html", CSV, True), ("application/octet-stream", CSV, True), ("", CSV, True),
    ("application/octet-stream", b"<!DOCTYPE html><html><title>Masuk</title>", False),
    ("text/csv", b"\n <html><body>Login", False),
])  # fmt: skip
def test_the_bytes_of_a_file_say_whether_it_is_a_page(tmp_path: Path, kind: str, body: bytes, is_data: bool) -> None:
    def answer(request: Request) -> Response:
        if request.path.endswith("resource_show"):
            return ok({"id": "r", "name": "x", "url": "/unduh/x.csv", "format": "csv"})
        return Response(200, body, {"Content-Type": kind} if kind else {})

    if is_data:
        found = brought("ckan", answer, tmp_path, address="{url}", resource="r")
        assert found is not None
        assert (found.path.read_bytes(), found.name) == (CSV, "x.csv")
    else:
        fails(Refused, "ckan", answer, tmp_path, says="web page", address="{url}", resource="r")


@pytest.mark.parametrize(("answer", "kind"), [
    (Response.json({"success": False, "error": {"__type": "Not Found Error", "message": "x"}}), Vanished),
    (Response.json({"success": False, "error": "Access denied"}), Problem),
    (Response(403, b"<html>403 Forbidden</html>", HTML), Misconfigured),
    (Response(404, b'"Not found"', {"Content-Type": "application/json"}), Vanished),
    (no(409, "Search Index Error", "could not connect"), Unavailable),
    (Response(200, b"<html>maintenance</html>", HTML), Refused),
    (ok({"id": "r", "state": "deleted"}), Vanished),
    (ok({"id": "r", "name": "x"}), Vanished),  # neither rows nor a file
    (ok([]), Refused),
])  # fmt: skip
def test_what_a_portal_says_instead(tmp_path: Path, answer: Response, kind: type[Problem]) -> None:
    fails(kind, "ckan", portal(resource_show=answer), tmp_path, address="{url}", resource="r")


def test_a_failed_page_in_the_middle_moves_nothing(tmp_path: Path) -> None:
    def search(request: Request) -> Response:
        start = int(request.query["offset"])
        if start:
            return Response(200, b'{"success": false, "error": {"__type": "Internal Server Error"}}')
        return ok({"records": [{"_id": n} for n in range(100)], "total": 200})

    fails(Unavailable, "ckan", store(search), tmp_path, address="{url}", resource="r")


@pytest.mark.parametrize(
    ("lists", "is_there"), [({"package_list": ok(["a"])}, True), ({}, False)], ids=["list", "none"]
)
def test_a_portal_without_a_search_is_there_all_the_same(lists: dict[str, Any], is_there: bool) -> None:
    with serving(portal(package_search=no(403, "Authorization Error", "Access denied"), **lists)) as served:
        shelf = registry.connector("ckan").shelf({"address": served.url}, around())
        assert shelf is not None
        if is_there:
            shelf.check()
        else:
            with pytest.raises(Misconfigured):
                shelf.check()


@pytest.mark.parametrize("resource", [
    {"url_type": "datastore", "url": "http://x/datastore/dump/r"}, {"url": "_datastore_only_resource"},
    {"datastore_active": "True", "url": ""},
])  # fmt: skip
def test_rows_that_never_were_a_file_are_known_however_a_portal_says_so(tmp_path: Path, resource: Any) -> None:
    page = lambda request: ok({"records": [] if int(request.query["offset"]) else [{"_id": 1, "a": 2}]})  # noqa: E731
    answer = portal(resource_show=ok({"id": "r", **resource}), datastore_search=page)
    assert rows(brought("ckan", answer, tmp_path, address="{url}", resource="r")) == [{"a": 2}]


@pytest.mark.parametrize("address", ["{host}/f.csv", " http://{host}/f.csv ", "/f.csv", "http://{host}/f (1).csv"])
def test_addresses_are_read_as_people_type_them(tmp_path: Path, address: str) -> None:
    def answer(request: Request) -> Response:
        if request.path.startswith("/f"):
            return Response(200, CSV, {"Content-Type": "text/csv"})
        return ok({"id": "r", "url": address.format(host=request.headers["host"]), "format": "CSV"})

    found = brought("ckan", answer, tmp_path, address="{url}", resource="r")
    assert found is not None
    assert found.path.read_bytes() == CSV


@pytest.mark.parametrize("second", [
    {"records": [{"_id": 3, "b": 3}], "total": 3, "fields": [{"id": "_id"}, {"id": "b"}]},  # loaded anew
    {"records": [{"_id": 4, "a": 4}], "total": 3, "fields": [{"id": "a"}]},  # rows were deleted: one is passed over
])  # fmt: skip
def test_a_table_that_is_changed_between_two_pages_is_read_anew(tmp_path: Path, second: Any) -> None:
    first = {"records": [{"_id": 1, "a": 1}, {"_id": 2, "a": 2}], "total": 4, "fields": [{"id": "_id"}, {"id": "a"}]}
    then = {"records": [{"_id": n, "a": n} for n in (2, 3, 4)], "total": 3, "fields": [{"id": "a"}]}
    said = [first, second, then, {**then, "records": []}]
    answer = store(lambda request: ok(said.pop(0)))
    known: dict[str, Any] = {"address": "{url}", "resource": "r", "page": 2}
    with serving(answer) as served:
        source = registry.connector("ckan").open({**known, "address": served.url}, around())
        with pytest.raises(Unavailable, match="changed"):
            source.harvest(mark="", into=tmp_path)
        assert [row["a"] for row in rows(source.harvest(mark="", into=tmp_path))] == [2, 3, 4]


@pytest.mark.parametrize("said", [
    {"title": {"en": "Schools", "id": "Sekolah"}}, {"title": {"en": "Sekolah"}}, {"title": {"fr": "Sekolah"}},
    {"title": "", "title_translated": {"id": "Sekolah"}}, {"title": None, "name": "Sekolah"},
])  # fmt: skip
def test_one_language_of_a_title_is_shown(said: Any) -> None:
    package = {"id": "p", "notes": {"id": "Isi"}, "resources": [{"id": "r"}], **said}
    search = portal(package_search=lambda r: ok({"count": 1, "results": [package] if r.query["start"] == "0" else []}))
    (one,) = offered("ckan", search, address="{url}")
    assert (one.title, one.description) == ("Sekolah", "Isi")


def test_a_list_that_ends_early_is_not_a_short_one() -> None:
    """Nine of ten, and then an empty page: more than an index loses."""
    search = portal(package_search=lambda r: ok({"count": 10, "results": (PACKAGES * 3)[int(r.query["start"]) :]}))
    with pytest.raises(Unavailable):
        offered("ckan", search, address="{url}")
