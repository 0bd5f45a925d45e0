"""The forms of BPS for statistical metadata: MS-Keg (activity), MS-Var (variables), MS-Ind (indicators).

Source: Peraturan BPS 5/2020; the items stand in ms.yml, which says what was written from memory. What a contract
already says (title, cadence, standar data of its fields) is filled in; the rest stands under `mapalus.statistics`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mapalus.engine.data.contract import Contract, Field
from mapalus.engine.data.exchange.written import Lost

__all__ = [
    "FORMS", "Form", "Item", "Sheet", "is_recommendation", "is_survey", "ms", "recommendation_of",
]  # fmt: skip

FORMS = ("ms-keg", "ms-var", "ms-ind")
_SURVEY = 2  # cara pengumpulan data
_EVERY = {"harian": 1, "mingguan": 2, "bulanan": 3, "triwulanan": 4, "semesteran": 6, "tahunan": 7}
_TYPES = {"integer": "numerik (bulat)", "number": "numerik", "boolean": "karakter (ya/tidak)", "date": "tanggal",
          "datetime": "tanggal dan waktu", "time": "waktu", "year": "tahun", "yearmonth": "bulan"}  # fmt: skip


@dataclass(frozen=True)
class Item:
    """One rincian with its answer: `code` of the options as the form wants it, and the same in words."""

    no: str
    label: str
    code: str
    text: str
    is_from_memory: bool = False


@dataclass(frozen=True)
class Sheet:
    """A block of the form, or a table of it."""

    title: str
    items: tuple[Item, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Form:
    """A filled form. `empty`: items nobody has filled."""

    name: str
    title: str
    header: tuple[tuple[str, str], ...]
    sheets: tuple[Sheet, ...]
    empty: tuple[Lost, ...] = ()


@cache
def _declared() -> Mapping[str, Any]:
    import yaml

    read: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("ms.yml").read_text(encoding="utf-8"))
    return read


def is_recommendation(number: str) -> bool:
    """Whether a number has the form of a recommendation of BPS (Romantik)."""
    return re.fullmatch(str(_declared()["recommendation"]["pattern"]), number.strip()) is not None


def _statistics(descriptor: Mapping[str, Any]) -> Mapping[str, Any]:
    for part in (descriptor, *(descriptor.get("resources") or ())):
        found = (part.get("mapalus") or {}).get("statistics")
        if isinstance(found, Mapping):
            return found
    return {}


def is_survey(descriptor: Mapping[str, Any]) -> bool:
    """Whether the data come from a survey, which needs a recommendation of BPS."""
    return str(_statistics(descriptor).get("cara") or "") == str(_SURVEY)


def recommendation_of(descriptor: Mapping[str, Any]) -> str:
    return str(_statistics(descriptor).get("rekomendasi") or "")


def ms(
    contract: Contract, form: str, *, indicators: Sequence[Mapping[str, Any]] = (), agency: str = "", address: str = ""
) -> Form:
    """A form filled from a contract. `indicators`: declarations of indicators over it; `agency`: who makes the data."""
    said = _activity(contract, agency=agency)
    header = (
        ("Nama Kegiatan", said["judul"]), ("Kode Kegiatan", said.get("kode_kegiatan", "")),
        ("Penyelenggara", said.get("instansi", "")),
    )  # fmt: skip
    if form == "ms-keg":
        return _keg(contract, said)
    declared = _declared()[form.removeprefix("ms-")]
    columns = tuple(str(one) for one in declared["columns"])
    if form == "ms-var":
        rows = tuple(_variable(item, contract) for item in contract.fields)
    else:
        rows = tuple(_indicator(one, contract, said, address) for one in indicators)
    empty = tuple(
        Lost(row[0], column)
        for row in rows
        for column, text in zip(columns, row, strict=True)
        if not text and column in ("Konsep", "Definisi", "Satuan", "Ukuran", "Interpretasi")
    )
    sheet = Sheet(str(declared["title"]), columns=columns, rows=rows)
    return Form(form, str(declared["title"]), header, (sheet,), empty)


def _activity(contract: Contract, *, agency: str) -> dict[str, Any]:
    """What is said of the activity, with what the contract knows anyhow."""
    marks = contract.mapalus
    cadence = str(marks.get("cadence") or "")
    known: dict[str, Any] = {
        "judul": contract.title or contract.name,
        "instansi": agency or str(marks.get("unit") or ""),
        "penanggung_jawab": str(marks.get("producer") or "").removeprefix("pos:"),
        "tujuan": contract.description,
        "pengulangan": "1" if cadence == "sekali" else "2" if cadence else "",
        "frekuensi": _EVERY.get(cadence, ""),
        "digital": 1,
        "cakupan_wilayah": 2,
    }
    said = {key: value for key, value in (marks.get("statistics") or {}).items() if value not in (None, "")}
    if said.get("rekomendasi") and "direkomendasikan" not in said:
        said["direkomendasikan"] = 1
    elif str(said.get("cara") or "") == str(_SURVEY):
        said.setdefault("direkomendasikan", 2)
    return {**known, **said}


def _keg(contract: Contract, said: Mapping[str, Any]) -> Form:
    declared = _declared()["keg"]
    is_sampled = str(said.get("cara") or "") == str(_SURVEY)
    sheets, empty = [], []
    for block in declared["blocks"]:
        if block.get("survey") and not is_sampled:
            continue
        items = [_item(one, said) for one in block["items"] if "table" not in one]
        empty += [Lost(one.no, one.label) for one in items if not one.code and not one.text]
        sheets.append(Sheet(str(block["title"]), tuple(items)))
        for one in block["items"]:
            if "table" in one:
                rows = tuple(_collected(item) for item in contract.fields)
                sheets.append(Sheet(f"{one['nomor']} {one['label']}", columns=tuple(one["table"]), rows=rows))
    return Form("ms-keg", str(declared["title"]), (), tuple(sheets), tuple(empty))


def _item(one: Mapping[str, Any], said: Mapping[str, Any]) -> Item:
    value = said.get(str(one["key"]), "")
    options = {str(code): str(text) for code, text in (one.get("options") or {}).items()}
    code, text = "", _plain(value)
    if options and value not in ("", None):
        codes = [str(part) for part in (value if isinstance(value, list) else [value])]
        if one.get("multi"):
            chosen = [each for each in codes if each in options] or _summed(codes[0], options)
            code = str(sum(int(each) for each in chosen))
        else:
            chosen = [each for each in codes if each in options]
            code = chosen[0] if chosen else ""
        text = "; ".join(options[each] for each in chosen) or text
    return Item(str(one["nomor"]), str(one["label"]), code, text, bool(one.get("memory")))


def _summed(total: str, options: Mapping[str, str]) -> list[str]:
    """The options whose codes, powers of two, add up to the number."""
    number = int(total) if total.isdigit() else 0
    return [code for code in options if number & int(code)]


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(str(one) for one in value)
    return "" if value is None else str(value)


def _mark(item: Field, *keys: str) -> str:
    return next((str(item.mapalus[key]) for key in keys if item.mapalus.get(key)), "")


def _collected(item: Field) -> tuple[str, ...]:
    return (
        item.title or item.name, _mark(item, "concept", "konsep"),
        _mark(item, "definition", "definisi") or item.description, _mark(item, "time_reference", "referensi_waktu"),
    )  # fmt: skip


def _variable(item: Field, contract: Contract) -> tuple[str, ...]:
    is_open = not item.is_personal and item.mapalus.get("published", True) is not False
    is_open = is_open and contract.mapalus.get("classification", "terbuka") == "terbuka"
    listed = item.constraints.get("enum") or [
        f"{one.get('value')} {one.get('label', '')}".strip() if isinstance(one, Mapping) else str(one)
        for one in item.options.get("categories") or ()
    ]
    kinds = "; ".join(str(one) for one in listed) or _mark(item, "codes", "code_list")
    rules = [f"{key}: {value}" for key, value in item.constraints.items() if key not in ("enum", "jsonSchema")]
    rules += [rule.expression for rule in contract.rules if item.name in rule.expression]
    return (
        item.title or item.name, item.name, _mark(item, "concept", "konsep"),
        _mark(item, "definition", "definisi") or item.description, _mark(item, "selection", "referensi_pemilihan"),
        _mark(item, "time_reference", "referensi_waktu"), _mark(item, "measure", "ukuran"),
        _mark(item, "unit", "satuan"), _TYPES.get(item.type, "karakter"), kinds, "; ".join(rules),
        _mark(item, "question", "pertanyaan"), "1 Ya" if is_open else "2 Tidak",
    )  # fmt: skip


def _indicator(one: Mapping[str, Any], contract: Contract, said: Mapping[str, Any], address: str) -> tuple[str, ...]:
    marks = {**contract.mapalus, **(one.get("statistics") or {})}
    parts = one.get("built_from") or ()
    is_composite = bool(parts)

    def told(*keys: str) -> str:
        return next((str(marks[key]) for key in keys if marks.get(key)), "")

    names = "; ".join(str(part) for part in parts)
    variables = "" if is_composite else "; ".join(_variables_in(one.get("value"), contract))
    return (
        str(one.get("title") or one.get("code") or ""), told("konsep", "concept"), told("definisi", "definition"),
        told("interpretasi", "interpretation"), _formula(one.get("value")), told("ukuran", "measure"),
        str(one.get("unit") or told("satuan")), told("klasifikasi", "classified_by"),
        "1 Ya" if is_composite else "2 Tidak", address if is_composite else "", names,
        "" if is_composite else str(said["judul"]), "" if is_composite else str(said.get("kode_kegiatan", "")),
        variables, told("level", "level_estimasi"),
        "1 Ya" if contract.mapalus.get("classification", "terbuka") == "terbuka" else "2 Tidak",
    )  # fmt: skip


def _formula(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {part}" for key, part in value.items())
    return str(value or "")


def _variables_in(value: Any, contract: Contract) -> list[str]:
    text = _formula(value)
    return [item.name for item in contract.fields if re.search(rf"\b{re.escape(item.name)}\b", text)]
