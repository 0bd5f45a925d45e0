"""What tests of all doors stand on."""

from __future__ import annotations

import pytest

from mapalus.engine import clock


@pytest.fixture
def same_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock stands at the beginning of ten minutes and goes on from there.

    What counts or keeps by minutes (attempts, pages, tiles) does not begin anew in the middle of the test.
    """
    real, begun = clock.now, clock.now()
    back = begun - begun.replace(minute=begun.minute // 10 * 10, second=0, microsecond=0)
    monkeypatch.setattr(clock, "now", lambda: real() - back)
