"""What Google answers: another host for the file, pages to sign in, sheets that are gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from mapalus.engine.errors import Misconfigured, Problem, Refused, Unavailable
from mapalus.engine.harvest.connector import Vanished
from mapalus.engine.web import patience
from tests.connectors.served import Request, Response, serving
from tests.connectors.variants import Answer, brought, fails

SHEET = {"sheet": "1AbCdEfGhIjKlMnOpQrStUvWxYz012345", "server": "{url}"}
CSV = b"kode,nama\n1,a\n"
HTML = {"Content-Type": "text/html; charset=utf-8"}


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "pause", lambda seconds: None)


def test_the_file_lies_on_another_host(tmp_path: Path) -> None:
    """307 to a host of its own, which names the file."""
    name = {"Content-Disposition": "attachment; filename=\"x.csv\"; filename*=UTF-8''Data%20Sekolah.csv"}
    with serving(lambda request: Response(200, CSV, {"Content-Type": "text/csv", **name})) as files:
        there = Response(307, b"", {"Location": f"{files.url}/export/abc?format=csv"})
        found = brought("gsheets", lambda request: there, tmp_path, **SHEET)
    assert found is not None
    assert (found.path.read_bytes(), found.name) == (CSV, "Data Sekolah.csv")


def signing_in(request: Request) -> Response:
    if request.path.startswith("/ServiceLogin"):
        return Response(200, b"<!doctype html><html><title>Sign in", HTML)
    return Response(302, b"", {"Location": "/ServiceLogin?continue=x"})


@pytest.mark.parametrize(("answer", "kind", "words"), [
    (signing_in, Misconfigured, "not shared"), (lambda request: Response(401, b"", HTML), Misconfigured, "not shared"),
    (lambda request: Response(403, b"", HTML), Misconfigured, "not shared"),
    (lambda request: Response(200, b"<html>You need access", HTML), Misconfigured, "not shared"),
    (lambda request: Response(400, b"<html>Sorry, unable to open the file", HTML), Vanished, "tab"),
    (lambda request: Response(404, b"<html>", HTML), Vanished, ""), (lambda request: Response(410), Vanished, ""),
    (lambda request: Response(500), Unavailable, ""), (lambda request: Response(429), Unavailable, ""),
    (lambda request: Response(302, b"", {"Location": "http://10.0.0.1/x"}), Refused, "own network"),
])  # fmt: skip
def test_what_google_says_instead(tmp_path: Path, answer: Answer, kind: type[Problem], words: str) -> None:
    fails(kind, "gsheets", answer, tmp_path, says=words, **SHEET)
