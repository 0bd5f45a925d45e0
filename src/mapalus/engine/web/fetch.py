"""Fetching one file over http(s): resolved first, private addresses refused, redirects checked again, all bounded."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urljoin, urlsplit

from mapalus.engine.errors import Refused, Unavailable
from mapalus.engine.text import _

__all__ = ["AGENT", "Target", "connect", "fetch", "host_header", "resolve"]

AGENT = "Mapalus (data platform of a province)"
_REDIRECTS = 5
_PATIENCE = 20.0  # seconds for connecting and for each read
_LONGEST = 900.0  # seconds for the whole
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Target:
    """One hop: the address as written, and where its host was found to be."""

    parts: SplitResult
    host: str
    port: int
    address: str


def fetch(address: str, *, into: Path, largest: int, allowed: Collection[str] = ()) -> Path:
    """The body of `address` as a file in `into`. `allowed`: hosts or networks that may be private.

    Raises `Refused` for an address that may not be asked or a body too large, `Unavailable` where nobody answers.
    """
    deadline = time.monotonic() + _LONGEST
    for _hop in range(_REDIRECTS + 1):
        target = resolve(address, allowed)
        connection = connect(target)
        try:
            path = (target.parts.path or "/") + (f"?{target.parts.query}" if target.parts.query else "")
            connection.request("GET", path, headers={"User-Agent": AGENT, "Accept": "*/*", "Host": host_header(target)})
            with closing(connection.getresponse()) as answer:
                if answer.status in (301, 302, 303, 307, 308) and answer.headers.get("Location"):
                    address = urljoin(address, answer.headers["Location"])
                    continue
                if answer.status != 200:
                    raise Unavailable(_("%(address)s answers %(status)s."), address=address, status=answer.status)
                return _receive(answer, into / "fetched", largest=largest, deadline=deadline, address=address)
        except (OSError, http.client.HTTPException) as error:
            raise Unavailable(_("%(address)s does not answer."), address=address) from error
        finally:
            connection.close()
    raise Refused("too-many-redirects", _("%(address)s leads on and on."), address=address)


def resolve(address: str, allowed: Collection[str]) -> Target:
    """Where the host is, if it may be asked. Raises `Refused` for an address inside the own network."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        raise Refused("bad-address", _("%(address)s is no address of a file."), address=address)
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, ValueError) as error:
        raise Unavailable(_("The host %(host)s is not known."), host=host) from error
    for one in sorted(found):
        if not _is_public(one) and not _is_listed(host, one, allowed):
            raise Refused(
                "private-address",
                _("%(host)s is inside the own network, where Mapalus asks nothing unless it is listed."),
                advice=_("The administrator can list it in MAPALUS_FETCH_ALLOWED."),
                host=host,
            )
    return Target(parts, host, port, min(found))


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None)
    return bool((mapped or ip).is_global) and not ip.is_multicast


def _is_listed(host: str, address: str, allowed: Collection[str]) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    for entry in allowed:
        if entry == host:
            return True
        try:
            if ip in ipaddress.ip_network(entry, strict=False):
                return True
        except ValueError:
            continue
    return False


def connect(target: Target) -> http.client.HTTPConnection:
    """To the address that was checked, not to whatever the name says a moment later."""
    try:
        plain = socket.create_connection((target.address, target.port), timeout=_PATIENCE)
        if target.parts.scheme == "https":
            plain = ssl.create_default_context().wrap_socket(plain, server_hostname=target.host)
    except OSError as error:
        raise Unavailable(_("%(address)s does not answer."), address=target.parts.geturl()) from error
    connection = http.client.HTTPConnection(target.host, target.port, timeout=_PATIENCE)
    connection.sock = plain
    return connection


def host_header(target: Target) -> str:
    """What the header `Host` says."""
    usual = 443 if target.parts.scheme == "https" else 80
    name = f"[{target.host}]" if ":" in target.host else target.host
    return name if target.port == usual else f"{name}:{target.port}"


def _receive(answer: http.client.HTTPResponse, path: Path, *, largest: int, deadline: float, address: str) -> Path:
    size = 0
    with path.open("wb") as file:
        while chunk := answer.read(_CHUNK):
            size += len(chunk)
            if size > largest:
                raise Refused("too-large", _("The file is larger than %(largest)s MB."), largest=largest // 1024**2)
            if time.monotonic() > deadline:
                raise Unavailable(_("%(address)s is too slow."), address=address)
            file.write(chunk)
    return path
