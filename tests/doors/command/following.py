"""Readers of events that are cut off again and again, and what cuts them off. Also the program that changes boards:

python -m tests.doors.command.following      (a line on stdin: one change; the answer: its place and a ticket)
"""

from __future__ import annotations

import http.client
import json
import os
import random
import selectors
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

__all__ = ["Cut", "Reader"]


@dataclass
class Reader(threading.Thread):
    """A page that comes back with the last id it saw, at any of the ports. `known`: the change it shows."""

    ports: Sequence[int]
    ticket: Callable[[], str]
    newest: Callable[[], int]
    seed: int
    place: int = 0
    known: int = 0
    returns: int = 0
    wanted: float = float("inf")  # it reads on until it knows this change

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        chance = random.Random(self.seed)
        while self.known < self.wanted:
            with suppress(OSError, http.client.HTTPException):
                self._read(chance.choice(self.ports), until=time.monotonic() + chance.random() * 3)
            self.returns += 1
            time.sleep(chance.random() * 0.2)

    def _read(self, port: int, *, until: float) -> None:
        # At the end nobody is cut off any more, and a busy machine may take long to answer.
        timeout = 2 if self.wanted == float("inf") else 30
        connection, answer = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout), None
        try:
            address = f"/events?ticket={self.ticket()}&after={self.place}"
            connection.request("GET", address, headers={"Last-Event-ID": str(self.place)})
            answer = connection.getresponse()
            event = ""
            while answer.status == 200 and (time.monotonic() < until or self.wanted < float("inf")):
                line = answer.readline()
                if not line:
                    return  # the other end is gone: nothing more comes on this line
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name == "id":
                    place = int(value)
                elif name == "event":
                    event = value
                elif name == "data":
                    self.place = place
                    if event != "pulse":
                        self.known = max(self.newest(), place)  # it fetches what changed: at least what it was told of
                elif not name and self.known >= self.wanted:
                    return
        finally:
            if answer is not None:
                answer.close()
            connection.close()


class Cut(threading.Thread):
    """A line to a server that can be cut: everything on it is closed, and nobody is let through until it is mended."""

    def __init__(self, address: tuple[str, int]) -> None:
        super().__init__(daemon=True)
        self.address = address
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.door.getsockname()[1])
        self.is_cut = False
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self.start()

    def cut(self) -> None:
        self.is_cut = True
        for pair in self._pairs:
            for end in pair:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
        self._pairs.clear()

    def mend(self) -> None:
        self.is_cut = False

    def run(self) -> None:
        with suppress(OSError):
            while True:
                here, _who = self.door.accept()
                if self.is_cut:
                    here.close()
                    continue
                try:
                    there = socket.create_connection(self.address)
                except OSError:
                    here.close()
                    continue
                self._pairs.append((here, there))
                threading.Thread(target=_carry, args=(here, there), daemon=True).start()


def _carry(here: socket.socket, there: socket.socket) -> None:
    with selectors.DefaultSelector() as selector, here, there, suppress(OSError):
        selector.register(here, selectors.EVENT_READ, there)
        selector.register(there, selectors.EVENT_READ, here)
        while True:
            for key, _what in selector.select():
                data = key.fileobj.recv(65_536)  # type: ignore[union-attr]
                if not data:
                    return
                key.data.sendall(data)


def main() -> None:
    """Each line of stdin: the number of an indicator changed, says the ledger."""
    import django

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    django.setup()
    from django.db import OperationalError, connection

    from mapalus.apps.ledger import sealer
    from mapalus.apps.ledger.models import Entry
    from mapalus.doors.command.ticket import issue
    from mapalus.engine.clock import now

    def change() -> int:
        Entry.objects.create(
            act="catalogue.measure", at=now(), position="uji", actor_label="uji", subject="uji",
            data={"indicators": ["LIV-14"]},
        )  # fmt: skip
        sealer.seal(now=now())
        return Entry.objects.last_sequence()

    for _line in sys.stdin:
        place = 0
        while not place:
            with suppress(OperationalError):  # its own connections are among those that are cut
                place = change()
            connection.close()
        print(json.dumps({"place": place, "ticket": issue(["gubernur"], origin="")}), flush=True)


if __name__ == "__main__":
    main()
