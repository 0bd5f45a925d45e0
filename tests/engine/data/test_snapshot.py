"""The bytes as received are kept once, whole, under their hash."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest

from mapalus.engine.data.snapshot import find, leftovers, store
from mapalus.engine.errors import NotFound, Refused


def test_same_bytes_are_kept_once_under_their_hash(tmp_path: Path) -> None:
    first = store(tmp_path / "s", io.BytesIO(b"isi"))
    (tmp_path / "file.csv").write_bytes(b"isi")
    second = store(tmp_path / "s", tmp_path / "file.csv")
    assert first == second
    assert first.sha256 == hashlib.sha256(b"isi").hexdigest()
    assert (first.size, first.path.read_bytes()) == (3, b"isi")
    assert find(tmp_path / "s", first.sha256) == first
    assert leftovers(tmp_path / "s", {first.sha256}) == []
    assert leftovers(tmp_path / "s", set()) == [first.path]


def test_too_large_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        store(tmp_path / "s", io.BytesIO(b"x" * 11), largest=10)
    assert caught.value.reason == "too-large"
    assert leftovers(tmp_path / "s", set()) == []


def test_a_broken_stream_leaves_nothing(tmp_path: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        store(tmp_path / "s", Broken())
    assert leftovers(tmp_path / "s", set()) == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "zz", "a" * 64])
def test_unknown_hashes_are_not_found(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFound):
        find(tmp_path, name)
