"""Records of a paged answer: durable page by page, and a kill at any moment neither doubles nor loses one."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest

from mapalus.engine import exact_json
from mapalus.engine.errors import Refused
from mapalus.engine.harvest.pages import Pages
from mapalus.engine.harvest.partial import Partial
from tests.conftest import SHARED

MANY = 10**9


def rows(path: Path) -> list[int]:
    return [json.loads(line)["n"] for line in path.read_text().splitlines()]


def test_an_interrupted_harvest_goes_on(tmp_path: Path) -> None:
    with Pages(tmp_path, question="q", largest=MANY) as pages:
        assert pages.step is None
        pages.kept["total"] = 4
        pages.add([{"n": 1}, {"n": 2}], step={"page": 2})
    with Pages(tmp_path, question="q", largest=MANY) as pages:
        assert (pages.step, pages.kept, pages.records) == ({"page": 2}, {"total": 4}, 2)
        pages.add([{"n": 3}], step=None)
    with Pages(tmp_path, question="q", largest=MANY) as pages:
        assert pages.is_whole
    assert rows(pages.path) == [1, 2, 3]


def test_another_question_begins_anew(tmp_path: Path) -> None:
    with Pages(tmp_path, question="since 1", largest=MANY) as pages:
        pages.add([{"n": 1}], step={"page": 2})
    with Pages(tmp_path, question="since 2", largest=MANY) as pages:
        assert pages.step is None
        assert pages.records == 0
    assert rows(pages.path) == []


def test_a_page_that_failed_in_the_middle_is_asked_for_again(tmp_path: Path) -> None:
    def broken():
        yield {"n": 3}
        raise RuntimeError

    with Pages(tmp_path, question="q", largest=MANY) as pages:
        pages.add([{"n": 1}, {"n": 2}], step={"page": 2})
        with pytest.raises(RuntimeError):
            pages.add(broken(), step={"page": 3})
    with Pages(tmp_path, question="q", largest=MANY) as pages:
        assert pages.step == {"page": 2}
        pages.add([{"n": 3}], step=None)
    assert rows(pages.path) == [1, 2, 3]


def test_old_pages_are_not_gone_on_from(tmp_path: Path) -> None:
    with Pages(tmp_path, question="q", largest=MANY) as pages:
        pages.add([{"n": 1}], step={"page": 2})
    day = time.time() - 25 * 3600
    os.utime(tmp_path / "records.step.json", (day, day))
    with Pages(tmp_path, question="q", largest=MANY) as pages:
        assert pages.step is None


@pytest.mark.parametrize("state", ["", "{", "[]", '{"question": 1}', '{"size": 99999999}'])
def test_a_state_that_cannot_be_read_begins_anew(tmp_path: Path, state: str) -> None:
    (tmp_path / "records.step.json").write_text(state)
    (tmp_path / "records.ndjson").write_text('{"n": 9}\n')
    with Pages(tmp_path, question="q", largest=MANY) as pages:
        pages.add([{"n": 1}], step=None)
    assert rows(pages.path) == [1]


def test_the_whole_is_bounded(tmp_path: Path) -> None:
    def fill(pages: Pages) -> None:
        for page in range(100):
            pages.add([{"n": n} for n in range(10)], step={"page": page})

    with Pages(tmp_path, question="q", largest=1000) as pages, pytest.raises(Refused):
        fill(pages)
    assert (tmp_path / "records.ndjson").stat().st_size <= 1000


# Ends itself as by kill -9 at the n-th call from here: a place in the program, not a moment, so that it is the same
# however fast or slow the machine is. Without an n it runs to its end.
_MORTAL = """
import os, sys

def live(calls):
    left = [int(calls)]

    def count(frame, event, of):
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), 9)

    if left[0]:
        sys.setprofile(count)
"""


def _until_it_is_done(code: str, folder: Path, chance: random.Random, *, most: int) -> int:
    """Run again and again, killed at one of so many calls, at last not; how often it was killed."""
    for turn in range(16):
        calls = chance.randint(1, most) if turn < 15 else 0
        done = subprocess.run([sys.executable, "-c", _MORTAL + code, str(folder), str(calls)], check=False)
        assert done.returncode in (0, -9)
        if done.returncode == 0:
            return turn
    raise AssertionError("it never came to its end")


_CHILD = """
from pathlib import Path
from mapalus.engine.harvest.pages import Pages
live(sys.argv[2])
with Pages(Path(sys.argv[1]), question="q", largest=10**9) as pages:
    step = pages.step if pages.step is not None else 0
    while not pages.is_whole:
        end = min(step + 7, 4000)
        pages.add(({"n": n} for n in range(step, end)), step=end if end < 4000 else None)
        step = end
"""


@pytest.mark.slow
def test_a_kill_at_any_moment_neither_doubles_nor_loses(tmp_path: Path) -> None:
    kills = _until_it_is_done(_CHILD, tmp_path, random.Random(7), most=60_000)
    assert rows(tmp_path / "records.ndjson") == list(range(4000))
    assert kills > 2


_COPY = """
from pathlib import Path
from mapalus.engine.harvest import partial
live(sys.argv[2])
partial._SYNC = 5000
body = bytes(range(256)) * 4000
part = partial.Partial(Path(sys.argv[1]), "received", identity="a", largest=10**9)
part.take(body[at:at + 1000] for at in range(part.size, len(body), 1000))
part.done()
"""


@pytest.mark.slow
def test_a_file_on_its_way_survives_kills(tmp_path: Path) -> None:
    kills = _until_it_is_done(_COPY, tmp_path, random.Random(3), most=5_000)
    assert (tmp_path / "received").read_bytes() == bytes(range(256)) * 4000
    assert kills > 2


def test_another_file_is_not_gone_on_from(tmp_path: Path) -> None:
    part = Partial(tmp_path, "x", identity="a", largest=100)
    part.take([b"abc"])
    assert Partial(tmp_path, "x", identity="a", largest=100).size == 3
    assert Partial(tmp_path, "x", identity="b", largest=100).size == 0
    with pytest.raises(Refused):
        Partial(tmp_path, "x", identity="c", largest=2).take([b"abc"])


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1.10,"b":[1e400,-0.0,0.1],"c":12345678901234567890123456789}',
        '{"a":"\\ue000","b":null,"c":true}',
        "[]",
        '"x"',
    ],
)
def test_numbers_keep_their_digits(text: str) -> None:
    assert exact_json.dump(exact_json.load(text)) == text.replace("\\ue000", "\ue000")


@pytest.mark.shared
def test_answers_that_systems_really_gave_come_out_as_they_went_in() -> None:
    read = 0
    for path in sorted((SHARED / "data" / "api").rglob("*.json")):
        was = json.loads(path.read_bytes(), parse_float=Decimal)
        assert json.loads(exact_json.dump(exact_json.load(path.read_bytes())), parse_float=Decimal) == was, path.name
        read += 1
    assert read > 20


def test_what_is_no_json_is_told() -> None:
    for text in ("", "{", "[" * 100_000, "nope", b"\xff\xfe\x00", '{"a":}'):
        with pytest.raises(ValueError):
            exact_json.load(text)
    assert exact_json.load("[NaN, Infinity]") == ["NaN", "Infinity"]
    assert exact_json.dump(exact_json.load("1" * 5000)) == "1" * 5000
