"""Requests for data as a whole: what was asked for and answered, what is promised, and what of it is planned.

What a citizen wrote is shown to nobody: walidata says in a sentence of its own what was asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from mapalus.apps.cases import lists
from mapalus.apps.cases.models import Case, CaseQuerySet
from mapalus.apps.cases.packs import pack_of
from mapalus.apps.cases.reading import state_label
from mapalus.apps.cases.sight import Level
from mapalus.apps.cases.telling import said

__all__ = ["FOUND", "KEPT", "PROMISED", "REQUEST", "STATES", "Wanted", "about", "counts", "shown", "wanted"]

REQUEST = "permintaan-data"
PROMISED, KEPT = "dijanjikan", "dipenuhi"
FOUND = ("dijawab", KEPT)
STATES = (*FOUND, PROMISED, "ditolak", "dialihkan")
_HELD = "usul_ditolak"  # promised before, and now being judged anew


@dataclass(frozen=True)
class Wanted:
    """One request as everybody may read it."""

    case: Case
    asked: str
    by: str  # as what: a citizen, an agency, ...
    unit: str  # producer
    state: str
    answer: str
    dataset: tuple[str, str] | None  # name and title of what answers it
    link: str
    promised: str  # name of the data to come
    promised_on: date | None
    ground: str
    decree: str
    holder: str  # who holds it, where the province does not

    @property
    def is_promised(self) -> bool:
        return self.case.state == PROMISED


def shown() -> CaseQuerySet:
    """Requests everybody may read, the last answered first."""
    rows = Case.objects.published().filter(pack_name=REQUEST, state__in=(*STATES, _HELD))
    return rows.filter(values__ringkasan__isnull=False).for_list().order_by("-published_at", "-pk")


def about(name: str) -> CaseQuerySet:
    """Those that a dataset answers, or that ask for more of it."""
    return shown().filter(values__data_jawaban=name) | shown().filter(values__kumpulan_data=name)


def counts() -> dict[str, int]:
    """How many may be read, by state."""
    return dict(Counter(shown().order_by().values_list("state", flat=True)))


def wanted(cases: Iterable[Case]) -> list[Wanted]:
    """These requests with the names of their agencies and datasets; a query for each list."""
    found = list(cases)
    units = lists.named(lists.UNIT, (case.unit for case in found if case.unit))
    titles = lists.named(lists.DATASET, (str(case.values.get("data_jawaban") or "") for case in found))
    return [_one(case, units, titles) for case in found]


def _one(case: Case, units: dict[str, str], titles: dict[str, str]) -> Wanted:
    values, pack = case.values, pack_of(case.pack)
    name = str(values.get("data_jawaban") or "")
    is_answered, is_refused = case.state in STATES, case.state == "ditolak"
    return Wanted(
        case=case,
        asked=str(values.get("ringkasan") or ""),
        by=said(pack, "peminta", values.get("peminta") or ""),
        unit=units.get(case.unit, ""),
        state=state_label(case, Level.PUBLIC),
        answer=str(values.get("jawaban") or "") if is_answered else "",
        dataset=(name, titles.get(name, name)) if name else None,
        link=str(values.get("tautan") or ""),
        promised=str(values.get("nama_data") or "") if not is_refused else "",
        promised_on=_day(values.get("tanggal_janji")) if case.state == PROMISED else None,
        ground=said(pack, "dasar_tolak", values.get("dasar_tolak") or "") if is_refused else "",
        decree=str(values.get("penetapan") or "") if is_refused else "",
        holder=str(values.get("pemegang_lain") or ""),
    )


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        return None
