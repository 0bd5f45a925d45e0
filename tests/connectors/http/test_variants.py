"""Files as hosts serve them: packed twice, named in many ways, and pages where files should be."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from mapalus.engine.errors import Problem, Refused, Unavailable
from mapalus.engine.web import patience
from tests.connectors.served import Response
from tests.connectors.variants import brought, fails

FILE = {"address": "{url}/unduh/sekolah.csv"}
CSV = b"kode,nama\n1,a\n"


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "pause", lambda seconds: None)


@pytest.mark.parametrize(("headers", "name"), [
    ({}, "sekolah.csv"), ({"Content-Disposition": "attachment"}, "sekolah.csv"),
    ({"Content-Disposition": 'attachment; filename="Data Guru.csv"'}, "Data Guru.csv"),
    ({"Content-Disposition": "attachment; filename=guru.csv; filename*=UTF-8''guru%20%C3%A9.csv"}, "guru é.csv"),
    ({"Content-Disposition": 'attachment; filename="../../etc/passwd"'}, "passwd"),
    ({"Content-Disposition": 'inline; filename="C:\\data\\guru.csv"'}, "guru.csv"),
    ({"Content-Disposition": "attachment; filename=\"a\tb.csv\""}, "ab.csv"),
])  # fmt: skip
def test_a_file_has_one_safe_name(tmp_path: Path, headers: dict[str, str], name: str) -> None:
    found = brought("http", lambda request: Response(200, CSV, headers), tmp_path, **FILE)
    assert found is not None
    assert (found.path.read_bytes(), found.name) == (CSV, name)


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "identity"])
def test_a_packed_answer_is_unpacked_although_nobody_asked(tmp_path: Path, coding: str) -> None:
    body = CSV if coding == "identity" else gzip.compress(CSV)
    found = brought("http", lambda request: Response(200, body, {"Content-Encoding": coding}), tmp_path, **FILE)
    assert found is not None
    assert found.path.read_bytes() == CSV


@pytest.mark.parametrize(("body", "kind", "is_page"), [
    (b"<!DOCTYPE html><html>404", "text/html", True), (b"<!DOCTYPE html><html>404", "text/csv", True),
    (b"  \n<html><body>Login", "application/octet-stream", True), (b"<div>Tidak ditemukan</div>", "text/html", True),
    (b"<script>location='/login'</script>", "text/html; charset=utf-8", True),
    (b"<!-- x --><!doctype HTML>", "text/csv", True), (b"\xef\xbb\xbf<HTML>", "", True),
    (CSV, "text/html", False), (b"<5,1\n<6,2\n", "text/html", False), (b'{"a": 1}', "text/html", False),
])  # fmt: skip
def test_a_page_is_no_file(tmp_path: Path, body: bytes, kind: str, is_page: bool) -> None:
    answer = Response(200, body, {"Content-Type": kind})
    if is_page:
        fails(Refused, "http", lambda request: answer, tmp_path, says="web page", **FILE)
    else:
        assert brought("http", lambda request: answer, tmp_path, **FILE) is not None


@pytest.mark.parametrize(("answer", "kind"), [
    (Response(200, gzip.compress(b"x" * 99)[:20], {"Content-Encoding": "gzip"}), Unavailable),
    (Response(200, b"no gzip", {"Content-Encoding": "gzip"}), Refused),
    (Response(200, CSV, {"Content-Encoding": "br"}), Refused), (Response(206, CSV), Problem),
    (Response(304, b""), Problem), (Response(302, b"", {"Location": "ftp://x.go.id/a"}), Refused),
    (Response(302, b"", {"Location": "file:///etc/passwd"}), Refused), (Response(301, b""), Refused),
    (Response(302, b"", {"Location": "{url}"}), Problem),
    (Response(302, b"", {"Location": "http://169.254.169.254/"}), Refused),
    (Response(302, b"", {"Location": "http://[::ffff:10.0.0.1]/"}), Refused),
    (Response(302, b"", {"Location": "http://0x0a000001/"}), Problem),
])  # fmt: skip
def test_what_a_host_says_instead(tmp_path: Path, answer: Response, kind: type[Problem]) -> None:
    fails(kind, "http", lambda request: answer, tmp_path, **FILE)
