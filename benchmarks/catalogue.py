"""What lists, search, a page, an action and a publication cost among 100, 1,000 and 10,000 datasets.

    mapalus bench catalogue [--sizes 100,1000,10000]

Whole requests through the WSGI application and the acts of one hand-in, CPU milliseconds, medians; every dataset is
published with a contract, a version and words of its own, and as many rows are shown whatever the size (but for the
search of one word: among 100 it finds fewer than a page shows). Flat means: at 10,000 at most twice that at 100. The
last lines are what a process pays once for the catalogue, and the memory it keeps for it: these grow with it.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.province import AGENCY, PRODUCER, dataset, province

SIZES = (100, 1_000, 10_000)
REPEATS = 15
NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
_TEXT = (
    "kesehatan pendidikan stunting jalan rusak bantuan sosial perikanan tangkap pariwisata anggaran belanja penduduk "
    "kemiskinan sekolah puskesmas imunisasi irigasi sawah kelapa cengkeh pala nelayan pelabuhan listrik air bersih"
)
WORDS = _TEXT.split()
FIELDS = [{"name": "kode", "type": "string"}, {"name": "tahun", "type": "integer"}, {"name": "nilai", "type": "number"}]


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    sizes = [int(size) for size in parser.parse_args(arguments).sizes.split(",")]
    with province() as folder:
        from django.core.management import call_command

        call_command("createcachetable", verbosity=0)
        contract = folder / "uji.yml"
        contract.write_text(json.dumps({"name": "uji", "title": "Uji", "schema": {"fields": FIELDS}, "mapalus": {
            "unit": AGENCY, "producer": f"pos:{PRODUCER}", "cadence": "bulanan", "classification": "terbuka",
        }}), encoding="utf-8")  # fmt: skip
        real = dataset("uji-nyata", contract)
        publish = _Publisher(real, folder)
        publish(0)
        measured: dict[str, list[float]] = {}
        for size in sizes:
            _fill(real, size)
            for name, act in _acts(size, publish).items():
                measured.setdefault(name, []).append(_cpu(act))
            known = _first(size)
            for name, value in known.items():
                measured.setdefault(name, []).append(value)
    print(
        f"{'CPU ms, median of ' + str(REPEATS):<34}" + "".join(f"{size:>10,}" for size in sizes) + f"{'last/first':>12}"
    )
    worst = 0.0
    for name, values in measured.items():
        ratio = values[-1] / values[0]
        worst = max(worst, ratio if name not in known else 0)
        print(f"{name:<34}" + "".join(f"{value:10.1f}" for value in values) + f"{ratio:12.1f}")
    return int(worst > 2)


class _Publisher:
    """A file handed in, checked and published, as the worker and the steward do it."""

    def __init__(self, real: Any, folder: Path) -> None:
        self.real, self.folder, self.count = real, folder, 0

    def __call__(self, _number: int) -> None:
        from mapalus.apps.catalogue import actions, checking, places
        from mapalus.apps.catalogue.models import FigureStatus
        from mapalus.apps.ledger.platform import PLATFORM
        from mapalus.engine.data import snapshot

        self.count += 1
        path = self.folder / "setoran.csv"
        path.write_text("kode,tahun,nilai\n" + "".join(f"71.{n:02},2026,{self.count}.5\n" for n in range(20)))
        kept = snapshot.store(places.snapshots(), path, largest=1 << 20)
        handin = actions.hand_in(
            self.real, snapshot=kept, file_name=path.name, period=f"{2000 + self.count}", key=f"k{self.count}",
            remark="", is_queued=False, by=PLATFORM, now=NOW,
        )  # fmt: skip
        handin = checking.check(handin, now=NOW)
        actions.publish(handin, status=FigureStatus.FINAL, remark="", by=PLATFORM, now=NOW)


def _fill(real: Any, size: int) -> None:
    """Datasets until there are `size`: as the acts write them, all with the rows of one version."""
    from mapalus.apps.catalogue.models import ContractVersion, Dataset, Publication, PublicationKind, Run, Version

    real.refresh_from_db()
    version = real.current
    chance = random.Random(7)
    there = Dataset.objects.count()
    made = []
    for number in range(there, size):
        title = " ".join(chance.sample(WORDS, 4)).capitalize()
        made.append(Dataset(
            name=f"uji-{number:05}", title=f"{title} {number}", description=f"Data {title} per kabupaten/kota.",
            unit_id=AGENCY, producer_id=PRODUCER, cadence="bulanan", declared_at=NOW, changed_at=NOW,
            themes=chance.sample(["kesehatan", "pendidikan", "ekonomi", "sosial"], 1),
        ))  # fmt: skip
    made = Dataset.objects.bulk_create(made)
    contracts = ContractVersion.objects.bulk_create(
        ContractVersion(
            dataset=one, number=1, text=real.contract.text, sha256=real.contract.sha256, folder=real.contract.folder,
            descriptor={**real.contract.descriptor, "name": one.name, "title": one.title}, position=PRODUCER,
            created_at=NOW,
        )
        for one in made
    )  # fmt: skip
    runs = Run.objects.bulk_create(
        Run(dataset=one, contract=contract, snapshot=version.snapshot, number=1, release="-", started_at=NOW)
        for one, contract in zip(made, contracts, strict=True)
    )
    versions = Version.objects.bulk_create(
        Version(
            dataset=one, number=1, folder=version.folder, contract=contract, run=run, snapshot=version.snapshot,
            rows_good=20, rows_bad=0, quality=version.quality, created_at=NOW, published_at=NOW, period="2026-10",
        )
        for one, contract, run in zip(made, contracts, runs, strict=True)
    )  # fmt: skip
    Publication.objects.bulk_create(
        Publication(version=one, kind=PublicationKind.PUBLISHED, at=NOW, position=PRODUCER, label="-")
        for one in versions
    )
    for one, contract, current in zip(made, contracts, versions, strict=True):
        one.contract, one.current = contract, current
    Dataset.objects.bulk_update(made, ["contract", "current"], batch_size=500)


def _acts(size: int, publish: Callable[[int], None]) -> dict[str, Callable[[int], None]]:
    from django.test import Client

    from mapalus.apps.catalogue.models import Dataset
    from mapalus.doors.api.open import identifier

    client = Client(HTTP_HOST="localhost")

    def get(make: Callable[[int], str]) -> Callable[[int], None]:
        def act(number: int) -> None:
            answer = client.get(make(number))
            assert answer.status_code == 200, (make(number), answer.status_code, answer.content[:200])

        return act

    def name(number: int) -> str:
        return f"uji-{2 + number * 7919 % (size - 2):05}"

    def resource(number: int) -> str:
        return identifier("dataset", name(number), "csv")

    def after_a_write(make: Callable[[int], str]) -> Callable[[int], None]:
        ask = get(make)

        def act(number: int) -> None:
            Dataset.objects.filter(name=name(number)).update(title=f"Judul {number}")
            ask(number)

        return act

    ckan = "/api/3/action/"
    return {
        "list, first page": get(lambda _n: "/data/"),
        "search of a word": get(lambda n: f"/cari?q={WORDS[n % len(WORDS)]}"),
        "search that finds all, 40 rows": get(lambda n: f"/cari?q=kabupaten+{WORDS[n % len(WORDS)]}"),
        "list, filtered, by title": get(lambda _n: "/data/?tema=kesehatan&urut=judul"),
        "list, by title, page 3": get(lambda _n: "/data/?urut=judul&page=3"),
        "home": get(lambda _n: "/"),
        "agencies": get(lambda _n: "/instansi/"),
        "page of a dataset": get(lambda n: f"/data/{name(n)}/"),
        "package_search, 10 rows": get(lambda _n: f"{ckan}package_search?rows=10"),
        "package_search, a word": get(lambda n: f"{ckan}package_search?rows=10&q={WORDS[n % len(WORDS)]}"),
        "package_show by name": get(lambda n: f"{ckan}package_show?id={name(n)}"),
        "package_show by identifier": get(lambda n: f"{ckan}package_show?id={identifier('dataset', name(n))}"),
        "datastore_search by resource": get(lambda n: f"{ckan}datastore_search?resource_id={resource(n)}&limit=5"),
        "datastore_search_sql": get(
            lambda n: f"{ckan}datastore_search_sql?sql=SELECT%20count(*)%20FROM%20%22{resource(n)}%22"
        ),
        "list after a write": after_a_write(lambda _n: "/data/"),
        "search after a write, 40 rows": after_a_write(lambda n: f"/cari?q=kabupaten+{WORDS[n % len(WORDS)]}"),
        "package_search after a write": after_a_write(
            lambda n: f"{ckan}package_search?rows=10&q={WORDS[n % len(WORDS)]}"
        ),
        "hand in, check, publish": publish,
    }


def _first(size: int) -> dict[str, float]:
    """What a process pays once, and keeps, which grows with the catalogue: the very first, and any later. Milliseconds,
    and MB."""
    import shutil

    from mapalus.apps.catalogue import overview, places
    from mapalus.doors.api.ckan import search
    from mapalus.doors.api.ckan.tables import Tables
    from mapalus.doors.portal import finding
    from mapalus.engine.search import Index

    def forget() -> None:
        overview._kept = overview.Overview()
        finding._kept = overview.Overview(), Index()
        search._kept = search.Catalogue(overview.Overview(), Tables([], {}), None, {})
        search._shown.clear()
        gc.collect()

    def cold() -> None:
        """As the very first process finds it: nothing kept by another."""
        shutil.rmtree(places.remembered(), ignore_errors=True)
        forget()

    def once(act: Callable[[int], None]) -> float:
        start = time.process_time()
        act(1)
        return (time.process_time() - start) * 1000

    acts = _acts(size, lambda _number: None)
    cold()
    tracemalloc.start()
    for name in ("list, first page", "search of a word", "package_search, a word"):
        acts[name](1)
    gc.collect()
    used = tracemalloc.get_traced_memory()[0]
    forget()
    freed = used - tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    cold()
    first = {
        "very first list of all": once(acts["list, first page"]),
        "very first search of all": once(acts["search of a word"]),
        "very first package_search of all": once(acts["package_search, a word"]),
    }
    forget()
    first["first search of a process"] = once(acts["search of a word"])
    forget()
    first["first package_search of a process"] = once(acts["package_search, a word"])
    return {**first, "kept in memory, MB": freed / 1e6}


def _cpu(act: Callable[[int], None]) -> float:
    act(0)
    taken = []
    for number in range(1, REPEATS + 1):
        start = time.process_time()
        act(number)
        taken.append((time.process_time() - start) * 1000)
    return statistics.median(taken)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
