from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from mapalus.engine.errors import Refused
from mapalus.engine.harvest.connector import Vanished
from mapalus.engine.web.fetch import AGENT, fetch

HERE = ("127.0.0.1",)


class _Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/file.csv":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"a,b\n1," + (self.headers["User-Agent"]).encode() + b"\n")
        elif self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/file.csv")
            self.end_headers()
        elif self.path == "/inside":
            self.send_response(302)
            self.send_header("Location", "http://10.0.0.7/secret")
            self.end_headers()
        elif self.path == "/round":
            self.send_response(302)
            self.send_header("Location", "/round")
            self.end_headers()
        else:
            self.send_response(404)
            self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Site)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_file_is_fetched_and_the_agent_names_itself(site: str, tmp_path: Path) -> None:
    path = fetch(f"{site}/moved", into=tmp_path, largest=1000, allowed=HERE)
    assert AGENT in path.read_text()


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/x",
        "http://localhost/x",
        "http://[::1]/x",
        "http://10.1.2.3/x",
        "http://169.254.169.254/latest",
        "http://[::ffff:127.0.0.1]/x",
        "http://0.0.0.0/x",
        "ftp://example.org/x",
        "file:///etc/passwd",
        "http://user:secret@example.org/",
        "http:///x",
    ],
)
def test_private_and_odd_addresses_are_refused(address: str, tmp_path: Path) -> None:
    with pytest.raises(Refused):
        fetch(address, into=tmp_path, largest=1000)


def test_a_redirect_inside_is_refused(site: str, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        fetch(f"{site}/inside", into=tmp_path, largest=1000, allowed=HERE)
    assert refused.value.reason == "private-address"


def test_redirects_and_size_are_bounded(site: str, tmp_path: Path) -> None:
    with pytest.raises(Refused):
        fetch(f"{site}/round", into=tmp_path, largest=1000, allowed=HERE)
    with pytest.raises(Refused):
        fetch(f"{site}/file.csv", into=tmp_path, largest=5, allowed=HERE)


def test_a_file_that_is_not_there_has_vanished(site: str, tmp_path: Path) -> None:
    with pytest.raises(Vanished):
        fetch(f"{site}/nothing", into=tmp_path, largest=1000, allowed=HERE)
