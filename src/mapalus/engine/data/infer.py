"""A contract proposed by the file itself: for each column the one form that reads most of its values.

Table Schema's own form wins a tie. What the chosen form does not read is a type error when the file is checked, so a
guess never hides anything. Codes stay text. Every guess that is not the default is reported with its reason.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from pathlib import Path
from typing import Any

from mapalus.engine.data.contract import Contract, Field
from mapalus.engine.data.formats import reader, unsigned
from mapalus.engine.data.forms import FORMS, MISSING_ANYWHERE, MISSING_IN_VALUES, Family, Form
from mapalus.engine.data.headers import counts_persons, is_about_a_day, is_code, is_year, personal_kind
from mapalus.engine.data.readings import (
    Readings,
    by_heads,
    counts_heads,
    evidence,
    of_days,
    of_numbers,
    said_of,
    settled,
)
from mapalus.engine.data.table import Guess, Scan, Warn
from mapalus.engine.text import _, slug

__all__ = ["Inferred", "Values", "infer", "infer_column"]

_MAJORITY = 0.5
_FEW = 50_000  # distinct values weighed in Python
_NUMBER_AND_WORDS = re.compile(r"\s*([^\s0-9+-]*)\s*[+-]?[0-9](?:[0-9.,]*[0-9])?(?:,-)?\s*([^\s0-9][^\s]*)?\s*")
_AS_ZEROS = str.maketrans("123456789", "0" * 9)
_BEFORE, _BEHIND = ("(", "\u2212", "\u2013"), (")", "-")  # signs as in account books
_PLAIN_DIGITS = re.compile(r"[0-9]{1,15}")
_FEW_DIGITS = re.compile(r"0|[1-9][0-9]{0,2}(?:[.,]?[0-9]{3})?")  # counts; no number of a person is so short
_CODE_MOST_DIGITS = 15  # longer ones are no quantities; spreadsheets lose their last digits


@dataclass(frozen=True)
class Values:
    """The distinct texts of a column with their numbers. `is_all` is false where they are a sample over the file."""

    counts: Mapping[str, int]
    is_all: bool = True
    is_unique: bool = False
    rows: int = 0


@dataclass
class Inferred:
    """A proposed contract, and what was guessed for it."""

    contract: Contract
    guesses: tuple[Guess, ...] = ()
    warnings: tuple[Warn, ...] = ()


@dataclass
class _Column:
    """What was found out about one column."""

    field: Field
    guesses: list[Guess] = dataclass_field(default_factory=list)
    warnings: list[Warn] = dataclass_field(default_factory=list)
    readings: Readings | None = None  # where it can be read in two ways


def infer(scan: Scan, *, scratch: Path, name: str, values: Sequence[Values] | None = None) -> Inferred:
    """Propose a contract for a scan; every value of every column is weighed, or a sample over the whole file."""
    from mapalus.engine.data.runners.duckdb.values import column_values

    titles = scan.titles or scan.columns
    values = column_values(scan, scratch=scratch, few=_FEW) if values is None else values
    natives = _natives(scan)
    columns = [infer_column(column, titles[n], values[n], natives=natives[n]) for n, column in enumerate(scan.columns)]
    _settle(columns, titles, values, natives)
    keys, key_warnings = _keys(columns, values)
    years = [title for title in titles if is_year(title)]
    warnings = [warn for column in columns for warn in column.warnings] + key_warnings
    if len(years) >= 3:
        warnings.append(
            Warn(
                "years-as-columns", _("The years %(years)s stand side by side as columns."), {"years": ", ".join(years)}
            )
        )
    contract = Contract(
        name=slug(name) or "data",
        fields=tuple(column.field for column in columns),
        primary_key=keys,
    )
    return Inferred(contract, tuple(guess for column in columns for guess in column.guesses), tuple(warnings))


def _natives(scan: Scan) -> list[Collection[str]]:
    """For each column the texts that the file itself holds as numbers: these can be read in one way only."""
    return [_All() if column in scan.typed else scan.numbers for column in scan.columns]


class _All(frozenset[str]):
    def __contains__(self, text: object) -> bool:
        return True


def _settle(
    columns: Sequence[_Column], titles: Sequence[str], values: Sequence[Values], natives: Sequence[Collection[str]]
) -> None:
    """Columns that can be read in two ways, by what the other columns say."""
    if not any(column.readings for column in columns):
        return
    beside = [
        (titles[n], speech) for n, column in enumerate(columns)
        if not column.readings and (speech := evidence(column.field, values[n].counts, natives=natives[n]))
    ]  # fmt: skip
    for n, column in enumerate(columns):
        if column.readings:
            item, guesses, warnings = settled(column.readings, title=titles[n], beside=beside)
            what = f"format:{item.name}"
            column.field = item
            column.guesses = [*(one for one in column.guesses if one.what != what), *guesses]
            column.warnings += warnings


def infer_column(name: str, title: str, values: Values, *, natives: Collection[str] = ()) -> _Column:
    """The form of one column. `natives`: texts that are numbers by themselves, such as the cells of a workbook."""
    counts = Counter({text: n for text, n in values.counts.items() if not _is_missing(text, MISSING_ANYWHERE)})
    missing = [text for text in values.counts if _is_missing(text, MISSING_ANYWHERE)]
    extra: dict[str, Any] = {"personal": kind} if (kind := personal_kind(title)) else {}
    base = Field(name=name, title="" if title == name else title, mapalus=extra)
    code = _codes(title, counts)
    if code is not None or not counts:
        found = _Column(_with_missing(base, missing))
        found.warnings += _lost_digits(title, counts) if counts and is_code(title) else []
        return found
    typed = Counter({text: n for text, n in counts.items() if not _is_missing(text, MISSING_IN_VALUES)})
    form, scores = _best(title, typed)
    if form is None:
        return _Column(_with_missing(base, missing), warnings=_zones(name, typed))
    missing += [text for text in counts if text not in typed and not form.reads()(text)]
    if "bareNumber" in form.options:
        extra = {**extra, "affixes": _affixes(typed, form)}
    chosen = Field(
        name=name, title=base.title, type=form.type, format=form.format,
        options=_used_words(form, typed), mapalus={**form.mapalus, **extra},
    )  # fmt: skip
    chosen = _with_missing(chosen, missing)
    readings = None
    if form.family in (Family.DAY, Family.MOMENT):
        readings = of_days(chosen, form, scores, typed)
    item = chosen
    if form.family is Family.NUMBER:
        readings, item = of_numbers(chosen, title, typed, natives=natives)
    told = []
    if readings is not None and not readings.is_of_days and counts_heads(title):
        item, told, readings = readings.fields[0], [by_heads(title, readings.text)], None
    found = _Column(item, readings=readings, warnings=told)
    _report(found, title, form, scores, typed)
    if item is not chosen and item != chosen:
        decided = _("What stands beside the numbers of %(title)s, or in its header, decides how they are read.")
        found.guesses = [Guess(f"format:{name}", said_of(item), decided, 0.9, {"title": title})]
    return found


def _affixes(counts: Counter[str], form: Form) -> list[str]:
    """The words that stand around the numbers of a column: only these are taken away when it is checked."""
    found: set[str] = set()
    for text in filter(form.reads(), counts):
        parts = _NUMBER_AND_WORDS.fullmatch(unsigned(text) if form.is_accounting else text)
        found.update(word.rstrip(".") for word in (parts.groups() if parts else ()) if word)
    return sorted(found)


def _is_missing(text: str, words: Sequence[str]) -> bool:
    return text.strip().lower() in words


def _with_missing(item: Field, texts: Sequence[str]) -> Field:
    words = tuple(sorted({"", *texts}))
    if words == ("",):
        return item
    from dataclasses import replace

    return replace(item, missing_values=words)


def _codes(title: str, counts: Counter[str]) -> str | None:
    """Why a column of digits is text all the same; None where it is not."""
    if is_code(title) and not (counts_persons(title) and all(map(_FEW_DIGITS.fullmatch, counts))):
        return "header"
    whole = [text for text in counts if re.fullmatch(r"[0-9]+", text)]
    if not whole or sum(counts[text] for text in whole) <= _MAJORITY * counts.total():
        return None
    if any(len(text) > 1 and text[0] == "0" for text in whole):
        return "leading zeros"
    long = sum(counts[text] for text in whole if len(text) > _CODE_MOST_DIGITS)
    if long > _MAJORITY * sum(counts[text] for text in whole):
        return "too long"
    return None


_HOUR_AND_ZONE = re.compile(r"[0-9]{1,2}[.:][0-9]{2}(?:[.:][0-9]{2})?\s?(WIB|WITA|WIT)", re.IGNORECASE)


def _zones(name: str, counts: Counter[str]) -> list[Warn]:
    """Hours of several zones stay text: without a day they cannot be turned into one zone."""
    found = {match[1].upper() for text in counts if (match := _HOUR_AND_ZONE.fullmatch(text.strip()))}
    if len(found) < 2:
        return []
    text = _("%(field)s holds times of different zones, or with and without one.")
    return [Warn("mixed-timezone", text, {"field": name})]


def _lost_digits(title: str, counts: Counter[str]) -> list[Warn]:
    """Codes that a spreadsheet turned into 4,01E+07."""
    lost = [text for text in counts if re.fullmatch(r"[0-9][.,]?[0-9]*[eE]\+?[0-9]+", text)]
    if not lost:
        return []
    return [
        Warn(
            "scientific-notation-id",
            _("In %(title)s a spreadsheet has turned codes such as %(value)s into powers of ten: digits are lost."),
            {"title": title, "value": lost[0], "count": sum(counts[text] for text in lost)},
        )
    ]


def _best(title: str, counts: Counter[str]) -> tuple[Form | None, dict[Form, int]]:
    """The form that reads most, of the family that reads most; None where the column is text."""
    total = counts.total()
    if not total:
        return None, {}
    about_a_day = is_about_a_day(title)
    signed = any(
        text[:1] in _BEFORE or text[-1:] in _BEHIND or (text[:1] == "-" and not text[1:2].isdigit())
        for text in map(str.strip, counts)
    )
    forms = [
        form for form in FORMS
        if (about_a_day or not form.needs_day_header) and (signed or not form.is_accounting)
    ]  # fmt: skip
    # every form of a number reads plain digits, and no form of a day or of anything else does unless it says so
    plain = {text for text in counts if _PLAIN_DIGITS.fullmatch(text)}
    others = [text for text in counts if text not in plain]
    looks: dict[str, list[str]] = {}
    for text in others:
        looks.setdefault(text.translate(_AS_ZEROS), []).append(text)
    sure = sum(counts[text] for text in plain)
    read: dict[int, set[str]] = {}
    scores: dict[int, int] = {}
    for n, form in enumerate(forms):
        test = form.reads()
        is_number = form.family is Family.NUMBER
        asked: Iterable[str] = counts if form.needs_day_header or form.family is Family.BOOLEAN else others
        if gate := form.gate():
            asked = [text for shown, texts in looks.items() if gate.fullmatch(shown) for text in texts]
        read[n] = {text for text in asked if test(text)}
        scores[n] = sum(counts[text] for text in read[n]) + (sure if is_number else 0)
    families: dict[Family, int] = {}
    for family in Family:
        texts = set().union(*(read[n] for n, form in enumerate(forms) if form.family is family))
        families[family] = sum(counts[text] for text in texts) + (sure if family is Family.NUMBER else 0)
    order = list(Family)
    if about_a_day:
        order.sort(key=lambda family: family in (Family.NUMBER, Family.BOOLEAN))
    if not _says_both(counts):
        families[Family.BOOLEAN] = 0
    family = max(order, key=lambda each: families[each])
    if families[family] <= _MAJORITY * total:
        return None, {}
    inside = [n for n, form in enumerate(forms) if form.family is family]
    shapes = [n for n in inside if forms[n].type == "geojson" and scores[n] > _MAJORITY * total]
    inside = shapes or inside  # every shape is an object, too, and so is one that is wrong
    best = max(inside, key=lambda n: (scores[n], -forms[n].rank))
    best_form = forms[best]
    return best_form, {forms[n]: scores[n] for n in inside}


def _says_both(counts: Counter[str]) -> bool:
    """A column of yes and no holds both, and little else: `Tidak ada` alone may be one of many answers; true or false
    alone is none."""
    if all(text.lower() in ("true", "false") for text in counts):
        return True
    words = Form(Family.BOOLEAN, 1, "boolean", options=_YES_NO).options
    yes, no = (any(word in counts for word in words[key]) for key in ("trueValues", "falseValues"))
    return yes and no


_YES_NO = next(form.options for form in FORMS if form.type == "boolean" and form.options)


def _used_words(form: Form, counts: Counter[str]) -> Mapping[str, Any]:
    """A boolean form lists only the words that occur, so that people can read it."""
    if form.type != "boolean" or not form.options:
        return form.options
    used = {key: [word for word in form.options[key] if word in counts] for key in ("trueValues", "falseValues")}
    return {key: words or form.options[key][:1] for key, words in used.items()}


def _report(found: _Column, title: str, form: Form, scores: Mapping[Form, int], counts: Counter[str]) -> None:
    """Say what was guessed, and what could also have been meant."""
    total, score = counts.total(), scores[form]
    written = _written(form)
    if not form.is_default:
        found.guesses.append(
            Guess(
                f"format:{found.field.name}", written,
                _("%(score)s of %(total)s values of %(title)s are written so."),
                round(score / total, 3), {"score": score, "total": total, "title": title},
            )
        )  # fmt: skip
    if form.mapalus.get("serial") == "excel":
        number = next(filter(form.reads(), counts))
        text = _("%(title)s holds day numbers of a spreadsheet, such as %(value)s for %(day)s; they are read as dates.")
        day = reader(found.field)(number)
        found.warnings.append(Warn("excel-serial-date", text, {"title": title, "value": number, "day": day}))
    if "bareNumber" in form.options:
        _mixed_shares(found, title, form, counts)
    if "%y" in form.format:
        text = _("%(title)s writes years with two digits; 69 to 99 were taken for 1969 to 1999.")
        found.warnings.append(Warn("two-digit-year", text, {"title": title}))


def _mixed_shares(found: _Column, title: str, form: Form, counts: Counter[str]) -> None:
    """12,5% beside 0,125: nobody knows whether the second is a share of one or of a hundred."""
    read = list(filter(form.reads(), counts))
    bare = [
        text for text in read if "%" not in text and "persen" not in text.lower() and not text.strip("0., ").isdecimal()
    ]
    bare += [text for text in read if re.fullmatch(r"\s*0[.,][0-9]+\s*", text)]
    if bare and len(bare) < len(read) and any("%" in text for text in read):
        text = _(
            "In %(title)s some values bear a percent sign and others, such as %(value)s, do not; each is read as it"
            " stands."
        )
        found.warnings.append(Warn("mixed-percent", text, {"title": title, "value": bare[0]}))


def _written(form: Form) -> str:
    """A form in short: `date %d/%m/%Y`, `number 1.234,56`."""
    if form.family is Family.NUMBER:
        group, decimal = str(form.options.get("groupChar", "")), str(form.options.get("decimalChar", "."))
        sample = f"1{group}234" + (f"{decimal}56" if form.type == "number" else "")
        sample = f"({sample})" if form.is_accounting else sample
        return f"{form.type} {'Rp ' if 'bareNumber' in form.options else ''}{sample}"
    if form.options:
        return f"{form.type} " + "/".join(str(words[0]) for words in form.options.values())
    return f"{form.type} {'day number' if form.mapalus else form.format}"


def _keys(columns: Sequence[_Column], values: Sequence[Values]) -> tuple[tuple[str, ...], list[Warn]]:
    """The first column that names each row; one that nearly does is worth a word."""
    warnings: list[Warn] = []
    for column, found in zip(columns, values, strict=True):
        if not _names_rows(column.field) or not found.rows:
            continue
        if found.is_unique and not any(_is_missing(text, MISSING_ANYWHERE) for text in found.counts):
            return (column.field.name,), warnings
        twice = [text for text, n in found.counts.items() if n > 1 and not _is_missing(text, MISSING_ANYWHERE)]
        if found.is_all and twice and len(twice) <= 0.05 * len(found.counts):
            text = _("%(title)s looks like a key, but %(value)s occurs more than once.")
            title = column.field.title or column.field.name
            warnings.append(Warn("duplicate-key", text, {"title": title, "value": twice[0]}))
    return (), warnings


_KEY_WORDS = frozenset(["id", "no", "nik", "npsn", "nip", "nisn", "kode", "uuid", "nomor", "npwp", "nib", "nkk"])


def _names_rows(item: Field) -> bool:
    from mapalus.engine.data.headers import words_of

    words = words_of(item.title or item.name)
    return item.type in ("string", "integer") and bool(_KEY_WORDS & {*words[:1], *words[-1:]})
