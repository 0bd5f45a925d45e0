"""The house's own corpus of nasty files: every answer is that of a careful person, or a refusal with its reason."""

from __future__ import annotations

import pytest

from tests.engine.data.corpus.books import BOOKS
from tests.engine.data.corpus.case import Case, differences
from tests.engine.data.corpus.contracts import CONTRACTS
from tests.engine.data.corpus.documents import DOCUMENTS
from tests.engine.data.corpus.texts import TEXTS
from tests.engine.data.corpus.values import VALUES

pytestmark = pytest.mark.slow

CASES = {
    f"{room}: {name}": case
    for room, cases in (
        ("text", TEXTS), ("values", VALUES), ("book", BOOKS), ("document", DOCUMENTS), ("contract", CONTRACTS),
    )
    for name, case in cases.items()
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_nasty_file_has_the_answer_of_a_careful_person(name: str) -> None:
    case: Case = CASES[name]
    assert differences(case) == []
