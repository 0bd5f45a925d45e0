"""Cases of the story as they go on: each act and each deadline at its own moment, by the real actions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mapalus.apps.cases.models import Case

__all__ = ["Step", "Teller"]


@dataclass(frozen=True)
class Step:
    """One act: when, what, with which values. `by`: a position or a name of the story's part, `applicant` for who began
    the case, empty for whose turn it is. Days are working days from the tour.
    """

    day: int
    clock: str
    act: str
    by: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    other: str = ""  # the case it is merged with or linked to


class Teller:
    """Keeps the cases of one part of the story by the code the story gives them."""

    def __init__(self) -> None:
        self._cases: dict[str, Case] = {}

    def pass_until(self, moment: datetime) -> None:
        """Reminders, escalations, and what the system does at a deadline, each at its own moment."""
        from mapalus.apps.cases import actions
        from mapalus.apps.ledger.platform import PLATFORM

        while True:
            waiting = [
                (case.wake_at, code)
                for code, case in self._cases.items()
                if case.wake_at is not None and case.wake_at <= moment
            ]
            if not waiting:
                return
            at, code = min(waiting)
            before = self._cases[code].wake_at
            case = actions.tick(self._cases[code], by=PLATFORM, now=at)
            if case.wake_at == before:  # nothing came of it: it must not be asked for ever
                case.wake_at = None
            self._keep(code, case, at)

    def _keep(self, code: str, case: Case, at: datetime) -> None:
        from mapalus.apps.cases.models import CaseEffect
        from mapalus.apps.cases.outbox import work_off

        self._cases[code] = case
        waiting = CaseEffect.objects.filter(done_at__isnull=True).order_by("queued_at")
        for key, version in dict.fromkeys(waiting.values_list("case", "version")):
            work_off(key, version, now=at)
