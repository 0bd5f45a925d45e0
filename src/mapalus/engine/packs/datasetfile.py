"""datasets/*.yml and indicators/*.yml: what a service publishes, checked for what must not be seen."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from mapalus.engine.errors import Problem
from mapalus.engine.forms.form import Form
from mapalus.engine.packs import keys
from mapalus.engine.packs.conditions import condition
from mapalus.engine.packs.formfile import vocabulary
from mapalus.engine.packs.node import Node
from mapalus.engine.packs.pack import PackDataset, Rows
from mapalus.engine.packs.problem import nearest

if TYPE_CHECKING:
    from mapalus.engine.data.indicator import Input

__all__ = ["SYSTEM_COLUMNS", "columns_of", "read_dataset", "read_indicator"]

# what every case knows of itself and may publish: name -> type
SYSTEM_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "$number": "string",
        "$state": "string",
        "$state_public": "string",
        "$received_on": "date",
        "$closed_on": "date",
        "$due_on": "date",
        "$is_late": "boolean",
        "$working_days": "integer",  # from receipt to the end
        "$unit": "string",
        "$region": "string",
        "$channel": "string",
        "$rating": "integer",
        "$count": "integer",  # with `by`: how many cases are in the group
    }
)


def read_dataset(node: Node, name: str, form: Form, *, is_service: bool) -> PackDataset:
    """A contract, and how cases fill it."""
    from mapalus.engine.data.descriptor import parse

    descriptor = node.value if isinstance(node.value, dict) else {}
    columns: tuple[str, ...] = ()
    try:
        contract = parse(node.value, name=name)
        columns = tuple(item.name for item in contract.fields)
    except Problem as problem:
        node.wrong("bad-contract", reason=problem)
    except (TypeError, ValueError, AttributeError, KeyError, IndexError) as error:
        node.wrong("bad-contract", reason=f"{type(error).__name__}.")
    _check_origin(node)
    place = _rows_at(node)
    if place is None:
        return PackDataset(name, node.file, descriptor)
    if not is_service:
        place.wrong("dataset-without-process")
    return PackDataset(name, node.file, descriptor, _rows(place, columns, form))


def _check_origin(node: Node) -> None:
    """`mapalus.source`: a connector that is there, with settings that fit it; asks nothing outside."""
    for place in (node, node.at("resources").at(0)):
        marks = place.at("mapalus")
        if isinstance(marks.value, dict) and marks.has("source"):
            said = marks.at("source")
            if not isinstance(said.value, dict):
                said.wrong("bad-contract", reason="mapalus.source.")
            elif said.value.get("connector"):
                _check_settings(said, said.value)


def _check_settings(node: Node, said: Mapping[str, Any]) -> None:
    from mapalus.engine.harvest import registry  # late: few packs declare a source
    from mapalus.engine.harvest.options import fitting

    options = said.get("options") or {}
    try:
        fitting(registry.connector(str(said["connector"])), options if isinstance(options, dict) else {"options": ""})
    except Problem as problem:
        node.wrong("bad-contract", reason=problem)


def _rows_at(node: Node) -> Node | None:
    """`mapalus.rows` of the package, or of its first resource."""
    for place in (node, node.at("resources").at(0)):
        if isinstance(place.at("mapalus").value, dict) and place.at("mapalus").has("rows"):
            return place.at("mapalus").at("rows")
    return None


def _rows(node: Node, columns: tuple[str, ...], form: Form) -> Rows:
    found = node.read(keys.ROWS)
    inner = node.at("columns")
    sources: dict[str, str] = {}
    for column, source in inner.items():
        if columns and column not in columns:
            source.wrong("dataset-column-unknown", name=column, near=nearest(column, columns))
        if source.of_kind("text"):
            _check_source(source, column, form)
            sources[column] = source.value
    if isinstance(inner.value, dict):
        for column in columns:
            if column not in inner.value:
                inner.wrong("dataset-column-missing", name=column)
    if "where" in found:
        condition(node.at("where"), vocabulary(form, SYSTEM_COLUMNS))
    groups = tuple(entry.value for entry in node.at("by").entries() if isinstance(entry.value, str))
    for entry in node.at("by").entries():
        if isinstance(entry.value, str) and entry.value not in sources:
            entry.wrong("unknown-column", dataset=node.file, name=entry.value, near=nearest(entry.value, sources))
    if groups and "min_group" not in node.value:
        node.at("by").wrong("small-groups")
    return Rows(
        sources,
        where=found.get("where", ""),
        hold_days=found.get("hold_days", 0),
        by=groups,
        min_group=found.get("min_group", 0),
    )


def _check_source(node: Node, column: str, form: Form) -> None:
    source = node.value
    if source.startswith("$"):
        if source not in SYSTEM_COLUMNS:
            node.wrong("unknown-system-column", name=source, near=nearest(source, SYSTEM_COLUMNS))
    elif source not in form.by_name:
        node.unknown("unknown-field", source, (*form.by_name, *SYSTEM_COLUMNS))
    elif not form.field(source).is_public:
        node.wrong("dataset-not-public", column=column, name=source, privacy=str(form.field(source).privacy))


def columns_of(dataset: PackDataset) -> tuple[str, ...]:
    """The names of the contract's fields; nothing where it could not be read."""
    part: Any = dataset.descriptor
    resources = part.get("resources")
    if isinstance(resources, list) and resources and isinstance(resources[0], dict):
        part = resources[0]
    schema = part.get("schema", part)
    fields = schema.get("fields") if isinstance(schema, dict) else None
    names = [
        item.get("name") if isinstance(item, dict) else item for item in (fields if isinstance(fields, list) else ())
    ]
    return tuple(str(name) for name in names)


def read_indicator(node: Node, datasets: Mapping[str, PackDataset], *, is_service: bool) -> Mapping[str, Any]:
    """The declaration as written, checked; in a service its datasets and columns must be those of the pack."""
    from mapalus.engine.data.indicator import examine
    from mapalus.engine.data.indicator.statement import check_statement

    if not isinstance(node.value, dict):
        node.of_kind("mapping")
        return {}
    made, problems = examine(node.value)
    for one in problems:
        _at(node, one.path).wrong("bad-indicator", reason=one)
    if made is None:
        return {}
    if made.sql:
        try:
            check_statement(made.sql, made.sql_inputs)
        except Problem as problem:
            node.at("sql").wrong("bad-indicator", reason=problem)
    for name in made.datasets:
        if name not in datasets and (is_service or datasets):
            node.at("dataset" if node.has("dataset") else "inputs").unknown("unknown-dataset", name, datasets)
    for part in made.inputs:
        if part.dataset in datasets:
            _check_columns(node, part, columns_of(datasets[part.dataset]))
    return made.descriptor


def _at(node: Node, path: tuple[object, ...]) -> Node:
    for key in path:
        node = node.at(key if isinstance(key, int) else str(key))
    return node


def _check_columns(node: Node, part: Input, columns: tuple[str, ...]) -> None:
    place = _at(node, ("inputs", part.name)) if part.name else node.at("value")
    for column in dict.fromkeys(part.all_columns):
        if column not in columns:
            place.wrong("unknown-column", dataset=part.dataset, name=column, near=nearest(column, columns))
