"""A contract proposed for a file, further than its types: keys, required fields, value lists, roles, personal data.

Every proposal has a reason and a confidence; where two are equally good both are said. No value of a column that may
hold personal data is ever part of what is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mapalus.engine.data.contract import Contract, Field
from mapalus.engine.data.forms import MISSING_ANYWHERE
from mapalus.engine.data.infer import Inferred, Values, infer
from mapalus.engine.data.profiles import guessed
from mapalus.engine.data.proposal_keys import propose_keys
from mapalus.engine.data.proposal_personal import Suspicion, suspicions
from mapalus.engine.data.proposal_places import propose_role
from mapalus.engine.data.proposal_reading import proposed_reading
from mapalus.engine.data.reading.declared import Declared
from mapalus.engine.data.readings import anonymous, warning_of
from mapalus.engine.data.table import Guess, Scan, Warn
from mapalus.engine.errors import Refused
from mapalus.engine.text import _

__all__ = ["FEW", "propose"]

FEW = 50_000
_MOST_LISTED = 20  # values of a value list
_EACH = 5  # rows a value must have on average to be one of a list
_PERIODS = ("tahun", "bulan")
_HIDDEN = "••••"


def propose(
    path: Path, *, scratch: Path, sheet: str | None = None, name: str = "", may_turn: bool = True
) -> tuple[Scan, Inferred]:
    """The scan of a file and the contract proposed for it, in long form where years stand side by side (`may_turn`)."""
    from mapalus.engine.data.reading import read
    from mapalus.engine.data.runners.duckdb.values import column_values

    scan = read(path, contract=None, sheet=sheet, scratch=scratch)
    reading, said = proposed_reading(scan)
    if not may_turn:
        reading.pop("unpivot", None)
        said = []
    if {"unpivot", "groups"} & reading.keys():
        long = Contract(name="x", mapalus={"reading": reading})
        try:
            scan = replace(read(path, contract=long, sheet=sheet, scratch=scratch), warnings=scan.warnings)
        except Refused:  # read by what the contract says it has other columns; the years stay where they are
            reading, said = {key: one for key, one in reading.items() if key not in ("unpivot", "groups")}, []
    values = column_values(scan, scratch=scratch, few=FEW)
    inferred = infer(scan, scratch=scratch, name=name or path.stem, values=values)
    moved = Declared.of(Contract(name="x", mapalus={"reading": reading})).unpivoted
    enriched = _enriched(scan, inferred, values, scratch, moved=moved)
    marks = {**enriched.contract.mapalus, **({"reading": reading} if reading else {})}
    contract = replace(enriched.contract, mapalus=marks)
    if moved and not _reads(path, contract, sheet, scratch):
        return propose(path, scratch=scratch, sheet=sheet, name=name, may_turn=False)
    known = guessed(scan.titles or scan.columns)
    return scan, Inferred(contract, (*said, *known, *enriched.guesses), enriched.warnings)


def _reads(path: Path, contract: Contract, sheet: str | None, scratch: Path) -> bool:
    """Whether the file is found again by what is proposed: a header of two rows may be taken for another one."""
    from mapalus.engine.data.mapping import map_columns
    from mapalus.engine.data.reading import read

    try:
        map_columns(contract, read(path, contract=contract, sheet=sheet, scratch=scratch))
    except Refused:
        return False
    return True


def _enriched(
    scan: Scan, inferred: Inferred, values: Sequence[Values], scratch: Path, *, moved: tuple[str, ...]
) -> Inferred:
    """`moved`: the columns that years and what stands beside them became."""
    titles = scan.titles or scan.columns
    found = suspicions(titles, values)
    guesses, warnings = list(inferred.guesses), list(inferred.warnings)
    fields: list[Field] = []
    for n, item in enumerate(inferred.contract.fields):
        suspicion = found.get(n)
        item = _personal(item, suspicion)
        if suspicion is not None and "open" in item.mapalus:
            item = anonymous(item)
            warnings = [warning_of(item) if _is_open(one, item) else one for one in warnings]
        if suspicion is not None:
            guesses.append(_said_personal(item, suspicion))
        item, roles = propose_role(item, titles[n], values[n], titles)
        guesses += [one for one in roles if isinstance(one, Guess)]
        warnings += [one for one in roles if isinstance(one, Warn)]
        if item.name in moved and item.name in _PERIODS:
            item = replace(item, mapalus={**item.mapalus, "role": "period"})
        item = _required(item, values[n])
        item, listed = _listed(item, values[n])
        fields.append(item)
        guesses += listed
    keys, said = propose_keys(scan, fields, values, scratch=scratch, proposed=inferred.contract.primary_key)
    guesses += [one for one in said if isinstance(one, Guess)]
    warnings += [one for one in said if isinstance(one, Warn)]
    hidden = {item.name for item in fields if item.is_personal} | {titles[n] for n in found}
    contract = replace(inferred.contract, fields=tuple(fields), primary_key=keys)
    return Inferred(contract, tuple(guesses), tuple(_hide(one, hidden) for one in warnings))


def _is_open(warn: Warn, item: Field) -> bool:
    return warn.code.startswith("ambiguous-") and warn.data.get("title") == (item.title or item.name)


def _personal(item: Field, suspicion: Suspicion | None) -> Field:
    marks = {key: one for key, one in item.mapalus.items() if key != "personal"}
    if suspicion is not None and suspicion.is_marked:
        marks["personal"] = suspicion.kind
    return replace(item, mapalus=marks)


def _said_personal(item: Field, found: Suspicion) -> Guess:
    title = item.title or item.name
    return Guess(f"personal:{item.name}", found.kind if found.is_marked else f"{found.kind}?", found.reason,
                 found.confidence, {"title": title, **found.data})  # fmt: skip


def _filled(item: Field, values: Values) -> tuple[int, int]:
    """Cells that say something, and cells."""
    empty = {*MISSING_ANYWHERE, *item.missing_values} if item.missing_values else MISSING_ANYWHERE
    filled = sum(n for text, n in values.counts.items() if text not in empty and text.strip().lower() not in empty)
    return filled, values.rows


def _required(item: Field, values: Values) -> Field:
    filled, rows = _filled(item, values)
    if not values.is_all or not rows or filled < rows:
        return item
    return replace(item, constraints={**item.constraints, "required": True})


def _listed(item: Field, values: Values) -> tuple[Field, list[Guess]]:
    """A short list of values that each occur again and again."""
    if (
        item.type != "string"
        or item.is_personal
        or "open" in item.mapalus
        or item.mapalus.get("role") in ("region", "period")
    ):
        return item, []
    told = {text: n for text, n in values.counts.items() if text.strip().lower() not in MISSING_ANYWHERE}
    if not values.is_all or not 2 <= len(told) <= _MOST_LISTED or sum(told.values()) < _EACH * len(told):
        return item, []
    if any(len(text) > 60 for text in told) or min(told.values()) < 2:
        return item, []
    changed = replace(item, constraints={**item.constraints, "enum": sorted(told)})
    text = _("%(title)s has only %(count)s different values in %(rows)s rows.")
    data = {"title": item.title or item.name, "count": len(told), "rows": values.rows}
    confidence = min(0.95, round(1 - len(told) / sum(told.values()), 2))
    return changed, [Guess(f"enum:{item.name}", len(told), text, confidence, data)]


def _hide(warn: Warn, hidden: set[str]) -> Warn:
    """The same sentence without the values it would quote, where its column may hold personal data."""
    about = {str(warn.data.get("title", "")), str(warn.data.get("field", ""))}
    if not about & hidden:
        return warn
    data: dict[str, Any] = {key: _HIDDEN if key in ("value", "day") else one for key, one in warn.data.items()}
    return replace(warn, data=data)
