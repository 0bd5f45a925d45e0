"""A small province with what the machine door shows, and what it must not show."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mapalus.apps.catalogue.models import ContractVersion, Dataset, Run, RunState, Version
from mapalus.apps.directory.models import Position, Unit
from tests.engine.data.tables import version

AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Province:
    """What was built; names of datasets are those of the table below."""

    folder: Path

    def dataset(self, name: str) -> Dataset:
        return Dataset.objects.get(name=name)


def _unit(code: str, name: str) -> Unit:
    unit = Unit.objects.create(code=code, name=name, short=code.title(), kind="dinas")
    Position.objects.create(code=f"{code}.kadis", unit=unit, title=f"Kepala {name}", is_head=True)
    return unit


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of a version, made once by the lake itself; a version never changes, so tests take copies."""
    return version(tmp_path_factory.mktemp("made")).path


def publish(folder: Path, dataset: Dataset, *, made: Path, number: int, published: bool = True) -> Version:
    """A version of a dataset."""
    contract = ContractVersion.objects.filter(dataset=dataset).first() or ContractVersion.objects.create(
        dataset=dataset,
        number=1,
        text="",
        descriptor={"keywords": ["penduduk"], "mapalus": {"konsep": "Penduduk", "satuan": "jiwa"}},
        sha256="0" * 64,
        folder="contracts/x",
        position="x",
        created_at=AT,
    )
    place = folder / "lake" / dataset.name / f"v{number}"
    shutil.copytree(made, place)
    run = Run.objects.create(
        dataset=dataset,
        contract=contract,
        snapshot="0" * 64,
        number=number,
        release="0",
        state=RunState.choices[-1][0],
        started_at=AT,
        folder="",
    )
    row = Version.objects.create(
        dataset=dataset,
        number=number,
        folder=place.relative_to(folder).as_posix(),
        contract=contract,
        run=run,
        snapshot="0" * 64,
        period="2024",
        rows_good=4,
        rows_bad=1,
        created_at=AT,
        published_at=AT + timedelta(days=number) if published else None,
    )
    if published:
        dataset.current, dataset.contract = row, contract
        dataset.changed_at = AT + timedelta(days=number)
        dataset.save()
    return row


@pytest.fixture
def province(db: None, made: Path, tmp_path: Path, settings: Any) -> Province:
    settings.DATA_DIR = tmp_path
    settings.SAMPLE_DATA = True
    dinkes, bappeda = _unit("dinkes", "Dinas Kesehatan"), _unit("bappeda", "Bappeda")
    plan: list[tuple[str, str, Unit, dict[str, Any]]] = [
        ("penduduk", "Jumlah Penduduk", bappeda, {"themes": ["Kependudukan"]}),
        ("stunting", "Prevalensi Stunting Balita", dinkes, {"themes": ["Kesehatan"], "cadence": "bulanan"}),
        ("anak", "Anak Tidak Sekolah", dinkes, {"classification": "terbatas", "classification_ground": "UU 27/2022"}),
        ("belum", "Belum Terbit", bappeda, {}),
        ("ditarik", "Sudah Ditarik", bappeda, {"state": "withdrawn"}),
    ]
    for name, title, unit, more in plan:
        dataset = Dataset.objects.create(
            name=name,
            title=title,
            description=f"Uraian {title}",
            unit=unit,
            producer=Position.objects.get(unit=unit),
            declared_at=AT,
            changed_at=AT,
            **more,
        )
        publish(tmp_path, dataset, made=made, number=1, published=name != "belum")
    publish(tmp_path, Dataset.objects.get(name="stunting"), made=made, number=2)
    return Province(tmp_path)
