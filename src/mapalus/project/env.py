"""Typed readers of the environment. A variable `X` may also be given as `X_FILE`, a path to its value."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from mapalus.engine.errors import Misconfigured

__all__ = ["boolean", "database", "integer", "listing", "providers", "shipped_packs", "text"]


# Of a server that went away without a word (a host that lost its power): it counts as gone after some 25 seconds.
_PATIENCE = {
    "connect_timeout": 10, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}  # fmt: skip


def text(name: str, default: str = "") -> str:
    path = os.environ.get(f"{name}_FILE")
    if path:
        return Path(path).read_text(encoding="utf-8").strip()
    return os.environ.get(name, default)


def boolean(name: str, *, default: bool = False) -> bool:
    value = text(name).lower()
    if value in ("", "1", "0", "true", "false", "yes", "no"):
        return default if value == "" else value in ("1", "true", "yes")
    raise Misconfigured("%(name)s must be true or false, not %(value)s.", name=name, value=value)


def integer(name: str, *, default: int) -> int:
    value = text(name)
    try:
        return int(value) if value else default
    except ValueError:
        raise Misconfigured("%(name)s must be a whole number, not %(value)s.", name=name, value=value) from None


def listing(name: str, *, default: tuple[str, ...] = ()) -> list[str]:
    value = text(name)
    return [part.strip() for part in value.split(",") if part.strip()] if value else list(default)


def database(name: str, *, default: Path) -> dict[str, object]:
    """A Django database from a URL: `sqlite:///path` or `postgresql://user:password@host:port/name`."""
    url = text(name)
    if not url or url.startswith("sqlite:///"):
        return _sqlite(Path(url.removeprefix("sqlite:///")) if url else default)
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise Misconfigured("%(name)s must begin with sqlite:/// or postgresql://.", name=name)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        # A restarted server takes its connections along: one that died is replaced before a visitor gets it.
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 10}, **_PATIENCE},
    }


def providers(name: str) -> list[dict[str, Any]]:
    """Servers of OpenID Connect: `name` lists them, `<name>_<SERVER>_...` describes each.

    As the account library wants them. Whoever asks for an identity number is refused here.
    """
    return [_provider(f"{name}_{one.upper().replace('-', '_')}", one) for one in listing(name)]


def _provider(prefix: str, one: str) -> dict[str, Any]:
    if not re.fullmatch(r"[a-z][a-z0-9-]{1,29}", one):
        raise Misconfigured("%(name)s: small letters, digits and hyphens only.", name=one)
    server, client = text(f"{prefix}_SERVER").rstrip("/"), text(f"{prefix}_CLIENT")
    is_near = urlsplit(server).hostname in ("localhost", "127.0.0.1", "::1")
    if not client or not (server.startswith("https://") or (is_near and server.startswith("http://"))):
        raise Misconfigured("%(name)s needs _SERVER (https) and _CLIENT.", name=prefix)
    scopes = text(f"{prefix}_SCOPES", "openid email").split()
    if "openid" not in scopes or any("nik" in scope.lower() for scope in scopes):
        raise Misconfigured("%(name)s_SCOPES: with openid, and without an identity number.", name=prefix)
    return {
        "provider_id": one,
        "name": text(f"{prefix}_NAME", one),
        "client_id": client,
        "secret": text(f"{prefix}_SECRET"),
        "settings": {
            "server_url": server,
            "scope": scopes,
            "oauth_pkce_enabled": True,
            "trusts_email": boolean(f"{prefix}_TRUST_EMAIL"),
        },
    }


def shipped_packs(package: Path) -> list[Path]:
    """Folders of the packs that came with the platform: beside the checkout, or inside the installed package."""
    for home in (package.parents[1] / "packs", package / "_packs"):
        if home.is_dir():
            return sorted(path for path in home.iterdir() if path.is_dir() and not path.name.startswith("."))
    return []


def _sqlite(path: Path) -> dict[str, object]:
    # Django's defaults lost four in five of concurrent writes: IMMEDIATE, WAL and a real timeout lose none.
    return {
        "ENGINE": "mapalus.project.sqlite",
        "NAME": str(path),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "queue_seconds": integer("MAPALUS_WRITE_PATIENCE", default=10),
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA busy_timeout=20000;",
        },
    }
