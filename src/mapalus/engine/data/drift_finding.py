"""A finding of drift, how much it matters, and from which size; what a contract declares about it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from enum import StrEnum
from typing import Any

from mapalus.engine.data.contract import Contract
from mapalus.engine.data.document import BadContract
from mapalus.engine.data.drift_said import ADVICE, SAID
from mapalus.engine.text import _, language_of_process, translate

__all__ = ["Finding", "Kind", "Level", "Limits", "limits_of"]


class Kind(StrEnum):
    NEW_COLUMN = "new-column"
    MISSING_COLUMN = "missing-column"
    RENAMED_COLUMN = "renamed-column"
    TYPE_CHANGE = "type-change"
    NEW_VALUES = "new-values"
    GONE_VALUES = "gone-values"
    DISTRIBUTION = "distribution"
    UNIT_JUMP = "unit-jump"
    VOLUME = "volume"
    KEY_LOSS = "key-loss"
    MISSING_RATE = "missing-rate"
    REGION_LOST = "region-lost"
    PERIOD_LOST = "period-lost"


class Level(StrEnum):
    HOLD = "hold"
    ASK = "ask"
    IGNORE = "ignore"


_HOLDING = (
    Kind.MISSING_COLUMN, Kind.RENAMED_COLUMN, Kind.TYPE_CHANGE, Kind.UNIT_JUMP, Kind.VOLUME, Kind.KEY_LOSS,
    Kind.REGION_LOST, Kind.PERIOD_LOST,
)  # fmt: skip
_NUMBERS = {  # thresholds and what they are unless the contract says otherwise
    "psi": 0.25,  # large shift (Siddiqi 2006)
    "distance": 0.25,  # share of rows that lie in other categories
    "drop": 0.5,  # rows now / rows before, below
    "jump": 3.0,  # and above
    "missing": 0.2,  # share of empty cells more than before
    "errors": 0.3,  # share of rows whose value has not the type
    "key": 0.05,  # share of rows that repeat a key
    "overlap": 0.5,  # share of values two columns have in common, to be called the same
    "fewest": 20,  # rows below which shares say nothing
}
_LISTED = 8  # values named in a sentence


@dataclass(frozen=True)
class Limits:
    """From which size a change counts, and how much it matters; `mapalus.drift` of a contract changes both."""

    levels: Mapping[Kind, Level] = dataclass_field(default_factory=dict)
    numbers: Mapping[str, float] = dataclass_field(default_factory=lambda: dict(_NUMBERS))
    ignored: frozenset[str] = frozenset()  # titles of columns that nobody wants

    def level(self, kind: Kind) -> Level:
        return self.levels.get(kind, Level.HOLD if kind in _HOLDING else Level.ASK)

    def __getitem__(self, name: str) -> float:
        return self.numbers[name]


@dataclass(frozen=True)
class Finding:
    """One change. `facts` holds plain values; `say` makes the sentence of them, `advice` what to do."""

    kind: Kind
    level: Level
    field: str = ""
    facts: Mapping[str, Any] = dataclass_field(default_factory=dict)

    @property
    def identity(self) -> str:
        """The same for the same thing, so that what is decided is not asked again; figures are no part of it."""
        stable = {key: self.facts[key] for key in ("title", "values", "factor", "to", "direction") if key in self.facts}
        text = json.dumps([self.kind, self.field, stable], sort_keys=True, ensure_ascii=False, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:40]

    def say(self, *, language: str | None = None) -> str:
        return _filled(SAID[self.kind], self, language)

    def advice(self, *, language: str | None = None) -> str:
        return _filled(ADVICE[self.kind], self, language)

    def as_dict(self) -> dict[str, Any]:
        return {"kind": str(self.kind), "level": str(self.level), "field": self.field, "facts": dict(self.facts)}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Finding:
        return cls(Kind(kept["kind"]), Level(kept["level"]), kept["field"], dict(kept["facts"]))


def _filled(text: str, finding: Finding, language: str | None) -> str:
    facts = {key: _shown(value, language) for key, value in finding.facts.items()}
    if "measure" in facts:
        facts["measure"] = translate(facts["measure"], language=language)
    return translate(text, language=language) % {"field": finding.field, **facts}


def _shown(value: Any, language: str | None) -> str:
    if isinstance(value, list):
        more = translate(_("and %(n)s more"), language=language) % {"n": len(value) - _LISTED}
        named = ", ".join(str(one) for one in value[:_LISTED])
        return f"{named} {more}" if len(value) > _LISTED else named
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    is_english = (language or language_of_process()).startswith("en")
    return text if is_english else text.translate(str.maketrans(",.", ".,"))


# --- what a contract declares ----------------------------------------------------------------------------------------


def limits_of(contract: Contract) -> Limits:
    """`mapalus.drift`: a level per kind, or `{level: ..., drop: ...}`; numbers by name; `ignore: [columns]`."""
    declared = contract.mapalus.get("drift") or {}
    if not isinstance(declared, Mapping):
        raise BadContract(_("In the contract, mapalus.drift must hold named entries."))
    levels: dict[Kind, Level] = {}
    numbers = dict(_NUMBERS)
    for name, value in declared.items():
        if name == "ignore":
            continue
        if name in numbers:
            numbers[name] = _number(name, value)
        elif name in set(Kind):
            levels |= _declared(Kind(name), value, numbers)
        else:
            raise _unknown(str(name), [*Kind, *numbers, "ignore"])
    ignored = declared.get("ignore") or ()
    if not isinstance(ignored, list | tuple):
        raise BadContract(_("In the contract, mapalus.drift.ignore must be a list of columns."))
    return Limits(levels, numbers, frozenset(str(one) for one in ignored))


def _declared(kind: Kind, value: object, numbers: dict[str, float]) -> dict[Kind, Level]:
    if not isinstance(value, Mapping):
        return {kind: _level(kind, value)}
    for name in value:
        if name != "level":
            if name not in numbers:
                raise _unknown(str(name), [*numbers, "level"])
            numbers[name] = _number(str(name), value[name])
    return {kind: _level(kind, value["level"])} if "level" in value else {}


def _level(kind: Kind, value: object) -> Level:
    if value not in set(Level):
        raise _unknown(str(value), list(Level), where=str(kind))
    return Level(str(value))


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
        raise BadContract(_("In the contract, mapalus.drift.%(name)s must be a number from 0."), name=name)
    return float(value)


def _unknown(name: str, allowed: Sequence[str], *, where: str = "drift") -> BadContract:
    return BadContract(
        _("In the contract, mapalus.%(where)s does not know %(name)s. Allowed are %(allowed)s."),
        where=where, name=name, allowed=", ".join(str(one) for one in allowed),
    )  # fmt: skip
