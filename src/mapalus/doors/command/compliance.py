"""The compliance board for leaders, on phone and wall: from the third working day; before that, one's own agency."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mapalus.apps.catalogue.models import UnitScore
from mapalus.apps.ledger.models import unit_of
from mapalus.doors.ui.compliance import BoardRow, board
from mapalus.engine import clock
from mapalus.engine.ports import Actor

__all__ = ["ComplianceBoard", "compliance"]


@dataclass(frozen=True)
class ComplianceBoard:
    """Context of command/compliance.html and command/compliance_wall.html."""

    rows: tuple[BoardRow, ...]
    period: str
    kept: int  # deadlines of all agencies
    of: int
    late: int

    @property
    def is_many(self) -> bool:
        """More than two columns of a wall hold."""
        return len(self.rows) > 28

    @property
    def punctual(self) -> float | None:
        return 100 * self.kept / self.of if self.of else None


@never_cache
@require_safe
@login_not_required
def compliance(request: HttpRequest, *, is_wall: bool = False) -> HttpResponse:
    """Agencies by their newest score that this visitor may see; the wall shows what is public, whoever stands there."""
    actor: Actor | None = None if is_wall else getattr(request, "actor", None)
    now = clock.now()
    seen = UnitScore.objects.visible_to(actor, now=now).for_reading().order_by("-period", "unit__name")
    rows = board(seen, mine=unit_of(actor) if actor else "", now=now)
    page = ComplianceBoard(
        rows=rows,
        period=max((row.period for row in rows), default=""),
        kept=sum(row.in_time for row in rows),
        of=sum(row.of for row in rows),
        late=sum(row.late for row in rows),
    )
    return render(request, "command/compliance_wall.html" if is_wall else "command/compliance.html", {"page": page})
