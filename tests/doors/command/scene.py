"""A small province for boards: roads whose condition can be published anew. Also a program, for real processes:

python -m tests.doors.command.scene build | publish    (kilometres of good road from stdin, line by line)
"""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import django

AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
INDICATOR = """code: LIV-14
title: Kemantapan jalan
title_en: Roads in good condition
unit: persen
unit_en: percent
better: up
dataset: kondisi-jalan
source: Dinas PUPR
value: {sum: [baik, sedang], over: panjang, times: 100}
period: semester
region: kode_wilayah
target: 72
thresholds: {good: 72, soon: 65}
decimals: 1
"""
BOARDS = {
    "gubernur": (
        "title: Papan Gubernur\ntitle_en: Governor's board\npublic: true\ntiles:\n- LIV-14\n"
        "- {kind: map, indicator: LIV-14}\n- {kind: overdue}\n- {kind: news}\n- {kind: state}\n"
    ),
    "sekda": "title: Papan Sekda\ntiles: [{indicator: LIV-14, title: Jalan}]\n",
}


def write_pack(folder: Path) -> Path:
    """A pack with one indicator and two boards, one of them for officials alone."""
    pack = folder / "pack"
    for name, text in {"indicators/jalan": INDICATOR, **{f"boards/{n}": t for n, t in BOARDS.items()}}.items():
        path = pack / f"{name}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return pack


def build() -> None:
    """Who there is, and the dataset, without a version."""
    from mapalus.apps.catalogue.models import ContractVersion, Dataset
    from mapalus.apps.directory.models import Position, Region, RegionLevel, Unit

    province = Region.objects.create(
        code="71", level=RegionLevel.PROVINCE, kind="provinsi", name="Sulawesi Utara", list_version="x"
    )
    for code, kind, name in (("71.71", "kota", "Kota Manado"), ("71.01", "kabupaten", "Kabupaten Bolaang Mongondow")):
        Region.objects.create(
            code=code, level=RegionLevel.DISTRICT, kind=kind, name=name, parent=province, list_version="x"
        )
    unit = Unit.objects.create(code="pupr", name="Dinas PUPR", short="PUPR", kind="dinas")
    head = Position.objects.create(code="pupr.kadis", unit=unit, title="Kepala Dinas PUPR", is_head=True)
    keeper = Position.objects.create(code="pupr.kabid-bm", unit=unit, title="Kepala Bidang Bina Marga", superior=head)
    dataset = Dataset.objects.create(
        name="kondisi-jalan", title="Kondisi Jalan", unit=unit, producer=keeper, declared_at=AT, changed_at=AT
    )
    dataset.contract = ContractVersion.objects.create(
        dataset=dataset,
        number=1,
        text="",
        descriptor={"schema": {"fields": [{"name": "baik", "title": "Baik"}, {"name": "panjang", "title": "Panjang"}]}},
        sha256="0" * 64,
        folder="contracts/x",
        position="x",
        created_at=AT,
    )
    dataset.save()


def hand_in(good_km: float, *, semester: str = "2026S1", at: datetime = AT) -> object:
    """A hand-in that was checked and confirmed, with its version; to be published."""
    import duckdb
    from django.conf import settings

    from mapalus.apps.catalogue.models import Dataset, HandIn, HandInState, Run, RunState, Version

    dataset = Dataset.objects.get(name="kondisi-jalan")
    contract = dataset.contract
    assert contract is not None
    number = dataset.versions.count() + 1
    folder = Path(settings.DATA_DIR) / "lake" / dataset.name / f"v{number}"
    folder.mkdir(parents=True)
    duckdb.sql(
        f"""COPY (SELECT * FROM (VALUES (2, '71.71', 60.0, {good_km}, 5.0, '{semester}'),
        (3, '71.01', 40.0, 20.0, 0.0, '{semester}')) t(_row, kode_wilayah, panjang, baik, sedang, semester))
        TO '{folder / "data.parquet"}' (FORMAT parquet)"""
    )
    handin = HandIn.objects.create(
        receipt=f"S-2026-{number:05}",
        dataset=dataset,
        contract=contract,
        period=semester,
        file_name="jalan-contoh.xlsx",
        size=1,
        snapshot=f"{number:064x}",
        key=f"k{number}",
        position="pupr.kabid-bm",
        label="Kepala Bidang Bina Marga",
        state=HandInState.AWAITING_REVIEW,
        received_at=at,
        checked_at=at + timedelta(minutes=1),
        confirmed_at=at + timedelta(minutes=2),
        confirmed_by="Kepala Dinas PUPR",
    )
    run = Run.objects.create(
        handin=handin, dataset=dataset, contract=contract, snapshot=handin.snapshot, number=number, release="0",
        state=RunState.DONE, started_at=at,
    )  # fmt: skip
    Version.objects.create(
        dataset=dataset, number=number, folder=folder.relative_to(settings.DATA_DIR).as_posix(), contract=contract,
        run=run, handin=handin, snapshot=handin.snapshot, period=semester, rows_good=2, rows_bad=0, created_at=at,
    )  # fmt: skip
    return handin


def publish(good_km: float, *, semester: str = "2026S1", now: datetime = AT) -> None:
    """The act itself."""
    from mapalus.apps.catalogue import actions
    from mapalus.apps.catalogue.models import FigureStatus
    from mapalus.apps.ledger.platform import PLATFORM

    handin = hand_in(good_km, semester=semester, at=now)
    actions.publish(handin, status=FigureStatus.PROVISIONAL, by=PLATFORM, now=now)  # type: ignore[arg-type]


if __name__ == "__main__":
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    django.setup()
    if sys.argv[1] == "build":
        build()
    else:
        from mapalus.engine.clock import now

        for line in sys.stdin:
            publish(float(line), now=now())
            print(json.dumps({"at": time.time()}), flush=True)
