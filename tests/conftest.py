"""What every test stands on: settings, a blocked network, and which services this machine has."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.browser import chromium, view  # noqa: F401 - fixtures for everybody

# On a busy machine making an example may take long; that says nothing about what is tested.
# `.ci/run` tries the same examples in every run, so that a red one speaks of the change; others look further each time.
settings.register_profile(
    "mapalus",
    suppress_health_check=[HealthCheck.too_slow],
    deadline=None,
    derandomize=os.environ.get("MAPALUS_TEST_EXAMPLES") == "same",
)
settings.load_profile("mapalus")

SHARED = Path(__file__).resolve().parents[2] / "shared"
SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
CHROMIUM = os.environ.get("MAPALUS_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
POSTGRESQL = os.environ.get("MAPALUS_TEST_POSTGRESQL", "")
MARIADB = os.environ.get("MAPALUS_TEST_MARIADB", "")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say why a test is skipped where its service is missing; `.ci/run` fails when one was."""
    reasons = {
        "browser": None if CHROMIUM else "no Chromium: install the Debian packages chromium and chromium-driver",
        "postgresql": None if POSTGRESQL else "no PostgreSQL: set MAPALUS_TEST_POSTGRESQL to a server's URL",
        "mariadb": None if MARIADB else "no MariaDB: set MAPALUS_TEST_MARIADB to mysql://user:password@host:port",
        "sshd": None if SSHD else "no sshd: install the Debian package openssh-server",
        "shared": None if SHARED.is_dir() else "the folder of real files is not beside this checkout",
    }
    for item in items:
        for marker, reason in reasons.items():
            if reason and marker in item.keywords:
                item.add_marker(pytest.mark.skip(reason=f"service missing: {reason}"))
    # The sample province is built while the others run.
    items.sort(key=lambda item: "built" in getattr(item, "fixturenames", ()))


_connect = socket.socket.connect


def _connect_nearby(self: socket.socket, address: object) -> None:
    """Tests reach loopback and local sockets only."""
    if isinstance(address, tuple) and not str(address[0]).startswith(("127.", "::1", "localhost")):
        raise RuntimeError(f"tests stay on loopback, not {address[0]}")
    return _connect(self, address)  # type: ignore[arg-type]


socket.socket.connect = _connect_nearby  # type: ignore[method-assign, assignment]


@pytest.fixture(scope="session", autouse=True)
def time_enough() -> None:
    """Questions to data may take long: a busy machine is no fault of theirs. Tests of these bounds set them anew."""
    from mapalus.engine.data import query, sandbox

    query._SECONDS, sandbox._SECONDS = 60.0, 60.0


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Tests with real transactions empty their tables; the ledger's guard would forbid it (its own tests put it up)."""
    with django_db_blocker.unblock():
        from mapalus.apps.ledger.database import unguard

        unguard()
