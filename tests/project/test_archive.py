"""A backup comes back whole, or not at all."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from mapalus.engine.errors import Refused
from mapalus.project import archive


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    folder, database = tmp_path / "data", tmp_path / "db"
    (folder / "lake" / "x" / "v1").mkdir(parents=True)
    (folder / "lake" / "x" / "v1" / "data.parquet").write_bytes(b"rows" * 1000)
    (folder / "lake" / ".building").mkdir()
    (folder / "lake" / ".building" / "half").write_text("half")
    (folder / "mapalus.sqlite-wal").write_text("not this one")
    database.write_bytes(b"database")
    out = tmp_path / "backup.tar"
    assert archive.pack(out, folder=folder, first={"database": database}, about={"engine": "sqlite"}) == 2
    return out


def test_what_goes_in_comes_out(packed: Path, tmp_path: Path) -> None:
    listed = archive.unpack(packed, into=tmp_path / "back")
    assert (tmp_path / "back" / "files/lake/x/v1/data.parquet").read_bytes() == b"rows" * 1000
    assert (tmp_path / "back" / "database").read_bytes() == b"database"
    assert listed.about == {"engine": "sqlite"}
    assert set(listed.files) == {"database", "files/lake/x/v1/data.parquet"}
    assert packed.stat().st_mode & 0o077 == 0


def test_a_cut_archive_is_refused_wherever_it_is_cut(packed: Path, tmp_path: Path) -> None:
    whole = packed.read_bytes()
    end = whole.rindex(b"}}") + 2  # what follows the list is padding
    for cut in (0, 1, 300, 512, 1024, 3000, len(whole) // 2, end - 600, end - 1):
        packed.write_bytes(whole[:cut])
        with pytest.raises(Refused):
            archive.unpack(packed, into=tmp_path / f"back{cut}")


def test_a_changed_byte_is_found(packed: Path, tmp_path: Path) -> None:
    whole = packed.read_bytes()
    packed.write_bytes(whole.replace(b"rowsrows", b"rowsrowz", 1))
    with pytest.raises(Refused):
        archive.unpack(packed, into=tmp_path / "back")


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "files/../../evil", "other"])
def test_no_member_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    path = tmp_path / "evil.tar"
    with tarfile.open(path, "w") as tar:
        member = tarfile.TarInfo(name)
        member.size = 4
        tar.addfile(member, io.BytesIO(b"evil"))
    with pytest.raises(Refused):
        archive.unpack(path, into=tmp_path / "back")
    assert not (tmp_path / "evil").exists()


def test_a_link_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "link.tar"
    with tarfile.open(path, "w") as tar:
        member = tarfile.TarInfo("files/x")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(member)
    with pytest.raises(Refused):
        archive.unpack(path, into=tmp_path / "back")


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text("hello")
    with pytest.raises(Refused, match="not a whole backup"):
        archive.unpack(path, into=tmp_path / "back")
    with pytest.raises(Refused, match="cannot be read"):
        archive.unpack(tmp_path / "nothing", into=tmp_path / "back")
