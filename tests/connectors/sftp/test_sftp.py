"""Server of files: the suite of all connectors on OpenSSH's own sshd."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mapalus.engine.errors import Invalid, Misconfigured, Refused, Unavailable
from mapalus.engine.harvest import registry
from tests.connectors.conformance import Conformance
from tests.connectors.sftp.server import Line, Sshd, line_to, password_server, sshd
from tests.connectors.worlds import World

pytestmark = [pytest.mark.sshd, pytest.mark.slow]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    with sshd(tmp_path_factory.mktemp("sshd")) as server:
        yield server


class ServerWorld(World):
    connector = "sftp"

    def __init__(self, folder: Path, server: Sshd, line: Line) -> None:
        super().__init__(folder)
        self.server, self.line = server, line
        self.inner = folder / "ekspor"
        self.inner.mkdir()
        self.secret = server.key
        self.at = int(time.time()) - 5000

    def options(self) -> dict[str, object]:
        self.write()
        return {
            "host": "127.0.0.1", "port": self.line.port, "fingerprint": self.server.fingerprint,
            "user": self.server.user, "key": "SFTP_KEY", "folder": str(self.inner), "pattern": "*.csv", "quiet": 0,
        }  # fmt: skip

    def write(self) -> None:
        path, body = self.inner / "sekolah.csv", self.body()
        if not self.is_there or (path.exists() and path.read_bytes() == body):
            return
        path.write_bytes(body)
        self.at += 10
        os.utime(path, (self.at, self.at))

    def body(self) -> bytes:
        return "".join(",".join(row.values()) + "\n" for row in self.rows).encode()

    def held(self) -> object:
        return self.body()

    def grow(self) -> None:
        super().grow()
        self.rows = self.rows * 60  # two megabytes, so that a line can break in the middle

    def vanish(self) -> None:
        super().vanish()
        for path in self.inner.iterdir():
            path.unlink()

    def down(self) -> None:
        self.line.is_down = True

    def shut_out(self) -> None:
        import io

        import paramiko

        other = io.StringIO()
        paramiko.ECDSAKey.generate().write_private_key(other)
        self.secret = other.getvalue()

    def stall(self) -> threading.Event:
        self.write()
        self.line.stalled.clear()
        self.line.most = 700_000
        return self.line.stalled

    def up(self) -> None:
        self.secret = self.server.key
        self.line.is_down, self.line.most = False, None
        self.line.cut()


class TestServer(Conformance):
    @pytest.fixture
    def world(self, tmp_path: Path, server: Sshd) -> Iterator[ServerWorld]:
        with line_to(server.port) as line:
            yield ServerWorld(tmp_path, server, line)

    def source(self, world: ServerWorld, **options: object) -> Any:
        return registry.connector("sftp").open({**world.options(), **options}, world.surroundings())

    def test_another_key_ends_it_before_anything_is_told(self, world: ServerWorld, into: Path) -> None:
        asked: list[str] = []

        def secret(name: str) -> str:
            asked.append(name)
            return world.secret

        options = {**world.options(), "fingerprint": "SHA256:" + "A" * 43}
        with pytest.raises(Refused) as refused:
            registry.connector("sftp").open(options, world.surroundings(secret=secret)).harvest(mark="", into=into)
        assert refused.value.reason == "foreign-host-key"
        assert asked == []

    def test_any_of_the_keys_of_the_host_may_be_named(self, world: ServerWorld) -> None:
        self.source(world, fingerprint=world.server.other_fingerprint).check()

    def test_private_hosts_are_not_asked_unless_listed(self, world: ServerWorld) -> None:
        with pytest.raises(Refused):
            world.open(allowed=()).check()

    def test_the_rest_is_gone_on_from(self, world: ServerWorld, into: Path) -> None:
        world.grow()
        world.stall()
        kept = 0
        for longest in (6.0, 40.0, 120.0):  # a busy machine may need the first for its greeting alone
            with pytest.raises(Unavailable):
                world.open(longest=longest).harvest(mark="", into=into)
            kept = (into / "received.part").stat().st_size
            if kept:
                break
        assert kept > 0
        world.up()
        passed: list[str] = []
        harvest = world.open(tell=lambda step, share: passed.append(step)).harvest(mark="", into=into)
        assert harvest is not None
        assert harvest.path.read_bytes() == world.body()

    def test_a_line_that_breaks_is_taken_up_again(self, world: ServerWorld, into: Path) -> None:
        world.grow()
        world.write()
        world.line.most = 700_000

        def cut() -> None:
            world.line.stalled.wait(100)
            world.line.most = None
            world.line.cut()

        cutter = threading.Thread(target=cut)
        cutter.start()
        assert world.brought(self.whole(world, into)) == world.held()
        cutter.join()

    def test_a_line_that_breaks_between_two_pieces_is_no_traceback(self, world: ServerWorld, into: Path) -> None:
        world.grow()
        world.write()
        cuts: list[float] = []

        def cut(step: str, share: float) -> None:
            if len(cuts) < 2:  # of three tries
                cuts.append(share)
                world.line.cut()

        harvest = world.open(tell=cut).harvest(mark="", into=into)
        assert harvest is not None
        assert harvest.path.read_bytes() == (world.inner / "sekolah.csv").read_bytes()
        assert len(cuts) == 2

    def test_a_file_that_changes_while_it_is_read_is_not_taken(self, world: ServerWorld, into: Path) -> None:
        world.grow()
        world.write()
        path = world.inner / "sekolah.csv"

        def grown(step: str, share: float) -> None:
            with path.open("ab") as file:
                file.write(b"more\n")

        with pytest.raises(Unavailable):
            world.open(tell=grown).harvest(mark="", into=into)

    def test_links_and_folders_are_no_files(self, world: ServerWorld, into: Path) -> None:
        world.write()
        (world.inner / "z.csv").symlink_to("/etc/passwd")
        (world.inner / "y.csv").mkdir()
        assert self.whole(world, into).name == "sekolah.csv"

    def test_it_is_a_shelf_of_its_files(self, world: ServerWorld, into: Path) -> None:
        connector = registry.connector("sftp")
        shelf = connector.shelf(world.options(), world.surroundings())
        assert shelf is not None
        (offered,) = shelf.offered()
        harvest = connector.open(offered.options, world.surroundings()).harvest(mark="", into=into)
        assert harvest is not None
        assert world.brought(harvest) == world.held()

    @pytest.mark.parametrize(("password", "is_let_in"), [("rahasia sekali", True), ("lain", False)])
    def test_a_password_is_sent_only_to_the_named_key(
        self, world: ServerWorld, tmp_path: Path, password: str, is_let_in: bool
    ) -> None:
        with password_server(world.server.user, "rahasia sekali", world.inner) as (port, fingerprint):
            options = {**world.options(), "port": port, "fingerprint": fingerprint, "key": "", "password": "SANDI"}
            source = registry.connector("sftp").open(options, world.surroundings(secret=lambda name: password))
            if is_let_in:
                source.check()
            else:
                with pytest.raises(Misconfigured) as problem:
                    source.check()
                assert "SANDI" in str(problem.value)
                assert "lain" not in str(problem.value)

    def test_a_key_written_in_one_line_is_read(self, world: ServerWorld) -> None:
        world.secret = world.secret.replace("\n", "\\n")
        world.open().check()

    def test_what_is_no_key_is_told(self, world: ServerWorld) -> None:
        world.secret = "bukan kunci"
        with pytest.raises(Misconfigured) as problem:
            world.open().check()
        assert "SFTP_KEY" in problem.value.say(language="id")

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"fingerprint": "MD5:aa:bb"}, "fingerprint"),
            ({"key": "", "password": ""}, "password"),
            ({"password": "A"}, "password"),
            ({"port": 70000}, "port"),
            ({"host": "a b"}, "host"),
        ],
    )
    def test_settings_go_together(self, world: ServerWorld, given: dict[str, object], field: str) -> None:
        with pytest.raises(Invalid) as invalid:
            self.source(world, **given)
        assert field in invalid.value.fields
