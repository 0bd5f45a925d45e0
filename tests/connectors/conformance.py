"""What every connector promises, proved on a world that its own test serves on loopback.

A connector's test writes a `World` (for a system that speaks http: an `HttpWorld`, whose only work is `answer`) and
lets its test class inherit `Conformance`:

    class SchoolWorld(HttpWorld):
        connector = "http"
        def options(self): return {"address": f"{self.served.url}/file.csv"}
        def answer(self, request): return Response(200, self.body())
        def held(self): return self.body()

    class TestHttp(Conformance):
        @pytest.fixture
        def world(self, tmp_path):
            with SchoolWorld.begin(tmp_path) as world:
                yield world

What a system cannot do is said in `World.cannot`, with the reason; the suite skips that promise and no other.
See docs/how-to/write-a-connector.md.
"""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from typing import Any

import pytest

from mapalus.engine.errors import Invalid, Misconfigured, Problem, Refused, Unavailable
from mapalus.engine.harvest import registry
from mapalus.engine.harvest.connector import Connector, Extent, Harvest, OptionKind, Vanished
from mapalus.engine.text import translate
from mapalus.engine.web import patience
from tests.connectors.killing import killed
from tests.connectors.served import Request, Response, serving
from tests.connectors.worlds import SECRET, HttpWorld, World, merged

__all__ = ["Conformance", "HttpConformance"]

SOURCE = Path(__file__).resolve().parents[2] / "src" / "mapalus" / "connectors"


def _said(problem: Problem) -> tuple[str, str]:
    return problem.say(language="id"), problem.say(language="en")


def _is_clean(problem: Problem) -> bool:
    sentences = _said(problem)
    return all(s and "Traceback" not in s and SECRET not in s and "%(" not in s and len(s) < 500 for s in sentences)


def _attempted(world: World, into: Path, mark: str = "") -> Harvest | None:
    """What came, or None after a Problem, which is looked at."""
    try:
        return world.open().harvest(mark=mark, into=into)
    except Problem as error:
        problem = error
    assert _is_clean(problem)
    return None


