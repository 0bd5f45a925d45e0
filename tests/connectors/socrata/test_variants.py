"""Answers of Socrata portals besides the usual ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mapalus.engine.errors import Misconfigured, Problem, Refused, Unavailable
from mapalus.engine.harvest.connector import Vanished
from mapalus.engine.web import patience
from tests.connectors.served import Request, Response
from tests.connectors.variants import Answer, brought, fails, rows

DATASET: dict[str, Any] = {"address": "{url}", "dataset": "abcd-1234", "page": 2}
EVERY: list[dict[str, Any]] = [{":id": f"row-{n}", "n": str(n)} for n in range(5)]


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "pause", lambda seconds: None)


def portal(page: Answer, *, about: Response | None = None, count: Response | None = None) -> Answer:
    def answer(request: Request) -> Response:
        if request.path.startswith("/api/views"):
            return about or Response.json({"name": "x"})
        if request.query.get("$select") == "count(*)":
            return count or Response.json([{"count": "5"}])
        return page(request)

    return answer


def pages(request: Request) -> Response:
    start = int(request.query.get("$offset", 0))
    return Response.json(EVERY[start : start + int(request.query["$limit"])])


@pytest.mark.parametrize(("about", "count"), [
    (None, None), (Response(404), None), (Response(403), None), (Response(200, b"<html>"), None),
    (Response.json([]), None), (None, Response.json([{"count_1": "5"}])), (None, Response.json([])),
    (None, Response(400, b'{"code": "query.soql.no-such-function", "error": true}')),
    (None, Response.json([{"count": "tidak"}])),
])  # fmt: skip
def test_rows_come_whatever_is_said_about_them(tmp_path: Path, about: Response | None, count: Response | None) -> None:
    found = brought("socrata", portal(pages, about=about, count=count), tmp_path, **DATASET)
    assert [row["n"] for row in rows(found)] == ["0", "1", "2", "3", "4"]


def test_a_portal_that_is_asked_too_often_is_waited_for_as_it_says(tmp_path: Path) -> None:
    left, waits = [2], list[float]()

    def page(request: Request) -> Response:
        if left[0]:
            left[0] -= 1
            return Response(429, b"", {"Retry-After": "7"})
        return pages(request)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(patience, "pause", waits.append)
        assert len(rows(brought("socrata", portal(page), tmp_path, **DATASET))) == 5
    assert [seconds for seconds in waits if seconds >= 7] != []


def no(status: int, **said: Any) -> Response:
    import json

    return Response(status, json.dumps({"error": True, **said}).encode(), {"Content-Type": "application/json"})


@pytest.mark.parametrize(("said", "kind"), [
    (no(404, code="dataset.missing", message="Not found"), Vanished), (no(400, code="dataset.missing"), Vanished),
    (no(400, errorCode="query.soql.column-not-in-group-bys", message="x"), Refused),
    (no(200, code="permission_denied", message="no"), Misconfigured), (no(400, code="query.timeout"), Unavailable),
    (no(403, code="permission_denied"), Misconfigured), (Response(202, b""), Unavailable), (Response(500), Unavailable),
    (Response(200, b"<html>"), Refused), (Response.json({"data": []}), Refused), (Response.json([1]), Refused),
])  # fmt: skip
def test_what_a_portal_says_instead(tmp_path: Path, said: Response, kind: type[Problem]) -> None:
    fails(kind, "socrata", portal(lambda request: said), tmp_path, **DATASET)


@pytest.mark.parametrize("path", [
    "resource/abcd-1234.json", "Pendidikan/Sekolah/abcd-1234", "d/abcd-1234/", "api/views/abcd-1234?x=1",
    "dataset/Sekolah-2024/abcd-1234/about_data",
])  # fmt: skip
def test_who_copies_an_address_has_named_the_dataset(tmp_path: Path, path: str) -> None:
    def answer(request: Request) -> Response:
        return portal(pages)(request) if request.path == "/resource/abcd-1234.json" else Response(404)

    assert rows(brought("socrata", answer, tmp_path, address="{url}/" + path))
