"""kill -9 at random points of a stream, its compaction and an ingest, round after round, and what must hold after each.

python -m tests.apps.catalogue.killing FOLDER [--rounds 20] [--seed 1]

One process makes a small province, then lives through the rounds: in each it forks an intake, a compactor, an ingest
and a sender with a reader, lets them run for a random while, kills some or all of them, and starts anew. The sender
writes down what was acknowledged; what was not, it sends again under the same name. The reader looks all the while.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

from tests.apps.catalogue import killing_versions
from tests.apps.catalogue.killed_said import Broken, read, write

SIZE = 40  # rows of a request
CONTRACT = """
name: sensor
title: Sensor
schema:
  fields:
    - {name: kiriman, type: string, constraints: {required: true}}
    - {name: nomor, type: integer, constraints: {required: true}}
  primaryKey: [kiriman, nomor]
mapalus: {unit: dinkes, producer: pos:dinkes.kabid-p2p, classification: terbuka, stream: {rows: 400, minutes: 600}}
"""


def lines(name: str) -> bytes:
    return "".join(json.dumps({"kiriman": name, "nomor": n}) + "\n" for n in range(SIZE)).encode()


# --- what runs in a child -------------------------------------------------------------------------------------------


def intake(_folder: Path, _round: int) -> None:
    import threading

    from mapalus.project import stream

    stream.run(threading.Event())


def compactor(_folder: Path, _round: int) -> None:
    from mapalus.apps.catalogue import compacting
    from mapalus.apps.catalogue.models import Dataset
    from mapalus.engine import clock
    from mapalus.engine.errors import Problem

    while True:
        dataset = Dataset.objects.get(name="sensor")
        with contextlib.suppress(Problem):
            compacting.compact(dataset, now=clock.now())
        time.sleep(0.1)


def sender(folder: Path, number: int) -> None:
    """Sends, writes down what was acknowledged, and reads after each: what was acknowledged is there, and whole."""
    from mapalus.apps.catalogue import wire
    from mapalus.apps.catalogue.models import Dataset, StreamKey
    from mapalus.engine.errors import Problem

    key = StreamKey.objects.get()
    dataset = Dataset.objects.get(name="sensor")
    told = read(folder / "told")
    waiting = [name for name in read(folder / "begun") if name not in set(told)]
    count = 0
    while True:
        name = waiting.pop(0) if waiting else f"r{number}-{count}"
        count += 1
        write(folder / "begun", name)
        for _attempt in range(200):
            with contextlib.suppress(Problem):
                status, said = wire.ask({"dataset": dataset.pk, "key": key.pk, "name": name}, lines(name))
                if status == 200:
                    if said["accepted"] != SIZE or not said["visible"]:
                        raise Broken(f"{name}: {said}")
                    break
            time.sleep(0.05)
        else:
            raise Broken(f"{name} was never taken")
        write(folder / "told", name)
        told.append(name)
        look(told)


# --- what must hold -------------------------------------------------------------------------------------------------


def look(told: list[str]) -> None:
    """Every acknowledged request is there with all its rows, once, at this very moment; of no other one a part is."""
    if lost := missing(told):
        raise Broken(lost)


def missing(told: list[str]) -> str:
    """What of the acknowledged requests cannot be read at this moment; empty: nothing."""
    from mapalus.apps.catalogue.models import Dataset
    from mapalus.apps.catalogue.serving import served
    from mapalus.engine.data.query import Query
    from mapalus.engine.data.served import search

    dataset = Dataset.objects.select_related("current").get(name="sensor")
    assert dataset.current is not None
    counts: dict[str, int] = {}
    found = search(served(dataset.current, is_present=True), Query(fields=("kiriman", "nomor"), limit=32_000))
    for name, _n in found.records:
        counts[name] = counts.get(name, 0) + 1
    if found.total != len(found.records):
        raise Broken(f"total {found.total}, rows {len(found.records)}")
    odd = {name: n for name, n in counts.items() if n != SIZE and name != "awal"}
    if odd:
        raise Broken(f"version {dataset.current.number}: half {odd}")
    lost = [name for name in told if name not in counts]
    return f"version {dataset.current.number}: lost {lost[:5]}" if lost else ""


def examined() -> None:
    """The doctor removes what killed processes left, and then finds nothing."""
    from datetime import timedelta

    from mapalus.engine import clock
    from mapalus.project import doctor

    later = clock.now() + timedelta(hours=1)
    names = {"versions", "streams", "leftovers"}
    for finding in list(doctor.examine(now=later)):
        for path in finding.leftovers:
            doctor.remove(path)
    wrong = [one.say() for one in doctor.examine(now=later) if one.name in names and not one.is_well]
    if wrong:
        raise Broken(f"doctor: {wrong}")


WORK: tuple[Callable[[Path, int], None], ...] = (
    intake, compactor, sender, killing_versions.ingest, killing_versions.keeper, killing_versions.worker,
    killing_versions.onlooker,
)  # fmt: skip


# --- rounds ---------------------------------------------------------------------------------------------------------


def child(work: Callable[[Path, int], None], folder: Path, number: int) -> int:
    from django.db import connections

    for connection in connections.all():
        connection.close()
        if hasattr(connection, "close_pool"):
            connection.close_pool()  # its sockets would be everybody's after the fork
    pid = os.fork()
    if pid:
        return pid
    code = 3
    try:
        work(folder, number)
        code = 0
    except Broken as broken:
        write(folder / "broken", f"{work.__name__}:{broken}".replace("\n", " ").replace(" ", "_"))
    except BaseException as error:
        print(f"{work.__name__}: {type(error).__name__}: {error}", file=sys.stderr)
    finally:
        os._exit(code)


def settle(folder: Path, number: int) -> None:
    """With everything started anew: what was begun is sent again, is there once, and becomes a version."""
    from mapalus.apps.catalogue import compacting
    from mapalus.apps.catalogue.models import Dataset, StreamSegment
    from mapalus.engine import clock

    pid = child(intake, folder, number)
    try:
        again = child(resend, folder, number)
        os.waitpid(again, 0)
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    look(read(folder / "told"))
    compacting.compact(Dataset.objects.get(name="sensor"), now=clock.now())
    if StreamSegment.objects.waiting().exists():
        raise Broken("rows wait for ever")
    told = read(folder / "told")
    look(told)
    if sorted(told) != sorted(read(folder / "begun")):
        raise Broken("what was begun was never acknowledged")
    looked = child(killing_versions.agree, folder, number)
    if os.waitpid(looked, 0)[1] and not read(folder / "broken"):
        raise Broken("versions could not be looked at")
    if read(folder / "broken"):
        raise Broken(f"{read(folder / 'broken')}")
    examined()
    look(told)


def resend(folder: Path, number: int) -> None:
    from mapalus.apps.catalogue import wire
    from mapalus.apps.catalogue.models import Dataset, StreamKey
    from mapalus.engine.errors import Problem

    key, dataset = StreamKey.objects.get(), Dataset.objects.get(name="sensor")
    for name in [name for name in read(folder / "begun") if name not in set(read(folder / "told"))]:
        for _attempt in range(400):
            with contextlib.suppress(Problem):
                status, _said = wire.ask({"dataset": dataset.pk, "key": key.pk, "name": name}, lines(name))
                if status == 200:
                    write(folder / "told", name)
                    break
            time.sleep(0.05)


def prepare(folder: Path) -> None:
    from mapalus.apps.catalogue import actions, contracts, streaming
    from mapalus.apps.catalogue.models import FigureStatus
    from mapalus.apps.directory.models import Unit
    from mapalus.apps.ledger.platform import PLATFORM
    from tests.apps.catalogue import cast

    cast.people()
    start, text = killing_versions.rows(1), killing_versions.contract()
    first = cast.checked(cast.handed_in(cast.declared(folder, text=text), PLATFORM, text=start))  # type: ignore[arg-type]
    actions.publish(first, status=FigureStatus.FINAL, by=PLATFORM, now=cast.NOW)
    path = folder / "sensor.yml"
    path.write_text(CONTRACT, encoding="utf-8")
    kept = contracts.keep(path, dataset="sensor")
    dataset = actions.declare_dataset(Unit.objects.get(pk="dinkes"), kept=kept, by=PLATFORM, now=cast.NOW)
    handin = cast.checked(cast.handed_in(dataset, PLATFORM, text="kiriman,nomor\nawal,1\n", period=""))  # type: ignore[arg-type]
    actions.publish(handin, status=FigureStatus.FINAL, by=PLATFORM, now=cast.NOW)
    streaming.issue_key(dataset, name="uji", by=PLATFORM, now=cast.NOW)


def rounds(
    folder: Path, *, count: int, seed: int, longest: float = 1.6, tell: Callable[[str], None] = print
) -> dict[str, Any]:
    """Live through the rounds. Raises `Broken` where a promise did not hold."""
    from mapalus.apps.catalogue import stumbles

    chance = random.Random(seed)
    killed: dict[str, int] = {}
    for number in range(count):
        workers = {work.__name__: child(work, folder, number) for work in WORK}
        time.sleep(chance.uniform(0.05, longest))
        victims = [name for name in workers if chance.random() < 0.6] or ["intake"]
        for name in victims:
            os.kill(workers[name], signal.SIGKILL)
            killed[name] = killed.get(name, 0) + 1
        time.sleep(chance.uniform(0.0, 0.2))
        for pid in workers.values():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        if read(folder / "broken"):
            raise Broken(f"round {number}: {read(folder / 'broken')}")
        if number % 5 == 4 or number == count - 1:
            settle(folder, number)
            said = f"{len(read(folder / 'told'))} requests and {len(read(folder / 'issued'))} versions"
            tell(f"round {number + 1}: {said}, all there once")
    stumbled = stumbles.of("sensor")
    if stumbled is not None:  # being killed is no reason for anybody else to stumble
        raise Broken(f"{stumbled.times} stumbles: {stumbled.doing} {stumbled.error}")
    return {
        "rounds": count,
        "requests": len(read(folder / "told")),
        "versions": len(read(folder / "issued")),
        "killed": killed,
    }


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--longest", type=float, default=1.6, help="seconds of a round before the kill")
    given = parser.parse_args(arguments)
    django.setup()
    killing_versions.declared()
    prepare(given.folder)
    try:
        print(json.dumps(rounds(given.folder, count=given.rounds, seed=given.seed, longest=given.longest)))
    except Broken as broken:
        print(f"seed {given.seed}: {broken}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
