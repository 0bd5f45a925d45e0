"""APIs with tokens that end, counts that change on the way, and pages that stand still."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from mapalus.engine.errors import Invalid, Misconfigured, Problem, Refused, Unavailable
from mapalus.engine.harvest import registry
from mapalus.engine.harvest.connector import Vanished
from mapalus.engine.web import patience
from tests.connectors.served import Request, Response
from tests.connectors.variants import SECRET, Answer, around, brought, fails, rows

API: dict[str, Any] = {"address": "{url}/v1/sekolah", "records": "data", "paging": "page", "size": 2}
GRANT = {"auth": "oauth2", "token_address": "{url}/token", "auth_name": "klien 1", "secret": "RAHASIA", "scope": "baca"}
EVERY = [{"id": n} for n in range(5)]


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "pause", lambda seconds: None)


class Guarded:
    """An API behind tokens; each lasts for `uses` questions."""

    def __init__(self, *, way: str = "basic", uses: int = 99, lasts: Any = 3600, said: Response | None = None) -> None:
        self.way, self.uses, self.lasts, self.said = way, uses, lasts, said
        self.made, self.left, self.asked = 0, 0, 0

    def __call__(self, request: Request) -> Response:
        return self.token(request) if request.path == "/token" else self.rows(request)

    def token(self, request: Request) -> Response:
        form = dict(parse_qsl(request.body.decode()))
        basic = base64.b64encode(f"klien%201:{SECRET}".encode()).decode()
        by_header = request.headers.get("authorization") == f"Basic {basic}"
        by_body = (form.get("client_id"), form.get("client_secret")) == ("klien 1", SECRET)
        if self.said is not None:
            return self.said
        assert (form["grant_type"], form["scope"]) == ("client_credentials", "baca")
        if not (by_header if self.way == "basic" else by_body):
            return Response(401, b'{"error": "invalid_client"}')
        self.made, self.left = self.made + 1, self.uses
        return Response.json({"access_token": f"t{self.made}", "token_type": "Bearer", "expires_in": self.lasts})

    def rows(self, request: Request) -> Response:
        self.left -= 1
        if request.headers.get("authorization") != f"Bearer t{self.made}" or self.left < 0 or not self.made:
            return Response(401, b'{"error": "invalid_token"}')
        self.asked += 1
        start = (int(request.query["page"]) - 1) * 2
        return Response.json({"data": EVERY[start : start + 2]})


@pytest.mark.parametrize("way", ["basic", "body"])
def test_a_token_is_fetched_once_and_used(tmp_path: Path, way: str) -> None:
    world = Guarded(way=way)
    assert rows(brought("rest", world, tmp_path, **API, **GRANT)) == EVERY
    assert world.made == 1


@pytest.mark.parametrize("lasts", [1, "1", None, "lama"])
def test_a_token_is_renewed_in_time(tmp_path: Path, lasts: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    world, moment = Guarded(lasts=lasts), [1000.0]

    def passing() -> float:
        moment[0] += 40
        return moment[0]

    monkeypatch.setattr("mapalus.engine.web.granting.now", passing)
    assert rows(brought("rest", world, tmp_path, **API, **GRANT)) == EVERY
    assert world.made >= 1


def test_a_token_that_ends_before_its_time_is_renewed_and_no_page_is_lost(tmp_path: Path) -> None:
    world = Guarded(uses=2)
    assert rows(brought("rest", world, tmp_path, **API, **GRANT)) == EVERY
    assert world.made == 2


def test_a_token_that_is_refused_at_once_is_not_fetched_for_ever(tmp_path: Path) -> None:
    world = Guarded(uses=0)
    fails(Misconfigured, "rest", world, tmp_path, says="RAHASIA", **API, **GRANT)
    assert world.made <= 3


@pytest.mark.parametrize(("said", "kind"), [
    (Response(401, b'{"error": "invalid_client"}'), Misconfigured), (Response(400, b"<html>"), Misconfigured),
    (Response(500), Unavailable), (Response(200, b"<html>Login"), Refused), (Response.json({"access_token": ""}),
    Refused),
    (Response.json({"access_token": "a\nb"}), Refused), (Response.json([]), Refused), (Response(429), Unavailable),
])  # fmt: skip
def test_what_a_server_of_tokens_says_instead(tmp_path: Path, said: Response, kind: type[Problem]) -> None:
    fails(kind, "rest", Guarded(said=said), tmp_path, **API, **GRANT)


@pytest.mark.parametrize("without", ["token_address", "auth_name", "secret"])
def test_a_grant_needs_its_parts(without: str) -> None:
    options = {**API, "address": "https://x.go.id", **GRANT, "token_address": "https://y.go.id/t", without: ""}
    with pytest.raises(Invalid) as invalid:
        registry.connector("rest").open(options, around())
    assert without in invalid.value.fields


def test_a_token_is_not_fetched_from_the_own_network_nor_in_clear(tmp_path: Path) -> None:
    inside = {**GRANT, "token_address": "http://10.0.0.7/token"}
    fails(Refused, "rest", lambda request: Response.json({"data": []}), tmp_path, says="own network", **API, **inside)


def paged(page: Callable[[int], Any]) -> Answer:
    return lambda request: Response.json(page(int(request.query["page"])))


def test_a_total_that_changes_on_the_way_is_the_last_one(tmp_path: Path) -> None:
    """Rows are added while the pages are read."""
    answer = paged(lambda n: {"data": EVERY[(n - 1) * 2 : n * 2], "total": 3 if n == 1 else 5})
    found = brought("rest", answer, tmp_path, **{**API, "total": "total"})
    assert rows(found) == EVERY
    assert found is not None
    assert found.notes == ()


@pytest.mark.parametrize(("page", "kind"), [
    (lambda n: {"data": EVERY[:2]}, Misconfigured), (lambda n: {"data": EVERY[:2], "total": 9}, Misconfigured),
    (lambda n: {"galat": "x"}, Refused), (lambda n: {"data": "kosong"}, Refused), (lambda n: [], Refused),
    (lambda n: {"data": EVERY[:2]} if n == 1 else {"error": "limit"}, Unavailable),
], ids=range(6))  # fmt: skip
def test_pages_that_lead_nowhere(tmp_path: Path, page: Callable[[int], Any], kind: type[Problem]) -> None:
    fails(kind, "rest", paged(page), tmp_path, **{**API, "total": "total"})


@pytest.mark.parametrize(("status", "kind"), [
    (404, Vanished), (410, Vanished), (401, Misconfigured), (403, Misconfigured), (422, Misconfigured),
    (500, Unavailable), (502, Unavailable), (429, Unavailable),
])  # fmt: skip
def test_statuses(tmp_path: Path, status: int, kind: type[Problem]) -> None:
    fails(kind, "rest", lambda request: Response(status), tmp_path, **API)
