"""The text of a letter, and its number."""

from __future__ import annotations

from datetime import date

import pytest

from mapalus.engine.letters.numbering import letter_number
from mapalus.engine.letters.template import head_of, read_letter
from mapalus.engine.packs.problem import Bag
from mapalus.engine.packs.texts import check_letter

TEXT = """---
hal: Rekomendasi {nama}
kepada: Kepala {unit}
tembusan: Sekda; Inspektur ;
---
Menunjuk usulan
nomor {number}.

1. Keputusan: {keputusan}
2. Syarat: {syarat}

- satu
- dua

Terima kasih.
"""


def test_places_are_filled_and_empty_items_left_out() -> None:
    letter = read_letter(TEXT, {"nama": "Apotek", "unit": "Dinas", "number": "R-1", "keputusan": "ya"})
    assert letter.head["hal"] == "Rekomendasi Apotek"
    assert letter.copies == ("Sekda", "Inspektur")
    assert [(one.lines, one.is_list, one.is_numbered) for one in letter.body] == [
        (("Menunjuk usulan nomor R-1.",), False, False),
        (("Keputusan: ya",), True, True),
        (("satu", "dua"), True, False),
        (("Terima kasih.",), False, False),
    ]


def test_what_is_filled_in_is_never_read_again() -> None:
    letter = read_letter("---\nhal: {a}\n---\n{a}\n", {"a": "{b}\n\n1. x\n---", "b": "rahasia"})
    assert "rahasia" not in letter.head["hal"] + letter.body[0].lines[0]
    assert len(letter.body) == 1
    assert not letter.body[0].is_list


@pytest.mark.parametrize("text", ["", "---", "---\nhal: x", "tanpa kepala", "---\n---\n"])
def test_a_letter_without_a_whole_head_is_no_error(text: str) -> None:
    read_letter(text, {})
    assert isinstance(head_of(text), tuple)


def test_a_key_that_means_nothing_is_found_when_the_pack_is_loaded() -> None:
    bag = Bag()
    check_letter("letters/x.md", "---\nperihal: x\n---\n{number}", (), bag)
    assert [(one.code, one.line) for one in bag.problems] == [("unknown-key", 2)]


def test_numbers_are_written_as_offices_write_them() -> None:
    assert (
        letter_number(code="555", sequence=12, unit="diskominfo", on=date(2026, 11, 22))
        == "555/0012/DISKOMINFO/XI/2026"
    )
    assert letter_number(code="", sequence=12345, unit="setda", on=date(2027, 1, 1)) == "000/12345/SETDA/I/2027"
