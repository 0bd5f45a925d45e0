"""`package_search`: every open dataset is tested in memory; a province has hundreds of them, not millions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.conf import settings

from mapalus.apps.catalogue.models import Dataset
from mapalus.doors.api.ckan import shapes
from mapalus.doors.api.ckan.solr import BadQuery, Document, compile_query
from mapalus.doors.api.open import open_datasets

__all__ = ["ROWS_MAX", "document", "packages", "search"]

ROWS_MAX = 1000
_SORTS = ("score", "name", "title", "title_string", "id", "metadata_modified", "metadata_created", "views_recent")


@lru_cache(maxsize=4000)
def _package(key: tuple[Any, ...], dataset: _Keyed, site: str) -> dict[str, Any]:
    return shapes.package(dataset.dataset, site=site)


class _Keyed:
    """A dataset that is equal to itself at another time only while nothing about it has changed."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.key = (dataset.pk, dataset.changed_at, dataset.current_id, dataset.contract_id, settings.SAMPLE_DATA)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Keyed) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


def packages(*, site: str) -> list[dict[str, Any]]:
    """Every open dataset as `package_show` gives it."""
    return [shown(dataset, site=site) for dataset in open_datasets()]


def shown(dataset: Dataset, *, site: str) -> dict[str, Any]:
    """One dataset, made once for as long as nothing about it changes. Not to be changed by the reader."""
    keyed = _Keyed(dataset)
    return _package(keyed.key, keyed, site)


def document(package: Mapping[str, Any]) -> Document:
    """The fields of a dataset that can be asked for, as texts."""
    extras = {f"extras_{one['key']}": [one["value"]] for one in package["extras"]}
    return {
        "id": [package["id"]],
        "name": [package["name"]],
        "title": [package["title"]],
        "title_string": [package["title"]],
        "notes": [package["notes"]],
        "tags": [one["name"] for one in package["tags"]],
        "groups": [one["name"] for one in package["groups"]],
        "organization": [package["organization"]["name"]],
        "owner_org": [package["owner_org"]],
        "license_id": [package["license_id"]],
        "res_format": sorted({one["format"] for one in package["resources"]}),
        "author": [package["author"]],
        "maintainer": [package["maintainer"]],
        "metadata_created": [package["metadata_created"]],
        "metadata_modified": [package["metadata_modified"]],
        "state": [package["state"]],
        "type": [package["type"]],
        "dataset_type": [package["type"]],
        "private": ["false"],
        "capacity": ["public"],
        "site_id": ["default"],
        **extras,
        **{key.removeprefix("extras_"): value for key, value in extras.items()},
        "text": [
            package["notes"],
            package["organization"]["title"],
            *(one["value"] for one in package["extras"]),
            *(one["title"] for one in package["groups"]),
        ],
    }


def search(
    *,
    site: str,
    now: datetime,
    q: str,
    fq: Sequence[str],
    sort: str,
    rows: int,
    start: int,
    facets: Sequence[str],
    facet_limit: int,
    facet_mincount: int,
) -> dict[str, Any]:
    """The result of `package_search`. Raises `BadQuery`."""
    tests = [compile_query(one, now=now) for one in fq if one.strip()]
    ask = compile_query(q, now=now)
    found: list[tuple[float, dict[str, Any], Document]] = []
    for package in packages(site=site):
        fields = document(package)
        if all(test(fields) for test in tests):
            score = ask(fields)
            if score:
                found.append((score, package, fields))
    _sort(found, sort)
    documents = [fields for _score, _package, fields in found]
    counted = {name: _counts(documents, name, facet_mincount) for name in facets}
    return {
        "count": len(found),
        "facets": {name: dict(_limited(counts, facet_limit)) for name, counts in counted.items()},
        "results": [package for _score, package, _fields in found[start : start + rows]],
        "sort": sort,
        "search_facets": {
            name: {"title": name, "items": _items(counts, name, facet_limit, found)} for name, counts in counted.items()
        },
    }


def _sort(found: list[tuple[float, dict[str, Any], Document]], sort: str) -> None:
    """A stable total order: what is equal is ordered by identifier, so that pages never overlap."""
    found.sort(key=lambda one: one[1]["id"])
    for part in reversed([part.split() for part in sort.split(",") if part.strip()]):
        name, way = part[0], (part[1].lower() if len(part) > 1 else "asc")
        if name not in _SORTS or way not in ("asc", "desc") or len(part) > 2:
            raise BadQuery(reason=f"cannot sort by {' '.join(part)}")
        key = {"score": lambda one: one[0], "views_recent": lambda _one: 0}.get(name) or _by(name)
        found.sort(key=key, reverse=way == "desc")


def _by(name: str) -> Any:
    field = {"title_string": "title"}.get(name, name)
    return lambda one: str(one[1][field]).lower()


def _counts(documents: Sequence[Document], name: str, least: int) -> Counter[str]:
    counts = Counter(value for fields in documents for value in fields.get(name, ()))
    return Counter({value: number for value, number in counts.items() if number >= least})


def _limited(counts: Counter[str], limit: int) -> list[tuple[str, int]]:
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return ordered if limit < 0 else ordered[:limit]


def _items(
    counts: Counter[str], name: str, limit: int, found: Sequence[tuple[float, dict[str, Any], Document]]
) -> list[dict[str, Any]]:
    titles: dict[str, str] = {}
    for _score, package, _fields in found:
        if name == "organization":
            titles[package["organization"]["name"]] = package["organization"]["title"]
        elif name == "groups":
            titles.update({one["name"]: one["title"] for one in package["groups"]})
        elif name == "license_id":
            titles[package["license_id"]] = package["license_title"]
    return [
        {"name": value, "display_name": titles.get(value, value), "count": number}
        for value, number in _limited(counts, limit)
    ]
