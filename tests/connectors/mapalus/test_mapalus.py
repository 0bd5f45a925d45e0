"""Another Mapalus: versions with a key and without, every one or the newest, and its list."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mapalus.connectors.mapalus import connector
from mapalus.engine.harvest.connector import Harvest, Surroundings, Vanished
from tests.connectors.conformance import HttpConformance
from tests.connectors.served import Request, Response, serving
from tests.connectors.worlds import SECRET, HttpWorld


class SharedWorld(HttpWorld):
    """With a key; another state of its rows is another version."""

    connector = "mapalus"
    versions: list[list[dict[str, Any]]]

    def options(self) -> dict[str, object]:
        return {"address": self.served.url, "dataset": "sampah-harian", "key": "MANADO", "page": 100}

    def answer(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {SECRET}":
            return Response(401, b"{}")
        self.versions = getattr(self, "versions", [])
        if not self.versions or self.versions[-1] != self.rows:
            self.versions.append(self.rows)
        base = "/api/v1/federation/datasets/sampah-harian/versions"
        if request.path == base:
            return Response.json(_listed(len(self.versions)))
        assert request.path.startswith(base)
        rows = self.versions[int(request.path.split("/")[-2]) - 1]
        return _page(rows, request)


class OpenWorld(SharedWorld):
    """Without a key, as anybody may ask."""

    cannot = {"shut_out": "it is open to all"}

    def options(self) -> dict[str, object]:
        return {"address": self.served.url, "dataset": "sampah-harian", "page": 100}

    def answer(self, request: Request) -> Response:
        self.versions = getattr(self, "versions", [])
        if not self.versions or self.versions[-1] != self.rows:
            self.versions.append(self.rows)
        if request.path.endswith("/versions"):
            return Response.json(_listed(len(self.versions)))
        return _page(self.versions[int(request.query["version"]) - 1], request)


def _listed(count: int) -> list[dict[str, Any]]:
    return [{"number": n, "status": "tetap", "is_current": n == count} for n in range(1, count + 1)]


def _page(rows: list[dict[str, Any]], request: Request) -> Response:
    start, limit = int(request.query["offset"]), int(request.query["limit"])
    numbered = [{"_id": n, **row} for n, row in enumerate(rows, start=1)]
    return Response.json({"total": len(rows), "offset": start, "rows": numbered[start : start + limit]})


class TestShared(HttpConformance):
    @pytest.fixture
    def world(self, tmp_path: Path) -> Iterator[SharedWorld]:
        with SharedWorld.begin(tmp_path) as world:
            yield world


class TestOpen(HttpConformance):
    @pytest.fixture
    def world(self, tmp_path: Path) -> Iterator[OpenWorld]:
        with OpenWorld.begin(tmp_path) as world:
            yield world


def _rows(harvest: Harvest | None) -> list[str]:
    assert harvest is not None
    return [json.loads(line)["id"] for line in harvest.path.read_text().splitlines()]


def test_who_was_away_brings_every_version_or_the_newest(tmp_path: Path) -> None:
    def answer(request: Request) -> Response:
        if request.path.endswith("/versions"):
            return Response.json(_listed(3))
        return _page([{"id": f"v{request.query['version']}"}], request)

    with serving(answer) as served:
        around = Surroundings(secret=str, allowed=("127.0.0.1",))
        for takes, expected in (("all", ["v2", "v3"]), ("newest", ["v3"])):
            source = connector.open({"address": served.url, "dataset": "x", "takes": takes}, around)
            mark, brought = '{"version": "1"}', []
            while (harvest := source.harvest(mark=mark, into=tmp_path)) is not None:
                brought += _rows(harvest)
                mark = harvest.mark
            assert brought == expected


def test_no_version_any_more_is_vanished_and_the_list_is_whole(tmp_path: Path) -> None:
    names = [f"data-{n}" for n in range(150)]

    def answer(request: Request) -> Response:
        if request.path.endswith("/versions"):
            return Response.json([])
        start = int(request.query["offset"])
        items = [{"name": name, "title": name} for name in names[start : start + 100]]
        return Response.json({"count": len(names), "items": items})

    with serving(answer) as served:
        around = Surroundings(secret=str, allowed=("127.0.0.1",))
        with pytest.raises(Vanished):
            connector.open({"address": served.url, "dataset": "x"}, around).harvest(mark="", into=tmp_path)
        shelf = connector.shelf({"address": served.url}, around)
        assert shelf is not None
        assert [one.key for one in shelf.offered()] == names
