"""Whether answers fit a form, and the values that are kept: the same for a page's form data and for JSON of an API.

    cleaned = clean(form, raw, stage="applicant", now=now)      # cleaned.values, cleaned.errors
    cleaned = clean(form, raw, stage="staff", only=act.needs + act.asks, needed=act.needs, known=case_values, now=now)

Nothing the browser decided is trusted: what shows and what is required is worked out again here, and answers to
questions that do not show are dropped. `clean` never raises on any `raw`, and kept values clean to themselves.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from mapalus.engine.clock import Zone
from mapalus.engine.expression import Expression, evaluate, parse
from mapalus.engine.forms import answer
from mapalus.engine.forms.answer import Fault, Unfit
from mapalus.engine.forms.form import By, Field, FieldType, Form
from mapalus.engine.text import _

__all__ = ["MOST_ROWS", "Cleaned", "Lists", "clean", "limit_date", "visible"]

Lists = Mapping[str, Container[str]]  # `ref:wilayah` -> the values that exist

MOST_ROWS = 1000  # rows of a table, values of a list
_LONGEST = {FieldType.STRING: 500, FieldType.TEXT: 20_000}
_TODAY = re.compile(r"today\s*(?:([+-])\s*(\d{1,5}))?")


@dataclass(frozen=True)
class Cleaned:
    """`values` of what was asked and shows (None: no answer), `faults` by field; a cell of a table is `name-0-column`.

    `unknown` are names in the raw answers that this form does not have (a machine may want to hear of them).
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    faults: Mapping[str, Fault] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()

    @property
    def is_valid(self) -> bool:
        return not self.faults

    @property
    def errors(self) -> dict[str, str]:
        """One sentence per field, in the language of the process; `errors_in` for another."""
        return self.errors_in(None)

    def errors_in(self, language: str | None) -> dict[str, str]:
        return {name: fault.say(language=language) for name, fault in self.faults.items()}


def clean(
    form: Form,
    raw: Mapping[str, Any],
    *,
    now: datetime,
    stage: str = By.APPLICANT,
    only: Collection[str] | None = None,
    needed: Collection[str] = (),
    known: Mapping[str, Any] | None = None,
    lists: Lists | None = None,
    zone: Zone = Zone.WITA,
) -> Cleaned:
    """Answers to the fields of `stage` (or to `only` these, of whatever stage), judged.

    `needed` must be answered if they show, whatever the field says (the `needs` of an act). `known` are values that
    stand already: conditions look at them, they are not given back. `lists` know the values of `ref:` lists.
    """
    raw = raw if isinstance(raw, Mapping) else {}
    asked = [item for item in form.fields if (item.name in only if only is not None else item.by == stage)]
    cleaner = _Cleaner(now=now.astimezone(zone.tzinfo), zone=zone, lists=lists or {})
    found: dict[str, Any] = {}
    faults: dict[str, Fault] = {}
    for item in asked:
        try:
            found[item.name] = cleaner.value(item, raw, item.name, faults)
        except Unfit as unfit:
            faults[item.name] = unfit.fault
            found[item.name] = None
    shown = visible(form, {**(known or {}), **found}, now=cleaner.now)
    values = {name: value for name, value in found.items() if name in shown}
    faults = {name: fault for name, fault in faults.items() if _root(name, found) in shown}
    context = {name: value for name, value in {**(known or {}), **found}.items() if name in shown}
    for item in asked:
        is_asked = item.required or item.name in needed or _holds(item.required_if, context, cleaner.now)
        if is_asked and item.name in values and _is_missing(values[item.name]) and item.name not in faults:
            faults[item.name] = _required(item)
    names = {item.name for item in form.fields}
    return Cleaned(values, faults, tuple(str(key)[:80] for key in raw if _head(key, names) not in names))


