"""What can be asked of a dataset by `package_search`, small enough to be kept for each of ten thousand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mapalus.apps.catalogue.models import Dataset
from mapalus.doors.api.ckan import shapes
from mapalus.doors.api.licenses import license_of
from mapalus.doors.api.open import identifier
from mapalus.doors.api.resources import FORMATS, brief
from mapalus.engine.text import slug

__all__ = ["FIELDS", "Described", "describe"]


@dataclass(frozen=True, slots=True)
class Described(Mapping[str, Sequence[str]]):
    """The fields of one open dataset as texts; those made from others are made when asked."""

    name: str
    title: str
    notes: str
    tags: tuple[str, ...]
    themes: tuple[str, ...]
    unit: str
    unit_name: str
    license: str
    created: str
    modified: str
    extras: tuple[tuple[str, str], ...]
    version: tuple[str, int]  # path and key

    def __getitem__(self, field: str) -> Sequence[str]:
        make = _MADE.get(field)
        if make is not None:
            return make(self)
        key = field.removeprefix("extras_")
        for name, value in self.extras:
            if name == key:
                return (value,)
        raise KeyError(field)

    def __iter__(self) -> Iterator[str]:
        yield from _MADE
        for name, _value in self.extras:
            yield name
            yield f"extras_{name}"

    def __len__(self) -> int:
        return len(_MADE) + 2 * len(self.extras)


def _texts(one: Described) -> Sequence[str]:
    return (one.notes, one.unit_name, *(value for _key, value in one.extras), *one.themes)


def _constant(value: str) -> Callable[[Described], Sequence[str]]:
    return lambda _one: (value,)


_MADE: Mapping[str, Callable[[Described], Sequence[str]]] = {
    "id": lambda one: (identifier("dataset", one.name),),
    "name": lambda one: (one.name,),
    "title": lambda one: (one.title,),
    "title_string": lambda one: (one.title,),
    "notes": lambda one: (one.notes,),
    "tags": lambda one: one.tags,
    "groups": lambda one: tuple(slug(theme) for theme in one.themes),
    "organization": lambda one: (one.unit,),
    "owner_org": lambda one: (identifier("organization", one.unit),),
    "license_id": lambda one: (one.license,),
    "res_format": lambda one: sorted({FORMATS[suffix][0] for suffix in brief(*one.version).suffixes}),
    "author": lambda one: (one.unit_name,),
    "maintainer": _constant("Walidata"),
    "metadata_created": lambda one: (one.created,),
    "metadata_modified": lambda one: (one.modified,),
    "state": _constant("active"),
    "type": _constant("dataset"),
    "dataset_type": _constant("dataset"),
    "private": _constant("false"),
    "capacity": _constant("public"),
    "site_id": _constant("default"),
    "text": _texts,
}
FIELDS = frozenset(_MADE) | {*shapes.EXTRAS, *(f"extras_{key}" for key in shapes.EXTRAS)}


def describe(dataset: Dataset) -> Described:
    """Of a dataset with unit, current version and contract at hand."""
    version = dataset.current
    return Described(
        name=dataset.name,
        title=dataset.title,
        notes=shapes.notes(dataset),
        tags=tuple(shapes.tags(dataset)),
        themes=tuple(shapes.themes(dataset)),
        unit=dataset.unit.code,
        unit_name=dataset.unit.name,
        license=license_of(dataset.license).id,
        created=shapes.stamp(dataset.declared_at) or "",
        modified=shapes.stamp(shapes.modified_at(dataset)) or "",
        extras=tuple((one["key"], one["value"]) for one in shapes.extras(dataset)),
        version=(str(version.path), version.pk) if version else ("", 0),
    )
