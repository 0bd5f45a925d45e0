"""`mapalus stream`: the intake of rows that are sent one after another, and the keys of those who send.

mapalus stream intake                       the one process that takes rows in; `mapalus work` and the demo start it
mapalus stream key DATASET --name APP       a key for an application; its secret is printed once
mapalus stream compact DATASET              make a version of what waits, now
"""

from __future__ import annotations

import argparse
import signal
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from mapalus.engine.errors import NotFound
from mapalus.engine.text import _, translate
from mapalus.project import home

__all__ = ["intake", "main"]


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="mapalus stream", description=translate(_("rows sent one after another")))
    parser.add_argument("verb", choices=("intake", "key", "compact"))
    parser.add_argument("dataset", nargs="?", default="")
    parser.add_argument("--name", default="mapalus stream", help=translate(_("the application that sends")))
    parser.add_argument("--data-dir", default="")
    given = parser.parse_args(list(arguments))
    home.expect_province(home.enter(given.data_dir))
    if given.verb == "intake":
        return intake()
    return _key(given.dataset, given.name) if given.verb == "key" else _compact(given.dataset)


def _dataset(name: str) -> Any:
    from mapalus.apps.catalogue.models import Dataset

    dataset = Dataset.objects.for_reading().filter(name=name).first()
    if dataset is None:
        known = ", ".join(Dataset.objects.values_list("name", flat=True)[:20])
        raise NotFound(_("There is no dataset %(name)s. There are: %(known)s."), name=name, known=known)
    return dataset


def _key(name: str, application: str) -> int:
    from mapalus.apps.catalogue import streaming
    from mapalus.apps.ledger.platform import PLATFORM
    from mapalus.engine import clock

    _made, secret = streaming.issue_key(_dataset(name), name=application, by=PLATFORM, now=clock.now())
    print(secret)
    return 0


def _compact(name: str) -> int:
    from mapalus.apps.catalogue import compacting
    from mapalus.engine import clock

    rows = compacting.compact(_dataset(name), now=clock.now())
    print(translate(_("%(rows)s rows became a version.")) % {"rows": rows})
    return 0


def intake() -> int:
    """Take rows in until TERM or INT; a second one waits until the first is gone."""
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_said: ending.set())
    run(ending)
    return 0


def run(ending: threading.Event) -> None:
    """The intake, until told to end."""
    from mapalus.apps.catalogue import places, wire
    from mapalus.apps.catalogue.intake import Intake

    while not ending.is_set():
        with wire.alone() as is_alone:
            if not is_alone:
                ending.wait(1.0)
                continue
            taking = Intake(scratch=places.workshop() / "streams")
            taking.begin()

            def handle(header: Mapping[str, Any], body: bytes, taking: Any = taking) -> tuple[int, Mapping[str, Any]]:
                answer = taking.submit(
                    dataset=int(header["dataset"]), key=int(header["key"]), name=str(header["name"]), body=body
                )
                return answer.status, answer.body

            server = wire.serve(handle)
            ending.wait()
            server.shutdown()
            taking.end()
            server.server_close()
