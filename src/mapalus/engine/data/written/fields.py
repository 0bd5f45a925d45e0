"""What a contract declares about one field's way of being written, compiled into a function of the text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mapalus.engine.data.contract import Contract, Field
from mapalus.engine.data.written.codes import read_system
from mapalus.engine.data.written.words import (
    read_date,
    read_datetime,
    read_measure,
    read_rupiah,
    read_whole,
    read_yearmonth,
)
from mapalus.engine.errors import Invalid
from mapalus.engine.text import _

__all__ = ["Seen", "Written", "written_fields"]

_KEYS = {"from", "take", "values", "otherwise", "as", "units", "scale", "system"}
_FORMS = {"date", "datetime", "yearmonth", "rupiah", "whole", "measure"}
_HOME_ZONE = "+08:00"


@dataclass
class Seen:
    """What was noticed in one column: warning codes with the number of cells and the first of them, and units."""

    codes: dict[str, int] = field(default_factory=dict)
    examples: dict[str, str] = field(default_factory=dict)
    units: set[str] = field(default_factory=set)

    def note(self, code: str, text: str, *, count: int = 1) -> None:
        self.codes[code] = self.codes.get(code, 0) + count
        self.examples.setdefault(code, text)

    def add(self, other: Seen) -> None:
        """What was noticed in one more cell."""
        for code, count in other.codes.items():
            self.note(code, other.examples[code], count=count)
        self.units |= other.units


@dataclass(frozen=True)
class Written:
    """One field with what was declared; `read` gives the plain form of a text."""

    item: Field
    sources: tuple[str, ...]
    take: re.Pattern[str] | None
    values: Mapping[str, str]
    otherwise: str
    form: str
    units: Mapping[str, float]
    scale: Mapping[str, Any]
    system: Mapping[str, str]
    zone: str
    missing: tuple[str, ...]

    def read(self, text: str, seen: Seen) -> str:
        """The plain form; the text itself where no declared form fits it."""
        if self.take is not None:
            found = self.take.search(text)
            text = (found.group(1) if found.groups() else found.group(0)) if found else ""
        text = self.values.get(text.strip(), text.strip())
        if not text or text in self.missing:
            return self.otherwise or text
        if self.form:
            plain = self._formed(text, seen)
            text = text if plain is None else plain
        return self.system.get(text, text)

    def _formed(self, text: str, seen: Seen) -> str | None:
        match self.form:
            case "date" | "datetime":
                hit = read_date(text) if self.form == "date" else read_datetime(text, zone=self.zone)
                if hit and hit[1]:
                    seen.note(hit[1], text)
                return hit[0] if hit else None
            case "measure":
                measured = read_measure(text, self.units)
                if measured:
                    seen.units.add(measured[1])
                return measured[0] if measured else None
        simple: dict[str, Callable[[str], str | None]] = {
            "yearmonth": read_yearmonth,
            "rupiah": read_rupiah,
            "whole": read_whole,
        }
        return simple[self.form](text)


def written_fields(contract: Contract) -> dict[str, Written]:
    """The fields about which something is declared, by name; Invalid where a declaration cannot be understood."""
    return {item.name: _written(item, contract) for item in contract.fields if item.mapalus.get("written")}


def _written(item: Field, contract: Contract) -> Written:
    given = item.mapalus.get("written") or {}
    if not isinstance(given, Mapping) or set(given) - _KEYS or given.get("as", "date") not in _FORMS:
        raise Invalid(_("Field %(field)s: `written` of the contract is not understood."), field=item.name)
    source = given.get("from") or ()
    return Written(
        item=item,
        sources=(source,) if isinstance(source, str) else tuple(map(str, source)),
        take=re.compile(str(given["take"]), re.IGNORECASE) if given.get("take") else None,
        values={str(key): str(value) for key, value in (given.get("values") or {}).items()},
        otherwise=str(given.get("otherwise", "")),
        form=str(given.get("as", "")),
        units={str(key).casefold(): float(value) for key, value in (given.get("units") or {}).items()},
        scale=given.get("scale") or {},
        system=read_system(contract.folder, given["system"]) if given.get("system") else {},
        zone=_HOME_ZONE,
        missing=contract.missing_of(item),
    )
