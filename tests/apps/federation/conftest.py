from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mapalus.engine.web import patience
from tests.apps.catalogue.cast import Province, province
from tests.apps.federation.cast import KEY, District, district
from tests.connectors.served import Served, serving


@pytest.fixture
def here(db: None, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Province:
    """The small province with one district, in a data folder of its own; it may ask loopback and knows a key."""
    settings.DATA_DIR = tmp_path / "data"
    settings.FETCH_ALLOWED = ["127.0.0.1"]
    monkeypatch.setenv("MAPALUS_SECRET_MANADO", KEY)
    monkeypatch.setattr(patience, "pause", lambda seconds: None)
    made = province(tmp_path)
    district()
    return made


@pytest.fixture
def manado() -> District:
    return District()


@pytest.fixture
def served(manado: District) -> Iterator[Served]:
    with serving(manado.reply) as served:
        yield served
