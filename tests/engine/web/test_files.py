"""A file comes whole or not at all, however often the line is cut."""

from __future__ import annotations

import gzip
import json
import random
import time
from email.utils import formatdate
from pathlib import Path

import pytest

from mapalus.engine.errors import Problem, Unavailable
from mapalus.engine.web import patience
from mapalus.engine.web.answers import Download
from mapalus.engine.web.client import Web
from tests.connectors.served import Request, Response, Served, ranged, serving
from tests.engine.web.around import around

BODY = b"".join(b"%07d,Minahasa\n" % n for n in range(3000))


def file(request: Request) -> Response:
    return ranged(request, BODY, etag='"v1"', modified="Sun, 22 Nov 2026 10:00:00 GMT")


def brought_whole(host: Served, folder: Path) -> Download:
    with Web(around()) as web:
        got = web.download(host.url, into=folder)
    assert got is not None
    assert got.path.read_bytes() == BODY
    return got


def test_a_file_that_is_cut_again_and_again_comes_whole(host: Served, paused: list[float], tmp_path: Path) -> None:
    host.answer = file
    host.script[:] = ["cut"] * 9
    got = brought_whole(host, tmp_path)
    assert got.resumed > 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["received"]


@pytest.mark.parametrize(("seconds", "goes_on"), [(0, False), (59, False), (61, True)])
def test_a_time_of_change_is_relied_on_when_it_is_past(
    host: Served, paused: list[float], tmp_path: Path, seconds: int, goes_on: bool
) -> None:
    """A file that changed this second may change again within it, and nobody could tell."""
    changed = formatdate(time.time() - seconds, usegmt=True)

    def answer(request: Request) -> Response:
        return ranged(request, BODY, etag='W/"weak"', modified=changed)

    host.answer = answer
    host.script[:] = ["cut"]
    brought_whole(host, tmp_path)
    assert ("range" in host.requests[-1].headers) is goes_on


def test_a_host_without_a_clock_is_begun_anew_where_only_the_time_of_change_would_tell(
    host: Served, paused: list[float], tmp_path: Path
) -> None:
    changed = formatdate(time.time() - 86_400, usegmt=True)

    def answer(request: Request) -> Response:
        response = ranged(request, BODY, etag='W/"weak"', modified=changed)
        response.headers["Date"] = ""
        return response

    host.answer = answer
    host.script[:] = ["cut"]
    brought_whole(host, tmp_path)
    assert "range" not in host.requests[-1].headers


def test_the_same_first_bytes_for_ever_are_no_progress(host: Served, paused: list[float], tmp_path: Path) -> None:
    """The host knows no ranges and is cut at the same place each time: it is given up after as many tries as any."""
    host.answer = lambda request: Response(200, BODY, {"Content-Type": "text/csv"})
    host.script[:] = ["cut"] * 50
    with Web(around()) as web, pytest.raises(Unavailable, match="cut"):
        web.download(host.url, into=tmp_path)
    assert len(host.requests) == patience.Patience().tries


def test_a_host_that_answers_another_range_is_begun_anew(host: Served, paused: list[float], tmp_path: Path) -> None:
    asked = []

    def odd(request: Request) -> Response:
        asked.append(request.headers.get("range"))
        response = file(request)
        if response.status == 206:
            response.headers["Content-Range"] = f"bytes 5-{len(BODY) - 1}/{len(BODY)}"
        return response

    host.answer = odd
    host.script[:] = ["cut"]
    brought_whole(host, tmp_path)
    assert asked[-1] is None


def test_a_file_cut_before_its_name_is_finished(host: Served, tmp_path: Path) -> None:
    host.answer = file
    (tmp_path / "received.part").write_bytes(BODY)
    state = {"address": f"{host.url}", "kept": len(BODY), "etag": '"v1"', "modified": ""}
    (tmp_path / "received.part.json").write_text(json.dumps(state))
    brought_whole(host, tmp_path)
    assert len(host.requests) == 1


@pytest.mark.parametrize(
    "state", ["", "{", '{"kept": "x"}', '{"address": "http://elsewhere", "kept": 5, "etag": "a"}', "[]"]
)
def test_a_state_that_cannot_be_read_begins_anew(host: Served, tmp_path: Path, state: str) -> None:
    host.answer = file
    (tmp_path / "received.part").write_bytes(b"wrong bytes")
    (tmp_path / "received.part.json").write_text(state)
    brought_whole(host, tmp_path)


