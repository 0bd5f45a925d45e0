"""The way out of a network that lets nobody out directly: a proxy, named by the usual variables of the environment.

HTTPS_PROXY and HTTP_PROXY (ALL_PROXY for both) name it, as `http://user:password@proxy:3128`; NO_PROXY lists what is
asked directly: hosts, domains with all below them, addresses, networks, `*` for everything. Small letters go before
capitals. What runs on this machine itself is always asked directly.

The proxy is told the address that was checked here, not the name, so that it cannot find another one behind it. Where
names of the outside cannot be resolved here, MAPALUS_PROXY_RESOLVES=true hands it the name instead: then the proxy
itself must refuse what lies inside the own network.
"""

from __future__ import annotations

import base64
import ipaddress
import os
import socket
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from mapalus.engine.errors import Misconfigured, Problem, Refused, Unavailable
from mapalus.engine.text import _
from mapalus.engine.web.patience import now

__all__ = ["Proxy", "is_told_names", "proxy_for", "through"]

_LONGEST_HEAD = 16 * 1024  # bytes of the proxy's answer


@dataclass(frozen=True)
class Proxy:
    """login: user and password, packed; never shown."""

    host: str
    port: int
    login: str = field(default="", repr=False)

    @property
    def shown(self) -> str:
        return f"{self.host}:{self.port}"


def proxy_for(scheme: str, host: str, port: int) -> Proxy | None:
    """None where the host is asked directly. Raises `Misconfigured` for a proxy that cannot be used."""
    said = _variable(f"{scheme}_proxy") or _variable("all_proxy")
    if not said or _is_here(host) or _is_excepted(host, port, _variable("no_proxy")):
        return None
    return _read(said)


def is_told_names() -> bool:
    """Whether the proxy is trusted to resolve names, and to keep out of the own network."""
    return os.environ.get("MAPALUS_PROXY_RESOLVES", "").strip().casefold() in ("true", "1", "yes", "on")


def through(proxy: Proxy, address: str, port: int, *, timeout: float) -> socket.socket:
    """A line to an address by way of the proxy (CONNECT). Raises a Problem that names the proxy, not its password."""
    try:
        plain = socket.create_connection((proxy.host, proxy.port), timeout=timeout)
    except OSError as error:
        raise Unavailable(_("The proxy %(proxy)s does not answer."), proxy=proxy.shown) from error
    try:
        place = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
        login = f"Proxy-Authorization: Basic {proxy.login}\r\n" if proxy.login else ""
        plain.sendall(f"CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n{login}\r\n".encode())
        status = _status(plain, until=now() + timeout)
        plain.settimeout(timeout)
    except OSError as error:
        plain.close()
        raise Unavailable(_("The proxy %(proxy)s does not answer."), proxy=proxy.shown) from error
    if 200 <= status < 300:
        return plain
    plain.close()
    raise _refused(proxy, place, status)


def _refused(proxy: Proxy, place: str, status: int) -> Problem:
    known: dict[str, Any] = {"proxy": proxy.shown, "place": place, "status": status}
    if status == 407:
        return Misconfigured(
            _("The proxy %(proxy)s wants a user and a password, or others than those it was given."),
            advice=_("The administrator puts them into HTTPS_PROXY, as http://user:password@proxy:3128."), **known,
        )  # fmt: skip
    if status in (400, 403, 405):
        return Refused(
            "proxy", _("The proxy %(proxy)s does not lead to %(place)s (%(status)s)."),
            advice=_("Its keeper allows CONNECT to this address, or NO_PROXY names the host."), **known,
        )  # fmt: skip
    return Unavailable(_("Behind the proxy %(proxy)s nobody answers at %(place)s (%(status)s)."), **known)


def _status(plain: socket.socket, *, until: float) -> int:
    """The status of the answer, whose head is read to its end and not a byte further; dripping does not prolong it."""
    head = b""
    while not head.endswith((b"\r\n\r\n", b"\n\n")):
        if (left := until - now()) <= 0:
            raise TimeoutError
        plain.settimeout(left)
        piece = plain.recv(1)
        if not piece or len(head) > _LONGEST_HEAD:
            raise ConnectionError
        head += piece
    words = head.split(b"\r\n", 1)[0].split()
    return int(words[1]) if len(words) > 1 and words[0].startswith(b"HTTP/") and words[1].isdigit() else 0


def _variable(name: str) -> str:
    return (os.environ.get(name) or os.environ.get(name.upper()) or "").strip()


def _read(said: str) -> Proxy:
    try:
        parts = urlsplit(said if "://" in said else f"http://{said}")
        port = parts.port or 3128
    except ValueError:
        parts, port = urlsplit(""), 0
    if parts.scheme != "http" or not parts.hostname:
        raise Misconfigured(
            _("The proxy in the environment cannot be used."),
            advice=_("The administrator writes it as http://proxy:3128 into HTTPS_PROXY and HTTP_PROXY."),
        )
    login = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else ""
    return Proxy(parts.hostname, port, base64.b64encode(login.encode()).decode() if login else "")


def _is_here(host: str) -> bool:
    ip = _address(host)
    return host.casefold() == "localhost" or (ip is not None and ip.is_loopback)


def _is_excepted(host: str, port: int, listed: str) -> bool:
    ip = _address(host)
    for entry in (part.strip().casefold() for part in listed.replace(" ", ",").split(",")):
        if not entry:
            continue
        name, _colon, number = entry.rpartition(":")
        if name and number.isdecimal() and ":" not in name:
            if int(number) != port:
                continue
            entry = name
        if entry == "*" or (_in_network(ip, entry) if ip is not None else _is_below(host.casefold(), entry)):
            return True
    return False


def _is_below(host: str, entry: str) -> bool:
    """`go.id`, `.go.id` and `*.go.id` are the domain and everything below it."""
    domain = entry.removeprefix("*").removeprefix(".")
    return bool(domain) and (host == domain or host.endswith(f".{domain}"))


def _in_network(ip: ipaddress.IPv4Address | ipaddress.IPv6Address, entry: str) -> bool:
    try:
        return ip in ipaddress.ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        return False


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return None
