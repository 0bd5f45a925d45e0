"""kill -9 at random points of harvests of real sources, round after round, and what must hold after each.

python -m tests.apps.catalogue.killing_sources FOLDER [--rounds 10] [--seed 1]

A folder and a bucket give file after file, an address one file, a database a table row by row as it changes. Every row
of one state of a source says the same number, so a version made of two states, or of half a one, shows itself. Two
processes harvest each source, one changes what the sources hold, one looks; some or all are killed, again and again.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django

from tests.apps.catalogue.killed_said import Broken, read, write
from tests.apps.catalogue.killing import child

SIZE = 120  # rows of a state
FILES = ("folder", "s3")  # sources that give each of their files, in order
SOURCES = (*FILES, "http", "sql")
CONTRACT = """
name: {name}
title: Sumber {name}
schema:
  fields:
    - {{name: kode, type: string, constraints: {{required: true}}}}
    - {{name: keadaan, type: string, constraints: {{required: true}}}}
  primaryKey: [kode]
mapalus: {{unit: dinkes, producer: pos:dinkes.kabid-p2p, classification: terbuka}}
"""


def table(state: int) -> bytes:
    return ("kode,keadaan\n" + "".join(f"K{n:04},k{state}\n" for n in range(SIZE))).encode()


# --- the systems ----------------------------------------------------------------------------------------------------


def serve(folder: Path) -> None:
    """A host with one file and one bucket, until it is ended; it gives its answers slowly, and lets them be gone on."""
    from tests.connectors.served import Request, Response, ranged, serving

    def answer(request: Request) -> Response:
        if request.path.rstrip("/") == "/data":
            return Response(200, _listing(folder / "ember"))
        path = folder / ("ember" if request.path.startswith("/data/") else "host") / Path(request.path).name
        if not path.exists():
            return Response(404, b"")
        body = path.read_bytes()
        return ranged(request, body, etag=f'"{body.decode().rpartition(",")[2].strip()}"')

    with serving(answer) as served:
        served.drip = 0.000001
        (folder / "port.new").write_text(str(served.port))
        (folder / "port.new").rename(folder / "port")
        while True:
            time.sleep(60)


def _listing(bucket: Path) -> bytes:
    one = (
        "<Contents><Key>{0}</Key><LastModified>2026-01-01T00:00:{1}Z</LastModified><ETag>{2}</ETag><Size>{3}</Size>"
        "</Contents>"
    )
    found = [
        one.format(path.name, f"{int(path.stem) / 100:09.6f}", f"k{int(path.stem)}", path.stat().st_size)
        for path in sorted(bucket.glob("*.csv"))
    ]
    return f"<ListBucketResult>{''.join(found)}</ListBucketResult>".encode()


def database(folder: Path, statements: Callable[[Any], None]) -> None:
    """In one transaction, as the system itself would."""
    url = os.environ["MAPALUS_DATABASE_URL"]
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(folder / "drops" / "dinkes" / "sumber.db", timeout=30)) as connection, connection:
            connection.execute("BEGIN IMMEDIATE")
            statements(connection.execute)
        return
    import psycopg

    with psycopg.connect(url) as server:
        statements(server.execute)


def change(folder: Path) -> None:
    """The next state of every source. What was written down before is what it will be, if this is killed."""
    state = int(read(folder / "states")[-1]) + 1
    write(folder / "states", str(state))
    put(folder, state)


def put(folder: Path, state: int) -> None:
    for path in (
        folder / "drops" / "dinkes" / "map" / f"{state}.csv",
        folder / "ember" / f"{state}.csv",
        folder / "host" / "f.csv",
    ):
        beside = path.with_suffix(".part")
        beside.write_bytes(table(state))
        os.utime(beside, (1_700_000_000 + state, 1_700_000_000 + state))
        beside.rename(path)

    def statements(run: Callable[[str], Any]) -> None:
        run(f"UPDATE sumber SET keadaan = 'k{state}', diubah = {state}")
        run(f"DELETE FROM sumber WHERE kode = 'K{state % SIZE:04}'")  # and comes again: a key that was gone meanwhile
        run(f"INSERT INTO sumber VALUES ('K{state % SIZE:04}', 'k{state}', {state})")

    database(folder, statements)


# --- what runs in a child -------------------------------------------------------------------------------------------


def keeper(folder: Path, number: int) -> None:
    chance = random.Random(number)
    while True:
        change(folder)
        time.sleep(chance.uniform(0.3, 1.5))


def harvester(folder: Path, number: int) -> None:
    chance = random.Random(f"{os.getpid()}-{number}")
    while True:
        once(folder, chance.choice(SOURCES))
        time.sleep(0.02)


def once(folder: Path, name: str) -> None:
    from mapalus.apps.catalogue import harvesting
    from mapalus.apps.catalogue.models import Source
    from mapalus.engine import clock

    source = Source.objects.for_reading().get(name=name)
    for run in harvesting.harvest_in_order(source, now=clock.now()):
        if run.outcome == "refused" or run.outcome == "vanished":
            raise Broken(f"{name}: {run.outcome} {run.problem}")
        if run.outcome == "brought":
            write(folder / f"brought-{name}", str(shown(name)))


def onlooker(folder: Path, _round: int) -> None:
    newest = dict.fromkeys(SOURCES, 0)
    while True:
        for name in SOURCES:
            state = shown(name)
            if state < newest[name]:
                raise Broken(f"{name} went back from {newest[name]} to {state}")
            newest[name] = state


def shown(name: str) -> int:
    """The state that everybody sees; 0 before the first. Raises `Broken` where it is none."""
    from mapalus.apps.catalogue.models import Dataset
    from mapalus.apps.catalogue.serving import served
    from mapalus.engine.data.query import Query
    from mapalus.engine.data.served import search

    dataset = Dataset.objects.select_related("current").get(name=name)
    if dataset.current is None:
        return 0
    found = search(served(dataset.current, is_present=True), Query(fields=("kode", "keadaan"), limit=SIZE * 2))
    said = {state for _code, state in found.records}
    if found.total != SIZE or len({code for code, _state in found.records}) != SIZE or len(said) != 1:
        raise Broken(f"{name} version {dataset.current.number}: {found.total} rows of {sorted(said)[:4]}")
    return int(said.pop()[1:])


def agree(folder: Path) -> None:
    """With everybody still: each source is asked until it has nothing new, and its versions are its states."""
    import duckdb

    from mapalus.apps.catalogue.models import Source, Version
    from mapalus.engine.data.lake import VersionFolder

    last = int(read(folder / "states")[-1])
    put(folder, last)  # whoever was to put it there may have been killed
    for name in SOURCES:
        until = time.monotonic() + 1200
        while shown(name) != last:
            if time.monotonic() > until:
                source = Source.objects.get(name=name)
                raise Broken(f"{name} stays at {shown(name)} of {last}: {source.problem} {source.mark}")
            once(folder, name)
        states = []
        with duckdb.connect() as connection:
            for version in Version.objects.published().filter(dataset__name=name, removed_at=None).order_by("number"):
                data = VersionFolder(version.path).data
                said = connection.execute(
                    f"SELECT count(*), count(DISTINCT kode), min(keadaan), max(keadaan) FROM read_parquet('{data}')"
                ).fetchone()
                assert said is not None
                if said[:2] != (SIZE, SIZE) or said[2] != said[3]:
                    raise Broken(f"{name} version {version.number}: {said}")
                states.append(int(said[2][1:]))
        wanted = list(range(1, last + 1)) if name in FILES else sorted(set(states))
        if states != wanted:
            raise Broken(f"{name}: versions say {states[-20:]}, files are 1 to {last}")


# --- rounds ---------------------------------------------------------------------------------------------------------


def prepare(folder: Path) -> None:
    from mapalus.apps.catalogue import actions, contracts, source_acts
    from mapalus.apps.catalogue.models import SourceWay
    from mapalus.apps.directory.models import Position, Unit
    from mapalus.apps.ledger.platform import PLATFORM
    from tests.apps.catalogue import cast

    for name in ("drops/dinkes/map", "ember", "host"):
        (folder / name).mkdir(parents=True, exist_ok=True)

    def statements(run: Callable[[str], Any]) -> None:
        run("CREATE TABLE sumber (kode varchar(9) PRIMARY KEY, keadaan varchar(9), diubah bigint)")
        run("INSERT INTO sumber VALUES " + ", ".join(f"('K{n:04}', 'k1', 1)" for n in range(SIZE)))

    database(folder, statements)
    write(folder / "states", "1")
    put(folder, 1)
    cast.people()
    for name, options in _options(folder).items():
        path = folder / f"{name}.yml"
        path.write_text(CONTRACT.format(name=name), encoding="utf-8")
        kept = contracts.keep(path, dataset=name)
        dataset = actions.declare_dataset(Unit.objects.get(pk="dinkes"), kept=kept, by=PLATFORM, now=cast.NOW)
        made = source_acts.add_source(
            dataset, connector=name, options=options, schedule="hourly", name=name,
            keeper=Position.objects.get(pk="dinkes.kabid-p2p"), title=name, by=PLATFORM, now=cast.NOW,
        )  # fmt: skip
        source_acts.trust_source(made, way=SourceWay.DIRECT, reason="Uji", by=PLATFORM, now=cast.NOW)


def _options(folder: Path) -> dict[str, dict[str, object]]:
    url, host = urlsplit(os.environ["MAPALUS_DATABASE_URL"]), f"http://127.0.0.1:{(folder / 'port').read_text()}"
    reach: dict[str, object] = {"kind": "sqlite", "database": "sumber.db"}
    if not url.scheme.startswith("sqlite"):
        reach = {"kind": "postgresql", "host": url.hostname, "port": url.port, "user": url.username,
                 "database": url.path.strip("/")}  # fmt: skip
    return {
        "folder": {"folder": "map", "pattern": "*.csv", "take": "each", "quiet": 0},
        "s3": {"endpoint": host, "bucket": "data", "take": "each", "pattern": "*.csv"},
        "http": {"address": f"{host}/f.csv"},
        "sql": {**reach, "table": "sumber", "since": "diubah", "overlap": 1, "deletions": "keys"},
    }


def rounds(folder: Path, *, count: int, seed: int, longest: float) -> dict[str, Any]:
    """Live through the rounds. Raises `Broken` where a promise did not hold."""
    chance = random.Random(seed)
    killed = 0
    for number in range(count):
        pids = [child(work, folder, number) for work in (harvester, harvester, harvester, keeper, onlooker)]
        time.sleep(chance.uniform(0.1, longest))
        for pid in chance.sample(pids, chance.randint(1, len(pids))):
            os.kill(pid, signal.SIGKILL)
            killed += 1
        time.sleep(chance.uniform(0.0, 0.3))
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        if read(folder / "broken"):
            raise Broken(f"round {number}: {read(folder / 'broken')}")
        if number % 5 == 4 or number == count - 1:
            agree(folder)
            print(f"round {number + 1}: {read(folder / 'states')[-1]} states of each source, all there once")
    brought = {name: len(read(folder / f"brought-{name}")) for name in SOURCES}
    return {"rounds": count, "states": int(read(folder / "states")[-1]), "killed": killed, "brought": brought}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--longest", type=float, default=3.0, help="seconds of a round before the kill")
    parser.add_argument("--serve", action="store_true", help="be the host, and nothing else")
    given = parser.parse_args(arguments)
    if given.serve:
        serve(given.folder)
    django.setup()
    from mapalus.apps.catalogue import harvesting

    harvesting.why_held = lambda handin: None  # type: ignore[attr-defined]  # what a person would decide is not what is tried here
    host = subprocess.Popen(
        [sys.executable, "-m", "tests.apps.catalogue.killing_sources", "--serve", str(given.folder)]
    )
    try:
        while not (given.folder / "port").exists():
            time.sleep(0.02)
        prepare(given.folder)
        print(json.dumps(rounds(given.folder, count=given.rounds, seed=given.seed, longest=given.longest)))
    except Broken as broken:
        print(f"seed {given.seed}: {broken}", file=sys.stderr)
        return 1
    finally:
        host.kill()
        host.wait()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