def visible(form: Form, values: Mapping[str, Any], *, now: datetime | None = None) -> frozenset[str]:
    """The fields that show with these values. What does not show has no value for the conditions of others."""
    shown: dict[str, bool] = {}

    def is_shown(name: str) -> bool:
        if name not in shown:
            shown[name] = True  # a circle (refused at load) ends here
            step = form.step_of.get(name)
            conditions = (form.by_name[name].show_if, step.show_if if step else "")
            shown[name] = all(_met(condition) for condition in conditions if condition)
        return shown[name]

    def _met(condition: str) -> bool:
        tree = _tree(condition)
        if tree is None:
            return False
        names = {name: values.get(name) for name in tree.names() if name not in form.by_name or is_shown(name)}
        return evaluate(tree, names, now=now) is True

    return frozenset(name for name in form.by_name if is_shown(name))


@lru_cache(maxsize=4096)
def _tree(text: str) -> Expression | None:
    try:
        return parse(text)
    except ValueError:
        return None  # refused at load


def _holds(text: str, values: Mapping[str, Any], now: datetime) -> bool:
    tree = _tree(text) if text else None
    return tree is not None and evaluate(tree, values, now=now) is True


def _is_missing(value: object) -> bool:
    return value is None or value == [] or value == ""


def _root(name: str, found: Mapping[str, object]) -> str:
    return name if name in found else name.split("-", 1)[0]


def _head(key: object, names: Collection[str]) -> str:
    text = str(key)
    return text if text in names else text.split("-", 1)[0]


def _required(item: Field) -> Fault:
    if item.type is FieldType.BOOLEAN and item.must_agree:
        return Fault("must-agree", _("This must be agreed to."))
    if item.type in (FieldType.CHOICE, FieldType.MULTICHOICE, FieldType.BOOLEAN):
        return Fault("required", _("Choose an answer."))
    if item.type is FieldType.FILE:
        return Fault("required", _("Choose a file."))
    if item.type is FieldType.TABLE:
        return Fault("required", _("Fill in at least one row."))
    return Fault("required", _("Fill this in."))


