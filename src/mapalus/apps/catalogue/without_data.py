"""Indicators a province wants to know and has no data for yet: named, with who holds them (`indicators.csv`)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import get_language

from mapalus.apps.catalogue.indicators import declarations
from mapalus.engine.errors import Misconfigured
from mapalus.engine.text import _

__all__ = ["Wanted", "known_to_packs", "wanted", "without_data"]

_SHIPPED = Path(__file__).parent / "data" / "indicators.csv"
_COLUMNS = ("code", "title", "title_en", "unit", "better", "owner", "agency", "periodicity", "relation", "pillar")


@dataclass(frozen=True)
class Wanted:
    """One line of the list. `owner`: bps for official statistics, sectoral for what an agency of the urusan counts."""

    code: str
    title: str
    title_en: str
    unit: str
    better: str
    owner: str
    agency: str  # who holds it, as it is called
    periodicity: str
    relation: str  # RPJMD, SPM, SDG and others
    pillar: str

    @property
    def title_here(self) -> str:
        return self.title_en if self.title_en and (get_language() or "id").startswith("en") else self.title


def known_to_packs() -> tuple[Wanted, ...]:
    """All that the packs list, and what every province may begin with."""
    return _read(tuple(settings.PACKS))


@cache
def _read(packs: tuple[Path, ...]) -> tuple[Wanted, ...]:
    found: dict[str, Wanted] = {}
    # a pack's own line comes before the one every province begins with
    for path in [*(Path(pack) / "indicators.csv" for pack in packs), _SHIPPED]:
        if not path.is_file():
            continue
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file)
            if tuple(rows.fieldnames or ()) != _COLUMNS:
                raise Misconfigured(
                    _("%(file)s must have the columns %(columns)s."), file=str(path), columns=", ".join(_COLUMNS)
                )
            for row in rows:
                found.setdefault(row["code"], Wanted(**row))
    return tuple(found.values())


def without_data() -> tuple[Wanted, ...]:
    """Those that no declaration works out yet."""
    declared = {one.code for one in declarations()}
    return tuple(one for one in known_to_packs() if one.code not in declared)


def wanted(code: str) -> Wanted | None:
    """The line with this code: what is known of an indicator that has no data."""
    return next((one for one in known_to_packs() if one.code == code), None)
