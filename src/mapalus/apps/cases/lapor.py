"""Complaints between here and SP4N-LAPOR!, by files: taken over once, told once, nothing answered twice.

The number there is the key: a file that comes again changes nothing. What is told is noted in the case (`catat_lapor`
of the pack), so the next file leaves it out. Secret and restricted ones never go out.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from mapalus.apps.cases import actions, packs
from mapalus.apps.cases.models import Case, PackVersion
from mapalus.apps.cases.who import Applicant
from mapalus.apps.directory.models import Unit
from mapalus.apps.directory.roster import local_day
from mapalus.engine.errors import Invalid, NotFound, Problem
from mapalus.engine.lapor import Answered, Report
from mapalus.engine.ports import Actor
from mapalus.engine.text import _

__all__ = ["Outcome", "Taken", "Waiting", "take_over", "told", "waiting"]

PACK, ACT = "aduan", "catat_lapor"
NUMBER, STATUS, TOLD_ON = "nomor_lapor", "status_lapor", "lapor_dijawab_pada"
_SPAN = timedelta(days=365)
_MOST = 2000
_ANSWERED = "selesai"


@dataclass(frozen=True)
class Outcome:
    """What became of one row: `what` is new, changed, same or refused."""

    report: Report
    what: str
    number: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Taken:
    """What became of a file."""

    rows: tuple[Outcome, ...]

    def count(self, what: str) -> int:
        return sum(row.what == what for row in self.rows)

    @property
    def refused(self) -> tuple[Outcome, ...]:
        return tuple(row for row in self.rows if row.what == "refused")


@dataclass(frozen=True)
class Waiting:
    """One case LAPOR! does not know the state of yet, or the answer."""

    case: Case
    answered: Answered


# --- in --------------------------------------------------------------------------------------------------------------


def take_over(reports: Iterable[Report], *, by: Actor, now: datetime) -> Taken:
    """Begin what is new, note the state of what is known. Each row for itself: one that is wrong stops no other."""
    version = packs.current(PACK)
    return Taken(tuple(_take_over(version, report, by=by, now=now) for report in reports))


def _take_over(version: PackVersion, report: Report, *, by: Actor, now: datetime) -> Outcome:
    if report.problem:
        return Outcome(report, "refused", problem=report.problem)
    try:
        known = _known(report.number)
        case = known or _begin(version, report, now=now)
        changed = _note(case, report, by=by, now=now)
    except Invalid as problem:
        return Outcome(
            report, "refused", problem=" ".join(str(one) for one in problem.fields.values()) or problem.say()
        )
    except NotFound:
        return Outcome(report, "same")  # restricted: it is known, and that is all this position learns
    except Problem as problem:
        return Outcome(report, "refused", problem=problem.say())
    return Outcome(report, ("changed" if changed else "same") if known else "new", case.number)


def _known(number: str) -> Case | None:
    """By the key under which it was taken over, or by the number noted in a case that began here."""
    rows = Case.objects.select_related("pack").defer("pack__files").filter(pack_name=PACK)
    found = rows.filter(key=f"{PACK}:lapor:{number}").first()
    # The words of cases are indexed; the one that has the number among them is looked at itself.
    return found or next((one for one in rows.search(number)[:20] if one.values.get(NUMBER) == number), None)


def _begin(version: PackVersion, report: Report, *, now: datetime) -> Case:
    values: dict[str, Any] = {
        "judul": report.title[:150] or report.text[:150],
        "isi": report.text,
        "kategori": "lainnya",
    }
    if report.place:
        values["tempat"] = report.place[:200]
    if report.on is not None and report.on <= local_day(now):
        values["terjadi_pada"] = report.on.isoformat()
    return actions.open_case(
        version, values=values, by=Applicant(label="SP4N-LAPOR!"), now=now, key=f"lapor:{report.number}",
        channel="lapor", is_anonymous=report.is_anonymous, is_secret=report.is_secret,
    ).case  # fmt: skip


def _note(case: Case, report: Report, *, by: Actor, now: datetime) -> bool:
    """Write down the state there. An answer that stands there is never given again."""
    wanted: dict[str, Any] = {NUMBER: report.number, STATUS: report.status}
    if (report.answer or report.status == _ANSWERED) and not case.values.get(TOLD_ON):
        wanted[TOLD_ON] = local_day(now).isoformat()
    if all(case.values.get(name) == value for name, value in wanted.items()):
        return False
    actions.take(case, act=ACT, values=wanted, by=by, now=now)
    return True


# --- out -------------------------------------------------------------------------------------------------------------


def waiting(*, by: Actor, now: datetime) -> tuple[Waiting, ...]:
    """What LAPOR! is to learn: cases of a year that have its number and a state or an answer it does not know."""
    rows = (
        Case.objects.visible_to(by)
        .filter(pack_name=PACK, received_at__gt=now - _SPAN, is_secret=False, is_restricted=False)
        .filter(values__nomor_lapor__isnull=False)
        .select_related("pack")
        .defer("pack__files")
        .order_by("received_at", "pk")[:_MOST]
    )
    table = _states(packs.pack_of(packs.current(PACK)).files)
    units = dict(Unit.objects.values_list("code", "name"))
    found = []
    for case in rows:
        status = table.get(case.state, "")
        answer = str(case.values.get("jawaban") or "") if not case.values.get(TOLD_ON) else ""
        if not status or (status == case.values.get(STATUS) and not answer):
            continue
        agency = str(case.values.get("instansi_luar") or units.get(case.unit, ""))
        answered = Answered(
            str(case.values[NUMBER]), case.number, status, agency, answer, local_day(now) if answer else None
        )
        found.append(Waiting(case, answered))
    return tuple(found)


def told(numbers: Mapping[str, int], *, by: Actor, now: datetime) -> int:
    """Note that these (own number and the version one looked at) were told to LAPOR!. What moved on since stays."""
    count = 0
    for one in waiting(by=by, now=now):
        if numbers.get(one.case.number) != one.case.version:
            continue
        values: dict[str, Any] = {NUMBER: one.answered.number, STATUS: one.answered.status}
        if one.answered.answer:
            values[TOLD_ON] = local_day(now).isoformat()
        actions.take(one.case, act=ACT, values=values, expected=one.case.version, by=by, now=now)
        count += 1
    return count


def _states(files: Mapping[str, str]) -> dict[str, str]:
    """State of the process -> state at LAPOR!, as the pack's list says."""
    text = files.get("lists/status-lapor.csv", "")
    if not text:
        raise NotFound(_("The pack of complaints does not know the states of LAPOR!."))
    return {state: row["kode"] for row in csv.DictReader(io.StringIO(text)) for state in row["keadaan"].split()}
