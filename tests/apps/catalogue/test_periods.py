from __future__ import annotations

import pytest

from mapalus.apps.catalogue.periods import canonical
from mapalus.engine.errors import Invalid


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026W45", "2026-W45"),
        ("2026-w5", "2026-W05"),
        ("2026-T3", "2026-Q3"),
        ("2026S1", "2026-S1"),
        ("2026-10", "2026-10"),
        (" 2026 ", "2026"),
        ("Smt I", "Smt I"),
    ],
)
def test_a_period_has_one_spelling(text: str, said: str) -> None:
    assert canonical(text) == said
    assert canonical(said) == said


@pytest.mark.parametrize("text", ["2026-W54", "2026-W00", "2025-W53", "2026-Q5", "2026S3", "2026-13", "2026-02-30"])
def test_a_period_no_calendar_has_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        canonical(text)
    assert "period" in caught.value.fields


def test_a_long_year_has_53_weeks() -> None:
    assert canonical("2026-W53") == "2026-W53"
