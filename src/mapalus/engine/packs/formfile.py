"""form.yml: fields and steps."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from re import _parser as sre  # type: ignore[attr-defined]  # what the standard library makes of an expression
from typing import Any

from mapalus.engine.expression import ExpressionProblem, names, parse
from mapalus.engine.forms.cleaning import limit_date
from mapalus.engine.forms.form import By, Field, FieldType, Form, Option, Privacy, Step
from mapalus.engine.packs import keys
from mapalus.engine.packs.conditions import Vocabulary, condition
from mapalus.engine.packs.lists import KEYS, key_column
from mapalus.engine.packs.node import Node, is_name
from mapalus.engine.packs.pack import CodeList
from mapalus.engine.packs.problem import Phrase, nearest
from mapalus.engine.text import _

__all__ = ["MOST_FIELDS", "PREFILLS", "REFERENCES", "read_form"]

MOST_FIELDS = 1000
REFERENCES = ("ref:wilayah", "ref:unit", "ref:urusan", "ref:jabatan", "ref:kumpulan-data")
PREFILLS = (
    "profile.name",
    "profile.email",
    "profile.phone",
    "profile.address",
    "profile.unit",
    "profile.position",
    "today",
)
_RESERVED = ("number", "title", "due", "state", "reason", "link", "case", "begin")
_SIZE = re.compile(r"([1-9]\d{0,4}) ?(KB|MB)", re.ASCII)
_TEXTS = frozenset({FieldType.STRING, FieldType.TEXT})
_NUMBERS = frozenset({FieldType.INTEGER, FieldType.NUMBER, FieldType.MONEY})
_DAYS = frozenset({FieldType.DATE, FieldType.DATETIME})
_COUNTED = frozenset({FieldType.MULTICHOICE, FieldType.TABLE})
_CHOSEN = frozenset({FieldType.CHOICE, FieldType.MULTICHOICE})
# keys that mean something for some types only
_FOR: dict[str, frozenset[FieldType]] = {
    "minimum": _NUMBERS | _DAYS | _COUNTED,
    "maximum": _NUMBERS | _DAYS | _COUNTED,
    "min_length": _TEXTS,
    "max_length": _TEXTS,
    "pattern": _TEXTS,
    "options": _CHOSEN | {FieldType.AREA, FieldType.PERSON, FieldType.ASSET},
    "multiple": frozenset(
        {FieldType.FILE, FieldType.AREA, FieldType.PERSON, FieldType.ASSET, FieldType.PHONE, FieldType.EMAIL}
    ),
    "accept": frozenset({FieldType.FILE}),
    "max_size": frozenset({FieldType.FILE}),
    "level": frozenset({FieldType.AREA}),
    "down_to": frozenset({FieldType.AREA}),
    "must_agree": frozenset({FieldType.BOOLEAN}),
    "fields": frozenset({FieldType.TABLE}),
}  # fmt: skip


def read_form(node: Node, lists: Mapping[str, CodeList]) -> Form:
    """The form as far as it is right; expressions are checked against all of its fields."""
    node.read(keys.FORM)
    reader = _Reader(lists)
    fields = tuple(reader.fields(node.at("fields")))
    if reader.count > MOST_FIELDS:
        node.at("fields").wrong("too-many-fields", limit=MOST_FIELDS)
    steps = tuple(reader.steps(node.at("steps"), {item.name: item for item in fields}))
    form = Form(fields, steps)
    _conditions(node, form)
    return form


class _Reader:
    def __init__(self, lists: Mapping[str, CodeList]) -> None:
        self.lists = lists
        self.count = 0

    def fields(self, node: Node, *, is_column: bool = False) -> Iterator[Field]:
        for name, inner in node.items():
            self.count += 1
            if not is_name(name):
                inner.wrong("bad-name", name=name, sign="_")
            elif name in _RESERVED:
                inner.wrong("reserved-name", name=name)
            if self.count <= MOST_FIELDS:
                yield self.field(name, inner, is_column=is_column)

    def field(self, name: str, node: Node, *, is_column: bool) -> Field:
        found = node.read(keys.FIELD)
        if isinstance(node.value, dict) and "privacy" not in node.value:
            node.wrong("missing-privacy", name=name)
        kind = FieldType(found.get("type", "string"))
        if "type" in found:
            for key in found:
                if kind not in _FOR.get(key, {kind}) or (is_column and key in ("by", "prefill", "show_if")):
                    node.at(key).wrong("key-not-for-type", key=key, type=_("column") if is_column else str(kind))
            if is_column and kind is FieldType.TABLE:
                node.at("type").wrong(
                    "unknown-value", key="type", value="table", near=Phrase(_("A table holds no table."))
                )
        options, source = self.options(node, found, kind) if kind in _FOR["options"] else ((), "")
        if kind is FieldType.TABLE and not is_column and "fields" not in node.value:
            node.wrong("missing-key", key="fields", place=name)
        if "prefill" in found and found["prefill"] not in PREFILLS:
            node.at("prefill").wrong(
                "unknown-value", key="prefill", value=found["prefill"], near=nearest(found["prefill"], PREFILLS)
            )
        _limits(node, found, kind)
        _pattern(node, found)
        return Field(
            name,
            kind,
            found.get("label", name),
            Privacy(found.get("privacy", "personal")),
            **{key: found[key] for key in _AS_WRITTEN if key in found},
            minimum=str(found.get("minimum", "")),
            maximum=str(found.get("maximum", "")),
            options=options,
            options_from=source,
            by=By(found.get("by", "applicant")),
            accept=tuple(found.get("accept", ())),
            max_size=_size(node, found),
            fields=tuple(self.fields(node.at("fields"), is_column=True)) if not is_column else (),
        )

    def options(self, node: Node, found: Mapping[str, Any], kind: FieldType) -> tuple[tuple[Option, ...], str]:
        given = found.get("options")
        inner = node.at("options")
        if given is None:
            if kind in _CHOSEN and not node.has("options"):
                node.wrong("options-missing", name=node.name)
            return (), ""
        if isinstance(given, str):
            return self.named_options(inner, given)
        if isinstance(given, dict) and isinstance(given.get("ref"), str) and len(given) == 1:
            return self.named_options(inner.at("ref"), given["ref"])
        if not isinstance(given, list):
            inner.of_kind("list")
            return (), ""
        if not given:
            node.at("options").wrong("options-missing", name=node.name)
        return tuple(self.listed(inner)), ""

    def listed(self, node: Node) -> Iterator[Option]:
        seen: set[str] = set()
        for entry in node.entries():
            found = entry.read(keys.OPTION)
            if "value" not in found:
                continue
            if found["value"] in seen:
                entry.wrong("duplicate-name", name=found["value"])
            seen.add(found["value"])
            yield Option(found["value"], found.get("label", found["value"]), found.get("label_en", ""))

    def named_options(self, node: Node, source: str) -> tuple[tuple[Option, ...], str]:
        if source.startswith("ref:"):
            if source not in REFERENCES:
                node.unknown("unknown-reference", source, (*REFERENCES, *self.lists))
            return (), source
        found = self.lists.get(source)
        if found is None:
            node.unknown("unknown-list", source, self.lists)
            return (), source
        if not found.columns:
            return (), source  # it could not be read, which is said there
        key = key_column(found.columns)
        missing = [name for name in ("label", "label_en") if name not in found.columns]
        for name in (*([] if key in KEYS else ["kode"]), *missing):
            node.wrong("list-without-key", list=source, name=name, near=nearest(name, found.columns))
        if missing:
            return (), source
        return tuple(Option(value, row["label"], row["label_en"]) for value, row in found.rows.items()), source

    def steps(self, node: Node, known: Mapping[str, Field]) -> Iterator[Step]:
        names: set[str] = set()
        placed: dict[str, str] = {}
        for entry in node.entries():
            found = entry.read(keys.STEP)
            name = found.get("name", "")
            if name and name in names:
                entry.at("name").wrong("duplicate-name", name=name)
            names.add(name)
            for part in entry.at("fields").entries():
                self.placed(part, known, placed, name)
            yield Step(
                name,
                found.get("title", name),
                tuple(item for item in found.get("fields", ()) if item in known),
                **{key: found[key] for key in ("title_en", "help", "help_en", "show_if") if key in found},
            )

    def placed(self, part: Node, known: Mapping[str, Field], placed: dict[str, str], step: str) -> None:
        if not isinstance(part.value, str):
            return
        if part.value not in known:
            part.unknown("unknown-field", part.value, known)
        elif part.value in placed:
            part.wrong("field-in-two-steps", name=part.value)
        elif known[part.value].by is By.STAFF:
            part.wrong("staff-field-in-step", name=part.value)
        placed.setdefault(part.value, step)


_DEPTHS = {"provinsi": 0, "kabkota": 1, "kecamatan": 2, "desa": 3}
_AS_WRITTEN = (
    "label_en", "help", "help_en", "required", "required_if", "show_if", "min_length", "max_length", "pattern",
    "prefill",
    "multiple", "level", "down_to", "must_agree",
)  # fmt: skip


def _limits(node: Node, found: Mapping[str, Any], kind: FieldType) -> None:
    bounds: dict[str, Any] = {}
    for key in ("minimum", "maximum"):
        if key in found and kind in _FOR[key]:
            bounds[key] = _limit(node.at(key), str(found[key]), kind)
    low, high = bounds.get("minimum"), bounds.get("maximum")
    if low is not None and high is not None and low > high:
        node.at("minimum").wrong("limits-crossed", low="minimum", high="maximum")
    if found.get("min_length", 0) > found.get("max_length", 10**9):
        node.at("min_length").wrong("limits-crossed", low="min_length", high="max_length")
    if _DEPTHS.get(found.get("level", ""), 0) > _DEPTHS.get(found.get("down_to", ""), 9):
        node.at("down_to").wrong("limits-crossed", low="level", high="down_to")


def _limit(node: Node, text: str, kind: FieldType) -> Any:
    from datetime import date

    hint = _("Write a number.")
    if kind in _DAYS:
        hint = _("Write a day such as 2026-01-31, today, or today-30.")
        found: Any = limit_date(text, today=date(2026, 1, 1))
        if found is not None and "today" in text:
            return None  # it moves; nothing to compare
    else:
        try:
            found = Decimal(text)
            is_fit = found.is_finite() and (kind not in _COUNTED or (found == int(found) and 0 <= found <= 1000))
            found = found if is_fit else None
        except InvalidOperation:
            found = None
    if found is None:
        node.wrong("bad-limit", key=node.name, value=text, type=str(kind), hint=Phrase(hint))
    return found


def _size(node: Node, found: Mapping[str, Any]) -> int | None:
    text = found.get("max_size")
    if text is None:
        return None
    match = _SIZE.fullmatch(text)
    if match is None:
        hint = Phrase(_("Write a size such as 5 MB or 500 KB."))
        node.at("max_size").wrong("bad-limit", key="max_size", value=text, type="file", hint=hint)
        return None
    return int(match[1]) * (1000 if match[2] == "KB" else 1_000_000)


def _pattern(node: Node, found: Mapping[str, Any]) -> None:
    text = found.get("pattern")
    if text is None:
        return
    try:
        if len(text) > 500:
            raise ValueError("> 500")
        tree = sre.parse(text)
        if _repeats(tree, inside=False):
            raise ValueError(_("repeats inside repeats"))
        re.compile(text)
    except (re.error, ValueError, OverflowError, RecursionError) as error:
        node.at("pattern").wrong("bad-pattern", reason=Phrase(str(error)))


def _repeats(tree: Any, *, inside: bool) -> bool:
    """Whether an open repeat stands inside an open repeat, which takes time without end; or it refers back."""
    for code, value in tree:
        name = str(code)
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            is_open = value[1] == sre.MAXREPEAT or value[1] > 100
            if (is_open and inside) or _repeats(value[2], inside=inside or is_open):
                return True
        elif name in ("GROUPREF", "GROUPREF_EXISTS", "ASSERT", "ASSERT_NOT"):
            return True
        elif name == "SUBPATTERN":
            if _repeats(value[3], inside=inside):
                return True
        elif name == "BRANCH" and any(_repeats(part, inside=inside) for part in value[1]):
            return True
    return False


def _conditions(node: Node, form: Form) -> None:
    words = vocabulary(form)
    for item in form.fields:
        place = node.at("fields").at(item.name)
        for key, text in (("show_if", item.show_if), ("required_if", item.required_if)):
            if text:
                condition(place.at(key), words)
        columns = vocabulary(Form(item.fields))
        for column in item.fields:
            if column.required_if:
                condition(place.at("fields").at(column.name).at("required_if"), columns)
    for position, step in enumerate(form.steps):
        if step.show_if:
            condition(node.at("steps").at(position).at("show_if"), words)
    _circles(node, form)


def vocabulary(form: Form, more: Mapping[str, str] | None = None) -> Vocabulary:
    """What expressions over the form may name, with the options of its choices."""
    options = {item.name: item.choices for item in form.fields if item.options}
    return Vocabulary({**form.types, **(more or {})}, options)


def _circles(node: Node, form: Form) -> None:
    """A field must not show depending on itself, neither directly nor by way of others or of its step."""
    wants: dict[str, tuple[str, ...]] = {}
    for item in form.fields:
        step = form.step_of.get(item.name)
        texts = (item.show_if, step.show_if if step else "")
        wants[item.name] = tuple(name for text in texts if text for name in _names(text))
    done: set[str] = set()
    for start in wants:
        trail: list[str] = []
        if start not in done and _walk(start, wants, trail, done):
            circle = trail[trail.index(trail[-1]) :]
            node.at("fields").at(circle[0]).wrong("condition-circle", name=circle[0], circle=" → ".join(circle))


def _names(text: str) -> tuple[str, ...]:
    try:
        return names(parse(text))
    except ExpressionProblem:
        return ()


def _walk(name: str, wants: Mapping[str, tuple[str, ...]], trail: list[str], done: set[str]) -> bool:
    """Depth first without recursion; the trail ends with the name that closes the circle."""
    stack: list[tuple[str, Iterator[str]]] = [(name, iter(wants.get(name, ())))]
    trail.append(name)
    while stack:
        here, rest = stack[-1]
        step = next(rest, None)
        if step is None:
            stack.pop()
            trail.pop()
            done.add(here)
        elif step in trail:
            trail.append(step)
            return True
        elif step not in done and step in wants:
            trail.append(step)
            stack.append((step, iter(wants[step])))
    return False
