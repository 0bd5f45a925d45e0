"""A small OpenID Connect server on loopback: real keys, real signatures, code flow with PKCE, and ways to lie."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

CLIENT, SECRET = "mapalus-uji", "rahasia-uji"


@dataclass
class Server:
    """What the server believes, and how it lies where a test says so."""

    address: str = ""
    key: Any = field(default_factory=lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048))
    kid: str = "satu"
    algorithm: str = "RS256"
    person: dict[str, Any] = field(default_factory=lambda: {"sub": "7106010101900001", "email_verified": True})
    claims: dict[str, Any] = field(default_factory=dict)  # instead of what is right; None: left out
    userinfo: dict[str, Any] = field(default_factory=dict)
    signed_with: Any = None  # a key nobody published
    header: dict[str, Any] = field(default_factory=dict)
    issuer: str = ""
    raw: str = ""  # a whole id_token instead
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def jwk(self) -> dict[str, Any]:
        kind = jwt.algorithms.RSAAlgorithm if self.algorithm.startswith("RS") else jwt.algorithms.ECAlgorithm
        return {
            **kind.to_jwk(self.key.public_key(), as_dict=True),
            "kid": self.kid,
            "alg": self.algorithm,
            "use": "sig",
        }

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        right = {
            "iss": self.address, "aud": CLIENT, "exp": now + 300, "iat": now, "nonce": nonce, "sub": self.person["sub"],
        }  # fmt: skip
        claims = {name: value for name, value in {**right, **self.claims}.items() if value is not None}
        header = {"kid": self.kid, **self.header}
        return jwt.encode(claims, self.signed_with or self.key, algorithm=self.algorithm, headers=header)

    def public_pem(self) -> bytes:
        kind = serialization.PublicFormat.SubjectPublicKeyInfo
        return bytes(self.key.public_key().public_bytes(serialization.Encoding.PEM, kind))


def elliptic() -> Server:
    return Server(key=ec.generate_private_key(ec.SECP256R1()), algorithm="ES256", kid="lengkung")


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_given: object) -> None:
            pass

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            match parts.path:
                case "/.well-known/openid-configuration":
                    self.say(
                        {
                            "issuer": server.issuer or server.address,
                            "authorization_endpoint": f"{server.address}/authorize",
                            "token_endpoint": f"{server.address}/token",
                            "userinfo_endpoint": f"{server.address}/userinfo",
                            "jwks_uri": f"{server.address}/keys",
                        }
                    )
                case "/keys":
                    self.say({"keys": [server.jwk]})
                case "/authorize":
                    server.asked.append(asked)
                    code = secrets.token_urlsafe(16)
                    server.codes[code] = asked
                    self.send_response(302)
                    back = urlencode({"code": code, "state": asked["state"]})
                    self.send_header("Location", f"{asked['redirect_uri']}?{back}")
                    self.end_headers()
                case "/userinfo":
                    token = self.headers.get("Authorization", "").removeprefix("Bearer ")
                    self.say({**server.person, **server.userinfo}, 200 if token in server.tokens else 401)
                case _:
                    self.say({}, 404)

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            given = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
            began = server.codes.pop(given.get("code", ""), None)
            verifier = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
            challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
            is_right = (
                began is not None
                and (given.get("client_id"), given.get("client_secret")) == (CLIENT, SECRET)
                and given.get("redirect_uri") == began["redirect_uri"]
                and began.get("code_challenge_method") == "S256"
                and began.get("code_challenge") == challenge
            )
            if not is_right or began is None:
                self.say({"error": "invalid_grant"}, 400)
                return
            access = secrets.token_urlsafe(16)
            server.tokens[access] = server.person["sub"]
            token = server.raw or server.id_token(began.get("nonce", ""))
            self.say({"access_token": access, "token_type": "Bearer", "expires_in": 300, "id_token": token})

        def say(self, what: Any, status: int = 200) -> None:
            body = json.dumps(what).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler


@contextmanager
def running(server: Server) -> Iterator[Server]:
    web = ThreadingHTTPServer(("127.0.0.1", 0), _handler(server))
    server.address = f"http://127.0.0.1:{web.server_address[1]}"
    thread = Thread(target=web.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        web.shutdown()
        thread.join()
        web.server_close()
