"""A table too large to be kept at hand is followed again with its next version, and is not read over and over."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection

from mapalus.apps.catalogue import keeping_pace
from mapalus.apps.catalogue.keeping_pace import Pace


@pytest.mark.parametrize("error", [MemoryError, DatabaseError, RuntimeError])
def test_only_what_found_no_room_waits_for_another_version(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "close", lambda: None)
    monkeypatch.setattr(keeping_pace, "_REST", 0.0)
    pace = Pace(1)

    def follow(*, now: object) -> int:
        pace._version, pace._is_ending = 3, True
        raise error

    monkeypatch.setattr(pace, "follow", follow)
    pace._news.set()
    pace.run()
    assert pace._too_large == (3 if error is MemoryError else 0)
    assert pace._warm is None
