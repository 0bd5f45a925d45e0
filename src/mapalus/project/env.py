"""Typed readers of the environment. A variable `X` may also be given as `X_FILE`, a path to its value."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from mapalus.engine.errors import Misconfigured

__all__ = ["boolean", "database", "integer", "listing", "shipped_packs", "text"]


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
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 10}},
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