class Conformance:
    """Inherit, supply the fixture `world`."""

    @pytest.fixture(autouse=True)
    def _hurried(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """No pauses between tries; the disk is not waited for, which no test here takes the power from."""
        monkeypatch.setattr(patience, "pause", lambda seconds: None)
        monkeypatch.setattr(os, "fsync", lambda descriptor: None)

    @pytest.fixture(autouse=True)
    def _possible(self, world: World, request: pytest.FixtureRequest) -> None:
        for promise, reason in world.cannot.items():
            if request.node.originalname.endswith(promise):
                pytest.skip(reason)

    @pytest.fixture
    def into(self, tmp_path: Path) -> Path:
        folder = tmp_path / "into"
        folder.mkdir()
        return folder

    def whole(self, world: World, into: Path, mark: str = "", **changed: Any) -> Harvest:
        harvest = world.open(**changed).harvest(mark=mark, into=into)
        assert harvest is not None
        assert harvest.path.is_file()
        assert into in harvest.path.parents
        assert "/" not in harvest.name
        assert harvest.name
        return harvest

    # --- its face ---
    def test_it_is_found_and_describes_itself(self, world: World) -> None:
        connector: Connector = registry.connector(world.connector)
        assert connector.name == world.connector
        names = [option.name for option in connector.options]
        assert len(names) == len(set(names))
        for label in (connector.title, connector.summary, *(option.title for option in connector.options)):
            assert label.say(language="id")
            assert label.say(language="en")
            assert label.text_en
        assert (SOURCE / world.connector / "README.md").read_text().startswith("# ")
        for option in connector.options:
            assert (option.kind is OptionKind.CHOICE) == bool(option.choices)
            assert not (option.is_required and option.default)

    def test_settings_are_strict(self, world: World) -> None:
        connector = registry.connector(world.connector)
        with pytest.raises(Invalid) as unknown:
            connector.open({**world.options(), "tidak_ada": "x"}, world.surroundings())
        assert "tidak_ada" in unknown.value.fields
        for option in connector.options:
            if option.is_required:
                with pytest.raises(Invalid):
                    connector.open({**world.options(), option.name: ""}, world.surroundings())
            if option.kind in (OptionKind.TEXT, OptionKind.SECRET, OptionKind.ADDRESS):
                leaked = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmN"
                with pytest.raises(Invalid) as refused:
                    connector.open({**world.options(), option.name: leaked}, world.surroundings())
                assert leaked not in str(refused.value.fields) + str(refused.value)
            if option.kind is OptionKind.CHOICE:
                with pytest.raises(Invalid):
                    connector.open({**world.options(), option.name: "lain"}, world.surroundings())
            if option.kind is OptionKind.NUMBER:
                with pytest.raises(Invalid):
                    connector.open({**world.options(), option.name: "banyak"}, world.surroundings())

    def test_opening_asks_nothing(self, world: World) -> None:
        world.down()
        world.open()

    # --- whether it is there ---
    def test_check_is_content_with_what_is_there(self, world: World) -> None:
        world.open().check()

    @pytest.mark.parametrize("fault", ["down", "vanish", "shut_out"])
    def test_check_says_what_is_wrong_in_both_languages(self, world: World, fault: str) -> None:
        if fault in world.cannot:
            pytest.skip(world.cannot[fault])
        getattr(world, fault)()
        with pytest.raises(Problem) as problem:
            world.open().check()
        world.up()
        assert _is_clean(problem.value)
        text = problem.value.text
        assert translate(text, language="id") != text, f"not translated: {text}"
        kinds = {"down": Unavailable, "vanish": Vanished, "shut_out": Misconfigured}
        assert isinstance(problem.value, kinds[fault])

    # --- what it brings ---
    def test_the_whole_is_brought(self, world: World, into: Path) -> None:
        harvest = self.whole(world, into)
        assert harvest.extent is Extent.WHOLE
        assert world.brought(harvest) == world.held()

    def test_many_rows_are_brought_whole(self, world: World, into: Path) -> None:
        world.grow()
        assert world.brought(self.whole(world, into)) == world.held()

    def test_the_order_is_always_the_same(self, world: World, tmp_path: Path) -> None:
        world.grow()
        brought = []
        for name in ("a", "b"):
            (tmp_path / name).mkdir()
            brought.append(self.whole(world, tmp_path / name).path.read_bytes())
        assert brought[0] == brought[1]

    def test_empty_is_not_vanished(self, world: World, into: Path) -> None:
        world.empty()
        assert world.brought(self.whole(world, into)) == world.held()

    @pytest.mark.parametrize("mark", ["", "kept"])
    def test_vanished_is_never_empty(self, world: World, into: Path, mark: str) -> None:
        before = self.whole(world, into).mark if mark else ""
        world.vanish()
        with pytest.raises(Vanished) as vanished:
            world.open().harvest(mark=before, into=into)
        assert _is_clean(vanished.value)

    # --- what is new ---
    def test_nothing_new_brings_nothing_false(self, world: World, into: Path) -> None:
        first = self.whole(world, into)
        before = world.brought(first)
        again = world.open().harvest(mark=first.mark, into=into)
        if again is not None and again.extent is Extent.CHANGES:
            assert isinstance(before, list)
            assert merged(before, again, world.key) == world.held()
        elif again is not None:
            assert world.brought(again) == world.held()

    @pytest.mark.parametrize("act", ["change", "delete", "empty"])
    def test_what_changed_is_followed(self, world: World, tmp_path: Path, act: str) -> None:
        for name in ("a", "b"):
            (tmp_path / name).mkdir()
        first = self.whole(world, tmp_path / "a")
        before = world.brought(first)
        getattr(world, act)()
        second = world.open().harvest(mark=first.mark, into=tmp_path / "b")
        assert second is not None
        if second.extent is Extent.WHOLE:
            assert world.brought(second) == world.held()
        elif act == "change" or second.deleted is not None:
            assert isinstance(before, list)
            assert merged(before, second, world.key) == world.held()
        else:
            pytest.skip("changes only, and the source cannot tell what is gone")

    def test_what_the_harvest_before_left_is_not_taken_for_new(self, world: World, into: Path) -> None:
        """The folder is cleared after a harvest that ended well; one that is not does no harm either."""
        first = self.whole(world, into)
        before = world.brought(first)
        world.change()
        second = world.open().harvest(mark=first.mark, into=into)
        assert second is not None
        if second.extent is Extent.WHOLE:
            assert world.brought(second) == world.held()
        else:
            assert isinstance(before, list)
            assert merged(before, second, world.key) == world.held()

    def test_a_strange_mark_does_no_harm(self, world: World, into: Path) -> None:
        """A mark of a release before, or of another connector: everything comes, or one sentence."""
        harvest = _attempted(world, into, mark='{"x": [1]}')
        if harvest is not None and harvest.extent is Extent.WHOLE:
            assert world.brought(harvest) == world.held()

    # --- what goes wrong ---
    def test_a_failed_harvest_leaves_no_mark(self, world: World, into: Path) -> None:
        """It raises, and the next one with the old mark brings everything."""
        world.grow()
        world.down()
        with pytest.raises(Unavailable) as problem:
            world.open().harvest(mark="", into=into)
        world.up()
        assert _is_clean(problem.value)
        assert world.brought(self.whole(world, into)) == world.held()

    def test_a_wrong_secret_is_told_without_it(self, world: World, into: Path) -> None:
        if "shut_out" in world.cannot:
            pytest.skip(world.cannot["shut_out"])
        world.shut_out()
        with pytest.raises(Misconfigured) as problem:
            world.open().harvest(mark="", into=into)
        world.up()
        assert _is_clean(problem.value)

    def test_a_missing_secret_is_told(self, world: World, into: Path) -> None:
        if not any(
            option.kind is OptionKind.SECRET and world.options().get(option.name)
            for option in registry.connector(world.connector).options
        ):
            pytest.skip("this world asks for no secret")

        def missing(name: str) -> str:
            raise Misconfigured("The secret %(secret)s is not in the environment.", secret=name)

        with pytest.raises(Misconfigured):
            world.open(secret=missing).harvest(mark="", into=into)

    def test_secrets_are_nowhere(self, world: World, into: Path) -> None:
        world.grow()
        harvest = self.whole(world, into)
        told = repr((harvest.mark, harvest.notes, dict(harvest.facts), harvest.name))
        secret = max(world.secret.split(), key=len)  # of a key, one line
        assert secret not in told
        for path in into.rglob("*"):
            if path.is_file():
                assert secret.encode() not in path.read_bytes(), path.name

    def test_size_is_bounded(self, world: World, into: Path) -> None:
        world.grow()
        with pytest.raises(Refused) as refused:
            world.open(largest=4000).harvest(mark="", into=into)
        assert _is_clean(refused.value)
        assert sum(path.stat().st_size for path in into.rglob("*") if path.is_file()) < 200_000

    @pytest.mark.slow
    def test_time_is_bounded(self, world: World, into: Path) -> None:
        world.grow()
        world.stall()
        begun = time.monotonic()
        try:
            with pytest.raises(Problem) as problem:
                world.open(longest=0.7).harvest(mark="", into=into)
        finally:
            world.up()
        assert time.monotonic() - begun < 200
        assert _is_clean(problem.value)

    # --- interrupted ---
    def test_a_harvest_that_was_stopped_goes_on(self, world: World, into: Path) -> None:
        """Somebody stops it, at the first sign of progress it gives."""

        class Stopped(BaseException):
            pass

        def stop(step: str, share: float) -> None:
            assert 0.0 <= share <= 1.0
            raise Stopped

        world.grow()
        with contextlib.suppress(Stopped):
            world.open(tell=stop).harvest(mark="", into=into)
        assert world.brought(self.whole(world, into)) == world.held()

    @pytest.mark.slow
    def test_a_harvest_that_was_broken_off_goes_on(self, world: World, into: Path) -> None:
        world.grow()
        world.stall()
        with pytest.raises(Problem):
            world.open(longest=0.7).harvest(mark="", into=into)
        world.up()
        assert world.brought(self.whole(world, into)) == world.held()

    @pytest.mark.slow
    def test_a_harvest_that_was_killed_goes_on(self, world: World, into: Path) -> None:
        """kill -9 in the middle: the next one brings the same, nothing doubled, nothing lost."""
        world.grow()
        killed(world, into)
        assert world.brought(self.whole(world, into)) == world.held()


PASSING = (
    "cut",
    Response(500, b"x"),
    Response(503, b"", {"Retry-After": "1"}),
    Response(429, b"", {"Retry-After": "2"}),
)


class HttpConformance(Conformance):
    """For a `HttpWorld`: what hosts do besides."""

    @pytest.mark.parametrize("fault", PASSING, ids=("cut", "500", "503", "429"))
    def test_what_passes_is_tried_again(self, world: HttpWorld, into: Path, fault: Response | str) -> None:
        world.grow()
        world.served.script[:] = [fault]
        assert world.brought(self.whole(world, into)) == world.held()

    @pytest.mark.parametrize(
        "body", [b"<!DOCTYPE html><html><title>Masuk</title>", b"\x00\xff garbage", b"{", b'{"error": "x"}', b"[[[["],
        ids=["login page", "garbage", "cut json", "error", "nested"],
    )  # fmt: skip
    def test_nonsense_never_passes_for_data(self, world: HttpWorld, into: Path, body: bytes) -> None:
        kind = "text/html" if body.startswith(b"<") else "application/json"
        world.served.always = Response(200, body, {"Content-Type": kind})
        harvest = _attempted(world, into)
        assert harvest is None or "nonsense" in world.cannot, f"taken for data: {harvest}"

    def test_a_redirect_into_the_own_network_is_refused(self, world: HttpWorld, into: Path) -> None:
        world.served.always = Response(302, b"", {"Location": "http://10.0.0.7/secret"})
        with pytest.raises(Refused) as refused:
            world.open().harvest(mark="", into=into)
        assert refused.value.reason == "private-address"

    def test_another_host_is_never_told_the_secret(self, world: HttpWorld, into: Path) -> None:
        heard: list[Request] = []

        def listening(request: Request) -> Response:
            heard.append(request)
            return Response(200, b"{}", {"Content-Type": "application/json"})

        with serving(listening) as other:
            world.served.always = Response(302, b"", {"Location": f"{other.url}/x"})
            _attempted(world, into)
        for request in heard:
            assert SECRET not in repr(request)
            assert "authorization" not in request.headers

    def test_it_names_itself(self, world: HttpWorld, into: Path) -> None:
        self.whole(world, into)
        assert all("Mapalus" in request.headers["user-agent"] for request in world.served.requests)

    def test_private_hosts_are_not_asked_unless_listed(self, world: HttpWorld, into: Path) -> None:
        with pytest.raises(Refused):
            world.open(allowed=()).harvest(mark="", into=into)
        assert world.served.requests == []
