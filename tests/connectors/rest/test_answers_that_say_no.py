"""Status 200 and no data: what the words of an API mean, and pages that never end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mapalus.engine.errors import Misconfigured, Problem, Unavailable
from mapalus.engine.harvest.connector import Vanished
from mapalus.engine.web import patience
from tests.connectors.served import Request, Response
from tests.connectors.variants import brought, fails, rows

LIST: dict[str, Any] = {"address": "{url}/a", "records": "data"}


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "pause", lambda seconds: None)


@pytest.mark.parametrize(("said", "kind"), [
    ({"success": False, "message": "server sibuk", "data": []}, Unavailable),
    ({"status": "error", "message": "basis data", "data": []}, Unavailable),
    ({"error": True, "message": "basis data", "data": []}, Unavailable),
    ({"code": 500, "message": "galat", "data": []}, Unavailable),
    ({"status": 401, "message": "Token expired", "data": None}, Misconfigured),
    ({"status": False, "message": "Unauthorized access", "data": []}, Misconfigured),
    ({"status": 404, "message": "Data tidak ditemukan", "data": []}, Vanished),
    ({"error": {"code": 403, "message": "no"}}, Misconfigured), ({"errors": ["x", "y"], "data": []}, Unavailable),
], ids=str)  # fmt: skip
def test_an_empty_list_beside_a_no_is_no_empty_table(tmp_path: Path, said: Any, kind: type[Problem]) -> None:
    fails(kind, "rest", lambda request: Response.json(said), tmp_path, **LIST)
    if "data" not in said:
        fails(kind, "http", lambda request: Response.json(said), tmp_path, address="{url}/data.csv")


@pytest.mark.parametrize(("said", "count"), [
    ({"status": 200, "message": "OK", "data": []}, 0), ({"success": True, "error": None, "data": []}, 0),
    ({"status": "error", "data": [{"a": 1}]}, 1), ({"code": 0, "error": False, "data": []}, 0),
    ({"data": {"0": {"id": 1}, "2": {"id": 3}}}, 2), ({"data": {"id": 1, "kode": 501}}, 1),
], ids=str)  # fmt: skip
def test_what_says_yes_or_brings_records_is_taken(tmp_path: Path, said: Any, count: int) -> None:
    assert len(rows(brought("rest", lambda request: Response.json(said), tmp_path, **LIST))) == count


def test_pages_that_lead_in_a_circle_end(tmp_path: Path) -> None:
    after = {"": "A", "A": "B", "B": "C", "C": "A"}

    def answer(request: Request) -> Response:
        here = request.query.get("cursor", "")
        return Response.json({"data": [{"n": here}], "next": after[here]})

    paging = {"paging": "cursor", "next_path": "next"}
    fails(Unavailable, "rest", answer, tmp_path, says="same page", **LIST, **paging)


@pytest.mark.parametrize("size", [1, 100])
def test_a_host_that_gives_its_last_page_for_every_later_one_is_read_once(tmp_path: Path, size: int) -> None:
    """Also where each answer repeats the number it was asked for."""

    def answer(request: Request) -> Response:
        number = int(request.query["page"])
        return Response.json({"data": [{"n": min(number, 3)}], "page": number})

    found = rows(brought("rest", answer, tmp_path, **LIST, paging="page", size=size))
    assert [row["n"] for row in found] == [1, 2, 3]


def test_no_content_behind_the_last_page_is_its_end(tmp_path: Path) -> None:
    def answer(request: Request) -> Response:
        return Response.json({"data": [{"n": 1}]}) if request.query["page"] == "1" else Response(204)

    assert rows(brought("rest", answer, tmp_path, **LIST, paging="page")) == [{"n": 1}]


@pytest.mark.parametrize(("body", "kind"), [
    ('[{"nama":"Café"}]'.encode("latin-1"), "application/json; charset=iso-8859-1"),
    ('\ufeff[{"nama":"Café"}]'.encode(), "application/json"), ('[{"nama":"Café"}]'.encode("utf-16"), "text/json"),
    ('[{"nama":"Café"}]'.encode(), "application/json; charset=iso-8859-1"),
    ('{"nama":"Café"}\n\n'.encode(), "application/x-ndjson"),
])  # fmt: skip
def test_letters_come_as_they_were_meant(tmp_path: Path, body: bytes, kind: str) -> None:
    found = brought("rest", lambda request: Response(200, body, {"Content-Type": kind}), tmp_path, address="{url}/a")
    assert rows(found) == [{"nama": "Café"}]


def test_a_403_that_wants_a_pause_is_asked_again(tmp_path: Path) -> None:
    script = [Response(403, b"rate limit", {"Retry-After": "3"})]
    found = brought("rest", lambda request: script.pop() if script else Response.json([{"a": 1}]), tmp_path,
                    address="{url}/a")  # fmt: skip
    assert rows(found) == [{"a": 1}]
