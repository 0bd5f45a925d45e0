"""A scan in, a scan out whose columns are the fields of the contract; small tables only pass through Python here."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from mapalus.engine.data.contract import Contract, Field
from mapalus.engine.data.table import Scan, Warn
from mapalus.engine.data.written.fields import Seen, Written, written_fields
from mapalus.engine.data.written.words import read_date
from mapalus.engine.errors import Invalid
from mapalus.engine.text import _

__all__ = ["rewritten"]

_PLAIN = re.compile(r"[^0-9a-z]+")
_SAID = {
    "excel-serial-date": _(
        "%(field)s: %(count)s dates are day numbers of a spreadsheet, such as %(example)s (%(day)s)."
    ),
    "ambiguous-date-format": _("%(field)s: %(count)s dates were read with the day first, such as %(example)s."),
    "mixed-timezone": _("%(field)s: %(count)s times name no zone, such as %(example)s; the province's is taken."),
    "mixed-units": _("%(field)s is written in several units: %(units)s."),
    "unit-scale": _("%(field)s: %(count)s cells were divided by %(divide)s, as the contract says for %(equals)s."),
}
Row = tuple[int, str, list[str]]


def rewritten(scan: Scan, contract: Contract, *, folder: Path) -> Scan:
    """The scan with every declared mapping done, spooled into `folder`; the same scan where nothing is declared."""
    written = written_fields(contract)
    gather = contract.mapalus.get("gather")
    if not written and not gather:
        return scan
    from mapalus.engine.data.reading import spool  # late: reading knows spreadsheets

    scan = spool(scan, folder)
    columns, rows = _gathered(scan.columns, _rows(scan), gather)
    plan = _Plan.of(contract, columns, written)
    path = folder / "written.csv"
    seen = {name: Seen() for name in written}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for number, flaw, cells in rows:
            applied = plan.apply(cells, seen)
            writer.writerow([number, _moved(flaw, applied), *applied])
    titles = dict(zip(scan.columns, scan.titles or scan.columns, strict=False))
    return replace(
        scan,
        path=path,
        columns=plan.columns,
        spooled=True,
        skip=0,
        blank_rows=(),
        titles=tuple(titles.get(plan.origin.get(name, name), name) for name in plan.columns),
        warnings=(*scan.warnings, *_warnings(written, seen)),
        cells={name: scan.cells[at] for name in plan.columns if (at := plan.origin.get(name, name)) in scan.cells},
    )


def _rows(scan: Scan) -> Iterator[Row]:
    with scan.path.open(encoding="utf-8", newline="") as file:
        for cells in csv.reader(file):
            yield int(cells[0]), cells[1], cells[2:]


def _gathered(columns: Sequence[str], rows: Iterator[Row], gather: object) -> tuple[tuple[str, ...], Iterator[Row]]:
    """Columns whose name fits the pattern become rows; each new row keeps the file row it came from."""
    if not gather:
        return tuple(columns), rows
    if not isinstance(gather, Mapping) or "columns" not in gather:
        raise Invalid(_("`gather` of the contract needs `columns` and `measures`."))
    pattern = re.compile(str(gather["columns"]), re.IGNORECASE)
    measures = {str(key).casefold(): str(value) for key, value in (gather.get("measures") or {}).items()}
    kept = [place for place, name in enumerate(columns) if not pattern.fullmatch(name)]
    groups: dict[tuple[str, ...], dict[str, int]] = {}
    names = [name for name in pattern.groupindex if name != "measure"]
    for place, column in enumerate(columns):
        if found := pattern.fullmatch(column):
            key = tuple(found.group(name) for name in names)
            groups.setdefault(key, {})[measures.get(found.group("measure").casefold(), "")] = place
    targets = list(dict.fromkeys(measures.values()))

    def spread() -> Iterator[Row]:
        for number, flaw, cells in rows:
            for key, places in groups.items():
                values = [cells[places[target]] if target in places else "" for target in targets]
                yield number, flaw, [*(cells[place] for place in kept), *key, *values]

    return (*(columns[place] for place in kept), *names, *targets), spread()


@dataclass(frozen=True)
class _Step:
    """How one output column is made: from which places, and by what."""

    name: str
    places: tuple[int, ...]
    written: Written | None


@dataclass(frozen=True)
class _Plan:
    steps: tuple[_Step, ...]
    origin: Mapping[str, str]  # output column -> the column it came from
    caches: Mapping[str, dict[str, tuple[str, Seen]]]

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(step.name for step in self.steps)

    @classmethod
    def of(cls, contract: Contract, columns: Sequence[str], written: Mapping[str, Written]) -> _Plan:
        keys = {_key(name): place for place, name in reversed(list(enumerate(columns)))}
        steps: list[_Step] = []
        used: set[int] = set()
        origin = {}
        for item in contract.fields:
            rule = written.get(item.name)
            places = _places(item, rule, keys)
            if not places and not (rule and rule.otherwise):
                continue
            used.update(places)
            steps.append(_Step(item.name, places, rule))
            if places:
                origin[item.name] = columns[places[0]]
        taken = {step.name.casefold() for step in steps}
        for place, name in enumerate(columns):
            if place not in used and name.casefold() not in taken:
                steps.append(_Step(name, (place,), None))
        return cls(tuple(steps), origin, {name: {} for name in written})

    def apply(self, cells: Sequence[str], seen: Mapping[str, Seen]) -> list[str]:
        row: dict[str, str] = {}
        for step in self.steps:
            text = next((cells[place] for place in step.places if cells[place].strip()), "")
            if step.written is not None:
                text = self._read(step, text, seen[step.name])
            row[step.name] = text
        for step in self.steps:
            if step.written is not None and step.written.scale:
                row[step.name] = _scaled(row, step, seen[step.name])
        return list(row.values())

    def _read(self, step: _Step, text: str, seen: Seen) -> str:
        if step.written is None:
            return text
        cache = self.caches[step.name]
        if text not in cache:
            noted = Seen()
            cache[text] = (step.written.read(text, noted), noted)
        plain, noted = cache[text]
        seen.add(noted)
        return plain


def _scaled(row: Mapping[str, str], step: _Step, seen: Seen) -> str:
    rule: Mapping[str, Any] = step.written.scale if step.written else {}
    text = row[step.name]
    if row.get(str(rule.get("column"))) != str(rule.get("equals")) or not text.strip():
        return text
    try:
        value = Decimal(text.replace(".", "").replace(",", ".")) / Decimal(str(rule["divide"]))
    except (InvalidOperation, KeyError, ZeroDivisionError):
        return text
    seen.note("unit-scale", text)
    return f"{value.normalize():f}".replace(
        ".", str(step.written.item.options.get("decimalChar", ".")) if step.written else "."
    )


def _places(item: Field, rule: Written | None, keys: Mapping[str, int]) -> tuple[int, ...]:
    if rule is not None and rule.sources:
        return tuple(keys[_key(name)] for name in rule.sources if _key(name) in keys)
    return tuple(keys[key] for key in dict.fromkeys(map(_key, (item.name, item.title, *item.aliases))) if key in keys)[
        :1
    ]


def _key(text: str) -> str:
    return _PLAIN.sub("", text.casefold())


def _moved(flaw: str, cells: Sequence[str]) -> str:
    """How many cells of a short row are there after its columns were put in another order: up to the last filled."""
    if not flaw.startswith("missing-cell"):
        return flaw
    filled = max((n for n, cell in enumerate(cells, 1) if cell), default=0)
    return f"missing-cell:{min(filled, len(cells) - 1)}"


def _day_of(text: str) -> str:
    """The day that a day number of a spreadsheet stands for."""
    found = read_date(text)
    return found[0] if found else text


def _warnings(written: Mapping[str, Written], seen: Mapping[str, Seen]) -> Iterator[Warn]:
    for name, noted in seen.items():
        title = written[name].item.title or name
        for code, count in noted.codes.items():
            scale = written[name].scale
            yield Warn(
                code,
                _SAID[code],
                {
                    "field": title,
                    "count": count,
                    "example": noted.examples[code],
                    "day": _day_of(noted.examples[code]) if code == "excel-serial-date" else "",
                    "divide": scale.get("divide", ""),
                    "equals": scale.get("equals", ""),
                },
            )
        if len(noted.units) > 1:
            yield Warn("mixed-units", _SAID["mixed-units"], {"field": title, "units": ", ".join(sorted(noted.units))})
