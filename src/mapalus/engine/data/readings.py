"""Columns that can be read in two ways: 03/04/2023 is March or April, 1.234 a thousand or a fraction.

Such a column is no guess and no toss. Where the file itself decides (another column is written in one of the two ways,
a value holds money or heads, a cell is a number of the program), that is the reason said. Where nothing does, its field
holds both readings under `mapalus.open`, for a person to choose from once. Until then a number is what Table Schema
says without more (a point before the fraction), and whatever the standard cannot read stays the text it is.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mapalus.engine.data.contract import Contract, Field
from mapalus.engine.data.formats import reader
from mapalus.engine.data.forms import Form
from mapalus.engine.data.table import Guess, Warn
from mapalus.engine.text import _

__all__ = [
    "Readings",
    "anonymous",
    "by_heads",
    "chosen",
    "counts_heads",
    "evidence",
    "of_days",
    "of_numbers",
    "open_fields",
    "open_warnings",
    "said_of",
    "settled",
    "warning_of",
]

DAY_FIRST, MONTH_FIRST, POINT_GROUPS, COMMA_GROUPS = "day first", "month first", "point groups", "comma groups"
_ONE_GROUP = r"[^0-9.,]*[1-9][0-9]{{0,2}}{sign}[0-9]{{3}}[^0-9.,]*"
_MONEY = re.compile(r"(?:^|[^A-Za-z])(?:Rp|IDR|USD|US\$|\$|€)|rupiah", re.IGNORECASE)
_HEADS = re.compile(r"[0-9]\s*(?:jiwa|orang|unit|buah)\b", re.IGNORECASE)
_SHARES = re.compile(
    r"\b(?:lat|lon|lng|long|latitude|longitude|lintang|bujur|persen|persentase|percent)\b|%", re.IGNORECASE
)
_BY_POINTS = re.compile(r"[^0-9]*[0-9]{1,3}(?:(?:\.[0-9]{3}){2,}(?:,[0-9]+)?|(?:\.[0-9]{3})*,[0-9]{1,2}|"
                        r"(?:\.[0-9]{3})+,[0-9]+)[^0-9]*")  # fmt: skip
_BY_COMMAS = re.compile(r"[^0-9]*[0-9]{1,3}(?:(?:,[0-9]{3}){2,}(?:\.[0-9]+)?|(?:,[0-9]{3})*\.[0-9]{1,2}|"
                        r"(?:,[0-9]{3})+\.[0-9]+)[^0-9]*")  # fmt: skip
_MANY = 10  # different whole numbers below a thousand
_WHOLE = re.compile(
    r"(?:^|[^a-z])(?:penduduk|pddk|jiwa|orang|siswa|murid|mahasiswa|guru|pegawai|asn|pns|pasien|kasus|keluarga|kk"
    r"|rumah[ _]tangga|sekolah|desa|kelurahan|penerima|pemilih|rp|rupiah|anggaran|pagu)(?:[^a-z]|$)",
    re.IGNORECASE,
)
_SCALED = re.compile(
    r"(?:^|[^a-z])(?:ribu|juta|miliar|rata|rerata|rasio|indeks|persen|persentase|laju|per|tingkat|angka|kepadatan)"
    r"(?:[^a-z]|$)|%|/",
    re.IGNORECASE,
)
_AROUND = frozenset(["affixes", "signs"])  # what may stand around a number beyond the standard
_LOOKED_AT = 5_000  # texts of a column by which it is evidence for others
_DAY_WARNED = _(
    "In %(title)s day and month cannot be told apart: %(text)s is %(first)s or %(second)s. It stays text until the"
    " contract says `%(form)s` or `%(other)s`."
)
_NUMBER_WARNED = _(
    "In %(title)s thousands and fractions cannot be told apart: %(text)s is %(first)s or %(second)s. It stays text"
    " until the contract says `%(form)s` or `%(other)s`."
)
_NUMBER_BY_STANDARD = _(
    "In %(title)s thousands and fractions cannot be told apart: %(text)s is %(first)s or %(second)s. It is read as"
    " %(second)s, as Table Schema does, and no dataset takes it until the contract says `%(form)s` or `%(other)s`."
)
_HEADS_WARNED = _(
    "In %(title)s a number such as %(text)s is read as thousands, since nobody counts these in fractions; say in the"
    " contract if it is otherwise."
)
_OPEN = _("All values of %(title)s can be read as %(form)s and as %(other)s; a person has to choose.")
_BESIDE = _("All values of %(title)s can be read in two ways; %(column)s, in the same file, is written in this one.")


@dataclass(frozen=True)
class Readings:
    """Two fields that read every value of a column, what in other columns would speak for each, and an example."""

    fields: tuple[Field, Field]
    speaks: tuple[str, str]
    text: str

    @property
    def is_of_days(self) -> bool:
        return self.speaks[0] == DAY_FIRST


def of_days(item: Field, form: Form, scores: Mapping[Form, int], counts: Mapping[str, int]) -> Readings | None:
    """Both orders of day and month, where both read every value and not every day is its own month."""
    if "%d" not in form.format:
        return None
    swapped = form.format.replace("%d", "\0").replace("%m", "%d").replace("\0", "%m")
    if not any(each.format == swapped and each is not form for each in scores):
        return None  # nobody writes so: 08.17.2023
    other = replace(item, format=swapped)
    one, two = reader(item), reader(other)
    told = [text for text in counts if form.reads()(text)]
    example = ""
    for text in told:
        try:
            differs = one(text) != two(text)
        except ValueError:
            return None
        example = example or (text if differs else "")
    if not example:
        return None
    first, second = (item, other) if form.format.find("%d") < form.format.find("%m") else (other, item)
    return Readings((first, second), (DAY_FIRST, MONTH_FIRST), example)


def of_numbers(
    item: Field, title: str, counts: Mapping[str, int], *, natives: Collection[str]
) -> tuple[Readings | None, Field]:
    """Both readings of 1.234, or None with the field that what stands beside the numbers decides for."""
    signed = [text for text in counts if "." in text or "," in text]
    if not signed or any(text in natives for text in signed):
        return None, item
    group, decimal = item.options.get("groupChar"), item.options.get("decimalChar", ".")
    for sign in ".,":
        one_group = re.compile(_ONE_GROUP.format(sign=re.escape(sign)))
        if sign not in (group, decimal) or not all(map(one_group.fullmatch, signed)):
            continue
        thousands, fractions = _as_thousands(item, sign), _as_fractions(item, sign)
        plain = [text for text in counts if text.isdecimal()]
        if any(_MONEY.search(text) or _HEADS.search(text) for text in signed):
            return None, thousands
        if _SHARES.search(title) or any("%" in text or "persen" in text for text in signed):
            return None, fractions
        if any(len(text) > 3 for text in plain):  # 1500 has no group: 1.234 has none either
            return None, fractions
        if len(plain) >= _MANY or (plain and any(text.rstrip(")% ")[-1:] == "0" for text in signed)):
            return None, thousands  # whole numbers up to 999 and then groups; nobody writes 2.500 beside a bare 567
        speaks = (POINT_GROUPS, COMMA_GROUPS) if sign == "." else (COMMA_GROUPS, POINT_GROUPS)
        return Readings((thousands, fractions), speaks, signed[0]), item
    return None, item


def counts_heads(title: str) -> bool:
    """Whether a header speaks of what is never divided, such as people or rupiah, and not of thousands of them."""
    return bool(_WHOLE.search(title)) and not _SCALED.search(title)


def by_heads(title: str, text: str) -> Warn:
    """The sentence about figures that were read as thousands for their header alone."""
    return Warn("ambiguous-number-format", _HEADS_WARNED, {"title": title, "text": text})


def _as_thousands(item: Field, sign: str) -> Field:
    options = {key: one for key, one in item.options.items() if key not in ("groupChar", "decimalChar")}
    return replace(item, type="integer", format="default", options={**options, "groupChar": sign})


def _as_fractions(item: Field, sign: str) -> Field:
    options = {key: one for key, one in item.options.items() if key not in ("groupChar", "decimalChar")}
    return replace(item, type="number", format="default",
                   options={**options, **({"decimalChar": sign} if sign != "." else {})})  # fmt: skip


def evidence(item: Field, counts: Mapping[str, int], *, natives: Collection[str]) -> str:
    """What a column that can be read in one way only says about the others, or nothing."""
    if item.type in ("date", "datetime") and "%d" in item.format and "%m" in item.format:
        return DAY_FIRST if item.format.find("%d") < item.format.find("%m") else MONTH_FIRST
    if item.type not in ("integer", "number"):
        return ""
    texts = [text for text in list(counts)[:_LOOKED_AT] if ("." in text or "," in text) and text not in natives]
    by_points = any(map(_BY_POINTS.fullmatch, texts))
    by_commas = any(map(_BY_COMMAS.fullmatch, texts))
    if by_points == by_commas:
        return ""
    return POINT_GROUPS if by_points else COMMA_GROUPS


def settled(found: Readings, *, title: str, beside: Sequence[tuple[str, str]]) -> tuple[Field, list[Guess], list[Warn]]:
    """The field of an ambiguous column: as other columns are written, else as by the standard, both readings open.

    `beside`: title and evidence of the other columns of the file.
    """
    name = found.fields[0].name
    spoken = {speech: column for column, speech in reversed(beside) if speech in found.speaks}
    if len(spoken) == 1:
        speech, column = next(iter(spoken.items()))
        item = found.fields[found.speaks.index(speech)]
        data = {"title": title, "column": column}
        return item, [Guess(f"format:{name}", said_of(item), _BESIDE, 0.8, data)], []
    first, _second = found.fields
    marks = {key: one for key, one in first.mapalus.items() if key not in _AROUND}
    marks["open"] = [_reading(item, found.text) for item in found.fields]
    item = Field(name=name, title=first.title, missing_values=first.missing_values, mapalus=marks)
    if any(each.type == "number" and not each.options and not _AROUND & each.mapalus.keys() for each in found.fields):
        item = replace(item, type="number")
    one, two = map(said_of, found.fields)
    reason = Guess(f"format:{name}", f"{one} | {two}", _OPEN, 0.5, {"title": title, "form": one, "other": two})
    return item, [reason], [warning_of(item)]


def said_of(item: Field) -> str:
    """A way of writing in short: `date %d/%m/%Y`, `integer groupChar .`."""
    if item.type in ("integer", "number"):
        group, decimal = item.options.get("groupChar", ""), item.options.get("decimalChar", ".")
        return f"{item.type} 1{group}234" + (f"{decimal}5" if item.type == "number" else "")
    return f"{item.type} {item.format}"


def _reading(item: Field, text: str) -> dict[str, Any]:
    """One reading as it stands in a contract: what of the field it settles, and an example."""
    made: dict[str, Any] = {"type": item.type}
    if item.format != "default":
        made["format"] = item.format
    made.update(item.options)
    marks = {key: item.mapalus[key] for key in _AROUND if key in item.mapalus}
    return {**made, **({"mapalus": marks} if marks else {}), "reads": {text: str(reader(item)(text))}}


def anonymous(item: Field) -> Field:
    """The same open field with an example that nobody wrote: for columns that may hold personal data."""
    readings = [dict(one) for one in item.mapalus.get("open", ())]
    fields = [chosen(item, number) for number in range(len(readings))]
    if fields[0].type in ("date", "datetime"):
        text = dt.datetime(2023, 4, 3, 10, 30, tzinfo=dt.UTC).strftime(fields[0].format)
    else:
        text = f"1{fields[0].options.get('groupChar', '.')}234"
    for one, read in zip(readings, fields, strict=True):
        one["reads"] = {text: str(reader(read)(text))}
    return replace(item, mapalus={**item.mapalus, "open": readings})


def open_fields(contract: Contract) -> list[tuple[Field, list[dict[str, Any]]]]:
    """The fields for which a person has still to choose, each with its readings."""
    found = []
    for item in contract.fields:
        readings = item.mapalus.get("open")
        if isinstance(readings, list) and all(isinstance(one, Mapping) and "type" in one for one in readings):
            found.append((item, [dict(one) for one in readings]))
    return found


def open_warnings(contract: Contract) -> list[Warn]:
    """What a contract leaves open, said again whenever a file is checked against it."""
    return [warning_of(item) for item, readings in open_fields(contract) if len(readings) > 1]


def warning_of(item: Field) -> Warn:
    """The sentence about an open field."""
    title = item.title or item.name
    one, two = item.mapalus["open"][:2]
    (text, first), second = next(iter(one["reads"].items())), next(iter(two["reads"].values()))
    is_day = one["type"] in ("date", "datetime")
    form, other = (_pin(each) for each in (one, two))
    data = {"title": title, "text": text, "first": first, "second": second, "form": form, "other": other}
    if is_day:
        return Warn("ambiguous-date-format", _DAY_WARNED, data)
    return Warn("ambiguous-number-format", _NUMBER_BY_STANDARD if item.type == "number" else _NUMBER_WARNED, data)


def _pin(reading: Mapping[str, Any]) -> str:
    """What a contract has to say to choose this reading."""
    said = [f", {key}: '{reading[key]}'" for key in ("format", "groupChar", "decimalChar") if key in reading]
    return f"type: {reading['type']}{''.join(said)}"


def chosen(item: Field, number: int) -> Field:
    """The field with its reading of that number (from 0). Raises IndexError where there is none."""
    reading = dict(item.mapalus["open"][number])
    marks = {key: one for key, one in item.mapalus.items() if key != "open"}
    marks.update(reading.pop("mapalus", {}))
    reading.pop("reads", None)
    kind, form = str(reading.pop("type")), str(reading.pop("format", "default"))
    return replace(item, type=kind, format=form, options={**item.options, **reading}, mapalus=marks)
