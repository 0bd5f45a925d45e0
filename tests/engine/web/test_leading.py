"""Where an answer leads: redirects, and addresses of the own network in whatever dress."""

from __future__ import annotations

import pytest

from mapalus.engine.errors import Refused
from mapalus.engine.web.addresses import reachable
from mapalus.engine.web.auth import Auth, AuthKind
from mapalus.engine.web.client import Web
from tests.connectors.served import Response, Served, serving
from tests.engine.web.around import SECRET, around, echo


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
