"""What is killed besides a stream: versions made, indexed, rolled back, withdrawn and removed, and their readers.

Every row of one hand-in says the same number, so an answer made of two versions, or of half a one, shows itself.
"""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.apps.catalogue.killed_said import Broken, read, write

NAME = "dbd-mingguan"
SIZE = 20  # rows of a version
INDICATOR = {
    "code": "DBD", "title": "Kasus DBD", "unit": "kasus", "dataset": NAME, "value": {"sum": "kasus"},
    "region": "kode_wilayah",
}  # fmt: skip
_KEPT = 6  # versions that retention leaves


def contract() -> str:
    from tests.apps.catalogue import cast

    return cast.CONTRACT + f"  retention: {{versions: {_KEPT}}}\n"


def rows(said: int) -> str:
    head = "Kode wilayah,Nama pelapor,Minggu,Kasus\n"
    return head + "".join(f"71.71,Siti Contoh,{n},{said}\n" for n in range(1, SIZE + 1))


def declared() -> None:
    """The one indicator of these rounds; in every process that is forked later as well."""
    from mapalus.apps.catalogue import indicators
    from mapalus.engine.data.indicator import declaration_of

    made = (declaration_of(INDICATOR, file="uji"),)
    indicators.declarations = lambda: made  # type: ignore[assignment]


# --- what runs in a child -------------------------------------------------------------------------------------------


def ingest(folder: Path, number: int) -> None:
    """Version after version, published before its rows are indexed, as large tables are."""
    from mapalus.apps.catalogue import actions, checking, places
    from mapalus.apps.catalogue.models import Dataset, FigureStatus, HandIn
    from mapalus.apps.ledger.platform import PLATFORM
    from mapalus.engine import clock
    from mapalus.engine.data import lake, wordindex
    from tests.apps.catalogue import cast

    chance = random.Random(number)
    wordindex.APART = SIZE  # so that a process of its own is begun, and killed with the one that began it
    places.workshop().mkdir(parents=True, exist_ok=True)
    while True:
        dataset = Dataset.objects.get(name=NAME)
        handin = HandIn.objects.open().filter(dataset=dataset).first()
        if handin is None:
            said = dataset.handins.count() + 1
            handin = actions.hand_in(
                dataset, snapshot=cast.kept_bytes(rows(said)), file_name="dbd.csv",
                period=f"{2026 - said // 50}-W{said % 50 + 1:02}", key=f"k{said}", is_queued=False, by=PLATFORM,
                now=clock.now(),
            )  # fmt: skip
        with TemporaryDirectory(dir=places.workshop()) as scratch, _later(Path(scratch), chance) as later:
            handin = checking.check(handin, now=clock.now(), later=later)
            version = actions.publish(handin, status=FigureStatus.FINAL, by=PLATFORM, now=clock.now())
            look_at(version.number)
            write(folder / "issued", f"{version.number}")
            if later is not None and later.index is not None and chance.random() < 0.7:  # else the worker does it
                lake.index_rows(lake.VersionFolder(version.path), later=later)
            look_at(version.number)


@contextmanager
def _later(folder: Path, chance: random.Random) -> Iterator[Any]:
    from mapalus.engine.data.wordindex import Later

    if chance.random() < 0.3:
        yield None
        return
    with Later(folder) as later:
        yield later


def keeper(_folder: Path, number: int) -> None:
    """Rolls back, withdraws, and removes what is over, while the others publish and read."""
    from mapalus.apps.catalogue import actions, retention
    from mapalus.apps.catalogue.models import Dataset
    from mapalus.apps.ledger.platform import PLATFORM
    from mapalus.engine import clock
    from mapalus.engine.errors import Problem

    chance = random.Random(number)
    while True:
        dataset = Dataset.objects.select_related("contract", "current").get(name=NAME)
        there = list(dataset.versions.published().filter(removed_at=None).order_by("-number")[:4])
        with contextlib.suppress(Problem):  # another act came first
            if there and chance.random() < 0.5:
                actions.roll_back(dataset, to=chance.choice(there), reason="Uji", by=PLATFORM, now=clock.now())
            elif len(there) > 2:
                actions.withdraw(chance.choice(there), reason="Uji", by=PLATFORM, now=clock.now())
        with contextlib.suppress(Problem):
            retention.sweep(Dataset.objects.select_related("contract", "current").get(name=NAME), now=clock.now())
        time.sleep(chance.uniform(0.02, 0.3))


def worker(_folder: Path, _round: int) -> None:
    """Seals the ledger, lets the readers follow, and runs the jobs they set off."""
    while True:
        worked_off()
        time.sleep(0.05)


def worked_off(later: timedelta = timedelta()) -> int:
    """How many jobs were run; `later`: also those that rest that long."""
    from mapalus.apps.jobs import recovery
    from mapalus.apps.jobs.worker import run_waiting
    from mapalus.apps.ledger.following import READERS, follow
    from mapalus.apps.ledger.sealer import seal_all
    from mapalus.engine import clock

    seal_all(now=clock.now())
    while follow(READERS["indicators"]):
        pass
    recovery.recover(now=clock.now())
    return run_waiting(now=clock.now() + later, limit=20)


