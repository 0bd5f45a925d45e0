from __future__ import annotations

import pytest

from mapalus.apps.catalogue.periods import canonical


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
