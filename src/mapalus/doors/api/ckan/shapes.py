"""Datasets, resources, organizations, groups and tags as CKAN 2.12 writes them down. Nulls are sent, not left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from mapalus.apps.catalogue.models import Cadence, Dataset, FigureStatus
from mapalus.apps.directory.models import Unit
from mapalus.doors.api.licenses import License, license_of
from mapalus.doors.api.open import SAMPLE, identifier
from mapalus.doors.api.resources import Resource, resources
from mapalus.engine.text import slug

__all__ = [
    "EXTRAS", "extras", "group", "license_dict", "modified_at", "notes", "organization", "package", "resource",
    "stamp", "tag", "tags", "themes",
]  # fmt: skip


def stamp(moment: datetime | None) -> str | None:
    """Naive UTC with microseconds: harvesters compare these texts."""
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")


def modified_at(dataset: Dataset) -> datetime:
    """When anything about it changed: its description, or its published version."""
    published = dataset.current.published_at if dataset.current else None
    return max(dataset.changed_at, published) if published else dataset.changed_at


def package(dataset: Dataset, *, site: str) -> dict[str, Any]:
    """A dataset as `package_show` gives it."""
    licence, files = license_of(dataset.license), resources(dataset)
    version = dataset.current
    return {
        "author": str(dataset.unit),
        "author_email": None,
        "creator_user_id": None,
        "id": identifier("dataset", dataset.name),
        "isopen": licence.is_open,
        "license_id": licence.id,
        "license_title": licence.title,
        "license_url": licence.url or None,
        "maintainer": "Walidata",
        "maintainer_email": None,
        "metadata_created": stamp(dataset.declared_at),
        "metadata_modified": stamp(modified_at(dataset)),
        "name": dataset.name,
        "notes": notes(dataset),
        "num_resources": len(files),
        "num_tags": len(tags(dataset)),
        "organization": _organization_stub(dataset.unit),
        "owner_org": _unit_id(dataset.unit),
        "private": False,
        "state": "active",
        "title": dataset.title,
        "type": "dataset",
        "url": f"{site}/data/{dataset.name}/",
        "version": str(version.number) if version else None,
        "extras": extras(dataset),
        "groups": [group(theme) for theme in themes(dataset)],
        "resources": [resource(one, site=site) for one in files],
        "tags": [tag(name) for name in tags(dataset)],
        "relationships_as_subject": [],
        "relationships_as_object": [],
    }


def notes(dataset: Dataset) -> str:
    text = dataset.description or dataset.title
    if settings.SAMPLE_DATA and SAMPLE not in text:
        return f"{text}\n\n({SAMPLE})"
    return text


# the keys of `extras`
EXTRAS = (
    "frekuensi", "jadwal", "sifat", "data_prioritas", "produsen_data", "periode", "status_angka", "jumlah_baris",
    "sumber_nasional", "konsep", "definisi", "klasifikasi", "ukuran", "satuan", "level", "catatan",
)  # fmt: skip


def extras(dataset: Dataset) -> list[dict[str, str]]:
    marks: Mapping[str, Any] = (dataset.contract.descriptor if dataset.contract else {}).get("mapalus") or {}
    version = dataset.current
    facts: dict[str, object] = {
        "frekuensi": Cadence(dataset.cadence).value,
        "jadwal": dataset.due_rule,
        "sifat": dataset.classification,
        "data_prioritas": "ya" if dataset.is_priority else "tidak",
        "produsen_data": str(dataset.unit),
        "periode": version.period if version else "",
        "status_angka": FigureStatus(version.status).value if version else "",
        "jumlah_baris": version.rows_good if version else "",
        "sumber_nasional": dataset.national_link,
        **{key: marks.get(key, "") for key in ("konsep", "definisi", "klasifikasi", "ukuran", "satuan", "level")},
    }
    if settings.SAMPLE_DATA:
        facts["catatan"] = SAMPLE
    return [{"key": key, "value": str(value)} for key, value in sorted(facts.items()) if value not in ("", None)]


def resource(one: Resource, *, site: str) -> dict[str, Any]:
    """A file as `resource_show` gives it."""
    dataset, version = one.dataset, one.version
    return {
        "cache_last_updated": None,
        "cache_url": None,
        "ckan_url": site,
        "created": stamp(dataset.declared_at),
        "datastore_active": one.suffix == "csv",
        "datastore_contains_all_records_of_source_file": one.suffix == "csv",
        "description": notes(dataset),
        "format": one.label,
        "hash": "",
        "id": one.id,
        "last_modified": stamp(version.published_at),
        "metadata_modified": stamp(modified_at(dataset)),
        "mimetype": one.media_type,
        "mimetype_inner": None,
        "name": f"{dataset.title} ({one.label})",
        "package_id": identifier("dataset", dataset.name),
        "position": one.position,
        "resource_type": "file",
        "size": one.size,
        "state": "active",
        "url": f"{site}{one.path}",
        "url_type": None,
        "version_number": version.number,
    }


def _unit_id(unit: Unit) -> str:
    return identifier("organization", unit.code)


def _organization_stub(unit: Unit) -> dict[str, Any]:
    return {
        "id": _unit_id(unit),
        "name": unit.code,
        "title": unit.name,
        "type": "organization",
        "description": unit.short,
        "image_url": "",
        "created": None,
        "is_organization": True,
        "approval_status": "approved",
        "state": "active",
    }


def organization(unit: Unit, *, count: int) -> dict[str, Any]:
    """An agency as `organization_show` gives it; no users: persons appear only through positions, and not here."""
    return {
        **_organization_stub(unit),
        "display_name": unit.name,
        "image_display_url": "",
        "package_count": count,
        "num_followers": 0,
        "extras": [],
        "groups": [],
        "tags": [],
        "users": [],
    }


def themes(dataset: Dataset) -> list[str]:
    return [str(theme) for theme in dataset.themes if slug(str(theme))]


def group(theme: str) -> dict[str, Any]:
    """A theme as a CKAN group."""
    name = slug(theme)
    return {
        "id": identifier("group", name),
        "name": name,
        "title": theme,
        "display_name": theme,
        "description": "",
        "image_display_url": "",
    }


def tags(dataset: Dataset) -> Sequence[str]:
    descriptor: Mapping[str, Any] = dataset.contract.descriptor if dataset.contract else {}
    words = descriptor.get("keywords") or dataset.themes
    return sorted({str(word).lower() for word in words if len(str(word)) >= 2})


def tag(name: str) -> dict[str, Any]:
    return {
        "id": identifier("tag", name),
        "name": name,
        "display_name": name,
        "state": "active",
        "vocabulary_id": None,
    }


def license_dict(licence: License) -> dict[str, Any]:
    conforms = "approved" if licence.is_open else "not reviewed"
    return {
        "id": licence.id,
        "title": licence.title,
        "url": licence.url,
        "status": "active",
        "maintainer": "",
        "family": "",
        "od_conformance": conforms,
        "osd_conformance": "not reviewed",
        "domain_content": False,
        "domain_data": licence.is_open,
        "domain_software": False,
        "is_okd_compliant": licence.is_open,
        "is_osi_compliant": False,
        "is_generic": False,
        "legacy_ids": [],
    }