def onlooker(folder: Path, _round: int) -> None:
    """Asks at the doors all the while: every answer is one version, whole."""
    from django.test import Client

    from mapalus.apps.catalogue.models import Dataset

    client = Client(HTTP_HOST="localhost")
    chance = random.Random()
    while True:
        dataset = Dataset.objects.select_related("current").get(name=NAME)
        newest = dataset.versions.order_by("-number").values_list("number", flat=True).first() or 1
        number = chance.randint(max(1, newest - 8), newest)
        for version in ("", str(number)):
            look_from_outside(client, version, issued=set(read(folder / "issued")))


def look_from_outside(client: Any, version: str, *, issued: set[str]) -> None:
    asked = f"version={version}" if version else ""
    found: dict[str, list[int]] = {}
    answer = client.get(f"/data/{NAME}.csv?{asked}")
    if answer.status_code == 200:
        text = b"".join(answer.streaming_content) if answer.streaming else answer.content
        lines = [line for line in text.decode("utf-8-sig").splitlines() if line.startswith("71.71")]
        found["csv"] = [int(line.split(",")[3]) for line in lines]
    elif answer.status_code not in (404, 410):
        raise Broken(f"csv {version}: {answer.status_code}")
    answer = client.get(f"/api/3/action/datastore_search?resource_id={NAME}&limit=100&{asked}")
    if answer.status_code == 200:
        result = answer.json()["result"]
        found["search"] = [record["kasus"] for record in result["records"]]
        if result["total"] != SIZE:
            raise Broken(f"search {version}: total {result['total']}")
    elif answer.status_code not in (404, 410):
        raise Broken(f"search {version}: {answer.status_code}")
    for door, values in found.items():
        if len(values) != SIZE or len(set(values)) != 1:
            raise Broken(f"{door} {version}: {len(values)} rows of {sorted(set(values))}")
    if version and len(found) == 2 and found["csv"] != found["search"]:
        raise Broken(f"version {version}: {found['csv'][0]} and {found['search'][0]}")


# --- what must hold -------------------------------------------------------------------------------------------------


def look_at(number: int) -> None:
    """A version that was just published is whole at this very moment; or somebody has taken it away since."""
    from mapalus.apps.catalogue.models import Version
    from mapalus.engine.data.lake import VersionFolder
    from mapalus.engine.data.query import Query, search

    version = Version.objects.get(dataset__name=NAME, number=number)
    if version.removed_at is not None:
        return
    try:
        found = search(VersionFolder(version.path).rows, Query())
    except Exception:
        version.refresh_from_db()
        if version.removed_at is not None:
            return
        raise
    if found.total != SIZE or len({record[-1] for record in found.records}) != 1:
        raise Broken(f"version {number} is not whole at the moment it is said to be published")


def agree(folder: Path, _round: int) -> None:
    """With everybody still: rows, files, counts and indicators of every version say the same."""
    import duckdb

    from mapalus.apps.catalogue import retention
    from mapalus.apps.catalogue.models import Dataset, HandIn, Indicator, Standing, Version
    from mapalus.apps.catalogue.readings import points
    from mapalus.apps.jobs.models import Job
    from mapalus.engine import clock
    from mapalus.engine.data.lake import VersionFolder
    from mapalus.engine.data.query import Query, search

    while worked_off(timedelta(hours=1)):
        pass
    if failed := list(Job.objects.filter(task__status="FAILED").values_list("task__task_path", "problem")):
        raise Broken(f"jobs: {failed[:3]}")
    dataset = Dataset.objects.select_related("contract", "current").get(name=NAME)
    assert dataset.current is not None
    retention.sweep(dataset, now=clock.now())
    last: dict[int, int] = {}
    with duckdb.connect() as connection:
        for version in Version.objects.filter(dataset=dataset).order_by("number"):
            if version.removed_at is not None:
                if version.lies_at.exists():
                    raise Broken(f"version {version.number} was removed and is there")
                continue
            lies = VersionFolder(version.path)
            side = search(lies.rows, Query(fields=("kasus",)))
            truth = connection.execute(f"SELECT kasus FROM read_parquet('{lies.data}') ORDER BY _row").fetchall()
            counts = {side.total, len(truth), lies.summary["published_rows"], version.rows_good}
            if side.records != truth or counts != {SIZE} or len(set(truth)) != 1:
                raise Broken(f"version {version.number}: {counts}, {side.records[:1]}, {truth[:1]}")
            last[version.number] = truth[0][0]
    numbers = {int(number) for number in read(folder / "issued")}
    if lost := numbers - set(Version.objects.filter(dataset=dataset).values_list("number", flat=True)):
        raise Broken(f"published and gone: {sorted(lost)}")
    handins = HandIn.objects.filter(dataset=dataset, versions__isnull=False)
    if handins.count() != handins.distinct().count():
        raise Broken("a hand-in became two versions")
    said = [one for one in points(Indicator.objects.get(code="DBD"), now=clock.now()) if one.region]
    if not Standing.objects.exists() or not said:
        raise Broken("the indicator says nothing")
    for one in said:
        if one.version in last and one.value != last[one.version] * SIZE:
            raise Broken(f"indicator: {one.value} from version {one.version}, which says {last[one.version]}")
