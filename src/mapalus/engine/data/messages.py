"""One sentence per error, as a colleague would say it: what is there, what was expected, and what it may be.

Message ids are English; the sentences people see first are Indonesian (see the catalogue).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache

from mapalus.engine.data.contract import Contract, Field
from mapalus.engine.text import _, translate

__all__ = ["LONGEST_SHOWN", "make_say", "name_of_type"]

LONGEST_SHOWN = 60

TYPE_NAMES = {
    "integer": _("a whole number"),
    "number": _("a number"),
    "boolean": _("yes or no"),
    "date": _("a date"),
    "time": _("a time of day"),
    "datetime": _("a date with time"),
    "year": _("a year of four digits"),
    "yearmonth": _("a month such as 2026-01"),
    "duration": _("a duration"),
    "email": _("an e-mail address"),
    "uri": _("a web address"),
    "uuid": _("a UUID"),
    "binary": _("base64 text"),
    "object": _("a JSON object"),
    "array": _("a JSON list"),
    "list": _("a list"),
    "geopoint": _("a point: longitude, latitude"),
    "geojson": _("GeoJSON"),
}
SENTENCES = {
    "required": _("%(field)s is empty. It must be filled in."),
    "minimum": _("%(value)s is less than %(bound)s, the least allowed."),
    "maximum": _("%(value)s is more than %(bound)s, the most allowed."),
    "exclusiveMinimum": _("%(value)s must be more than %(bound)s."),
    "exclusiveMaximum": _("%(value)s must be less than %(bound)s."),
    "minLength": _("%(value)s has %(length)s characters; at least %(bound)s are needed."),
    "maxLength": _("%(value)s has %(length)s characters; at most %(bound)s fit."),
    "pattern": _("%(value)s does not have the agreed form."),
    "enum": _("%(value)s is not one of the choices: %(bound)s."),
    "jsonSchema": _("%(value)s does not have the agreed structure."),
    "unique": _("%(value)s already occurs in an earlier row."),
    "uniqueKeys": _("%(value)s already occurs in an earlier row."),
    "primaryKey": _("%(value)s already occurs in an earlier row. Each row needs its own %(field)s."),
    "foreignKey": _("%(value)s is not in the reference list %(bound)s."),
    "codes": _("%(value)s is not in the code list."),
}
SHAPES = {
    "missing-cell": _("The row ends before the column %(field)s."),
    "extra-cell": _("The row has more cells than there are columns: %(value)s."),
    "encoding-error": _("Some characters cannot be read. Save the file as UTF-8, then hand it in again."),
    "parse-error": _("The row cannot be divided into cells. Look for a quotation mark that is not closed."),
}
ALL_DIGITS = _("%(value)s must be %(bound)s digits and nothing else.")
SUCH_AS = _("%(value)s does not have the agreed form, such as %(bound)s.")
NOT_OF_TYPE = _("%(value)s is not %(type)s.")
MAYBE = _("Perhaps %(guess)s")
Sentence = Callable[[str, str, str, str | None], str]


def make_say(contract: Contract, *, language: str | None = None) -> Sentence:
    """The function (field, code, rule, value) -> sentence for one contract."""
    fields = {item.name: item for item in contract.fields}
    rules = {rule.name: rule.message for rule in contract.rules}
    lists = {", ".join(key.fields): key.resource for key in contract.foreign_keys}

    @lru_cache(maxsize=200_000)
    def say(field: str, code: str, rule: str, value: str | None) -> str:
        data: dict[str, object] = {"field": _title(fields, field), "value": shown(value), "bound": ""}
        if code in SHAPES:
            return translate(SHAPES[code], language=language) % data
        item = fields.get(field)
        if code == "type-error" and item is not None:
            return _type_sentence(item, value or "", language)
        if rule not in SENTENCES:
            return rules.get(rule) or translate(_("The rule %(rule)s does not hold."), language=language) % {
                "rule": rule
            }
        data["length"] = len(value or "")
        data["bound"] = _bound(item, rule, lists.get(field, ""))
        if rule == "pattern":
            return _pattern_sentence(data, language)
        return translate(SENTENCES[rule], language=language) % data

    return say


def _title(fields: Mapping[str, Field], name: str) -> str:
    item = fields.get(name)
    return item.title or name if item else name


def shown(value: str | None) -> str:
    """A value inside a sentence: on one line and not too long."""
    text = " ".join((value or "").split()) if value and value.strip() else repr(value or "")
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def _bound(item: Field | None, rule: str, source: str) -> str:
    if rule == "foreignKey":
        return source.rsplit("/", 1)[-1]
    if item is None:
        return ""
    bound = item.constraints.get(rule)
    if isinstance(bound, list):
        words = [str(word) for word in bound]
        return ", ".join(words[:8]) + (", …" if len(words) > 8 else "")
    return str(bound)


def _pattern_sentence(data: Mapping[str, object], language: str | None) -> str:
    """What a pattern asks for, without showing the pattern itself: nobody has to read a regular expression."""
    pattern = str(data["bound"]).removeprefix("^").removesuffix("$")
    digits = re.fullmatch(r"(?:\\d|\[0-9\])\{([0-9]+)\}", pattern)
    if digits:
        return translate(ALL_DIGITS, language=language) % {**data, "bound": digits[1]}
    example = re.sub(r"(?:\\d|\[0-9\])(?:\{([0-9]+)\})?", lambda found: "0" * int(found[1] or 1), pattern)
    example = re.sub(r"\[(\w)[^\]^]*\]", r"\1", example).replace("\\.", ".")
    if re.fullmatch(r"[\w ./-]+", example):
        return translate(SUCH_AS, language=language) % {**data, "bound": example}
    return translate(SENTENCES["pattern"], language=language) % data


def name_of_type(item: Field, language: str | None) -> str:
    """`a whole number`, in words."""
    kind = item.format if item.type == "string" and item.format != "default" else item.type
    return translate(TYPE_NAMES.get(kind, kind), language=language)


def _type_sentence(item: Field, value: str, language: str | None) -> str:
    """What is wrong, and where it can be seen, what it may have been."""
    said = translate(NOT_OF_TYPE, language=language) % {"value": shown(value), "type": name_of_type(item, language)}
    reason, guess = _diagnose(item, value)
    if reason is not None:
        text, data = reason
        said = said[:-1] + ": " + translate(text, language=language) % data + "."
    if guess:
        said += " " + translate(MAYBE, language=language) % {"guess": guess} + "."
    return said


Reason = tuple[str, Mapping[str, object]]
_LOOKS_LIKE = {"O": "0", "o": "0", "l": "1", "I": "1", "S": "5", "B": "8"}
LETTER_FOR_DIGIT = _("character %(place)s is the letter %(letter)s")
BLANKS_AROUND = _("there is a blank before or after it")
GROUPED = _("a point or comma stands between the digits")
HAS_WORDS = _("it holds letters")
HAS_FRACTION = _("it has a fraction")
DAY_NOT_THERE = _("that day is not in the calendar")
OTHER_ORDER = _("dates are written %(form)s")


def _diagnose(item: Field, value: str) -> tuple[Reason | None, str]:
    if value != value.strip():
        return (BLANKS_AROUND, {}), value.strip()
    if item.type in ("integer", "number", "year"):
        return _diagnose_number(item, value)
    if item.type in ("date", "datetime"):
        return _diagnose_date(item, value)
    return None, ""


def _diagnose_number(item: Field, value: str) -> tuple[Reason | None, str]:
    for place, letter in enumerate(value, 1):
        if letter in _LOOKS_LIKE and re.fullmatch(r"[0-9OolISB.,-]+", value) and re.search("[0-9]", value):
            guess = "".join(_LOOKS_LIKE.get(x, x) for x in value)
            return (LETTER_FOR_DIGIT, {"place": place, "letter": letter}), guess
    if item.type == "integer" and re.fullmatch(r"[+-]?[0-9]{1,3}([.,][0-9]{3})+", value):
        return (GROUPED, {}), re.sub("[.,]", "", value)
    if item.type == "integer" and re.fullmatch(r"[+-]?[0-9]+[.,]0+", value):
        return (HAS_FRACTION, {}), re.split("[.,]", value)[0]
    if item.type == "integer" and re.fullmatch(r"[+-]?[0-9]*[.,][0-9]+", value):
        return (HAS_FRACTION, {}), ""
    if item.type == "number" and re.fullmatch(r"[+-]?[0-9.]*[0-9],[0-9]+", value) and "decimalChar" not in item.options:
        return (GROUPED, {}), value.replace(".", "").replace(",", ".")
    if re.search("[0-9]", value) and re.search("[A-Za-z]", value):
        return (HAS_WORDS, {}), ""
    return None, ""


def _diagnose_date(item: Field, value: str) -> tuple[Reason | None, str]:
    form = {"default": "2026-01-31", "%d/%m/%Y": "31/01/2026"}.get(item.format, item.format)
    iso = re.fullmatch(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})", value)
    local = re.fullmatch(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})", value)
    if not iso and not local:
        return None, ""
    year, month, day = iso.groups() if iso else reversed(local.groups())  # type: ignore[union-attr]
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return (DAY_NOT_THERE, {}), ""
    guess = found.isoformat() if item.format == "default" else ""
    return (OTHER_ORDER, {"form": form}), guess
