"""Nobody is spoken to in the place of another."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from mapalus.engine.errors import Refused
from mapalus.engine.web.auth import Auth, AuthKind
from mapalus.engine.web.client import Web
from tests.engine.web.around import around


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
