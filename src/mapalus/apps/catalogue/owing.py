"""What is owed: one row for each period of a dataset, and when somebody is asked for it again.

When that is, the pack that runs hand-ins says (`lists/pengingat.csv`), in working days from the due day. Only acts of
the catalogue call this, inside their transactions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from mapalus.apps.catalogue import packs
from mapalus.apps.catalogue.models import DataCall, Dataset, HandIn, Owed, Reminder
from mapalus.apps.directory.calendar import province_calendar
from mapalus.engine.packs.stages import REMINDERS
from mapalus.engine.workdays import OPENS, Calendar

__all__ = [
    "PRODUCER", "Rule", "ask", "asked_again", "drop", "due_rules", "fulfil", "next_wake", "on_its_way", "reckon",
    "rules", "settle", "show_next",
]  # fmt: skip

PRODUCER = "produsen"  # who makes it, in the column `kepada`; other words there are roles of the process


@dataclass(frozen=True)
class Rule:
    """One line of the list: `days` working days from the due day (before it, when negative), to a role."""

    code: str
    days: int
    to: str
    label: str = ""
    label_en: str = ""

    def at(self, due_on: date, calendar: Calendar) -> datetime:
        """When the office opens on that day."""
        return calendar.at(calendar.add(due_on, self.days), OPENS)

    def key(self, due_on: date) -> str:
        """As it is written down: the same rule for another due day is said again."""
        return f"{self.code}@{due_on:%Y-%m-%d}"[:40]


def rules(*, now: datetime) -> tuple[Rule, ...]:
    """As the pack in force lists them, in the order of time; a line without whole days counts for nothing."""
    table = packs.pack_of(packs.current(now=now)).lists.get(REMINDERS)
    rows = table.rows.items() if table else ()
    return tuple(sorted(_read(rows), key=lambda rule: (rule.days, rule.code)))


def _read(rows: object) -> Iterator[Rule]:
    for code, row in rows:  # type: ignore[attr-defined]
        days = str(row.get("hari", "")).strip()
        if days.lstrip("+-").isdecimal() and len(days) <= 4 and row.get("kepada"):
            yield Rule(code, int(days), row["kepada"], row.get("label", ""), row.get("label_en", ""))


def due_rules(owed: Owed, *, now: datetime) -> tuple[Rule, ...]:
    """Those whose moment has come and that were not said: of several for the same role only the last."""
    calendar = province_calendar()
    due_on = calendar.local_date(owed.due_at)
    said = set(owed.reminders.exclude(rule="").values_list("rule", flat=True))
    found = {}
    for rule in rules(now=now):
        if owed.since < rule.at(due_on, calendar) <= now and rule.key(due_on) not in said:
            found[rule.to] = rule
    return tuple(found.values())


def next_wake(owed: Owed, *, now: datetime) -> datetime | None:
    """When the next reminder is due; None where nothing more is to be said."""
    if not owed.is_open:
        return None
    calendar = province_calendar()
    due_on = calendar.local_date(owed.due_at)
    moments = (rule.at(due_on, calendar) for rule in rules(now=now))
    return min((at for at in moments if at > max(now, owed.since)), default=None)


def settle(owed: Owed, *, now: datetime) -> Owed:
    """Save it, with the moment to look again."""
    owed.wake_at = next_wake(owed, now=now)
    owed.save()
    return owed


def reckon(owed: Owed, *, now: datetime) -> None:
    """When to look again by the calendar of today, written where the platform looks for it."""
    Owed.objects.filter(pk=owed.pk).update(wake_at=next_wake(owed, now=now))


def ask(dataset: Dataset, *, period: str, due_at: datetime, call: DataCall | None = None, now: datetime) -> Owed:
    """A period is owed from now on. What was asked for before keeps its reminders; a call never gives more time."""
    owed = Owed.objects.select_for_update(of=("self",)).filter(dataset=dataset, period=period).first()
    if owed is None:
        owed = Owed(dataset=dataset, period=period, due_at=due_at, since=now)
    if call is not None:
        owed.call = call
        owed.due_at = min(owed.due_at, due_at) if owed.is_open else due_at
        owed.fulfilled_at = owed.fulfilled_at or _published_at(dataset, period)
    else:
        owed.due_at, owed.fulfilled_at = due_at, None  # what was published without being whole is owed again
    owed.dropped_at = None
    return settle(owed, now=now)


def _published_at(dataset: Dataset, period: str) -> datetime | None:
    found = dataset.versions.published().filter(period=period).order_by("published_at")
    return found.values_list("published_at", flat=True).first()


def drop(dataset: Dataset, period: str, *, now: datetime) -> None:
    """Nobody asks for it any more."""
    Owed.objects.open().filter(dataset=dataset, period=period).update(dropped_at=now, wake_at=None)


def fulfil(dataset: Dataset, period: str, *, now: datetime) -> None:
    """Its hand-in was published: it is owed no longer, and what is due next stands in the data list."""
    Owed.objects.open().filter(dataset=dataset, period=period).update(fulfilled_at=now, wake_at=None)
    show_next(dataset, period)


def show_next(dataset: Dataset, period: str) -> None:
    """The data list names what is due next, once this period is not owed any more."""
    if dataset.expected_period == period:
        following = Owed.objects.open().filter(dataset=dataset).order_by("due_at").first()
        dataset.expected_period = following.period if following else ""
        dataset.due_at = following.due_at if following else None
        dataset.save(update_fields=["expected_period", "due_at"])


def on_its_way(owed: Owed) -> HandIn | None:
    """The hand-in for this period that somebody has to go on with, if there is one."""
    return HandIn.objects.open().filter(dataset=owed.dataset, period=owed.period).order_by("-received_at").first()


def asked_again(owed: Owed) -> int:
    """How often its producer was asked again."""
    return Reminder.objects.filter(owed=owed, number__isnull=False).count()
