"""What the other end may read from us: only what the agreement in force shares at this moment, and never a personal
value, for all of it is read as everybody may read it.

A district that asks the province gets what is open, cut to its own region.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.conf import settings

from mapalus import __version__
from mapalus.apps.catalogue.models import Dataset, Version
from mapalus.apps.catalogue.serving import served
from mapalus.apps.federation.models import Agreement, Instance, InstanceState, ShareKind
from mapalus.apps.federation.own_numbers import SHARED, own_numbers
from mapalus.apps.federation.sides import in_force, open_shares
from mapalus.apps.ledger.models import Entry
from mapalus.engine.data.lake import VersionFolder
from mapalus.engine.data.query import Query
from mapalus.engine.data.served import search
from mapalus.engine.errors import NotFound, Problem
from mapalus.engine.text import _

__all__ = [
    "CHANGES", "NoKey", "NotCompared", "Scope", "hello", "instance_of_key", "rows_of", "scope_of", "values_of",
    "versions_of",
]  # fmt: skip

CHANGES = frozenset(
    {
        "catalogue.publish", "catalogue.compact", "catalogue.withdraw", "catalogue.roll-back", "catalogue.measure",
        "catalogue.expect",
    }
)  # fmt: skip
MOST_ROWS = 10_000  # of a page
_REGION_LISTS = ("wilayah",)


class NoKey(Problem):
    """Whoever asks has no key, or one that ended."""

    code = "federation-key"
    status = 401
    text = _("This address is for another instance with its key.")
    advice = _("Ask the keeper of this instance for a key, and name it in the settings of yours.")


class NotCompared(Problem):
    """The key is right; nobody here has said yet that the digits are the same on both ends."""

    code = "federation-not-compared"
    status = 409
    text = _("The digits of this joining were not compared here yet.")
    advice = _("Both ends read them to each other and confirm.")


def instance_of_key(header: str) -> Instance:
    """The other end that this key belongs to (`Bearer ...`). A wrong key costs one look into an index."""
    key = header.removeprefix("Bearer ").strip()
    found = None
    if header.startswith("Bearer ") and 32 <= len(key) <= 200:
        found = Instance.objects.for_reading().filter(digest=Instance.digest_of(key)).first()
    if found is not None and found.state == InstanceState.JOINING:
        raise NotCompared
    if found is None or found.state != InstanceState.ACTIVE:
        raise NoKey
    return found


@dataclass(frozen=True)
class Scope:
    """What one other end may read: datasets and indicators by name, and of which region."""

    instance: Instance
    agreement: Agreement | None
    datasets: frozenset[str] | None  # None: every open one
    indicators: frozenset[str] | None
    compliance: bool
    region: str  # rows of it alone; empty: all rows

    def has(self, name: str) -> bool:
        return self.datasets is None or name in self.datasets


def scope_of(instance: Instance, *, now: datetime) -> Scope:
    agreement = in_force(instance, now=now)
    if not instance.is_upstream:  # a district asks its province: what is open of its own region
        return Scope(instance, agreement, None, None, compliance=True, region=instance.region_code)
    names = frozenset(one.code for one in open_shares(agreement, now=now, kind=ShareKind.DATASET))
    codes = frozenset(one.code for one in open_shares(agreement, now=now, kind=ShareKind.INDICATOR))
    tells = bool(open_shares(agreement, now=now, kind=ShareKind.COMPLIANCE))
    return Scope(instance, agreement, names, codes, compliance=tells, region="")


def readable(scope: Scope) -> Sequence[Dataset]:
    """What may be read: what is agreed; a district reads what is open and not its own."""
    found = Dataset.objects.visible_to(None).for_reading()
    if scope.datasets is None:
        return list(found.exclude(unit=scope.instance.unit_code).exclude(name__in=SHARED))
    return list(found.filter(name__in=scope.datasets))


def hello(scope: Scope, *, since: int) -> dict[str, Any]:
    """Who we are, how far our ledger is, which datasets changed behind `since`, and the agreement as we hold it."""
    reached = Entry.objects.last_sequence()
    changed = _changed(since)
    latest = scope.instance.agreements.order_by("-number").first()
    counts = scope.agreement or latest
    return {
        "region": str(settings.INSTANCE_REGION),
        "software": f"mapalus {__version__}",
        "sequence": reached,
        "sample": bool(settings.SAMPLE_DATA),
        "agreement": counts.plain if counts is not None else None,
        "latest": latest.plain if latest is not None and latest != counts else None,
        "datasets": [_brief(one, changed) for one in readable(scope) if _has_region(one, scope)],
    }


def _changed(since: int) -> frozenset[str] | None:
    """Names of datasets something happened to; None: from the beginning."""
    if not since:
        return None
    acts = Entry.objects.after(since).filter(act__in=CHANGES).values_list("data", flat=True)
    return frozenset(str(data.get("dataset") or "") for data in acts.iterator(chunk_size=500))


def _brief(dataset: Dataset, changed: frozenset[str] | None) -> dict[str, Any]:
    version = dataset.current
    assert version is not None
    return {
        "name": dataset.name,
        "title": dataset.title,
        "title_en": dataset.title_en,
        "description": dataset.description,
        "cadence": dataset.cadence,
        "license": dataset.license,
        "themes": [str(one) for one in dataset.themes],
        "version": version.number,
        "period": version.period,
        "status": version.status,
        "rows": version.rows_good,
        "published_at": version.published_at,
        "due_at": dataset.due_at,
        "fields": [{key: field[key] for key in ("name", "title", "type", "masked")} | {"mark": _mark(field)}
                   for field in _fields(version)],
        "key": list(_key(version)),
        "is_changed": changed is None or dataset.name in changed,
    }  # fmt: skip


def _mark(field: Mapping[str, Any]) -> dict[str, str]:
    marks = field.get("mapalus") or {}
    return {name: str(marks[name]) for name in ("unit", "role", "code_list") if marks.get(name)}


def _fields(version: Version) -> list[dict[str, Any]]:
    return list(_summary(str(version.path), version.pk).get("fields", ()))


@lru_cache(maxsize=256)
def _summary(path: str, key: int) -> dict[str, Any]:
    from pathlib import Path

    return VersionFolder(Path(path)).summary


def _key(version: Version) -> Sequence[str]:
    part: Mapping[str, Any] = next(iter(version.contract.descriptor.get("resources") or ()), {})
    found = (part.get("schema") or {}).get("primaryKey") or ()
    return [found] if isinstance(found, str) else [str(one) for one in found]


def region_column(version: Version) -> str:
    """The column of dotted region codes; empty where there is none."""
    for field in _fields(version):
        marks = field.get("mapalus") or {}
        if marks.get("role") == "region" and not field.get("masked"):
            return str(field["name"])
    for field in _fields(version):
        marks = field.get("mapalus") or {}
        listed = f"{marks.get('code_list', '')} {marks.get('codes', '')}"
        if any(word in listed for word in _REGION_LISTS) and not field.get("masked"):
            return str(field["name"])
    return ""


def _has_region(dataset: Dataset, scope: Scope) -> bool:
    """Whether there are rows for who asks: of its own region, where it gets no others."""
    version = dataset.current
    if not scope.region or version is None:
        return version is not None
    column = region_column(version)
    return bool(column and codes_within(version, column, scope.region))


def versions_of(scope: Scope, name: str) -> list[dict[str, Any]]:
    """Published versions, oldest first. Raises `NotFound` for what is not shared, as for what is not there."""
    dataset = _found(scope, name)
    seen = Version.objects.visible_to(None).filter(dataset=dataset).order_by("number")
    return [
        {
            "number": one.number, "period": one.period, "rows": one.rows_good, "status": one.status,
            "published_at": one.published_at, "is_current": one.pk == dataset.current_id,
        }
        for one in seen
    ]  # fmt: skip


def rows_of(scope: Scope, name: str, number: int, *, offset: int, limit: int) -> dict[str, Any]:
    """A page of the rows of one version, as everybody may read them (masked, small counts left out)."""
    dataset = _found(scope, name)
    version = Version.objects.visible_to(None).filter(dataset=dataset, number=number).select_related("dataset").first()
    if version is None:
        raise NotFound
    filters = _filters(version, scope.region)
    limit = max(1, min(limit, MOST_ROWS))
    query = Query(sort="_id", limit=limit, offset=offset, filters=filters)
    found = search(served(version, is_present=False), query)
    names = [column.name for column in found.columns]
    skip = names.index("_id") if "_id" in names else -1
    rows = [{names[n]: value for n, value in enumerate(row) if n != skip} for row in found.records]
    return {"dataset": name, "version": number, "total": found.total or 0, "offset": offset, "rows": rows}


def _filters(version: Version, region: str) -> dict[str, Any]:
    if not region:
        return {}
    column = region_column(version)
    if not column:
        raise NotFound
    return {column: codes_within(version, column, region) or [region]}


def codes_within(version: Version, column: str, region: str) -> list[str]:
    """The codes that occur in a version, of the region or below it. A version never changes: asked once."""
    key = (str(version.path), column)
    if key not in _codes:
        if len(_codes) > _MOST_KEPT:
            _codes.clear()
        _codes[key] = _all_codes(version, column)
    return [code for code in _codes[key] if code == region or code.startswith(f"{region}.")]


_codes: dict[tuple[str, str], tuple[str, ...]] = {}
_MOST_KEPT = 500


def _all_codes(version: Version, column: str) -> tuple[str, ...]:
    asked = Query(fields=(column,), distinct=True, limit=32_000, include_total=False)
    said = (str(row[0]) for row in search(served(version, is_present=False), asked).records if row[0] is not None)
    return tuple(sorted(said))


def _found(scope: Scope, name: str) -> Dataset:
    dataset = Dataset.objects.visible_to(None).for_reading().filter(name=name).first() if scope.has(name) else None
    if dataset is None:
        raise NotFound
    return dataset


def values_of(scope: Scope, *, site: str, now: datetime) -> Iterator[dict[str, Any]]:
    """Every number of open data that is shared, by period and region; cut to the region where one asks for it."""
    whole = str(settings.INSTANCE_REGION)
    regions = {scope.region} if scope.region else None
    found = own_numbers(codes=scope.indicators, regions=regions, now=now)
    said = {(one.code, point.period, point.region) for one, point in found}
    for one, point in found:
        if not point.region and (one.code, point.period, whole) in said:
            continue  # the same under its own code
        yield {
            "indicator": one.code,
            "title": one.title,
            "unit": one.unit,
            "region": point.region or whole,
            "period": point.period,
            "value": point.value,
            "status": point.status,
            "published_at": point.published_at,
            "dataset": one.dataset.name,
            "version": point.version,
            "address": f"{site}/data/{one.dataset.name}/?version={point.version}",
        }
