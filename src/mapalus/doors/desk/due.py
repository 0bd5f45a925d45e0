"""How a limit is said: a shape, words, and the day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mapalus.engine.workdays import Calendar

__all__ = ["DueMark", "due_mark"]


@dataclass(frozen=True)
class DueMark:
    """`look` is a state of the design system (late, soon, none); `group` sorts the inbox."""

    look: str
    text: str
    at: datetime | None
    group: str  # late, today, week, later


def due_mark(due_at: datetime | None, now: datetime, calendar: Callable[[], Calendar]) -> DueMark:
    """Days of the province's zone; lateness counts working days, as every clock of an office does.

    The calendar is asked for only where something is late.
    """
    if due_at is None:
        return DueMark("none", _("no limit"), None, "later")
    days = (timezone.localtime(due_at).date() - timezone.localtime(now).date()).days
    if due_at < now:
        late = calendar().days_late(due_at, now)
        text = ngettext("%(n)s working day late", "%(n)s working days late", late) % {"n": late}
        return DueMark("late", text if late else _("Late since today") if not days else _("Late"), due_at, "late")
    if days == 0:
        hours = max(1, int((due_at - now).total_seconds() // 3600))
        text = ngettext("%(n)s hour left", "%(n)s hours left", hours) % {"n": hours}
        return DueMark("soon", text, due_at, "today")
    text = ngettext("%(n)s day left", "%(n)s days left", days) % {"n": days}
    return DueMark("soon" if days <= 2 else "none", text, due_at, "week" if days <= 7 else "later")
