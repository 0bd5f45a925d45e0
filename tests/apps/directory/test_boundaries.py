"""Boundaries come by an act, take the place of the old ones, say whose they are, and are asked for by maps."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from mapalus.apps.directory import boundaries
from mapalus.apps.directory.models import Boundary, BoundarySet, Region
from mapalus.apps.ledger.models import Entry
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.boundaries.reading import NotBoundaries
from mapalus.engine.errors import NotAllowed
from tests.apps.directory.conftest import NOW, hat

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(province: None, tmp_path: Path) -> Path:
    Region.objects.filter(code__in=("71.71", "71.72", "71.06")).update(level=2)
    features = [
        {"type": "Feature", "properties": {"kode": code},
         "geometry": {"type": "Polygon", "coordinates": [[[x, 1], [x + 1, 1], [x + 1, 2], [x, 2], [x, 1]]]}}
        for x, code in enumerate(("71.71", "71.72", "82.72"), start=124)
    ]  # fmt: skip
    path = tmp_path / "batas.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def take(file: Path, *, source: str = "BIG 2023", days: int = 0) -> BoundarySet:
    prepared = boundaries.prepare(file)
    now = NOW + timedelta(days=days)
    return boundaries.import_boundaries(
        BoundarySet, prepared=prepared, source=source, licence="CC BY 4.0", by=PLATFORM, now=now
    )


def test_a_file_becomes_the_boundaries_of_its_level(file: Path) -> None:
    prepared = boundaries.prepare(file)
    assert prepared.unknown == ("82.72",)
    assert prepared.missing == ("Kabupaten Minahasa Utara",)
    made = take(file)
    found = boundaries.outlines_within("71")
    assert found is not None
    assert {one.code for one in found.outlines} == {"71.71", "71.72"}
    assert (found.source, found.licence) == ("BIG 2023", "CC BY 4.0")
    entry = Entry.objects.get(act="directory.import-boundaries")
    assert entry.data["sha256"] == made.sha256


def test_a_new_file_takes_the_place_of_the_old_one_at_once(file: Path) -> None:
    take(file)
    assert boundaries.outlines_within("71") is not None
    take(file, source="BIG 2026", days=1)
    found = boundaries.outlines_within("71")
    assert found is not None
    assert found.source == "BIG 2026"
    assert (BoundarySet.objects.count(), Boundary.objects.count()) == (1, 2)


def test_removed_boundaries_are_tiles_again(file: Path) -> None:
    boundaries.remove_boundaries(take(file), by=PLATFORM, now=NOW)
    assert boundaries.outlines_within("71") is None
    assert Boundary.objects.count() == 0


def test_boundaries_without_a_source_are_refused(file: Path) -> None:
    with pytest.raises(NotBoundaries):
        take(file, source=" ")


def test_only_walidata_may_bring_boundaries(file: Path) -> None:
    prepared = boundaries.prepare(file)
    with pytest.raises(NotAllowed):
        boundaries.import_boundaries(
            BoundarySet, prepared=prepared, source="x", licence="y", by=hat("P38", "pupr.sekretaris"), now=NOW
        )
