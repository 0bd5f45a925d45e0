"""A data message of SDMX-JSON, 1.0 and 2.0, as records: one an observation, whatever stands at which level.

A key such as `0:3` counts into the lists of values of the dimensions of its level: data set, series, observation.
An observation is a list of measures and then of indexes of attributes (1.0 has one measure and does not say so).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mapalus.engine.errors import Refused
from mapalus.engine.harvest.whole import listed
from mapalus.engine.text import _

__all__ = ["Message", "Part", "read_message"]

_NOT = _("The answer is no data message of SDMX-JSON.")


@dataclass(frozen=True)
class Part:
    """One component: a dimension or an attribute. values: as the message lists them."""

    id: str
    place: int
    values: Sequence[Any]

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Part:
        place = found.get("keyPosition")
        return cls(str(found.get("id")), place if isinstance(place, int) else 1_000, listed(found.get("values")))

    def at(self, index: Any) -> tuple[Any, Any]:
        """Code and name behind an index; a value that is no index stands for itself."""
        if index is None:
            return None, None
        if not isinstance(index, int) or isinstance(index, bool):
            return index, None
        if not self.values:
            return index, None
        if not 0 <= index < len(self.values):
            raise Refused("not-sdmx", _("A key of the message counts beyond the values of %(name)s."), name=self.id)
        value = self.values[index]
        if not isinstance(value, Mapping):
            return value, None
        code = value.get("id", value.get("value"))
        name = _named(value.get("name", value.get("names")))
        return (name, None) if code is None else (code, name)


def _has_name(value: Any) -> bool:
    return isinstance(value, Mapping) and "id" in value and value.get("name") not in (None, value["id"])


def _named(found: Any) -> Any:
    """A name in the first language that there is, Indonesian and English before others."""
    if isinstance(found, Mapping):
        return next(
            (found[language] for language in ("id", "en") if language in found), next(iter(found.values()), None)
        )
    return found


@dataclass(frozen=True)
class _Structure:
    """Components by level."""

    dimensions: Mapping[str, Sequence[Part]]
    attributes: Mapping[str, Sequence[Part]]
    measures: Sequence[str]

    @cached_property
    def order(self) -> list[str]:
        """Ids of the dimensions in the order of the key; time, which has no place in it, comes last."""
        every = [part for level in ("dataSet", "series", "observation") for part in self.dimensions[level]]
        return [part.id for part in sorted(every, key=lambda part: part.place)]

    @cached_property
    def labelled(self) -> frozenset[str]:
        """Ids of what has names beside its codes."""
        parts = [part for levels in (self.dimensions, self.attributes) for one in levels.values() for part in one]
        return frozenset(part.id for part in parts if any(_has_name(value) for value in part.values))


@dataclass(frozen=True)
class Message:
    """prepared: when the service made it. actions: of its data sets, in small letters."""

    prepared: str
    actions: frozenset[str]
    key: tuple[str, ...]
    sets: tuple[tuple[str, _Structure, Mapping[str, Any]], ...]

    def records(self, *, labels: bool) -> Iterator[dict[str, Any]]:
        """Everything that stands."""
        for action, structure, found in self.sets:
            if action != "delete":
                yield from _observations(structure, found, labels=labels)

    def deleted(self) -> Iterator[dict[str, Any]]:
        """The keys of what is gone."""
        for action, structure, found in self.sets:
            if action == "delete":
                for record in _observations(structure, found, labels=False):
                    yield {name: record[name] for name in structure.order}

    def vague(self) -> int:
        """Deletions that name a whole series or more, without its observations."""
        return sum(
            1 for action, _structure, found in self.sets if action == "delete"
            for series in map(_mapping, [found, *_mapping(found.get("series")).values()])
            if not _mapping(series.get("observations")) and not _mapping(series.get("series"))
        )  # fmt: skip


def read_message(said: Any) -> Message:
    """Raises `Refused` for what is something else."""
    if not isinstance(said, Mapping):
        raise Refused("not-sdmx", _NOT)
    body = said["data"] if isinstance(said.get("data"), Mapping) else said
    found = body.get("structures", [body["structure"]] if isinstance(body.get("structure"), Mapping) else None)
    sets = body.get("dataSets")
    if not isinstance(found, list) or not isinstance(sets, list) or not all(isinstance(one, Mapping) for one in found):
        raise Refused("not-sdmx", _NOT)
    structures = [_structure(one) for one in found]
    parts = []
    for one in sets:
        number = one.get("structure", 0) if isinstance(one, Mapping) else None
        if not isinstance(number, int) or not 0 <= number < len(structures):
            raise Refused("not-sdmx", _NOT)
        parts.append((str(one.get("action") or "Information").casefold(), structures[number], one))
    head = said.get("header", said.get("meta"))
    prepared = str(head.get("prepared") or "") if isinstance(head, Mapping) else ""
    key = tuple(structures[0].order) if structures else ()
    return Message(prepared, frozenset(action for action, *_rest in parts), key, tuple(parts))


def _structure(found: Mapping[str, Any]) -> _Structure:
    dimensions, attributes = _levels(found.get("dimensions")), _levels(found.get("attributes"))
    measures = _levels(found.get("measures"))["observation"]
    return _Structure(dimensions, attributes, [part.id for part in measures] or ["OBS_VALUE"])


def _levels(found: Any) -> dict[str, list[Part]]:
    levels = _mapping(found)
    spelled = {"dataSet": ("dataSet", "dataset"), "series": ("series",), "observation": ("observation",),
               "group": ("dimensionGroup",)}  # fmt: skip
    return {
        level: [Part.of(one) for name in names for one in listed(levels.get(name)) if isinstance(one, Mapping)]
        for level, names in spelled.items()
    }


def _mapping(found: Any) -> Mapping[str, Any]:
    return found if isinstance(found, Mapping) else {}


def _observations(structure: _Structure, found: Mapping[str, Any], *, labels: bool) -> Iterator[dict[str, Any]]:
    above = _Cells(labels)
    for part in structure.dimensions["dataSet"]:
        above.put(part, 0)
    above.put_all(structure.attributes["dataSet"], found.get("attributes"))
    groups = _mapping(found.get("dimensionGroupAttributes"))
    series = _mapping(found.get("series"))
    yield from _level(structure, above, _mapping(found.get("observations")), (), groups)
    for key, one in series.items():
        places = _places(key, structure.dimensions["series"])
        cells = above.copy()
        for part, place in zip(structure.dimensions["series"], places, strict=True):
            cells.put(part, place)
        cells.put_all(structure.attributes["series"], _mapping(one).get("attributes"))
        yield from _level(structure, cells, _mapping(_mapping(one).get("observations")), places, groups)


def _level(
    structure: _Structure, above: _Cells, observations: Mapping[str, Any], series: Sequence[int],
    groups: Mapping[str, Any],
) -> Iterator[dict[str, Any]]:  # fmt: skip
    own = structure.dimensions["observation"]
    count = len(structure.measures)
    for key, value in observations.items():
        places = _places(key, own)
        cells = above.copy()
        for part, place in zip(own, places, strict=True):
            cells.put(part, place)
        values = value if isinstance(value, list) else [value]
        for number, measure in enumerate(structure.measures):
            cells.record[measure] = values[number] if number < len(values) else None
        cells.put_all(structure.attributes["observation"], values[count:])
        for found in _of_group(groups, [*series, *places]):
            cells.put_all(structure.attributes["group"], found)
        yield cells.ordered(structure)


def _of_group(groups: Mapping[str, Any], places: Sequence[int]) -> Iterator[Any]:
    """Attributes of a group: its key leaves out the dimensions that do not matter, `0:::1`."""
    for key, found in groups.items():
        parts = str(key).split(":")
        if len(parts) == len(places) and all(
            part == "" or part == str(place) for part, place in zip(parts, places, strict=True)
        ):
            yield found


def _places(key: str, parts: Sequence[Part]) -> list[int]:
    places = key.split(":") if key else []
    if len(places) != len(parts) or not all(place.isdecimal() for place in places):
        raise Refused("not-sdmx", _("The key %(key)s does not fit the dimensions of the message."), key=key)
    return [int(place) for place in places]


class _Cells:
    """A record that is being filled."""

    def __init__(self, labels: bool) -> None:
        self.labels = labels
        self.record: dict[str, Any] = {}
        self.names: dict[str, Any] = {}

    def copy(self) -> _Cells:
        made = _Cells(self.labels)
        made.record, made.names = dict(self.record), dict(self.names)
        return made

    def put(self, part: Part, place: Any) -> None:
        self.record[part.id], self.names[part.id] = part.at(place)

    def put_all(self, parts: Sequence[Part], places: Any) -> None:
        given = places if isinstance(places, list) else []
        for number, part in enumerate(parts):
            index = given[number] if number < len(given) else None
            if index is not None or part.id not in self.record:
                self.put(part, index)

    def ordered(self, structure: _Structure) -> dict[str, Any]:
        """Dimensions in the order of the key, measures, attributes; a name beside a code that differs from it."""
        order = [*structure.order, *structure.measures]
        names = [*order, *(name for name in self.record if name not in order)]
        record: dict[str, Any] = {}
        for name in names:
            record[name] = self.record.get(name)
            if self.labels and name in structure.labelled:
                record[f"{name}_label"] = self.names.get(name)
        return record
