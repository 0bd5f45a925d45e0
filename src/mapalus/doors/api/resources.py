"""The files of a dataset, as every catalogue format lists them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from mapalus.apps.catalogue.models import Dataset, Version
from mapalus.doors.api.open import identifier
from mapalus.engine.data.lake import VersionFolder

__all__ = ["FORMATS", "Brief", "Resource", "brief", "resources", "summary"]

# suffix -> (as CKAN names it, media type, EU file type)
FORMATS: dict[str, tuple[str, str, str]] = {
    "csv": ("CSV", "text/csv", "CSV"),
    "xlsx": ("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "XLSX"),
    "json": ("JSON", "application/json", "JSON"),
    "parquet": ("Parquet", "application/vnd.apache.parquet", "PARQUET"),
    "geojson": ("GeoJSON", "application/geo+json", "GEOJSON"),
}
_PLACES = ("lintang", "latitude", "lat")


@dataclass(frozen=True)
class Resource:
    """One file of the present version of a dataset."""

    dataset: Dataset
    version: Version
    suffix: str
    position: int
    size: int | None  # bytes, where the file lies ready

    @property
    def id(self) -> str:
        """Stays the same from version to version."""
        return identifier("dataset", self.dataset.name, self.suffix)

    @property
    def label(self) -> str:
        return FORMATS[self.suffix][0]

    @property
    def media_type(self) -> str:
        return FORMATS[self.suffix][1]

    @property
    def path(self) -> str:
        return f"/data/{self.dataset.name}.{self.suffix}"


def resources(dataset: Dataset) -> list[Resource]:
    """CSV first: its rows answer `datastore_search`. GeoJSON where the rows have a place."""
    version = dataset.current
    if version is None:
        return []
    files = brief(str(version.path), version.pk)
    return [
        Resource(dataset, version, suffix, position, files.parquet if suffix == "parquet" else None)
        for position, suffix in enumerate(files.suffixes)
    ]


@dataclass(frozen=True, slots=True)
class Brief:
    """What lists need of version.json, which itself may be large."""

    suffixes: tuple[str, ...]
    parquet: int | None  # bytes
    rows: int | None  # as published


@lru_cache(maxsize=20_000)
def brief(path: str, key: int) -> Brief:
    """Of the version at this path and with this primary key."""
    facts = _summary(path, key)
    names = {str(field.get("name", "")).lower() for field in facts.get("fields", ())}
    sizes: Mapping[str, int] = facts.get("size", {})
    plain = tuple(suffix for suffix in FORMATS if suffix != "geojson")
    return Brief(
        tuple(FORMATS) if names & set(_PLACES) else plain,
        sizes.get("published.parquet", sizes.get("data.parquet")),
        facts.get("published_rows"),
    )


def summary(version: Version) -> Mapping[str, Any]:
    """version.json of a version; empty where its folder is gone. A version never changes, so it is read once."""
    return _summary(str(version.path), version.pk)


@lru_cache(maxsize=100)
def _summary(path: str, _key: int) -> Mapping[str, Any]:
    from pathlib import Path

    try:
        return VersionFolder(Path(path)).summary
    except OSError:
        return {}
