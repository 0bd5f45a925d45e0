"""Contracts as people write them: strict YAML or JSON in, one clear sentence when it does not fit.

Accepted are a Data Package, one of its resources, or a bare Table Schema; spellings of version 1 are understood.
Source: https://datapackage.org/standard/ (v2), https://specs.frictionlessdata.io/ (v1).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mapalus.engine.data.contract import BadRows, Contract, Field, ForeignKey, Rule
from mapalus.engine.data.document import BadContract, read_document
from mapalus.engine.text import _, translate

__all__ = ["CONSTRAINTS", "OPTIONS", "TYPES", "load", "parse", "to_descriptor"]

MOST_FIELDS = 16_384  # as many columns as a file may have

TYPES = [
    "string",
    "number",
    "integer",
    "boolean",
    "object",
    "array",
    "list",
    "datetime",
    "date",
    "time",
    "year",
    "yearmonth",
    "duration",
    "geopoint",
    "geojson",
    "any",
]
CONSTRAINTS = [
    "required",
    "unique",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "pattern",
    "enum",
    "jsonSchema",
]
OPTIONS = {
    "integer": ("groupChar", "bareNumber", "categories", "categoriesOrdered"),
    "number": ("decimalChar", "groupChar", "bareNumber"),
    "boolean": ("trueValues", "falseValues"),
    "list": ("delimiter", "itemType"),
    "string": ("categories", "categoriesOrdered"),
}
FIELDS_MATCH = ("exact", "equal", "subset", "superset", "partial")
_FORMATS = {
    "string": ("default", "email", "uri", "binary", "uuid"),
    "geopoint": ("default", "array", "object"),
    "geojson": ("default", "topojson"),
}
_DATES = ("date", "time", "datetime")
_PROFILE = "profil:"
_V1_TYPES = {"json": "object", "gyear": "year", "gyearmonth": "yearmonth", "gYear": "year", "gYearMonth": "yearmonth"}


def load(path: Path, *, resource: str | None = None) -> Contract:
    """The contract in a file; paths of reference lists are taken from its folder.

    `profil:NAME` is the contract of a profile: how the file of a national system looks.
    """
    if path.name.startswith(_PROFILE) and not path.exists():
        from mapalus.engine.data.profiles import named

        return named(path.name.removeprefix(_PROFILE))
    return parse(read_document(path), folder=path.resolve().parent, resource=resource, name=_stem(path))


def _stem(path: Path) -> str:
    return path.name.split(".")[0]


def parse(document: object, *, folder: Path | None = None, resource: str | None = None, name: str = "data") -> Contract:
    """The contract in a loaded descriptor: a package, a resource, or a Table Schema."""
    top = _mapping(document, "")
    package: Mapping[str, Any] = {}
    if "resources" in top:
        package = top
        part = _choose(_list(top["resources"], "resources"), resource)
    elif "schema" in top:
        part = top
    elif "fields" in top:
        part = {"schema": top}
    else:
        raise BadContract(_("A contract is a Data Package, a resource or a Table Schema: resources, schema or fields."))
    schema_at = part.get("schema")
    if isinstance(schema_at, str):
        schema_at = read_document(_beside(folder, schema_at, "schema"))
    schema = _mapping(schema_at, "schema")
    extra = {**_extra(package, "mapalus"), **_extra(schema, "schema.mapalus"), **_extra(part, "mapalus")}
    fields = tuple(_field(item, f"fields[{n}]") for n, item in enumerate(_list(schema.get("fields"), "fields")))
    if not fields:
        raise BadContract(_("The contract declares no fields."))
    if len(fields) > MOST_FIELDS:
        raise BadContract(_("The contract declares more than %(limit)s fields."), limit=MOST_FIELDS)
    _refuse_twice([item.name for item in fields], "fields")
    contract = Contract(
        name=str(part.get("name") or package.get("name") or name),
        title=str(part.get("title") or package.get("title") or schema.get("title") or ""),
        description=str(part.get("description") or package.get("description") or schema.get("description") or ""),
        fields=fields,
        missing_values=_missing(schema.get("missingValues"), "missingValues", ("",)) or (),
        primary_key=_names(schema.get("primaryKey"), "primaryKey"),
        unique_keys=tuple(_names(key, "uniqueKeys") for key in _list(schema.get("uniqueKeys") or [], "uniqueKeys")),
        foreign_keys=tuple(
            _foreign_key(item, n) for n, item in enumerate(_list(schema.get("foreignKeys") or [], "foreignKeys"))
        ),
        rules=tuple(_rule(item, n) for n, item in enumerate(_list(extra.get("rules") or [], "mapalus.rules"))),
        licenses=tuple(_mapping(x, "licenses") for x in part.get("licenses") or package.get("licenses") or ()),
        dialect=_dialect(part.get("dialect"), folder),
        mapalus=extra,
        descriptor=top,
        folder=folder,
        bad_rows=_bad_rows(extra.get("bad_rows")),
        references=_references(package),
        fields_match=_fields_match(schema.get("fieldsMatch")),
    )
    _check_names(contract)
    return contract


def _choose(resources: list[Any], name: str | None) -> Mapping[str, Any]:
    """The resource asked for, else the first one with a schema."""
    parts = [_mapping(part, f"resources[{n}]") for n, part in enumerate(resources)]
    for part in parts:
        if (name is None and "schema" in part) or (name is not None and part.get("name") == name):
            return part
    raise BadContract(
        _("The contract has no resource %(name)s with a schema."),
        name=name or "",
        allowed=[p.get("name") for p in parts],
    )


def _dialect(value: object, folder: Path | None) -> Mapping[str, Any]:
    if isinstance(value, str):
        value = read_document(_beside(folder, value, "dialect"))
    return _mapping(value or {}, "dialect")


def _fields_match(value: object) -> str:
    """Empty where nothing is said; a list of one word is the spelling of version 2.0."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if value is None or value in FIELDS_MATCH:
        return str(value or "")
    raise BadContract(
        _("In the contract, there is no fieldsMatch %(value)s. Allowed are %(allowed)s."),
        value=str(value), allowed=", ".join(FIELDS_MATCH),
    )  # fmt: skip


