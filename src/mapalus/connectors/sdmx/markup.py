"""A data message of SDMX-ML as records: generic or structure-specific, of 2.1 and 3.0, and the older 2.0 forms.

The generic form writes `<Value id="REGION" value="71"/>`, the other one attributes: `<Obs REGION="71" .../>`. Either
may say things once for a series, a group of series or the whole data set; here each observation has them all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mapalus.engine.errors import Refused
from mapalus.engine.plain_xml import Node
from mapalus.engine.text import _

__all__ = ["Markup", "errors_of", "read_markup"]

_GENERIC = ("GenericData", "GenericTimeSeriesData")
_SPECIFIC = ("StructureSpecificData", "StructureSpecificTimeSeriesData", "CompactData", "CrossSectionalData")
_MEASURE = "OBS_VALUE"
# what the standard itself writes on a data set, a group or an observation
_OWN = {
    "action", "structureRef", "dataScope", "setID", "type", "id", "reportingBeginDate", "reportingEndDate",
    "validFromDate", "validToDate", "publicationYear", "publicationPeriod", "keyFamilyURI", "datasetID",
    "dataProviderID", "dataProviderSchemeAgencyId", "dataProviderSchemeId", "dataflowID", "dataflowAgencyID",
    "isPartialLanguage", "schemaLocation", "providerID", "providerSchemeAgencyId", "providerSchemeId",
}  # fmt: skip


@dataclass(frozen=True)
class _Seen:
    """One observation: what names it, what it measures, what else is said of it."""

    key: Mapping[str, Any]
    measures: Mapping[str, Any]
    attributes: Mapping[str, Any]


@dataclass
class Markup:
    """As `Message`, for the other way of writing. Codes have no names beside them in this form."""

    prepared: str = ""
    actions: frozenset[str] = frozenset()
    key: tuple[str, ...] = ()
    standing: list[_Seen] = field(default_factory=list)
    gone: list[_Seen] = field(default_factory=list)
    whole_series: int = 0

    def records(self, *, labels: bool) -> Iterator[dict[str, Any]]:
        """Every column stands in every record: dimensions, measures, attributes."""
        columns: dict[str, None] = dict.fromkeys(self.key)
        for part in ("measures", "attributes"):
            for seen in self.standing:
                columns |= dict.fromkeys(getattr(seen, part))
        for seen in self.standing:
            every = {**seen.attributes, **seen.measures, **seen.key}
            yield {name: every.get(name) for name in columns}

    def deleted(self) -> Iterator[dict[str, Any]]:
        for seen in self.gone:
            yield dict(seen.key)

    def vague(self) -> int:
        return self.whole_series


def errors_of(root: Node) -> list[dict[str, str]]:
    """What went wrong, as the JSON form says it; empty where the message has data."""
    if any(node.name in ("Obs", "Series") for node in root.walk()):
        return []
    found = [node for node in root.walk() if node.name in ("ErrorMessage", "Message") and node is not root]
    texts = [" ".join(one.text.strip() for one in node.walk() if one.text.strip()) for node in found]
    return [{"code": node.attributes.get("code", ""), "title": text} for node, text in zip(found, texts, strict=True)]


def read_markup(root: Node) -> Markup:
    """Raises `Refused` for what is no data message."""
    if root.name not in (*_GENERIC, *_SPECIFIC) or not root.all("DataSet"):
        raise Refused("not-sdmx", _("The answer is no data message of SDMX."))
    header = root.first("Header") or Node("")
    made = Markup(prepared=header.say("Prepared"))
    at_observation = _at_observation(header)
    actions, key = set(), dict[str, None]()
    for one in root.all("DataSet"):
        action = (one.attributes.get("action") or header.say("DataSetAction") or "Information").casefold()
        actions.add(action)
        reading = _Generic(at_observation) if _is_generic(root, one) else _Specific(at_observation)
        seen = list(reading.of(one))
        for each in seen:
            key |= dict.fromkeys(each.key)
        (made.gone if action == "delete" else made.standing).extend(seen)
        if action == "delete":
            made.whole_series += sum(1 for series in one.all("Series") if not series.all("Obs"))
    made.actions, made.key = frozenset(actions), tuple(key)
    return made


def _is_generic(root: Node, dataset: Node) -> bool:
    return root.name in _GENERIC or any(node.name in ("SeriesKey", "ObsKey") for node in dataset.walk())


def _at_observation(header: Node) -> str:
    """The dimension that stands at the observation; time where nothing is said."""
    for node in header.all("Structure"):
        said = node.attributes.get("dimensionAtObservation", "")
        if said and said != "AllDimensions":
            return said
    return "TIME_PERIOD"


@dataclass(frozen=True)
class _Generic:
    at_observation: str

    def of(self, dataset: Node) -> Iterator[_Seen]:
        above = _values(dataset, "Attributes")
        groups = [(_values(one, "GroupKey"), _values(one, "Attributes")) for one in dataset.all("Group")]
        for series in [*dataset.all("Series"), *(one for group in dataset.all("Group") for one in group.all("Series"))]:
            own, said = _values(series, "SeriesKey"), _values(series, "Attributes")
            for one in series.all("Obs"):
                yield self._seen(one, own, {**above, **_of_groups(groups, own), **said})
        for one in dataset.all("Obs"):
            yield self._seen(one, {}, above, groups)

    def _seen(
        self, one: Node, series: Mapping[str, Any], above: Mapping[str, Any],
        groups: list[tuple[dict[str, Any], dict[str, Any]]] | None = None,
    ) -> _Seen:  # fmt: skip
        key = {**series, **_values(one, "ObsKey")}
        at = one.first("ObsDimension")
        if at is not None:
            key[at.attributes.get("id") or self.at_observation] = at.attributes.get("value", at.text.strip())
        if time := one.say("Time"):  # 2.0
            key.setdefault("TIME_PERIOD", time)
        more = _of_groups(groups or [], key)
        value = one.first("ObsValue")
        said = value.attributes.get("value", value.text.strip() or None) if value is not None else None
        return _Seen(key, {_MEASURE: said}, {**above, **more, **_values(one, "Attributes")})


@dataclass(frozen=True)
class _Specific:
    """Nothing tells a dimension from an attribute but where it stands: what stands in every series may be its key."""

    at_observation: str

    def of(self, dataset: Node) -> Iterator[_Seen]:
        above = _said(dataset)
        groups = [_said(one) for one in dataset.all("Group")]
        every = [*dataset.all("Series"), *(one for group in dataset.all("Group") for one in group.all("Series"))]
        names = [set(_said(series)) for series in every]
        common = set.intersection(*names) if names else set()
        for series in every:
            own = _said(series)
            shared: dict[str, Any] = {}
            for group in groups:
                shared |= _group(group, own)
            for one in series.all("Obs"):
                at = _said(one)
                dimension = self.at_observation if self.at_observation in at else "TIME_PERIOD"
                key = {**{name: own[name] for name in own if name in common}, **_picked(at, {dimension})}
                attributes = {**above, **shared, **{name: own[name] for name in own if name not in common}}
                yield self._seen(key, at, attributes, {dimension})
        flat = dataset.all("Obs")
        for one in flat:
            at = _said(one)
            value = list(at).index(_MEASURE) if _MEASURE in at else len(at)
            names_of_key = set(list(at)[:value])
            yield self._seen(_picked(at, names_of_key), at, above, names_of_key)

    @staticmethod
    def _seen(key: Mapping[str, Any], at: Mapping[str, Any], attributes: Mapping[str, Any], used: set[str]) -> _Seen:
        rest = {name: value for name, value in at.items() if name not in used and name != _MEASURE}
        return _Seen(key, {_MEASURE: at.get(_MEASURE)}, {**attributes, **rest})


def _picked(said: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if name in names}


def _said(node: Node) -> dict[str, Any]:
    """The attributes of an element that are data; version 3 writes several values of one as elements below it."""
    found: dict[str, Any] = {name: value for name, value in node.attributes.items() if name not in _OWN}
    for one in node.all("Comp"):
        values = [value.text.strip() for value in one.all("Value")]
        found[one.attributes.get("id", "")] = values[0] if len(values) == 1 else values
    return found


def _group(group: Mapping[str, Any], series: Mapping[str, Any]) -> dict[str, Any]:
    """What a group says of this series; nothing where it is about others."""
    shared = set(group) & set(series)
    if not shared or any(group[name] != series[name] for name in shared):
        return {}
    return {name: value for name, value in group.items() if name not in series}


def _values(node: Node, name: str) -> dict[str, Any]:
    holder = node.first(name)
    if holder is None:
        return {}
    return {
        one.attributes.get("id") or one.attributes.get("concept", ""): one.attributes.get("value", one.text.strip())
        for one in holder.all("Value")
    }


def _of_groups(groups: list[tuple[dict[str, Any], dict[str, Any]]], key: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for own, said in groups:
        if own and all(key.get(name) == value for name, value in own.items()):
            found |= said
    return found
