"""A drop folder: the suite of all connectors, and what only folders do."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest

from mapalus.connectors.folder import source as module
from mapalus.engine.errors import Invalid, Misconfigured, Refused, Unavailable
from mapalus.engine.harvest import registry
from mapalus.engine.harvest.connector import Vanished
from tests.connectors.conformance import Conformance
from tests.connectors.worlds import World

NO_HOST = "a folder has no host that fails"


class FolderWorld(World):
    connector = "folder"
    cannot = {
        "down": NO_HOST,
        "shut_out": "a folder has no secret",
        "leaves_no_mark": NO_HOST,
        "was_broken_off_goes_on": NO_HOST,
        "was_killed_goes_on": "a copy on one machine is too short to be killed in; test_partial kills one",
        "time_is_bounded": NO_HOST,
    }

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.root = folder / "drops"
        self.inner = self.root / "pendidikan"
        self.inner.mkdir(parents=True)
        self.at = time.time() - 1000

    def drop(self) -> Path | None:
        self.write("sekolah.csv") if self.is_there else None
        return self.root

    def write(self, name: str, body: bytes | None = None, *, age: float | None = None) -> Path:
        path = self.inner / name
        body = self.body() if body is None else body
        if path.exists() and path.read_bytes() == body:
            return path
        path.write_bytes(body)
        self.at += 10
        at = self.at if age is None else time.time() - age
        os.utime(path, (at, at))
        return path

    def body(self) -> bytes:
        return "".join(",".join(row.values()) + "\n" for row in self.rows).encode()

    def held(self) -> object:
        return self.body()

    def options(self) -> dict[str, object]:
        return {"folder": "pendidikan", "pattern": "*.csv", "quiet": 1}

    def vanish(self) -> None:
        super().vanish()
        for path in self.inner.iterdir():
            path.unlink()

    def down(self) -> None:
        """Nothing."""


@dataclass
class Clock:
    """It goes on only where somebody sleeps."""

    at: float = field(default_factory=time.time)
    slept: int = 0

    def __call__(self) -> float:
        return self.at


class TestFolder(Conformance):
    @pytest.fixture
    def world(self, tmp_path: Path) -> FolderWorld:
        return FolderWorld(tmp_path)

    def again(self, world: FolderWorld, **changed: object) -> object:
        return registry.connector("folder").open({**world.options(), **changed}, world.surroundings())

    def test_the_newest_is_taken(self, world: FolderWorld, into: Path) -> None:
        world.write("b.csv", b"old", age=500)
        world.write("a.csv", b"new", age=100)
        world.is_there = False
        assert self.whole(world, into).path.read_bytes() == b"new"

    def test_each_new_file_is_taken_once_the_oldest_first(self, world: FolderWorld, into: Path) -> None:
        world.is_there = False
        for number in range(3):
            world.write(f"{number}.csv", str(number).encode(), age=300 - number)
        source = registry.connector("folder").open({**world.options(), "take": "each"}, world.surroundings())
        mark, brought = "", []
        while (harvest := source.harvest(mark=mark, into=into)) is not None:
            mark = harvest.mark
            brought.append((harvest.name, harvest.path.read_bytes(), harvest.facts.get("waiting", "0")))
        assert brought == [("0.csv", b"0", "2"), ("1.csv", b"1", "1"), ("2.csv", b"2", "0")]
        world.write("1.csv", b"anew", age=200)
        harvest = source.harvest(mark=mark, into=into)
        assert harvest is not None
        assert harvest.path.read_bytes() == b"anew"
        assert source.harvest(mark=harvest.mark, into=into) is None

    def test_it_is_a_shelf_of_its_files(self, world: FolderWorld, into: Path) -> None:
        world.write("b [1].csv", b"b", age=50)
        world.write("a.csv.part", b"half", age=50)
        connector = registry.connector("folder")
        shelf = connector.shelf(world.options(), world.surroundings())
        assert shelf is not None
        offered = {one.key: one for one in shelf.offered()}
        assert set(offered) == {"b [1].csv", "sekolah.csv"}
        source = connector.open(offered["b [1].csv"].options, world.surroundings())
        harvest = source.harvest(mark="", into=into)
        assert harvest is not None
        assert harvest.path.read_bytes() == b"b"

    def test_what_is_on_its_way_is_not_taken(self, world: FolderWorld, into: Path) -> None:
        world.is_there = False
        for name in ("a.csv.part", ".b.csv", "~$c.csv", "d.csv.tmp"):
            world.write(name, b"half", age=50)
        source = registry.connector("folder").open({**world.options(), "pattern": "*"}, world.surroundings())
        with pytest.raises(Vanished):
            source.harvest(mark="", into=into)

    @pytest.mark.parametrize("times", [8, 10**6], ids=["for a while", "for ever"])
    def test_a_growing_file_is_waited_for_but_not_for_ever(
        self, world: FolderWorld, into: Path, monkeypatch: pytest.MonkeyPatch, times: int
    ) -> None:
        world.is_there = False
        path = world.inner / "a.csv"
        clock = Clock()

        def grow() -> None:
            with path.open("ab") as file:
                file.write(b"1")
            os.utime(path, (clock.at, clock.at))

        def sleep(seconds: float) -> None:
            assert 0 < seconds <= 1
            clock.at += min(seconds, 0.9)  # and before a second of quiet has passed it grows again
            clock.slept += 1
            if clock.slept <= times:
                grow()

        grow()
        monkeypatch.setattr(module, "time", SimpleNamespace(time=clock, monotonic=clock, sleep=sleep))
        if times > 8:
            with pytest.raises(Unavailable):
                world.open(longest=30).harvest(mark="", into=into)
            assert 30 <= clock.slept * 0.9 <= 33
        else:
            assert self.whole(world, into).path.read_bytes() == b"1" * 9

    @pytest.mark.parametrize("folder", ["../x", "/etc", "pendidikan/../../x"])
    def test_no_way_leads_out(self, world: FolderWorld, folder: str) -> None:
        with pytest.raises(Invalid):
            self.again(world, folder=folder)

    def test_no_link_is_followed(self, world: FolderWorld, into: Path) -> None:
        secret = world.folder / "secret.csv"
        secret.write_text("rahasia")
        (world.inner / "link.csv").symlink_to(secret)
        os.utime(world.inner / "link.csv", follow_symlinks=False)
        assert self.whole(world, into).name == "sekolah.csv"
        (world.root / "out").symlink_to(world.folder)
        source = registry.connector("folder").open({**world.options(), "folder": "out"}, world.surroundings())
        with pytest.raises(Refused):
            source.check()

    def test_pipes_and_folders_are_no_files(self, world: FolderWorld, into: Path) -> None:
        os.mkfifo(world.inner / "pipe.csv")
        (world.inner / "folder.csv").mkdir()
        assert self.whole(world, into).name == "sekolah.csv"

    def test_without_a_root_nothing_is_read(self, world: FolderWorld) -> None:
        with pytest.raises(Misconfigured):
            world.open(folder=None).check()

    def test_a_clock_that_runs_ahead_does_not_hold_us(self, world: FolderWorld, into: Path) -> None:
        world.is_there = False
        world.write("a.csv", b"x", age=-3600)
        begun = time.monotonic()
        self.whole(world, into)
        assert time.monotonic() - begun < 200  # and not for an hour