def _references(package: Mapping[str, Any]) -> dict[str, Any]:
    """Resources that foreign keys may name: a path beside the contract, or rows written in the descriptor."""
    found: dict[str, Any] = {}
    for part in package.get("resources") or ():
        if isinstance(part, Mapping) and part.get("name"):
            at = part.get("path")
            found[str(part["name"])] = (
                part["data"] if "data" in part else (at[0] if isinstance(at, list) and at else at)
            )
    return found


def _extra(part: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    return _mapping(part.get("mapalus") or {}, where)


def _mapping(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise BadContract(
            _("In the contract, %(where)s must hold named entries."), where=where or translate(_("the document"))
        )
    return {str(key): item for key, item in value.items()}


def _list(value: object, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise BadContract(_("In the contract, %(where)s must be a list."), where=where)
    return value


def _beside(folder: Path | None, name: str, where: str) -> Path:
    """A file beside the contract; addresses and ways out of the folder are refused."""
    if folder is None or "://" in name or Path(name).is_absolute() or ".." in Path(name).parts:
        raise BadContract(
            _("In the contract, %(where)s must name a file beside it, not %(name)s."), where=where, name=name
        )
    return folder / name


def _names(value: object, where: str) -> tuple[str, ...]:
    if value is None or value == "":
        return ()
    items = [value] if isinstance(value, str) else _list(value, where)
    if not all(isinstance(item, str) for item in items):
        raise BadContract(_("In the contract, %(where)s must name fields."), where=where)
    return tuple(items)


def _missing(value: object, where: str, default: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Texts that count as missing; version 2 also allows entries with value and label."""
    if value is None:
        return default
    items = _list(value, where)
    texts = [item.get("value") if isinstance(item, Mapping) else item for item in items]
    return tuple(dict.fromkeys("" if text is None else _text(text) for text in texts))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _field(value: object, where: str) -> Field:
    item = {"name": value} if isinstance(value, str) else _mapping(value, where)
    name = item.get("name")
    if not isinstance(name, str) or not name:
        raise BadContract(_("In the contract, %(where)s has no name."), where=where)
    kind = str(item.get("type") or "string")
    kind = _V1_TYPES.get(kind, kind)
    if kind not in TYPES:
        raise BadContract(
            _("Field %(field)s: there is no type %(value)s. Allowed are %(allowed)s."),
            field=name, value=kind, allowed=", ".join(TYPES),
        )  # fmt: skip
    form = _format(kind, str(item.get("format") or "default"), name)
    constraints = dict(_mapping(item.get("constraints") or {}, where))
    unknown = sorted(set(constraints) - set(CONSTRAINTS))
    if unknown:
        raise BadContract(
            _("Field %(field)s: there is no constraint %(value)s. Allowed are %(allowed)s."),
            field=name, value=unknown[0], allowed=", ".join(CONSTRAINTS),
        )  # fmt: skip
    options = {key: item[key] for key in OPTIONS.get(kind, ()) if item.get(key) is not None}
    found = Field(
        name=name,
        title=str(item.get("title") or ""),
        description=str(item.get("description") or ""),
        type=kind,
        format=form,
        constraints=constraints,
        options=options,
        missing_values=_missing(item.get("missingValues"), f"{name}.missingValues", None),
        mapalus=_mapping(item.get("mapalus") or {}, f"{name}.mapalus"),
    )
    _check_field(found)
    return found


def _format(kind: str, form: str, name: str) -> str:
    if kind in _DATES:
        form = form.removeprefix("fmt:")  # version 0 spelling
        if form in ("default", "any") or "%" in form:
            return form
        allowed: Iterable[str] = ("default", "any", "%d/%m/%Y ...")
    else:
        allowed = _FORMATS.get(kind, ("default",))
        if form in allowed:
            return form
    raise BadContract(
        _("Field %(field)s: there is no format %(value)s. Allowed are %(allowed)s."),
        field=name, value=form, allowed=", ".join(allowed),
    )  # fmt: skip


def _check_field(item: Field) -> None:
    """Options and constraints must themselves be readable."""
    for key, kinds in (("aliases", list), ("codes", (str, Mapping)), ("written", Mapping)):
        if item.mapalus.get(key) is not None and not isinstance(item.mapalus[key], kinds):
            raise BadContract(
                _("Field %(field)s: `%(key)s` of the contract is not understood."), field=item.name, key=key
            )
    from mapalus.engine.data.constraints import compile_constraints
    from mapalus.engine.data.formats import reader

    try:
        reader(item)
        compile_constraints(item)
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise BadContract(_("Field %(field)s: %(error)s"), field=item.name, error=str(error)) from error


def _foreign_key(value: object, n: int) -> ForeignKey:
    where = f"foreignKeys[{n}]"
    item = _mapping(value, where)
    reference = _mapping(item.get("reference"), f"{where}.reference")
    fields, others = _names(item.get("fields"), where), _names(reference.get("fields"), f"{where}.reference")
    if not fields or len(fields) != len(others):
        raise BadContract(_("In the contract, %(where)s must name as many fields on both sides."), where=where)
    target = reference.get("resource")
    return ForeignKey(fields, "" if target in (None, "self") else str(target), others)


def _rule(value: object, n: int) -> Rule:
    from mapalus.engine.data.expression import parse_expression

    where = f"mapalus.rules[{n}]"
    item = {"expression": value} if isinstance(value, str) else _mapping(value, where)
    expression = item.get("expression") or item.get("rule") or ""
    try:
        parse_expression(str(expression))
        tolerance = float(item.get("tolerance") or 0)
    except (ValueError, TypeError) as error:
        raise BadContract(
            _("In the contract, %(where)s is not a rule: %(error)s"), where=where, error=str(error)
        ) from error
    return Rule(
        name=str(item.get("name") or expression),
        expression=str(expression),
        message=str(item.get("message") or ""),
        tolerance=tolerance,
    )


def _bad_rows(value: object) -> BadRows:
    if value is None:
        return BadRows()
    if value in ("reject", "quarantine"):
        return BadRows(str(value))
    if isinstance(value, Mapping) and isinstance(value.get("limit_percent"), int | float):
        return BadRows("quarantine", float(value["limit_percent"]))
    raise BadContract(_("In the contract, bad_rows is reject, quarantine, or limit_percent with a number."))


def _refuse_twice(names: list[str], where: str) -> None:
    twice = {name for name, times in Counter(names).items() if times > 1}
    if twice:
        raise BadContract(
            _("In the contract, %(where)s has %(name)s twice."), where=where, name=", ".join(sorted(twice))
        )


def _check_names(contract: Contract) -> None:
    """Keys and rules may only name fields that exist."""
    from mapalus.engine.data.expression import parse_expression

    known = {item.name for item in contract.fields}
    used: list[tuple[str, Iterable[str]]] = [("primaryKey", contract.primary_key)]
    used += [("uniqueKeys", key) for key in contract.unique_keys]
    used += [("foreignKeys", key.fields) for key in contract.foreign_keys]
    used += [("foreignKeys", key.reference_fields) for key in contract.foreign_keys if not key.resource]
    used += [("mapalus.rules", parse_expression(rule.expression).names()) for rule in contract.rules]
    for where, names in used:
        for name in names:
            if name not in known:
                raise BadContract(
                    _("In the contract, %(where)s names the field %(name)s, which does not exist. Fields are %(allowed)s."),  # noqa: E501 - one sentence
                    where=where, name=name, allowed=", ".join(sorted(known)),
                )  # fmt: skip
    for item in contract.fields:
        if item.name.startswith("_"):
            raise BadContract(_("Field %(field)s: names beginning with _ are reserved."), field=item.name)


def to_descriptor(contract: Contract) -> dict[str, Any]:
    """A Data Package with one resource, in the order in which people read it; empty keys are left out."""
    schema: dict[str, Any] = {"fields": [_field_out(item) for item in contract.fields]}
    if contract.fields_match:
        schema["fieldsMatch"] = contract.fields_match
    if contract.missing_values != ("",):
        schema["missingValues"] = list(contract.missing_values)
    if contract.primary_key:
        schema["primaryKey"] = list(contract.primary_key)
    if contract.unique_keys:
        schema["uniqueKeys"] = [list(key) for key in contract.unique_keys]
    if contract.foreign_keys:
        schema["foreignKeys"] = [
            {
                "fields": list(key.fields),
                "reference": {
                    **({"resource": key.resource} if key.resource else {}),
                    "fields": list(key.reference_fields),
                },
            }
            for key in contract.foreign_keys
        ]
    part: dict[str, Any] = {"name": contract.name}
    part |= {key: value for key, value in (("title", contract.title), ("description", contract.description)) if value}
    if contract.licenses:
        part["licenses"] = [dict(item) for item in contract.licenses]
    if contract.dialect:
        part["dialect"] = dict(contract.dialect)
    part["schema"] = schema
    if contract.mapalus:
        part["mapalus"] = dict(contract.mapalus)
    others = [
        {"name": name, **({"data": at} if isinstance(at, list) else {"path": at})}
        for name, at in contract.references.items()
        if name != contract.name and at is not None
    ]
    return {"name": contract.name, "resources": [part, *others]}


def _field_out(item: Field) -> dict[str, Any]:
    out: dict[str, Any] = {"name": item.name}
    out |= {key: value for key, value in (("title", item.title), ("description", item.description)) if value}
    out["type"] = item.type
    if item.format != "default":
        out["format"] = item.format
    out |= dict(item.options)
    if item.missing_values is not None:
        out["missingValues"] = list(item.missing_values)
    if item.constraints:
        out["constraints"] = dict(item.constraints)
    if item.mapalus:
        out["mapalus"] = dict(item.mapalus)
    return out
