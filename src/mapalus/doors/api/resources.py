"""The files of a dataset, as every catalogue format lists them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from mapalus.apps.catalogue.models import Dataset, Version
from mapalus.doors.api.open import identifier
from mapalus.engine.data.lake import VersionFolder

__all__ = ["FORMATS", "Resource", "resources", "summary"]

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
    facts = summary(version)
    names = {str(field.get("name", "")).lower() for field in facts.get("fields", ())}
    suffixes = [suffix for suffix in FORMATS if suffix != "geojson" or names & set(_PLACES)]
    sizes: Mapping[str, int] = facts.get("size", {})
    parquet = sizes.get("published.parquet", sizes.get("data.parquet"))
    return [
        Resource(dataset, version, suffix, position, parquet if suffix == "parquet" else None)
        for position, suffix in enumerate(suffixes)
    ]


def summary(version: Version) -> Mapping[str, Any]:
    """version.json of a version; empty where its folder is gone. A version never changes, so it is read once."""
    return _summary(str(version.path), version.pk)


@lru_cache(maxsize=2000)
def _summary(path: str, _key: int) -> Mapping[str, Any]:
    from pathlib import Path

    try:
        return VersionFolder(Path(path)).summary
    except OSError:
        return {}
