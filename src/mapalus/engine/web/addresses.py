"""Addresses: what may be asked, where it is, and how it is shown to people.

A host is resolved once and the connection goes to what was checked, so that a name which answers differently a moment
later leads nowhere else. Whoever brings a client of his own (a database, SFTP) asks `reachable` before it connects.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urlencode, urlsplit, urlunsplit

from mapalus.engine.errors import Refused, Unavailable
from mapalus.engine.text import _
from mapalus.engine.web.proxies import Proxy, is_told_names, proxy_for

__all__ = [
    "Target",
    "checked",
    "host_header",
    "is_listed",
    "origin",
    "path_of",
    "reachable",
    "resolve",
    "shown",
    "with_params",
]

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_PATH = "/%:@!$&'()*+,;=~-._"
_QUERY = _PATH + "?[]|"


@dataclass(frozen=True)
class Target:
    """One hop: the address as written, and where its host was found to be."""

    parts: SplitResult
    host: str
    port: int
    addresses: tuple[str, ...]
    proxy: Proxy | None = None  # the way there; None: directly


def resolve(address: str, allowed: Collection[str]) -> Target:
    """Where the host is, if it may be asked. Raises `Refused` for an address inside the own network."""
    parts, host, port = _read(address)
    proxy = proxy_for(parts.scheme, host, port)
    if proxy is not None and is_told_names() and _is_outside(host):
        return Target(parts, host, port, (host,), proxy)
    return Target(parts, host, port, reachable(host, port, allowed), proxy)


def _is_outside(host: str) -> bool:
    """A name of the world, which only the proxy may be able to resolve; never an address, nor a name of the house."""
    inside = ("localhost", "local", "internal", "lan", "intranet", "home", "corp", "localdomain", "arpa")
    last = host.rstrip(".").rpartition(".")[2].casefold()
    return "." in host.rstrip(".") and ":" not in host and last not in inside and not last[:1].isdigit()


def _read(address: str) -> tuple[SplitResult, str, int]:
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").encode("idna").decode()
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        parts, host, port = SplitResult("", "", "", "", ""), "", 0
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        raise Refused("bad-address", _("%(address)s is no address of a file."), address=shown(address))
    return parts, host, port


def checked(address: str) -> bool:
    """Whether this is an address that can be asked at all; the network is not asked."""
    try:
        _read(address)
    except Refused:
        return False
    return True


def reachable(host: str, port: int, allowed: Collection[str]) -> tuple[str, ...]:
    """The addresses of a host, those of IPv4 first, if all of them may be asked.

    Raises `Refused` when one lies inside the own network and is not listed, `Unavailable` when the host is not known.
    """
    try:
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
    return tuple(sorted(found, key=lambda one: (":" in one, one)))


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    inner: list[ipaddress.IPv4Address | ipaddress.IPv6Address] = [*_inside(ip)]
    return all(one.is_global and not one.is_multicast for one in inner or [ip])


def _inside(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> list[ipaddress.IPv4Address]:
    """The addresses of IPv4 that an address of IPv6 leads to: mapped, 6to4, Teredo, NAT64."""
    if isinstance(ip, ipaddress.IPv4Address):
        return []
    found = [ip.ipv4_mapped, ip.sixtofour, ip.teredo[1] if ip.teredo else None]
    if ip in _NAT64:
        found.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
    return [one for one in found if one is not None]


def _is_listed(host: str, address: str, allowed: Collection[str]) -> bool:
    if any(entry.lower() == host.lower() for entry in allowed):
        return True
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:  # a name that the proxy resolves
        return False
    for entry in allowed:
        try:
            if ip in ipaddress.ip_network(entry, strict=False):
                return True
        except ValueError:
            continue
    return False


def is_listed(target: Target, allowed: Collection[str]) -> bool:
    """Whether somebody listed this host: it is one of the own network, known to him."""
    return all(_is_listed(target.host, one, allowed) for one in target.addresses)


def host_header(target: Target) -> str:
    """What the header `Host` says."""
    usual = 443 if target.parts.scheme == "https" else 80
    name = f"[{target.host}]" if ":" in target.host else target.host
    return name if target.port == usual else f"{name}:{target.port}"


def path_of(parts: SplitResult) -> str:
    """Path and query as they go over the wire: what people write with spaces and accents is escaped."""
    path = quote(parts.path or "/", safe=_PATH)
    return f"{path}?{quote(parts.query, safe=_QUERY)}" if parts.query else path


def with_params(address: str, params: Mapping[str, object] | None) -> str:
    """The address with these parameters in its query; one of the same name is replaced, None leaves one out."""
    if not params:
        return address
    parts = urlsplit(address)
    kept = [pair for pair in parts.query.split("&") if pair and pair.partition("=")[0] not in params]
    given = {name: value for name, value in params.items() if value is not None}
    said = urlencode(given, doseq=True)
    return urlunsplit(parts._replace(query="&".join([*kept, said] if said else kept)))


def origin(address: str) -> tuple[str, str, int]:
    """Scheme, host and port: what is secret goes to one of these and to no other."""
    parts = urlsplit(address)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or (443 if parts.scheme == "https" else 80)


def shown(address: str) -> str:
    """The address for people: without user, query and fragment, where secrets stand."""
    head, _mark, _rest = address.partition("#")
    head, _mark, _rest = head.partition("?")
    scheme, mark, rest = head.partition("://")
    if not mark:
        return head
    place, slash, path = rest.partition("/")
    return f"{scheme}://{place.rpartition('@')[2]}{slash}{path}"
