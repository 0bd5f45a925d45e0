"""Socrata: pages in the order of `:id`, changes by `:updated_at`, deletions by the count, and odd answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mapalus.connectors.socrata import connector
from mapalus.engine.errors import Misconfigured, Problem, Refused, Unavailable
from mapalus.engine.harvest.connector import Extent, Harvest, Surroundings, Vanished
from tests.conftest import SHARED
from tests.connectors.conformance import HttpConformance
from tests.connectors.served import Request, Response, serving
from tests.connectors.worlds import SECRET, HttpWorld


class DatasetWorld(HttpWorld):
    connector = "socrata"
    about = True  # whether the portal describes its datasets

    def options(self) -> dict[str, object]:
        return {"address": self.served.url, "dataset": "abcd-1234", "token": "TOKEN", "page": 100}

    def stamped(self) -> list[dict[str, str]]:
        """Each row with a moment that is its own until it changes."""
        changed = {json.dumps(row, sort_keys=True) for row in getattr(self, "before", self.rows)}
        late = "2026-02-01T00:00:00.000Z"
        return [
            {":id": f"row-{row['id']}", ":created_at": late if int(row["id"]) == 8 else "2026-01-01T00:00:00.000Z",
             ":updated_at": "2026-01-01T00:00:00.000Z" if json.dumps(row, sort_keys=True) in changed else late, **row}
            for row in self.rows
        ]  # fmt: skip

    def change(self) -> None:
        self.before = self.rows
        super().change()

    def answer(self, request: Request) -> Response:
        if request.headers.get("x-app-token") != SECRET:
            return Response(403, b'{"message": "You must be logged in to access this resource", "error": true}')
        if request.path == "/api/views/abcd-1234.json":
            stamp = hash(json.dumps(self.rows))
            columns = [{"fieldName": name, "dataTypeName": "text"} for name in ("id", "nama", "siswa")]
            return Response.json({"name": "Sekolah", "rowsUpdatedAt": stamp, "columns": columns} if self.about else {})
        rows, where = self.stamped(), request.query.get("$where", "")
        for name, sign, moment in re.findall(r"(:\w+) (>=|>) '([^']+)'", where):
            rows = [row for row in rows if row[name] > moment or (sign == ">=" and row[name] == moment)]
        if request.query.get("$select") == "count(*)":
            return Response.json([{"count": str(len(rows))}])
        rows = sorted(rows, key=lambda row: row[":id"])
        start = int(request.query.get("$offset", 0))
        return Response.json(rows[start : start + int(request.query["$limit"])])


class ChangingWorld(DatasetWorld):
    key = "id"

    def options(self) -> dict[str, object]:
        return {**super().options(), "changes": True}

    def held(self) -> Any:
        return [{"row_id": f"row-{row['id']}", **row} for row in sorted(self.rows, key=lambda row: row["id"])]


class TestDataset(HttpConformance):
    @pytest.fixture
    def world(self, tmp_path: Path) -> Iterator[DatasetWorld]:
        with DatasetWorld.begin(tmp_path) as world:
            yield world


class TestChanges(HttpConformance):
    @pytest.fixture
    def world(self, tmp_path: Path) -> Iterator[ChangingWorld]:
        with ChangingWorld.begin(tmp_path) as world:
            yield world

    def test_only_changes_come_and_a_deletion_brings_the_whole(self, world: ChangingWorld, into: Path) -> None:
        first = self.whole(world, into)
        world.change()
        second = world.open().harvest(mark=first.mark, into=into)
        assert second is not None
        found = {json.loads(line)["id"] for line in second.path.read_text().splitlines()}
        assert second.extent is Extent.CHANGES
        assert {"2", "8"} <= found
        world.delete()
        third = world.open().harvest(mark=second.mark, into=into)
        assert third is not None
        assert third.extent is Extent.WHOLE


def _harvest(answer: Any, into: Path, **options: object) -> Harvest:
    with serving(answer) as served:
        known = {"address": served.url, "dataset": "abcd-1234", **options}
        found = connector.open(known, Surroundings(secret=str, allowed=("127.0.0.1",))).harvest(mark="", into=into)
    assert found is not None
    return found


@pytest.mark.shared
def test_a_recorded_page_comes_whole(tmp_path: Path) -> None:
    body = (SHARED / "data" / "api" / "socrata" / "bike_counts_page_1.json").read_bytes()

    def answer(request: Request) -> Response:
        if not request.path.startswith("/resource"):
            return Response(404, b"{}")
        if request.query.get("$select") == "count(*)":
            return Response(400, b'{"code": "query.soql.no-such-column", "error": true, "message": "x"}')
        return Response(200, body if request.query["$offset"] == "0" else b"[]")

    found = _harvest(answer, tmp_path)
    rows = [json.loads(line) for line in found.path.read_text().splitlines()]
    assert rows == json.loads(body)


def test_an_empty_cell_has_its_column(tmp_path: Path) -> None:
    def answer(request: Request) -> Response:
        if request.path.startswith("/api"):
            return Response.json({"columns": [{"fieldName": "a"}, {"fieldName": "b"}, {"fieldName": ":id"}]})
        return Response.json([] if request.query.get("$offset") != "0" else [{"b": "1"}])

    assert _harvest(answer, tmp_path).path.read_text() == '{"a":null,"b":"1"}\n'


def test_a_view_without_ids_is_read_without_an_order_and_says_so(tmp_path: Path) -> None:
    def answer(request: Request) -> Response:
        if not request.path.startswith("/resource"):
            return Response(403, b"{}")
        if "$order" in request.query:
            return Response(
                400, b'{"code": "query.soql.no-such-column", "error": true, "message": "No such column :id"}'
            )
        return Response.json([] if request.query.get("$offset", "0") != "0" else [{"a": "1"}])

    assert [note[0] for note in _harvest(answer, tmp_path).notes if "order" in note[0]]


def test_the_same_page_again_is_not_the_next_one(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="same page"):
        _harvest(lambda request: Response.json([{"a": "5"}]), tmp_path)


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        (Response(403, b'{"message": "You must be logged in to access this resource", "error": true}'), Misconfigured),
        (Response(200, b'{"message": "You must be logged in to access this resource", "error": true}'), Misconfigured),
        (Response(404, b'{"code": "dataset.missing", "error": true, "message": "Not found"}'), Vanished),
        (Response(400, b'{"code": "dataset.missing", "error": true, "message": "Not found"}'), Vanished),
        (Response(400, b'{"code": "query.execution.timeout", "error": true, "message": "x"}'), Unavailable),
        (Response(200, b"<html>"), Refused),
        (Response(200, b'{"a": 1}'), Refused),
        (Response(200, b'["a"]'), Refused),
    ],
)
def test_errors_are_told_apart(tmp_path: Path, answer: Response, meaning: type[Problem]) -> None:
    with pytest.raises(meaning):
        _harvest(lambda request: answer, tmp_path)


def test_the_shelf_pages_through_the_catalogue() -> None:
    found = [{"resource": {"id": f"aaaa-000{n}", "name": f"N{n}", "data_updated_at": "2026-01-01T00:00:00.000Z"},
              "classification": {"domain_tags": ["x"]}, "permalink": "https://x/"} for n in range(3)]  # fmt: skip

    def answer(request: Request) -> Response:
        start = int(request.query["offset"])
        return Response.json({"results": found[start : start + 2], "resultSetSize": 3})

    with serving(answer) as served:
        shelf = connector.shelf({"address": served.url}, Surroundings(secret=str, allowed=("127.0.0.1",)))
        assert shelf is not None
        offered = list(shelf.offered())
    assert (offered[0].key, offered[0].title, offered[0].keywords) == ("aaaa-0000", "N0", ("x",))
    assert len(offered) == 3
    assert offered[0].changed_at is not None
