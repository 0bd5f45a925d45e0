"""What a position holds among cases: those whose turn is its own, and those it gave to somebody below."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from mapalus.apps.cases.models import Case
from mapalus.apps.cases.packs import here, pack_of, process_of
from mapalus.apps.cases.telling import link_of
from mapalus.engine.ports import Holding

__all__ = ["CaseHoldings"]


class CaseHoldings:
    """Two queries a position."""

    def held_by(self, position: str, now: datetime) -> Iterator[Holding]:
        for case in Case.objects.open().filter(turn=position).for_list().by_due():
            yield _holding(case, is_waiting=True)
        for case in Case.objects.open().filter(turn_of=position).exclude(turn=position).for_list().by_due():
            yield _holding(case, is_waiting=False)


def _holding(case: Case, *, is_waiting: bool) -> Holding:
    pack = pack_of(case.pack)
    # A restricted case is named by its number alone: a sheet is printed and passed on.
    title = here(pack, "title") if case.is_restricted else case.title
    return Holding(
        kind="case",
        key=case.number,
        label=f"{title} · {case.number}",
        url=link_of(case),
        state=here(process_of(pack).states[case.state], "label"),
        due_at=case.due_at,
        is_waiting=is_waiting,
    )
