"""A host that says what it was asked, and pauses that take no time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mapalus.engine.web import patience
from tests.connectors.served import Served, serving
from tests.engine.web.around import echo


@pytest.fixture
def paused(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    pauses: list[float] = []
    monkeypatch.setattr(patience, "pause", pauses.append)
    monkeypatch.setattr(patience, "chance", lambda: 1.0)
    return pauses


@pytest.fixture
def host() -> Iterator[Served]:
    with serving(echo) as host:
        yield host
