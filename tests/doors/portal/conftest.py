"""A small province as the public sees it: open, counted, restricted, planned and closed data; several versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mapalus.apps.catalogue.models import ContractVersion, Dataset, FigureStatus, HandIn, HandInState, Run, Version
from mapalus.apps.directory.models import Position, Unit
from mapalus.engine.data import lake
from mapalus.engine.data.contract import parse, to_descriptor

AT = datetime(2026, 11, 2, 1, 30, tzinfo=UTC)
REGIONS = [f"71.{number:02}" for number in range(1, 12)] + [f"71.{number}" for number in range(71, 75)]


def _fields(*fields: Mapping[str, Any]) -> dict[str, Any]:
    return {"schema": {"fields": list(fields)}}


POPULATION = {
    "name": "penduduk",
    "title": "Jumlah Penduduk",
    **_fields(
        {"name": "kode_wilayah", "type": "string", "title": "Kode wilayah", "mapalus": {"role": "region"}},
        {"name": "bulan", "type": "yearmonth", "title": "Bulan", "mapalus": {"role": "period"}},
        {
            "name": "jumlah",
            "type": "integer",
            "title": "Penduduk",
            "description": "Yang tercatat pada akhir bulan.",
            "mapalus": {"role": "measure", "unit": "jiwa"},
        },
    ),
    "mapalus": {"konsep": "Penduduk", "definisi": "Semua yang tercatat", "satuan": "jiwa", "ukuran": "jumlah"},
}
CHILDREN = {
    "name": "anak",
    "title": "Anak Tidak Sekolah",
    **_fields(
        {"name": "nama", "type": "string", "mapalus": {"personal": "spesifik"}},
        {"name": "kode_wilayah", "type": "string", "mapalus": {"role": "region"}},
    ),
    "mapalus": {"counts_by": ["kode_wilayah"], "suppress": 5},
}


@pytest.fixture(scope="session")
def versions_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the folders of all versions; versions never change, so tests share it."""
    root = tmp_path_factory.mktemp("portal")
    for number, month in ((1, "2026-08"), (2, "2026-09"), (3, "2026-10")):
        rows = [(place + 1, code, month, 1000 * (place + 1) + 10 * number) for place, code in enumerate(REGIONS)]
        _write(root, POPULATION, number, "_row BIGINT, kode_wilayah VARCHAR, bulan VARCHAR, jumlah BIGINT", rows)
    people = [(row + 1, f"Rahasia Sekali {row}", REGIONS[row % 3]) for row in range(20)]
    _write(root, CHILDREN, 1, "_row BIGINT, nama VARCHAR, kode_wilayah VARCHAR", people)
    return root


def _write(root: Path, contract: Mapping[str, Any], number: int, columns: str, rows: Sequence[tuple[Any, ...]]) -> None:
    import duckdb

    good = root / f"{contract['name']}-{number}.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE t ({columns})")
        connection.executemany(f"INSERT INTO t VALUES ({', '.join('?' * len(rows[0]))})", rows)
        connection.execute(f"COPY t TO '{good}' (FORMAT parquet)")
    lake.write_version(
        root / "lake",
        dataset=str(contract["name"]),
        number=number,
        good=good,
        bad=None,
        report={"rows": len(rows)},
        contract=parse(contract),
        origin={"due_on": "2026-11-10", "received_on": "2026-11-09"},
        previous=None,
    )


@dataclass(frozen=True)
class Shelf:
    """The province in the database."""

    unit: Unit
    population: Dataset


@pytest.fixture
def shelf(db: None, versions_made: Path, settings: Any) -> Shelf:
    settings.DATA_DIR = versions_made
    unit = Unit.objects.create(code="dinkes", name="Dinas Kesehatan", short="Dinkes", kind="dinas")
    Position.objects.create(code="dinkes.kabid", unit=unit, title="Kepala Bidang Data")
    population = _dataset(unit, POPULATION, themes=["Kependudukan"], is_priority=True, cadence="bulanan")
    for number, month in ((1, "2026-08"), (2, "2026-09"), (3, "2026-10")):
        _publish(population, number, month, late=number == 2)
    children = _dataset(
        unit, CHILDREN, classification="terbatas", classification_ground="UU 27/2022", is_counted_openly=True
    )
    _publish(children, 1, "2026-10")
    plain: list[tuple[str, str, dict[str, Any]]] = [
        ("rahasia", "Tindak Lanjut", {"classification": "terbatas", "classification_ground": "UU 14/2008 Pasal 17"}),
        ("tertutup", "Tertutup Sama Sekali", {"classification": "tertutup", "classification_ground": "rahasia negara"}),
        ("rencana", "Kualitas Air", {"state": "planned"}),
        ("ditarik", "Sudah Ditarik", {"state": "withdrawn"}),
    ]
    for name, title, more in plain:
        _dataset(unit, {"name": name, "title": title, **_fields({"name": "a", "type": "string"})}, **more)
    return Shelf(unit, population)


def _dataset(unit: Unit, contract: Mapping[str, Any], **more: Any) -> Dataset:
    dataset = Dataset.objects.create(
        name=contract["name"],
        title=contract["title"],
        description=f"Uraian {contract['title']}",
        unit=unit,
        producer=Position.objects.get(code="dinkes.kabid"),
        declared_at=AT,
        changed_at=AT,
        **more,
    )
    dataset.contract = ContractVersion.objects.create(
        dataset=dataset,
        number=1,
        text="",
        descriptor=to_descriptor(parse(contract)),
        sha256="0" * 64,
        folder="contracts/x",
        position="dinkes.kabid",
        created_at=AT,
    )
    dataset.save()
    return dataset


def _publish(dataset: Dataset, number: int, period: str, *, late: bool = False) -> Version:
    assert dataset.contract is not None
    at = AT + timedelta(days=number)
    handin = HandIn.objects.create(
        receipt=f"S-2026-{dataset.pk:03}{number:02}",
        dataset=dataset,
        contract=dataset.contract,
        period=period,
        file_name="a.csv",
        size=1,
        snapshot="ab" * 32,
        key=f"{dataset.pk}-{number}",
        position="dinkes.kabid",
        person="P99",
        label="Kepala Bidang Data",
        state=HandInState.PUBLISHED,
        received_at=at,
        due_at=at - timedelta(days=1) if late else at + timedelta(days=1),
        confirmed_at=at,
        confirmed_by="Kepala Dinas Kesehatan",
    )
    run = Run.objects.create(
        dataset=dataset, contract=dataset.contract, handin=handin, snapshot="ab" * 32, release="0", started_at=at
    )
    version = Version.objects.create(
        dataset=dataset,
        number=number,
        folder=f"lake/{dataset.name}/v{number}",
        contract=dataset.contract,
        run=run,
        handin=handin,
        snapshot="ab" * 32,
        period=period,
        rows_good=15,
        rows_bad=2,
        status=FigureStatus.PROVISIONAL if number == 3 else FigureStatus.FINAL,
        created_at=at,
        published_at=at,
    )
    dataset.current, dataset.changed_at = version, at
    dataset.save()
    return version
