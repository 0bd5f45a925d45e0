"""Served systems with one table of seven rows each: what a test does, it does to the system itself.

For a system that speaks http a world is an `HttpWorld`, whose only work is `answer`; see `conformance`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from mapalus.engine.harvest import registry
from mapalus.engine.harvest.connector import Harvest, Source, Surroundings
from tests.connectors.served import Request, Response, Served, serving

__all__ = ["SECRET", "HttpWorld", "World", "merged"]

SECRET = "rahasia-7f3k9q-JANGAN-bocor"


class World:
    """One served system with one table of `rows`. Everything is done to the system itself, never to the connector."""

    connector: ClassVar[str]
    cannot: ClassVar[Mapping[str, str]] = {}  # promise (the end of a test's name) -> why the system has no such thing
    key: ClassVar[str] = "id"  # of records
    secret = SECRET  # the value of whatever secret is asked for

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows = [{"id": str(n), "nama": f"Sekolah {n}", "siswa": str(n * 7)} for n in range(1, 8)]
        self.is_there = True

    # --- to be written by the connector's test ---
    def options(self) -> dict[str, object]:
        """Settings that open the table."""
        raise NotImplementedError

    def held(self) -> object:
        """What the system holds, in the form in which `brought` reads a harvest."""
        return sorted(self.rows, key=lambda row: row["id"])

    def brought(self, harvest: Harvest) -> object:
        """What came: NDJSON as rows sorted by key, anything else as bytes."""
        if harvest.path.suffix == ".ndjson" or harvest.name.endswith(".ndjson"):
            rows = [json.loads(line) for line in harvest.path.read_bytes().splitlines()]
            return sorted(rows, key=lambda row: row[self.key])
        return harvest.path.read_bytes()

    def empty(self) -> None:
        self.rows = []

    def change(self) -> None:
        """A row more, and one that is different."""
        self.rows = [dict(row) for row in self.rows]
        self.rows[1]["nama"] = "Sekolah yang berganti nama"
        self.rows.append({"id": "8", "nama": "Sekolah 8", "siswa": "56"})

    def delete(self) -> None:
        self.rows = self.rows[:2] + self.rows[3:]

    def vanish(self) -> None:
        self.is_there = False

    def grow(self) -> None:
        """Some hundred rows, in several pages if there are any."""
        self.rows = [{"id": str(n), "nama": f"Sekolah {n} " + "x" * 50, "siswa": str(n)} for n in range(1000, 1400)]

    def down(self) -> None:
        """From now on nobody answers."""
        raise NotImplementedError

    def up(self) -> None:
        """Ends `down`, `shut_out` and `stall`."""

    def shut_out(self) -> None:
        """From now on the secret is wrong."""
        raise NotImplementedError

    def stall(self) -> threading.Event:
        """The next harvest gets some, and then nothing; the event tells that it hangs. `up` ends it."""
        raise NotImplementedError

    # --- what the suite stands on ---
    largest = 4 * 1024**3
    longest = 300.0

    def surroundings(self, **changed: Any) -> Surroundings:
        known: dict[str, Any] = {
            "secret": lambda name: self.secret, "allowed": ("127.0.0.1", "localhost"), "folder": self.drop(),
            "largest": self.largest, "longest": self.longest, **changed,
        }  # fmt: skip
        return Surroundings(**known)

    def drop(self) -> Path | None:
        return None

    def open(self, **changed: Any) -> Source:
        return registry.connector(self.connector).open(self.options(), self.surroundings(**changed))

    @contextmanager
    def served_for_child(self) -> Iterator[Mapping[str, str]]:
        """What a child process needs in its environment."""
        yield {}


class HttpWorld(World):
    """A system that speaks http: `answer` is its whole work; the faults are those of `Served`."""

    stall_at = 1  # which request of a harvest hangs in the middle of its answer
    served: Served

    @classmethod
    @contextmanager
    def begin(cls, folder: Path, **known: Any) -> Iterator[Any]:
        world = cls(folder, **known)
        with serving(world.reply) as served:
            world.served = served
            yield world

    def answer(self, request: Request) -> Response:
        raise NotImplementedError

    def reply(self, request: Request) -> Response:
        return self.answer(request) if self.is_there else Response(404, b"not found")

    def down(self) -> None:
        self.served.is_down = True

    def up(self) -> None:
        self.served.is_down = False
        self.served.always = None
        self.served.script.clear()
        self.served.release()

    def shut_out(self) -> None:
        self.served.always = Response(401, b"who are you, " + SECRET.encode())

    def stall(self) -> threading.Event:
        self.served.stall(self.stall_at)
        return self.served.stalled


def merged(before: list[dict[str, Any]], harvest: Harvest, key: str) -> list[dict[str, Any]]:
    """The table after the changes that a harvest brought, as the data engine merges them."""
    rows = {row[key]: row for row in before}
    for line in harvest.path.read_bytes().splitlines():
        row = json.loads(line)
        rows[row[key]] = row
    for line in harvest.deleted.read_bytes().splitlines() if harvest.deleted else ():
        rows.pop(json.loads(line)[key], None)
    return sorted(rows.values(), key=lambda row: row[key])
