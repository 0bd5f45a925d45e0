"""Where the data of the story come from: systems whose files are handed in, a drop folder, a database with tables.

All of it lies in the data folder: nothing outside is asked. The drop folder holds the file that was handed in last, so
the source runs and brings nothing new until somebody puts another file there.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mapalus.apps.catalogue.models import Dataset, HandIn, Source
    from mapalus.project.demo.storyclock import StoryClock

__all__ = ["tell"]

DROPPED = "pendaratan-ikan-harian"  # whose office exports a file every night
PERMITS = "aplikasi-perizinan.sqlite"
_TABLES = {
    "izin_terbit": ("nomor TEXT PRIMARY KEY, jenis TEXT, kabupaten TEXT, terbit_pada TEXT", (
        ("CONTOH/001", "Izin Usaha Mikro", "71.71", "2026-10-02"),
        ("CONTOH/002", "Izin Usaha Mikro", "71.72", "2026-10-05"),
        ("CONTOH/003", "Izin Trayek", "71.06", "2026-10-09"),
    )),
    "permohonan": ("nomor TEXT PRIMARY KEY, jenis TEXT, diterima_pada TEXT, keadaan TEXT", (
        ("P-CONTOH-11", "Izin Usaha Mikro", "2026-11-02", "diperiksa"),
        ("P-CONTOH-12", "Izin Trayek", "2026-11-03", "menunggu berkas"),
    )),
    "retribusi": ("bulan TEXT PRIMARY KEY, rupiah INTEGER", (("2026-09", 41500000), ("2026-10", 38250000))),
}  # fmt: skip


def tell(clock: StoryClock) -> None:
    """Done twice, it is done once: a builder that was killed had come this far."""
    from mapalus.apps.catalogue.models import Dataset, Source

    if Source.objects.exists():
        return
    for dataset in Dataset.objects.exclude(national_link="").order_by("name"):
        _by_file(dataset, clock)
    _dropped(clock)
    _shelf(clock)


def _by_file(dataset: Dataset, clock: StoryClock) -> None:
    """A national system without an interface for provinces: its files are downloaded and handed in."""
    from mapalus.apps.catalogue import source_acts
    from mapalus.apps.catalogue.models import SourceKind
    from mapalus.apps.ledger.platform import PLATFORM

    if dataset.is_filled_by_itself:
        return
    source_acts.add_source(
        dataset, kind=SourceKind.UPLOAD, title=dataset.national_link, name=f"{dataset.name}-berkas",
        keeper=dataset.producer, by=PLATFORM, now=clock.moment(-190, "09:00"),
    )  # fmt: skip


def _dropped(clock: StoryClock) -> None:
    """A drop folder that lives: it is asked every hour."""
    from mapalus.apps.catalogue import harvesting, source_acts
    from mapalus.apps.catalogue.models import Dataset
    from mapalus.apps.ledger.platform import PLATFORM

    dataset = Dataset.objects.select_related("producer").get(name=DROPPED)
    handin = dataset.handins.filter(versions__isnull=False).order_by("-received_at").first()
    if handin is None:
        return
    _put(handin, clock)
    source: Source = source_acts.add_source(
        dataset, connector="folder", schedule="setiap jam", title="Ekspor malam aplikasi pelabuhan (contoh)",
        name="ekspor-pelabuhan", keeper=dataset.producer, by=PLATFORM, now=clock.moment(-30, "10:00"),
    )  # fmt: skip
    harvesting.harvest(source, now=clock.moment(0, "09:52"))


def _put(handin: HandIn, clock: StoryClock) -> None:
    """The file as it was handed in, an hour old: nobody is writing it any more."""
    from mapalus.apps.catalogue import connecting, places
    from mapalus.engine.data import snapshot

    folder = connecting.surroundings(unit=handin.unit_code).folder
    assert folder is not None
    path = folder / handin.file_name
    shutil.copyfile(snapshot.find(places.snapshots(), handin.snapshot).path, path)
    old = clock.moment(0, "08:00").timestamp()
    os.utime(path, (old, old))


def _shelf(clock: StoryClock) -> None:
    """A database of an application: its tables are listed, and one press makes a planned dataset of one."""
    from mapalus.apps.catalogue import connecting, shelf_acts, shelves
    from mapalus.apps.directory.models import Position, Unit
    from mapalus.apps.ledger.platform import PLATFORM

    unit = Unit.objects.get(pk="diskominfo")
    folder = connecting.surroundings(unit=unit.pk).folder
    assert folder is not None
    with closing(sqlite3.connect(folder / PERMITS)) as database:
        for name, (columns, rows) in _TABLES.items():
            database.execute(f"CREATE TABLE IF NOT EXISTS {name} ({columns})")
            holes = ", ".join("?" * len(rows[0]))
            database.executemany(f"INSERT OR IGNORE INTO {name} VALUES ({holes})", rows)
        database.commit()
    shelf = shelf_acts.add_shelf(
        unit, title="Basis data aplikasi perizinan (contoh)", name="aplikasi-perizinan", connector="sql",
        options={"kind": "sqlite", "database": PERMITS}, schedule="setiap Senin 02.00",
        keeper=Position.objects.get(pk="diskominfo.kabid-statistik"), by=PLATFORM, now=clock.moment(-12, "14:00"),
    )  # fmt: skip
    shelves.look_through(shelf, now=clock.moment(0, "09:53"))
