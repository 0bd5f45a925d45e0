"""Connectors are found without being imported, and a broken one leaves the others alone."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint

import pytest

from mapalus.engine.errors import Misconfigured, NotFound
from mapalus.engine.harvest import registry


def test_names_are_known_without_an_import() -> None:
    code = (
        "import sys; from mapalus.engine.harvest import registry; assert 'http' in registry.names()\n"
        "print([name for name in sys.modules if name.startswith('mapalus.connectors.')])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


def test_none_brings_its_client_along_before_it_is_used() -> None:
    code = (
        "import sys; from mapalus.engine.harvest import registry; registry.connectors()\n"
        "print([n for n in ('paramiko', 'sqlalchemy', 'psycopg', 'pymysql', 'pymssql', 'duckdb', 'django', 'rdflib', "
        "'numpy') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_a_broken_connector_leaves_the_others_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    points = {
        "http": EntryPoint("http", "mapalus.connectors.http:connector", registry.GROUP),
        "gone": EntryPoint("gone", "mapalus.connectors.gone:connector", registry.GROUP),
        "odd": EntryPoint("odd", "mapalus.engine.text:slug", registry.GROUP),
        "other": EntryPoint("other", "mapalus.connectors.http:connector", registry.GROUP),
    }
    monkeypatch.setattr(registry, "_points", lambda: points)
    assert [one.name for one in registry.connectors()] == ["http"]
    for name in ("gone", "odd", "other"):
        with pytest.raises(Misconfigured):
            registry.connector(name)
    with pytest.raises(NotFound):
        registry.connector("nothing")


def test_every_folder_is_registered() -> None:
    from pathlib import Path

    import mapalus.connectors

    home = Path(mapalus.connectors.__path__[0])
    folders = {path.name for path in home.iterdir() if (path / "source.py").exists()}
    assert folders <= set(registry.names())
