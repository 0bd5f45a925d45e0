"""The web as connectors see it: what passes is tried again, what is secret stays home, everything has a bound."""

from __future__ import annotations

import gzip
import json
import random
import ssl
import threading
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from mapalus.engine.errors import Misconfigured, Problem, Refused, Unavailable
from mapalus.engine.harvest.connector import Surroundings, Vanished
from mapalus.engine.web import patience
from mapalus.engine.web.addresses import reachable, shown, with_params
from mapalus.engine.web.auth import Auth, AuthKind
from mapalus.engine.web.client import Web
from tests.connectors.served import Request, Response, Served, ranged, serving

SECRET = "rahasia-Z9"


def around(**changed: Any) -> Surroundings:
    return Surroundings(**{"secret": lambda name: SECRET, "allowed": ("127.0.0.1",), "longest": 120.0, **changed})


@pytest.fixture
def paused(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    pauses: list[float] = []
    monkeypatch.setattr(patience, "pause", pauses.append)
    monkeypatch.setattr(patience, "chance", lambda: 1.0)
    return pauses


def echo(request: Request) -> Response:
    return Response.json({"query": request.query, "headers": request.headers, "method": request.method})


@pytest.fixture
def host() -> Iterator[Served]:
    with serving(echo) as host:
        yield host


# --- asking ---
def test_parameters_are_encoded_and_joined(host: Served) -> None:
    with Web(around()) as web:
        answer = web.get(f"{host.url}/jalan raya/é?a=1&b=2", params={"b": "x & y", "c": ["1", "2"], "d": None})
    assert answer.json()["query"] == {"a": "1", "b": "x & y", "c": "2"}
    assert host.requests[0].path == "/jalan%20raya/%C3%A9"


@pytest.mark.parametrize(
    ("auth", "where", "value"),
    [
        (Auth(AuthKind.BEARER, "S"), "authorization", f"Bearer {SECRET}"),
        (Auth(AuthKind.BASIC, "S", "siti"), "authorization", "Basic c2l0aTpyYWhhc2lhLVo5"),
        (Auth(AuthKind.HEADER, "S", "X-API-Key"), "x-api-key", SECRET),
        (Auth(AuthKind.HEADER, "S", "", "Token "), "authorization", f"Token {SECRET}"),
    ],
)
def test_each_way_of_saying_who_we_are(host: Served, auth: Auth, where: str, value: str) -> None:
    with Web(around(), auth=auth) as web:
        assert web.get(host.url).json()["headers"][where] == value


def test_a_key_in_the_query_is_sent_and_not_remembered(host: Served) -> None:
    with Web(around(), auth=Auth(AuthKind.QUERY, "S", "key")) as web:
        answer = web.get(f"{host.url}/x?a=1")
    assert answer.json()["query"] == {"a": "1", "key": SECRET}
    assert SECRET not in answer.address


@pytest.mark.parametrize("value", ["", "  ", "a\r\nX: y", "a\nb"])
def test_a_secret_that_is_no_line_is_told(host: Served, value: str) -> None:
    web = Web(around(secret=lambda name: value), auth=Auth(AuthKind.BEARER, "KUNCI"))
    with pytest.raises(Misconfigured) as problem:
        web.get(host.url)
    assert "KUNCI" in str(problem.value)
    assert host.requests == []


def test_a_secret_is_not_sent_in_clear_to_a_public_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.getaddrinfo", lambda *a, **k: [(2, 1, 6, "", ("93.184.216.34", 80))])
    with Web(around(), auth=Auth(AuthKind.BEARER, "S")) as web, pytest.raises(Refused) as refused:
        web.get("http://example.org/x")
    assert refused.value.reason == "secret-in-clear"


def test_one_connection_serves_many_questions(host: Served) -> None:
    import http.client

    made = []
    original = http.client.HTTPConnection.__init__

    def counting(self: Any, *args: Any, **known: Any) -> None:
        made.append(1)
        original(self, *args, **known)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(http.client.HTTPConnection, "__init__", counting)
        with Web(around()) as web:
            for _ in range(5):
                web.get(host.url)
    assert len(made) == 1


def test_a_connection_that_the_host_let_go_is_opened_anew(host: Served, paused: list[float]) -> None:
    with Web(around()) as web:
        web.get(host.url)
        host.answer = lambda request: Response.json([], Connection="close")
        web.get(host.url)
        assert web.get(host.url).json() == []
    assert paused == []


def test_a_host_is_resolved_once(host: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that answers differently a moment later leads nowhere else."""
    import socket

    asked = []
    original = socket.getaddrinfo

    def resolving(name: str, *args: Any, **known: Any) -> Any:
        if name != "portal.example":
            return original(name, *args, **known)
        asked.append(name)
        return original("127.0.0.1" if len(asked) == 1 else "10.0.0.1", *args, **known)

    monkeypatch.setattr(socket, "getaddrinfo", resolving)
    with Web(around()) as web:
        for _ in range(3):
            web.get(f"http://portal.example:{host.port}/")
    assert asked == ["portal.example"]


# --- what passes ---
@pytest.mark.parametrize("fault", [500, 502, 503, 504, 429, 408])
def test_what_passes_is_tried_again_with_longer_pauses(host: Served, paused: list[float], fault: int) -> None:
    host.script[:] = [Response(fault)] * 3
    with Web(around()) as web:
        assert web.get(host.url).status == 200
    assert paused == [0.5, 1.0, 2.0]


def test_tries_are_counted(host: Served, paused: list[float]) -> None:
    host.always = Response(500)
    with Web(around()) as web, pytest.raises(Unavailable):
        web.get(host.url)
    assert len(host.requests) == 4


def test_the_host_says_when_to_come_back(host: Served, paused: list[float]) -> None:
    date = "Sun, 22 Nov 2026 10:00:00 GMT"
    host.script[:] = [
        Response(429, b"", {"Retry-After": "7"}),
        Response(503, b"", {"Retry-After": "Sun, 22 Nov 2026 10:00:09 GMT"}),
    ]
    with Web(around()) as web:
        assert web.get(host.url).status == 200
    assert paused[0] == 7.0
    assert paused[1] >= 1.0
    assert patience.retry_after("Sun, 22 Nov 2026 10:00:09 GMT", date=date) == 9.0
    assert patience.retry_after("nonsense", date=date) is None


def test_a_pause_longer_than_the_harvest_is_not_waited_for(host: Served, paused: list[float]) -> None:
    host.always = Response(503, b"", {"Retry-After": "86400"})
    with Web(around()) as web, pytest.raises(Unavailable):
        web.get(host.url)
    assert paused == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410, 422, 451])
def test_what_does_not_pass_is_not_tried_again(host: Served, paused: list[float], status: int) -> None:
    host.always = Response(status)
    with Web(around()) as web, pytest.raises(Problem) as problem:
        web.get(host.url)
    assert len(host.requests) == 1
    assert isinstance(problem.value, Vanished if status in (404, 410) else Misconfigured)


def test_a_wrong_secret_is_named_and_not_shown(host: Served) -> None:
    host.always = Response(401, SECRET.encode())
    with Web(around(), auth=Auth(AuthKind.QUERY, "KUNCI", "key")) as web, pytest.raises(Misconfigured) as problem:
        web.get(f"{host.url}/x?rahasia=ya")
    assert "KUNCI" in str(problem.value)
    assert SECRET not in str(problem.value)
    assert "rahasia" not in problem.value.say(language="en")


def test_a_host_is_not_asked_faster_than_it_bears(host: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(patience, "now", lambda: clock[0])
    monkeypatch.setattr(patience, "pause", lambda seconds: clock.__setitem__(0, clock[0] + seconds))
    pace = patience.Pace(rate=10.0, burst=20)
    for _ in range(120):
        pace.keep()
    assert clock[0] == pytest.approx(10.0)


def test_nobody_there_is_one_sentence(paused: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with Web(around()) as web, pytest.raises(Unavailable) as problem:
        web.get(f"http://127.0.0.1:{port}/")
    assert "refuses" in str(problem.value)

    def unknown(*args: Any, **known: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with Web(around()) as web, pytest.raises(Unavailable) as problem:
        web.get("http://tidak-ada.invalid/")
    assert "tidak-ada.invalid" in str(problem.value)


# --- where it leads ---
def test_redirects_are_followed_within_the_host(host: Served) -> None:
    host.script[:] = [Response(302, b"x", {"Location": "/there?a=1"})]
    with Web(around(), auth=Auth(AuthKind.BEARER, "S"), headers={"X-Ours": "1"}) as web:
        said = web.get(host.url).json()
    assert said["query"] == {"a": "1"}
    assert said["headers"]["authorization"] == f"Bearer {SECRET}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_another_host_is_told_nothing(host: Served, status: int) -> None:
    with serving(echo) as other:
        host.always = Response(status, b"", {"Location": f"{other.url}/x"})
        with Web(around(), auth=Auth(AuthKind.BEARER, "S"), headers={"X-Ours": "1", "Cookie": "a=b"}) as web:
            said = web.get(host.url).json()
    assert not {"authorization", "x-ours", "cookie"} & said["headers"].keys()


def test_a_question_with_a_body_is_not_handed_on(host: Served) -> None:
    with serving(echo) as other:
        host.always = Response(307, b"", {"Location": f"{other.url}/x"})
        with Web(around()) as web, pytest.raises(Refused) as refused:
            web.post(host.url, json={"nik": "x"})
        assert other.requests == []
    assert refused.value.reason == "foreign-redirect"


@pytest.mark.parametrize(
    "to", ["file:///etc/passwd", "ftp://127.0.0.1/x", "http://169.254.169.254/", "http://[::1]/", "gopher://x"]
)
def test_redirects_are_looked_at_again(host: Served, to: str) -> None:
    host.always = Response(302, b"", {"Location": to})
    with Web(around()) as web, pytest.raises(Refused):
        web.get(host.url)


def test_a_redirect_in_a_circle_ends(host: Served) -> None:
    host.always = Response(302, b"", {"Location": "/again"})
    with Web(around()) as web, pytest.raises(Refused) as refused:
        web.get(host.url)
    assert refused.value.reason == "too-many-redirects"


# --- how much, how long ---
def test_packed_answers_are_unpacked(host: Served) -> None:
    body = json.dumps({"a": "b" * 10_000}).encode()
    raw = zlib.compressobj(wbits=-15)
    for coding, packed in (
        ("gzip", gzip.compress(body)), ("deflate", zlib.compress(body)), ("deflate", raw.compress(body) + raw.flush()),
        ("gzip", gzip.compress(body[:50]) + gzip.compress(body[50:])), ("identity", body),
    ):  # fmt: skip
        host.script[:] = [Response(200, packed, {"Content-Encoding": coding})]
        with Web(around()) as web:
            assert web.get(host.url).body == body


def test_a_small_bomb_stays_small(host: Served, tmp_path: Path) -> None:
    import tracemalloc

    host.always = Response(200, gzip.compress(b"\0" * 200 * 1024**2), {"Content-Encoding": "gzip"})
    tracemalloc.start()
    with Web(around(largest=1024**2)) as web:
        with pytest.raises(Refused) as refused:
            web.get(host.url)
        with pytest.raises(Refused):
            Web(around(largest=1024**2)).download(host.url, into=tmp_path)
    assert tracemalloc.get_traced_memory()[1] < 8 * 1024**2
    tracemalloc.stop()
    assert refused.value.reason == "too-large"


@pytest.mark.parametrize("body", [b"no gzip at all", gzip.compress(b"x" * 1000)[:-9]], ids=["not packed", "cut"])
def test_badly_packed_answers_are_one_sentence(host: Served, paused: list[float], body: bytes) -> None:
    host.always = Response(200, body, {"Content-Encoding": "gzip"})
    with Web(around()) as web, pytest.raises(Problem):
        web.get(host.url)


def test_an_answer_shorter_than_announced_is_never_taken(host: Served, paused: list[float]) -> None:
    host.always = "cut"
    with Web(around()) as web, pytest.raises(Unavailable):
        web.get(host.url)


def test_a_chunked_answer_that_ends_early_is_never_taken(host: Served, paused: list[float]) -> None:
    host.always = Response(200, b"5\r\nhello\r\n", {"Transfer-Encoding": "chunked", "Connection": "close"})
    with Web(around()) as web, pytest.raises(Unavailable):
        web.get(host.url)
    host.always = Response(200, b"5\r\nhello\r\n0\r\n\r\n", {"Transfer-Encoding": "chunked"})
    with Web(around()) as web:
        assert web.get(host.url).body == b"hello"


def test_all_answers_count_together(host: Served) -> None:
    host.always = Response(200, b"x" * 600)
    with Web(around(largest=1000)) as web:
        web.get(host.url)
        with pytest.raises(Refused):
            web.get(host.url)


@pytest.mark.slow
def test_a_host_that_drips_is_given_up(host: Served) -> None:
    host.drip = 0.05
    begun = time.monotonic()
    with Web(around(longest=0.6)) as web, pytest.raises(Unavailable):
        web.get(host.url)
    assert time.monotonic() - begun < 100


@pytest.mark.slow
def test_a_host_that_drips_its_headers_is_given_up() -> None:
    import socket

    server = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def drip() -> None:
        line, _ = server.accept()
        with line:
            try:
                while not stop.wait(0.02):
                    line.sendall(b"H")
            except OSError:
                return

    thread = threading.Thread(target=drip)
    thread.start()
    begun = time.monotonic()
    try:
        with Web(around(longest=0.6)) as web, pytest.raises(Unavailable):
            web.get(f"http://127.0.0.1:{server.getsockname()[1]}/")
    finally:
        stop.set()
        thread.join()
        server.close()
    assert time.monotonic() - begun < 100


@pytest.mark.parametrize(
    "said",
    [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n", b"HTTP/1.1 999999 X\r\n\r\n",
     b"HTTP/1.1 200 " + b"x" * 100_000, b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nxx",
     b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzzz\r\n"],
    ids=["nothing", "nonsense", "many headers", "odd status", "endless line", "negative length", "odd chunk"],
)  # fmt: skip
def test_what_is_no_http_is_one_sentence(paused: list[float], said: bytes) -> None:
    import socket

    server = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def serve() -> None:
        server.settimeout(0.05)
        while not stop.is_set():
            try:
                line, _ = server.accept()
            except TimeoutError:
                continue
            with line:
                line.recv(4096)
                line.sendall(said)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with Web(around()) as web:
            try:
                answer = web.get(f"http://127.0.0.1:{server.getsockname()[1]}/")
            except Problem as error:
                assert "Traceback" not in str(error)  # noqa: PT017
            else:
                assert b"Content-Length: -5" in said, answer
    finally:
        stop.set()
        thread.join()
        server.close()


# --- certificates ---
@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    today = datetime(2026, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(today).not_valid_after(today.replace(year=2126))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, *plain))
    return folder


@pytest.fixture
def secured(certificates: Path) -> Iterator[int]:
    from http.server import BaseHTTPRequestHandler, HTTPServer

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    class Quiet(HTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """Quiet."""

    server = Quiet(("127.0.0.1", 0), Page)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "cert.pem", certificates / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_certificate_that_nobody_vouches_for_is_refused(secured: int) -> None:
    with Web(around(allowed=("127.0.0.1", "localhost"))) as web, pytest.raises(Refused) as refused:
        web.get(f"https://localhost:{secured}/")
    assert refused.value.reason == "bad-certificate"
    assert "sendiri" in refused.value.say(language="id")


def test_a_certificate_for_another_name_is_refused(secured: int, certificates: Path) -> None:
    trust = ssl.create_default_context(cafile=str(certificates / "cert.pem"))
    around_here = around(allowed=("127.0.0.1", "localhost"))
    with Web(around_here, trust=trust) as web:
        assert web.get(f"https://localhost:{secured}/").body == b"ok"
        assert web.get(f"https://localhost:{secured}/").body == b"ok"
    with Web(around_here, trust=trust) as web, pytest.raises(Refused) as refused:
        web.get(f"https://127.0.0.1:{secured}/")
    assert "nama lain" in refused.value.say(language="id") or "dipercaya" in refused.value.say(language="id")


def test_encryption_is_not_left_behind(secured: int, certificates: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mapalus.engine.web.exchange import Question, _moved

    first = Question("GET", "https://data.example.org/x", {}, None, Auth(AuthKind.BEARER, "S"))
    with pytest.raises(Refused):
        _moved(first, 302, "http://data.example.org/x", first)
    up = Question("GET", "http://data.example.org/x", {}, None, Auth(AuthKind.BEARER, "S"))
    assert _moved(up, 301, "https://data.example.org/x", up).auth is not None
    assert _moved(up, 301, "https://data.example.org:8443/x", up).auth is None


# --- files ---
BODY = b"".join(b"%07d,Minahasa\n" % n for n in range(3000))


def file(request: Request) -> Response:
    return ranged(request, BODY, etag='"v1"', modified="Sun, 22 Nov 2026 10:00:00 GMT")


def test_a_file_that_is_cut_again_and_again_comes_whole(host: Served, paused: list[float], tmp_path: Path) -> None:
    host.answer = file
    host.script[:] = ["cut"] * 9
    with Web(around()) as web:
        got = web.download(host.url, into=tmp_path)
    assert got is not None
    assert got.path.read_bytes() == BODY
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
    with Web(around()) as web:
        got = web.download(host.url, into=tmp_path)
    assert got is not None
    assert got.path.read_bytes() == BODY
    assert ("range" in host.requests[-1].headers) is goes_on


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
    with Web(around()) as web:
        got = web.download(host.url, into=tmp_path)
    assert got is not None
    assert got.path.read_bytes() == BODY
    assert asked[-1] is None


def test_a_file_cut_before_its_name_is_finished(host: Served, tmp_path: Path) -> None:
    host.answer = file
    (tmp_path / "received.part").write_bytes(BODY)
    state = {"address": f"{host.url}", "kept": len(BODY), "etag": '"v1"', "modified": ""}
    (tmp_path / "received.part.json").write_text(json.dumps(state))
    with Web(around()) as web:
        got = web.download(host.url, into=tmp_path)
    assert got is not None
    assert got.path.read_bytes() == BODY
    assert len(host.requests) == 1


@pytest.mark.parametrize(
    "state", ["", "{", '{"kept": "x"}', '{"address": "http://elsewhere", "kept": 5, "etag": "a"}', "[]"]
)
def test_a_state_that_cannot_be_read_begins_anew(host: Served, tmp_path: Path, state: str) -> None:
    host.answer = file
    (tmp_path / "received.part").write_bytes(b"wrong bytes")
    (tmp_path / "received.part.json").write_text(state)
    with Web(around()) as web:
        got = web.download(host.url, into=tmp_path)
    assert got is not None
    assert got.path.read_bytes() == BODY


def test_bytes_that_the_disk_may_not_have_are_asked_for_again(host: Served, tmp_path: Path) -> None:
    host.answer = file
    (tmp_path / "received.part").write_bytes(BODY[:1000] + b"\0" * 500)
    state = {"address": host.url, "kept": 1000, "etag": '"v1"', "modified": ""}
    (tmp_path / "received.part.json").write_text(json.dumps(state))
    with Web(around()) as web:
        got = web.download(host.url, into=tmp_path)
    assert got is not None
    assert got.path.read_bytes() == BODY
    assert got.resumed == 1000


def test_a_packed_file_is_unpacked_and_begun_anew_when_cut(host: Served, paused: list[float], tmp_path: Path) -> None:
    host.answer = lambda request: Response(200, gzip.compress(BODY), {"Content-Encoding": "gzip", "ETag": '"x"'})
    host.script[:] = ["cut"]
    with Web(around()) as web:
        got = web.download(host.url, into=tmp_path)
    assert got is not None
    assert got.path.read_bytes() == BODY
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


@pytest.mark.parametrize(
    "address",
    ["64:ff9b::a00:1", "2002:a00:1::", "2001:0:4136:e378:8000:63bf:f5ff:fffe", "::ffff:192.168.1.1", "fe80::1%eth0",
     "100.64.0.1", "192.0.0.1", "224.0.0.1", "0.0.0.0", "fc00::1", "ff02::1"],
)  # fmt: skip
def test_no_wrapping_hides_an_address_inside(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setattr("socket.getaddrinfo", lambda *a, **k: [(2, 1, 6, "", (address, 80))])
    with pytest.raises(Refused) as refused:
        reachable("portal.example", 80, ())
    assert refused.value.reason == "private-address"


def test_public_addresses_of_both_kinds_may_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    found = ["2606:2800:220:1::1", "93.184.216.34", "::ffff:93.184.216.34"]
    monkeypatch.setattr("socket.getaddrinfo", lambda *a, **k: [(2, 1, 6, "", (one, 80)) for one in found])
    assert reachable("portal.example", 80, ())[0] == "93.184.216.34"


def test_headers_that_cannot_be_sent_are_one_sentence(host: Served) -> None:
    with Web(around(), headers={"X-A": "a\nb: c"}) as web, pytest.raises(Misconfigured):
        web.get(host.url)
    with Web(around(), headers={"X-A": "Kōta"}) as web:
        web.get(host.url)
    assert len(host.requests) == 1


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
    with Web(around()) as web:
        got = web.download(host.url, into=tmp_path)
    assert got is not None
    assert got.path.read_bytes() == BODY


def test_what_people_are_shown_holds_no_secret() -> None:
    assert shown("https://siti:rahasia@host/x?key=1#y") == "https://host/x"
    assert with_params("https://h/x?a=1&k=2&a=3", {"k": None, "a": "9"}) == "https://h/x?a=9"