@dataclass(frozen=True)
class _Cleaner:
    now: datetime
    zone: Zone
    lists: Lists

    def value(self, item: Field, raw: Mapping[str, Any], key: str, faults: dict[str, Fault]) -> Any:
        """The kept value or None where there is no answer. Raises `Unfit`; faults of cells go into `faults`."""
        if item.type is FieldType.TABLE:
            return self.table(item, _rows(item, raw, key), key, faults)
        given = raw.get(key)
        if given is None and item.type is FieldType.POINT:
            given = _two(raw.get(f"{key}-lat"), raw.get(f"{key}-lon"))
        if item.is_list:
            return self.many(item, given)
        given = _one(given, item)
        return None if _is_blank(given) else self.single(item, given)

    def many(self, item: Field, given: object) -> list[Any] | None:
        parts = list(given) if isinstance(given, list | tuple) else [given]
        if len(parts) > MOST_ROWS:
            raise Unfit("too-many", _("These are more than %(most)s values."), most=MOST_ROWS)
        values = []
        for part in parts:
            value = None if _is_blank(part) else self.single(item, part)
            if value is not None and value not in values:
                values.append(value)
        if item.choices and item.type is FieldType.MULTICHOICE:
            order = list(item.choices)
            values.sort(key=order.index)
        if values:
            self.count(item, len(values))
        return values or None

    def table(self, item: Field, rows: list[Mapping[str, Any]], key: str, faults: dict[str, Fault]) -> Any:
        if len(rows) > MOST_ROWS:
            raise Unfit("too-many", _("These are more than %(most)s rows."), most=MOST_ROWS)
        kept: list[dict[str, Any]] = []
        for row in rows:
            found: dict[str, Fault] = {}
            values: dict[str, Any] = {}
            for column in item.fields:
                try:
                    values[column.name] = self.value(column, row, column.name, found)
                except Unfit as unfit:
                    found[column.name] = unfit.fault
                    values[column.name] = None
            if not found and all(_is_missing(value) for value in values.values()):
                continue  # an empty row is no row
            for column in item.fields:
                is_asked = column.required or _holds(column.required_if, values, self.now)
                if column.name not in found and _is_missing(values[column.name]) and is_asked:
                    found[column.name] = _required(column)
            faults |= {f"{key}-{len(kept)}-{name}": fault for name, fault in found.items()}
            kept.append(values)
        if kept:
            self.count(item, len(kept))
        return kept or None

    def count(self, item: Field, count: int) -> None:
        """`minimum` and `maximum` of a list are how many."""
        if item.type not in (FieldType.TABLE, FieldType.MULTICHOICE):
            return
        if item.minimum and count < int(item.minimum):
            raise Unfit("minimum", _("At least %(limit)s, please."), limit=item.minimum)
        if item.maximum and count > int(item.maximum):
            raise Unfit("maximum", _("At most %(limit)s, please."), limit=item.maximum)

    def single(self, item: Field, given: object) -> Any:
        """One value of the field's type, within its limits."""
        value = self.typed(item, given)
        if isinstance(value, str) and value:
            self.fit_text(item, value)
        if item.type in (FieldType.INTEGER, FieldType.NUMBER, FieldType.MONEY):
            self.fit_number(item, value)
        if item.type in (FieldType.DATE, FieldType.DATETIME):
            self.fit_day(item, str(value))
        if item.type is FieldType.FILE:
            _fit_file(item, value)
        return value

    def typed(self, item: Field, given: object) -> Any:
        match item.type:
            case FieldType.STRING:
                return answer.read_text(given) or None
            case FieldType.TEXT:
                return answer.read_text(given, lines=True) or None
            case FieldType.INTEGER:
                return answer.read_number(given, whole=True)
            case FieldType.NUMBER:
                return answer.read_number(given, whole=False)
            case FieldType.MONEY:
                return answer.read_money(given)
            case FieldType.BOOLEAN:
                is_so = answer.read_boolean(given)
                return None if item.must_agree and not is_so else is_so
            case FieldType.DATE:
                return answer.read_date(given)
            case FieldType.DATETIME:
                return answer.read_datetime(given, zone=self.zone)
            case FieldType.CHOICE | FieldType.MULTICHOICE:
                return self.option(item, given)
            case FieldType.AREA:
                return self.area(item, given)
            case FieldType.POINT:
                return answer.read_point(given)
            case FieldType.SHAPE:
                return answer.read_shape(given)
            case FieldType.FILE:
                return answer.read_file(given)
            case FieldType.NIK:
                return answer.read_nik(given)
            case FieldType.PHONE:
                return answer.read_phone(given)
            case FieldType.EMAIL:
                return answer.read_email(given)
            case _:
                return self.reference(item, given)

    def option(self, item: Field, given: object) -> str:
        value = answer.read_text(given)
        known: Container[str] | None = item.choices if item.options else self.lists.get(item.options_from)
        if known is not None and value not in known:
            raise Unfit("option", _("Choose one of the answers offered."))
        return value

    def area(self, item: Field, given: object) -> str:
        code = answer.read_area(given, level=item.level)
        known: Container[str] | None = item.choices if item.options else self.lists.get("ref:wilayah")
        if known is not None and code not in known:
            raise Unfit("area", _("Choose an area from the list."))
        return code

    def reference(self, item: Field, given: object) -> str:
        value = answer.read_reference(given)
        known = self.lists.get(item.options_from or f"ref:{item.type}")
        if known is not None and value not in known:
            raise Unfit("reference", _("Choose from the list."))
        return value

    def fit_text(self, item: Field, value: str) -> None:
        longest = item.max_length or _LONGEST.get(item.type)
        if longest is not None and len(value) > longest:
            raise Unfit("max-length", _("This is longer than %(limit)s characters."), limit=longest)
        if item.min_length is not None and len(value) < item.min_length:
            raise Unfit("min-length", _("Write at least %(limit)s characters."), limit=item.min_length)
        if item.pattern and not _fits(item.pattern, value):
            raise Unfit("pattern", _("This does not have the form that is asked for."))

    def fit_number(self, item: Field, value: object) -> None:
        number = Decimal(str(value))
        for limit, sign, text in (
            (item.minimum, 1, _("This must be at least %(limit)s.")),
            (item.maximum, -1, _("This must be at most %(limit)s.")),
        ):
            if limit and (number - _decimal(limit)) * sign < 0:
                code = "minimum" if sign > 0 else "maximum"
                raise Unfit(code, text, limit=_written(_decimal(limit)))

    def fit_day(self, item: Field, value: str) -> None:
        day = date.fromisoformat(value[:10])
        if item.type is FieldType.DATETIME:
            day = datetime.fromisoformat(value).astimezone(self.zone.tzinfo).date()
        for limit, sign, text in (
            (item.minimum, 1, _("The day must be %(limit)s or later.")),
            (item.maximum, -1, _("The day must be %(limit)s or earlier.")),
        ):
            bound = limit_date(limit, today=self.now.date()) if limit else None
            if bound is not None and (day - bound).days * sign < 0:
                raise Unfit("minimum" if sign > 0 else "maximum", text, limit=f"{bound:%d/%m/%Y}")


