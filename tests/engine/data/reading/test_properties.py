"""Whatever is written as CSV comes back, cell by cell and row by row, in place or spooled."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mapalus.engine.data.contract import Contract
from mapalus.engine.data.reading import read, spool
from mapalus.engine.errors import Refused
from tests.engine.data.reading.reference import parse
from tests.engine.data.reading.scans import rows, write

pytestmark = pytest.mark.slow

CELL = st.text(alphabet=st.sampled_from("ab1 ,;\"\n'é.\t|"), max_size=6)


def encoded(cell: str, delimiter: str, always: bool) -> str:
    if always or any(char in cell for char in f'{delimiter}"\r\n'):
        return '"' + cell.replace('"', '""') + '"'
    return cell


@st.composite
def tables(draw):
    delimiter = draw(st.sampled_from(",;\t|"))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    width = draw(st.integers(2, 4))
    records = draw(st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=1, max_size=8))
    always = draw(st.booleans())
    lines = [delimiter.join(f"kolom{place}x" for place in range(width))]
    for record in records:
        lines += [""] * draw(st.sampled_from([0, 0, 0, 0, 1, 2]))
        lines.append(delimiter.join(encoded(cell, delimiter, always) for cell in record))
    text = end.join(lines) + draw(st.sampled_from(["", end, end + end]))
    return delimiter, text


def read_or_refused(path):
    """The scan, or None where the file was refused in a sentence; anything else is a bug."""
    try:
        return read(path, scratch=path.parent)
    except Refused as refusal:
        return None if refusal.reason and refusal.say() else pytest.fail("a refusal without a reason")


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(tables(), st.booleans(), st.booleans())
def test_every_cell_comes_back_with_its_row(table, mark, force):
    delimiter, text = table
    contract = Contract(
        "t",
        dialect={"delimiter": delimiter, "headerRows": [1]},
        mapalus={"reading": {"totals": "keep", "footnotes": "keep"}},
    )
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), ("\ufeff" if mark else "") + text)
        wanted = parse(text, delimiter=delimiter)[1:]
        scan = read(path, contract=contract, scratch=Path(folder))
        if force:
            scan = spool(scan, Path(folder))
        width = len(scan.columns)
        got = [(number, cells) for number, _flaw, cells in rows(scan)]
        assert got == [(number, (cells + [""] * width)[:width]) for number, cells in wanted]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=400) | st.text(max_size=300).map(lambda text: text.encode()))
def test_any_bytes_are_read_or_refused(data):
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), data)
        scan = read_or_refused(path)
        if scan is None:
            return
        assert len(set(scan.columns)) == len(scan.columns) == len(scan.titles)
        for number, _flaw, cells in rows(scan):
            assert number >= 1
            assert len(cells) == len(scan.columns)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(alphabet=st.sampled_from('a1,;"\n\r \x00|é[]{}:<>/t'), min_size=1, max_size=80))
def test_any_nasty_text_is_read_or_refused(text):
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), text)
        scan = read_or_refused(path)
        if scan is None:
            return
        rows(scan)
        if not scan.spooled:
            again = spool(scan, Path(folder))
            plain = [(number, cells) for number, flaw, cells in rows(again)]
            assert plain == [(number, cells) for number, _flaw, cells in rows(scan)]
