"""Boundaries are read strictly, matched by code and never by guess, and made small without gaps between neighbours."""

from __future__ import annotations

import json
import random
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapalus.engine.boundaries import GRAIN, Outline, fitted, read, simplified
from mapalus.engine.boundaries.matching import Known, matched
from mapalus.engine.boundaries.reading import NotBoundaries
from tests.conftest import SHARED

REGIONS = (
    Known("71.07", "Kabupaten Minahasa Tenggara", 2, "7109"),
    Known("71.09", "Kabupaten Kepulauan Siau Tagulandang Biaro", 2, "7108"),
    Known("71.71", "Kota Manado", 2, "7171"),
)
SQUARE = [[[124.0, 1.0], [125.0, 1.0], [125.0, 2.0], [124.0, 2.0], [124.0, 1.0]]]


def area(properties: dict[str, Any], rings: Any = SQUARE, kind: str = "Polygon") -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": rings}}


def write(path: Path, *areas: dict[str, Any], **more: object) -> Path:
    file = path / "batas.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": areas, **more}), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("properties", "code", "system"),
    [
        ({"kode": "71.07"}, "71.07", "kemendagri"),
        ({"KODE_BPS": 7109}, "71.07", "bps"),
        ({"kode_kemendagri": "7107"}, "71.07", "kemendagri"),
        ({"ADM2_PCODE": "ID7109", "ADM2_EN": "Minahasa Tenggara"}, "71.07", "bps"),
        ({"kdprov": "71", "kdkab": "09"}, "71.07", "bps"),
        ({"id": "7109", "nama": "KAB. MINAHASA TENGGARA"}, "71.07", "bps"),
        ({"id": "7109", "nama": "Kab. Kep. Siau Tagulandang Biaro"}, "71.09", "kemendagri"),
    ],
)
def test_codes_are_known_in_the_forms_files_use(
    tmp_path: Path, properties: dict[str, Any], code: str, system: str
) -> None:
    found = matched(read(write(tmp_path, area(properties))), regions=REGIONS)
    assert (list(found.rings), found.system) == ([code], system)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("bukan json", "bukan JSON"),
        ('{"type": "Topology"}', "Topology"),
        ('{"type": "FeatureCollection", "features": []}', "tidak memuat satu bidang"),
        (json.dumps({"type": "FeatureCollection", "features": [area({"kode": "71.71"}, [[[700000, 160000]] * 4])]}),
         "bukan bujur dan lintang"),
        (json.dumps({"type": "FeatureCollection", "crs": {"properties": {"name": "urn:ogc:def:crs:EPSG::23851"}},
                     "features": [area({"kode": "71.71"})]}), "23851"),
        (json.dumps({"type": "FeatureCollection", "features": [area({"kode": "32.01", "nama": "Bogor"})]}), "32.01"),
        (json.dumps({"type": "FeatureCollection", "features": [area({"id": "7109"})]}), "Kemendagri atau BPS"),
        (json.dumps({"type": "FeatureCollection", "features": [area({"kode": "71.71", "kab": "71.07"})]}),
         "wilayah yang berbeda"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_naming_what_was_found(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "batas.geojson"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(NotBoundaries) as refused:
        matched(read(file), regions=REGIONS)
    assert said in refused.value.say(language="id")


def test_holes_islands_and_self_crossing_rings_are_tolerated(tmp_path: Path) -> None:
    hole = [[124.4, 1.4], [124.6, 1.4], [124.6, 1.6], [124.4, 1.6], [124.4, 1.4]]
    bow = [[125.5, 1.0], [126.0, 1.5], [126.0, 1.0], [125.5, 1.5], [125.5, 1.0]]
    found = matched(
        read(write(tmp_path, area({"kode": "71.71"}, [[*SQUARE, hole], [bow]], "MultiPolygon"))), regions=REGIONS
    )
    made = simplified(found.rings, tolerance=100)
    assert len(made[0].rings) == 3
    assert fitted(made, width=480, height=480) is not None


def _fields(seed: int, size: int = 6) -> dict[str, list[list[tuple[int, int]]]]:
    """Neighbouring fields whose shared borders wander: each border is one list, walked both ways."""
    chance = random.Random(seed)

    def border(one: tuple[int, int], other: tuple[int, int]) -> list[tuple[int, int]]:
        steps = 24
        places = [one]
        for at in range(1, steps):
            x = one[0] + (other[0] - one[0]) * at // steps + chance.randint(-900, 900)
            y = one[1] + (other[1] - one[1]) * at // steps + chance.randint(-900, 900)
            places.append((x, y))
        return [*places, other]

    side = 100_000
    across = {
        (x, y): border((x * side, y * side), ((x + 1) * side, y * side)) for x in range(size) for y in range(size + 1)
    }
    down = {
        (x, y): border((x * side, y * side), (x * side, (y + 1) * side)) for x in range(size + 1) for y in range(size)
    }
    return {
        f"{x}.{y}": [[*across[x, y][:-1], *down[x + 1, y][:-1], *across[x, y + 1][:0:-1], *down[x, y][:0:-1]]]
        for x in range(size)
        for y in range(size)
    }


@given(st.integers(0, 50), st.sampled_from([200, 900, 4000]))
def test_neighbours_keep_one_border(seed: int, tolerance: float) -> None:
    made = simplified(_fields(seed, 3), tolerance=tolerance)
    edges: dict[frozenset[tuple[int, int]], int] = {}
    for one in made:
        for ring in one.rings:
            places = list(zip(ring[::2], ring[1::2], strict=True))
            for pair in pairwise([*places, places[0]]):
                edges[frozenset(pair)] = edges.get(frozenset(pair), 0) + 1
    inner = [edge for edge in edges if not all(_outside(place, 3) for place in edge)]
    # every edge between two fields is an edge of both, corner for corner
    assert inner
    assert all(edges[edge] == 2 for edge in inner if not _crosses_rim(edge))
    assert sum(len(one.rings[0]) for one in made) < sum(2 * len(rings[0]) for rings in _fields(seed, 3).values())


def _outside(place: tuple[int, int], size: int) -> bool:
    return min(place) < 1000 or max(place) > size * 100_000 - 1000


def _crosses_rim(edge: frozenset[tuple[int, int]]) -> bool:
    return any(_outside(place, 3) for place in edge) and any(abs(a - b) < 2000 for a, b in zip(*edge, strict=True))


def test_an_island_too_small_to_draw_is_still_a_plot() -> None:
    far = Outline("a", ((0, 0, 3 * GRAIN, 0, 3 * GRAIN, 3 * GRAIN, 0, 3 * GRAIN),))
    tiny = Outline("b", ((4 * GRAIN, 4 * GRAIN, 4 * GRAIN + 5, 4 * GRAIN, 4 * GRAIN, 4 * GRAIN + 5),))
    drawn = fitted([far, tiny], width=480, height=480)
    assert drawn is not None
    assert drawn.paths["b"]


@pytest.mark.shared
def test_real_boundaries_of_four_provinces_become_a_map_of_one() -> None:
    from mapalus.apps.directory.regions import records

    known = [Known(one.code, one.name, one.level, one.bps_code) for one in records(province="71") if one.level == 2]
    folder = SHARED / "data" / "regions"
    found = matched(read(folder / "batas_kabkota_71_12_75_82.geojson"), regions=known)
    made = simplified(found.rings, tolerance=450)
    drawn = fitted(made, width=480, height=480)
    assert len(found.rings) == 15
    assert len(found.unknown) == 49
    assert drawn is not None
    assert sum(map(len, drawn.paths.values())) < 12_000
    second = matched(read(folder / "batas_kabkota_big_4prov_sumber_kedua.geojson"), regions=known, column="KDPKAB")
    assert len(second.rings) == 15