def limit_date(text: str, *, today: date) -> date | None:
    """The day of a limit: `2026-01-31`, `today`, `today-30`; None where it is none."""
    try:
        if match := _TODAY.fullmatch(text.strip()):
            days = int(match[2] or 0) * (-1 if match[1] == "-" else 1)
            return today + timedelta(days=days)
        return date.fromisoformat(text)
    except (ValueError, OverflowError):
        return None


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal(0)  # refused at load


def _written(number: Decimal) -> str:
    """As Indonesians write it: 1.234,5."""
    return f"{number:,f}".translate(str.maketrans(",.", ".,"))


@lru_cache(maxsize=1024)
def _pattern(text: str) -> re.Pattern[str] | None:
    try:
        return re.compile(text)
    except (re.error, RecursionError):
        return None  # refused at load


def _fits(pattern: str, value: str) -> bool:
    form = _pattern(pattern)
    return form is not None and form.fullmatch(value) is not None


def _fit_file(item: Field, value: Mapping[str, Any]) -> None:
    size = value.get("size")
    if item.max_size is not None and isinstance(size, int) and size > item.max_size:
        raise Unfit("file-size", _("This file is larger than %(limit)s MB."), limit=f"{item.max_size / 1e6:g}")
    kind, name = str(value.get("type", "")).lower(), str(value.get("name", "")).lower()
    if item.accept and (kind or name) and not any(_is_accepted(rule, kind, name) for rule in item.accept):
        raise Unfit(
            "file-type", _("Files of this kind are not taken; allowed: %(kinds)s."), kinds=", ".join(item.accept)
        )


def _is_accepted(rule: str, kind: str, name: str) -> bool:
    rule = rule.lower()
    if rule.startswith("."):
        return name.endswith(rule)
    return kind.startswith(rule[:-1]) if rule.endswith("/*") else kind == rule


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip()) or value in ([], {}, ())


def _one(given: object, item: Field) -> object:
    """A form sends lists of one; several answers to a question with one are too many."""
    if not isinstance(given, list | tuple) or item.type in (FieldType.POINT, FieldType.SHAPE):
        return given[0] if isinstance(given, list) and len(given) == 1 else given
    filled = [part for part in given if not _is_blank(part)]
    if len(filled) > 1:
        raise Unfit("one-only", _("Give one answer only."))
    return filled[0] if filled else None


def _two(lat: object, lon: object) -> object:
    lat = lat[0] if isinstance(lat, list) and lat else lat
    lon = lon[0] if isinstance(lon, list) and lon else lon
    return None if _is_blank(lat) and _is_blank(lon) else {"lat": lat, "lon": lon}


def _rows(item: Field, raw: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """Rows as a list of objects (JSON), or from names such as `keluarga-0-nama` (a page)."""
    given = raw.get(key)
    if isinstance(given, list | tuple):
        rows = [row for row in given if not _is_blank(row)]
        if all(isinstance(row, Mapping) for row in rows):
            return rows
        raise Unfit("table", _("Fill in the rows of the table."))
    if not _is_blank(given):
        raise Unfit("table", _("Fill in the rows of the table."))
    found: dict[int, dict[str, Any]] = {}
    form = re.compile(re.escape(key) + r"-(\d{1,6})-(.+)", re.DOTALL)
    for name, value in raw.items():
        if isinstance(name, str) and name.startswith(key) and (match := form.fullmatch(name)):
            found.setdefault(int(match[1]), {})[match[2]] = value
    return [found[number] for number in sorted(found)]
