"""Connectors as the platform uses them: which there are, their settings, their secrets, and what they may touch."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Mapping
from functools import partial
from pathlib import Path

from django.conf import settings

from mapalus.engine.errors import Invalid, Misconfigured, NotFound
from mapalus.engine.harvest import registry
from mapalus.engine.harvest.connector import Connector, OptionKind, Shelf, Source, Surroundings
from mapalus.engine.harvest.options import fitting
from mapalus.engine.text import _, slug

__all__ = [
    "EVERY",
    "all_connectors",
    "cleaned",
    "connector_named",
    "has_secret",
    "keep_besides",
    "listing_connectors",
    "missing_secrets",
    "open_shelf",
    "open_source",
    "secret",
    "secrets_of",
    "surroundings",
    "variable",
]

Tell = Callable[[str, float], None]
_SECRET = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,62}")
_OUR_OWN = frozenset({"KEY", "KEY_FILE"})  # MAPALUS_SECRET_KEY seals sessions: no source ever reads it
_DROPS = "drops"  # the one folder of this machine that a drop folder may lie in
EVERY = "*"  # in the place of a unit
_besides: list[Callable[[str, str], str]] = []


def all_connectors() -> Mapping[str, Connector]:
    """Every installed connector that works, by its name, in the order of their names."""
    return {one.name: one for one in registry.connectors()}


def listing_connectors() -> Mapping[str, Connector]:
    """Those that know many tables and list them; the others reach one table each."""
    return {name: one for name, one in all_connectors().items() if getattr(one, "shelving", one.shelf) is not None}


def connector_named(name: str) -> Connector:
    """Raises `NotFound` with those that there are."""
    if name not in registry.names():
        known = ", ".join(registry.names())
        raise NotFound(_("There is no connector %(name)s. There are: %(known)s."), name=name, known=known)
    return registry.connector(name)


def cleaned(connector: Connector, options: Mapping[str, object]) -> dict[str, object]:
    """The settings as they are kept: typed, without what is left at its default. Raises `Invalid`."""
    found = fitting(connector, options)
    for one in connector.options:
        if one.kind is OptionKind.SECRET and (name := found.text(one.name)):
            _checked_name(name, one.name)
    kept = {one.name: _plain(found[one.name]) for one in connector.options if found[one.name] != one.default}
    return {name: value for name, value in kept.items() if value not in (None, "", [])}


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def open_source(connector: str, options: Mapping[str, object], *, unit: str, tell: Tell | None = None) -> Source:
    """A source with these settings, for a unit; raises `Invalid` or `Misconfigured`."""
    return connector_named(connector).open(dict(options), surroundings(unit=unit, tell=tell))


def open_shelf(connector: str, options: Mapping[str, object], *, unit: str, tell: Tell | None = None) -> Shelf:
    found = connector_named(connector).shelf(dict(options), surroundings(unit=unit, tell=tell))
    if found is None:
        raise Invalid(_("The connector %(name)s knows one table only and lists none."), name=connector)
    return found


def surroundings(*, unit: str, tell: Tell | None = None) -> Surroundings:
    """What a source may touch: secrets by name, listed private hosts, and the drop folder of its own unit alone."""
    drops = drop_folder() / slug(unit.replace(".", "-"))
    drops.mkdir(parents=True, exist_ok=True)
    return Surroundings(
        secret=partial(secret, unit=unit), allowed=_allowed(), folder=drops, tell=tell or (lambda step, share: None)
    )  # fmt: skip


def drop_folder() -> Path:
    """Where folders that agencies drop files into lie, one for each unit."""
    return Path(settings.DROP_DIR or Path(settings.DATA_DIR) / _DROPS)


def _allowed() -> Collection[str]:
    return tuple(settings.FETCH_ALLOWED)


# --- secrets ---------------------------------------------------------------------------------------------------------


def variable(name: str) -> str:
    """The variable of the environment that holds a secret: `portal-kunci` is in MAPALUS_SECRET_PORTAL_KUNCI."""
    return "MAPALUS_SECRET_" + re.sub(r"[^A-Z0-9]", "_", name.upper())


def has_secret(name: str) -> bool:
    """Whether it is there; all that a page ever says of a secret."""
    if not _SECRET.fullmatch(name) or variable(name).removeprefix("MAPALUS_SECRET_") in _OUR_OWN:
        return False
    if os.environ.get(variable(name)) or os.environ.get(f"{variable(name)}_FILE"):
        return True
    try:
        return any(find(name, EVERY) for find in _besides)
    except Misconfigured:
        return False  # kept, and cannot be read


def keep_besides(find: Callable[[str, str], str]) -> None:
    """A higher app says where keys stand that nobody set by hand, by name and unit (`EVERY`: any unit)."""
    if find not in _besides:
        _besides.append(find)


def secret(name: str, *, unit: str = "") -> str:
    """The value of a secret. Raises `Misconfigured` where the environment lacks it; never shown, never stored.

    unit: who asks; a key that was not set by hand is for its own unit alone.
    """
    _checked_name(name, "secret")
    where = variable(name)
    path = os.environ.get(f"{where}_FILE")
    try:
        value = Path(path).read_text(encoding="utf-8").strip() if path else os.environ.get(where, "")
    except OSError:
        value = ""
    value = value or next((kept for find in _besides if (kept := find(name, unit))), "")
    if not value:
        raise Misconfigured(
            _("The secret %(name)s is not set."),
            advice=_("The administrator sets %(variable)s and starts the service again."),
            name=name, variable=where,
        )  # fmt: skip
    return value


def secrets_of(connector: str, options: Mapping[str, object]) -> tuple[str, ...]:
    """The names of the secrets that these settings need."""
    if connector not in registry.names():
        return ()
    kinds = [one.name for one in registry.connector(connector).options if one.kind is OptionKind.SECRET]
    return tuple(str(options[name]) for name in kinds if options.get(name))


def missing_secrets(connector: str, options: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(name for name in secrets_of(connector, options) if not has_secret(name))


def _checked_name(name: str, field: str) -> None:
    if not _SECRET.fullmatch(name) or variable(name).removeprefix("MAPALUS_SECRET_") in _OUR_OWN:
        raise Invalid(
            fields={field: _("Write the name of the secret only: letters, digits and hyphens. Never its value.")}
        )
