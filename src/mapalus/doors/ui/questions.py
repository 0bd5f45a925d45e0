"""Questions of a form as a page asks them: fields of `engine/forms` become what `ui/question.html` draws.

    asked = questions(pack.form, names, values=..., errors=..., offered=offered, prefix="jawab")
    raw = raw_of(request.POST, request.FILES, pack.form, names, keep=keep)        # for engine.forms.clean

Without a script every question shows; with one, `show_if` hides what does not apply (`data-show-if`, the same tree as
on the server, which judges anew anyway).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mapalus.doors.ui import dates, places
from mapalus.doors.ui.places import AreaSource, Level
from mapalus.engine.expression import ExpressionProblem, names, parse, to_json_logic
from mapalus.engine.forms import Field, FieldType, Form
from mapalus.engine.text import translate

__all__ = ["Choice", "Kept", "Offered", "Question", "here", "known_for", "questions", "raw_of"]

Offered = Mapping[str, Sequence[tuple[str, str]]]  # `ref:unit` -> value and label of each
Keep = Callable[[UploadedFile[bytes], Field], Mapping[str, object]]  # an upload -> the answer of a file field

_FEW = 6  # choices that are shown all at once
_SPARE = 3  # empty rows of a table without a script
_KEPT = "-kept"  # what was uploaded before something else was wrong

_TEXTS: Mapping[FieldType, Mapping[str, str]] = {
    FieldType.INTEGER: {"inputmode": "numeric"},
    FieldType.NUMBER: {"inputmode": "decimal"},
    FieldType.MONEY: {"inputmode": "numeric"},
    FieldType.DATE: {"type": "date"},
    FieldType.DATETIME: {"type": "datetime-local"},
    FieldType.NIK: {"inputmode": "numeric", "autocomplete": "off"},
    FieldType.PHONE: {"type": "tel", "autocomplete": "tel"},
    FieldType.EMAIL: {"type": "email", "autocomplete": "email"},
}
_SHORT = (FieldType.INTEGER, FieldType.NUMBER, FieldType.DATE, FieldType.DATETIME, FieldType.NIK, FieldType.PHONE)


@dataclass(frozen=True)
class Choice:
    """One answer that can be chosen."""

    id: str
    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Kept:
    """A file that came with an earlier attempt and need not be chosen again; `text` goes back with the form."""

    name: str
    text: str


@dataclass(frozen=True)
class Question:
    """Context of ui/question.html.

    `kind`: input, textarea, select, radio, checks, check, date, area, file, point, table, several.
    """

    id: str
    name: str
    kind: str
    label: str
    hint: str = ""
    error: str = ""
    value: str = ""
    values: tuple[str, ...] = ()  # of several inputs with one name; latitude and longitude; day, month and year
    is_required: bool = False
    is_short: bool = False
    is_multiple: bool = False
    accept: str = ""
    choices: tuple[Choice, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    show_if: str = ""  # JSON
    kept: tuple[Kept, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Question, ...], ...] = ()
    levels: tuple[Level, ...] = ()  # of an area
    search: str = ""  # the name that was looked for, and `choices` the places of that name
    has_time: bool = False


def here(thing: object, name: str) -> str:
    """A text of a pack in the language of the page: `label`, or `label_en`."""
    english = str(getattr(thing, f"{name}_en", "") or "")
    return english if english and (get_language() or "").startswith("en") else str(getattr(thing, name, "") or "")


def questions(
    form: Form,
    asked: Iterable[str],
    *,
    values: Mapping[str, Any],
    errors: Mapping[str, str] | None = None,
    needed: Collection[str] = (),
    offered: Offered | None = None,
    areas: AreaSource | None = None,
    prefix: str = "",
) -> tuple[Question, ...]:
    """The questions of these names in their order, filled with `values` (kept values, or what was typed)."""
    maker = _Maker(errors or {}, frozenset(needed), offered or {}, areas)
    return tuple(
        maker.question(form.by_name[name], values, name=name, prefix=prefix, show_if=_condition(form, name))
        for name in asked
        if name in form.by_name
    )


def known_for(form: Form, asked: Collection[str], values: Mapping[str, Any]) -> str:
    """JSON of values that conditions of these questions look at and that the page does not ask: `data-known`."""
    wanted = {other for name in asked if name in form.by_name for tree in _trees(form, name) for other in names(tree)}
    return json.dumps({name: values[name] for name in sorted(wanted - set(asked)) if name in values})


def _trees(form: Form, name: str) -> list[Any]:
    step = form.step_of.get(name)
    found = []
    for text in (form.by_name[name].show_if, step.show_if if step else ""):
        try:
            found += [parse(text)] if text else []
        except ExpressionProblem:
            continue  # refused at load
    return found


def _condition(form: Form, name: str) -> str:
    """`show_if` of the field and of its step as JSON logic; empty where it always shows."""
    trees = [to_json_logic(tree) for tree in _trees(form, name)]
    if not trees:
        return ""
    return json.dumps(trees[0] if len(trees) == 1 else {"and": trees})


@dataclass(frozen=True)
class _Maker:
    errors: Mapping[str, str]
    needed: frozenset[str]
    offered: Offered
    areas: AreaSource | None = None

    def question(
        self, item: Field, values: Mapping[str, Any], *, name: str, prefix: str, show_if: str = ""
    ) -> Question:
        key = f"{prefix}-{name}" if prefix else f"id_{name}"
        given = values.get(item.name) if name == item.name else values.get(name)
        kind = self._kind(item, is_cell=name != item.name)
        is_required = item.required or item.name in self.needed
        search = places.searched(values, name) if kind == "area" else ""
        return Question(
            id=key,
            name=name,
            kind=kind,
            label=here(item, "label"),
            hint=here(item, "help"),
            error=_said(self.errors.get(name, "")),
            value=_text(given, item),
            values=_several(_text(given, item) if kind == "date" else given, kind, values, name),
            is_required=is_required,
            is_short=item.type in _SHORT,
            is_multiple=item.multiple,
            accept=",".join(item.accept),
            choices=self._found(item, search, key) if kind == "area" else self._choices(item, given, key),
            attributes=_attributes(item, is_required=is_required and not show_if),
            show_if=show_if,
            kept=_kept(given) if kind == "file" else (),
            columns=tuple(here(column, "label") for column in item.fields),
            rows=self._rows(item, values, name, prefix) if kind == "table" else (),
            levels=self._levels(item, given) if kind == "area" else (),
            search=search,
            has_time=item.type is FieldType.DATETIME,
        )

    def _levels(self, item: Field, given: object) -> tuple[Level, ...]:
        assert self.areas is not None
        return places.levels(item, _first(given), districts=self.offered.get("ref:wilayah", ()), source=self.areas)

    def _found(self, item: Field, search: str, key: str) -> tuple[Choice, ...]:
        found = self.areas.found(search, depth=places.depth_of(item)) if self.areas and search else ()
        return tuple(Choice(f"{key}-{place}", code, label, False) for place, (code, label) in enumerate(found))

    def _kind(self, item: Field, *, is_cell: bool) -> str:
        match item.type:
            case FieldType.TEXT | FieldType.SHAPE:
                return "textarea"
            case FieldType.BOOLEAN:
                return "check" if item.must_agree else "radio"
            case FieldType.MULTICHOICE:
                return "checks"
            case FieldType.POINT:
                return "point"
            case FieldType.FILE:
                return "file"
            case FieldType.TABLE:
                return "table"
            case FieldType.DATE | FieldType.DATETIME if not item.multiple:
                return "date"
            case FieldType.AREA if not is_cell and self._is_stepwise(item):
                return "area"
        if options := self._options(item):
            if item.multiple:
                return "checks"
            return "radio" if len(options) <= _FEW else "select"
        return "several" if item.multiple else "input"

    def _is_stepwise(self, item: Field) -> bool:
        is_deep = places.depth_of(item) > 1 and not item.multiple and not item.options
        return is_deep and self.areas is not None and bool(self.offered.get("ref:wilayah"))

    def _options(self, item: Field) -> Sequence[tuple[str, str]]:
        if item.type is FieldType.BOOLEAN and not item.must_agree:
            return [("ya", _("Yes")), ("tidak", _("No"))]
        if item.options:
            return [(option.value, here(option, "label")) for option in item.options]
        if item.type is FieldType.AREA:
            return self._down_to_subdistricts(item)
        return self.offered.get(item.options_from, ())

    def _down_to_subdistricts(self, item: Field) -> Sequence[tuple[str, str]]:
        """Where an area is asked in one list, as in a column: its districts, or each with its subdistricts."""
        districts = self.offered.get("ref:wilayah", ())
        if places.depth_of(item) < 2 or self.areas is None:
            return districts
        below = [(code, f"{name}, {above}") for at, above in districts for code, name in (self.areas.within(at) or ())]
        return below if item.level in ("kecamatan", "desa") else [*districts, *below]

    def _choices(self, item: Field, given: object, key: str) -> tuple[Choice, ...]:
        if item.type is FieldType.BOOLEAN and isinstance(given, bool):
            given = "ya" if given else "tidak"
        chosen = {str(one) for one in given} if isinstance(given, list | tuple) else {str(given)}
        return tuple(
            Choice(f"{key}-{place}", value, label, value in chosen)
            for place, (value, label) in enumerate(self._options(item))
        )

    def _rows(self, item: Field, values: Mapping[str, Any], name: str, prefix: str) -> tuple[tuple[Question, ...], ...]:
        given = values.get(name)
        rows = list(given) if isinstance(given, list | tuple) else _typed_rows(values, name)
        flat = {
            f"{name}-{at}-{column}": value
            for at, row in enumerate(rows)
            if isinstance(row, Mapping)
            for column, value in row.items()
        }
        return tuple(
            tuple(
                self.question(column, flat, name=f"{name}-{at}-{column.name}", prefix=prefix) for column in item.fields
            )
            for at in range(len(rows) + _SPARE)
        )


def _typed_rows(values: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """Rows out of names such as `keluarga-0-nama`."""
    rows: dict[int, dict[str, Any]] = {}
    for key, value in values.items():
        head, _sep, rest = key.partition(f"{name}-")
        number, _dash, column = rest.partition("-")
        if not head and column and number.isdecimal() and len(number) < 5:
            rows.setdefault(int(number), {})[column] = value[0] if isinstance(value, list) and value else value
    return [rows[at] for at in sorted(rows) if any(rows[at].values())]


def _said(message: str) -> str:
    if not message:
        return ""
    told = _(message)
    return translate(message, language=get_language()) if told == message else told


def _text(given: object, item: Field) -> str:
    if isinstance(given, list | tuple):
        given = given[0] if given else ""
    if isinstance(given, bool):
        return "ya" if given else ""
    if given is None or isinstance(given, Mapping):
        return json.dumps(given) if item.type is FieldType.SHAPE and given else ""
    if item.type is FieldType.DATETIME:
        try:
            return timezone.localtime(datetime.fromisoformat(str(given))).strftime("%Y-%m-%dT%H:%M")
        except ValueError:
            return str(given)
    return str(given)


def _several(given: object, kind: str, values: Mapping[str, Any], name: str) -> tuple[str, ...]:
    if kind == "date":
        return dates.boxes(_first(given))
    if kind == "point":
        if isinstance(given, Mapping):
            return (str(given.get("lat", "")), str(given.get("lon", "")))
        return tuple(_first(values.get(f"{name}-{part}")) for part in ("lat", "lon"))
    if kind == "several":
        listed = [str(one) for one in given] if isinstance(given, list | tuple) else [str(given)] if given else []
        return (*listed, "", "")
    return ()


def _first(value: object) -> str:
    if isinstance(value, list | tuple):
        value = value[0] if value else ""
    return "" if value is None else str(value)


def _kept(given: object) -> tuple[Kept, ...]:
    listed = given if isinstance(given, list | tuple) else [given]
    return tuple(
        Kept(str(one.get("name") or one["ref"])[:200], json.dumps(one))
        for one in listed
        if isinstance(one, Mapping) and one.get("ref")
    )


def _attributes(item: Field, *, is_required: bool) -> tuple[tuple[str, str], ...]:
    found = {"type": "text", **_TEXTS.get(item.type, {})}
    longest = item.max_length
    if longest and item.type in (FieldType.STRING, FieldType.TEXT):
        found["maxlength"] = str(longest)
    if is_required:
        found["required"] = ""
    return tuple(found.items())


def raw_of(
    post: QueryDict,
    uploads: MultiValueDict[str, UploadedFile[bytes]],
    form: Form,
    asked: Iterable[str],
    *,
    keep: Keep,
) -> dict[str, Any]:
    """What was sent for these questions, for `clean`: lists as they came, files kept and named by their answer."""
    raw: dict[str, Any] = {}
    for name in asked:
        item = form.by_name.get(name)
        if item is None:
            continue
        if item.type is FieldType.FILE:
            found = [
                *_carried(post.getlist(f"{name}{_KEPT}")),
                *(keep(one, item) for one in uploads.getlist(name) if one),
            ]
            raw[name] = found if item.multiple else (found[-1] if found else None)
        elif item.type in (FieldType.TABLE, FieldType.POINT):
            raw |= {key: post.get(key) for key in post if key.startswith(f"{name}-")}
        elif item.type in (FieldType.DATE, FieldType.DATETIME) and (typed := dates.joined(post, name)) is not None:
            raw[name] = typed
        elif item.type is FieldType.AREA and not item.multiple and (code := places.chosen(post, name)) is not None:
            raw[name] = code
            if not post.get(name):  # a place that was found ends the search
                raw[f"{name}{places.SEARCH}"] = post.get(f"{name}{places.SEARCH}", "").strip()[:80]
        else:
            raw[name] = post.getlist(name)
    return raw


def _carried(texts: Iterable[str]) -> list[Mapping[str, object]]:
    """Files of an earlier attempt. Their references are signed, so nobody can name another's."""
    found: list[Mapping[str, object]] = []
    for text in texts:
        try:
            answer = json.loads(text)
        except ValueError:
            continue
        if isinstance(answer, dict):
            found.append(answer)
    return found