def test_bytes_that_the_disk_may_not_have_are_asked_for_again(host: Served, tmp_path: Path) -> None:
    host.answer = file
    (tmp_path / "received.part").write_bytes(BODY[:1000] + b"\0" * 500)
    state = {"address": host.url, "kept": 1000, "etag": '"v1"', "modified": ""}
    (tmp_path / "received.part.json").write_text(json.dumps(state))
    got = brought_whole(host, tmp_path)
    assert got.resumed == 1000


def test_a_packed_file_is_unpacked_and_begun_anew_when_cut(host: Served, paused: list[float], tmp_path: Path) -> None:
    host.answer = lambda request: Response(200, gzip.compress(BODY), {"Content-Encoding": "gzip", "ETag": '"x"'})
    host.script[:] = ["cut"]
    brought_whole(host, tmp_path)
    assert "range" not in host.requests[-1].headers


class Whims:
    """A host that changes its file, forgets its validators, cuts, packs, and misunderstands ranges, all at random."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.version = 0
        self.bodies = [self.body()]

    def body(self) -> bytes:
        return b"".join(b"%d,%d\n" % (self.version, n) for n in range(self.chance.choice([0, 10, 3000])))

    def answer(self, request: Request) -> Response:
        roll = self.chance.random
        if roll() < 0.15:
            self.version += 1
            self.bodies.append(self.body())
        if roll() < 0.1:
            return Response(self.chance.choice([500, 503, 429, 502]))
        if roll() < 0.05:
            return Response(302, b"", {"Location": "/elsewhere"})
        body = self.bodies[-1]
        if roll() < 0.1:
            return Response(200, gzip.compress(body), {"Content-Encoding": "gzip"})
        etag = self.chance.choice([f'"{self.version}"', f'W/"{self.version}"', ""])
        response = ranged(request, body, etag=etag or '"none"')
        if not etag:
            del response.headers["ETag"]
        if response.status == 206 and roll() < 0.2:
            response.headers["Content-Range"] = self.chance.choice(["", "bytes 0-1/2", "bytes */5", "bytes 7-9/*"])
        return response


@pytest.mark.slow
def test_a_host_full_of_whims_never_makes_a_wrong_file(paused: list[float], tmp_path: Path) -> None:
    """Whatever comes is one of the files that the host has had, whole; or one sentence."""
    whole = 0
    for seed in range(60):
        whims, into = Whims(seed), tmp_path / str(seed)
        into.mkdir()
        with serving(whims.answer) as host:
            host.script[:] = ["cut" if whims.chance.random() < 0.6 else "answer" for _ in range(30)]
            for _call in range(3):
                try:
                    with Web(around(), patience=patience.Patience(rate=10_000.0)) as web:
                        got = web.download(host.url, into=into)
                except Problem:
                    continue
                assert got is not None
                assert got.path.read_bytes() in whims.bodies, seed
                whole += 1
    assert whole > 60


def test_the_name_is_never_a_path(host: Served, tmp_path: Path) -> None:
    for said, name in (
        ('attachment; filename="../../etc/passwd"', "passwd"), ("attachment; filename=a\\b\\c.csv", "c.csv"),
        ("attachment; filename*=UTF-8''d%C3%A9sa%2Fx.csv", "x.csv"), ('attachment; filename=".."', ""),
        ("", "berkas.csv"),
    ):  # fmt: skip
        host.always = Response(200, b"x", {"Content-Disposition": said} if said else {})
        with Web(around()) as web:
            got = web.download(f"{host.url}/unduh/berkas.csv", into=tmp_path)
        assert got is not None
        assert got.name == (name or "received")


def test_a_host_that_serves_another_file_under_the_same_name_is_found_out(
    host: Served, paused: list[float], tmp_path: Path
) -> None:
    """It ignores `If-Range` and has no validator in its answer: the length gives it away."""

    def answer(request: Request) -> Response:
        response = file(request)
        if response.status == 206:
            del response.headers["ETag"]
            response.headers["Content-Range"] = response.headers["Content-Range"].rpartition("/")[0] + "/99999"
        return response

    host.answer = answer
    host.script[:] = ["cut"]
    brought_whole(host, tmp_path)
