"""The page of a hand-in: what came out, on the producer's own sheet; whose turn it is; where the number comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page as ListPage
from django.core.paginator import Paginator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mapalus.apps.catalogue import chain, contracts
from mapalus.apps.catalogue.models import HandIn, HandInState, Run
from mapalus.apps.catalogue.reach import reach
from mapalus.apps.jobs.models import Job
from mapalus.apps.ledger.action import reference
from mapalus.apps.ledger.models import Entry
from mapalus.doors.desk.changes import ChangeRow, rows_of
from mapalus.doors.desk.decisions import Choice, choices
from mapalus.doors.desk.due import DueMark, due_mark
from mapalus.doors.desk.history import Happening, history
from mapalus.doors.desk.holders import holding
from mapalus.doors.desk.problems import sentence
from mapalus.doors.desk.rail import Seat
from mapalus.doors.desk.rules import RuleRow, guess_name, rule_rows
from mapalus.doors.desk.sheets import Chosen, Sheet, sheet_of
from mapalus.doors.desk.words import count_text, turn_text

__all__ = ["HandInPage", "PathStep", "ProgressLine", "Step", "Turn", "handin_page", "progress_of"]

EVERYTHING = Chosen()
_ROWS = 10  # wrong rows on one page of the sheet


@dataclass(frozen=True)
class Step:
    """One bar of the steps: done, now, wrong or to come."""

    text: str
    look: str = ""
    is_now: bool = False
    at: datetime | None = None


@dataclass(frozen=True)
class ProgressLine:
    """Context of desk/handins/_progress.html."""

    is_running: bool
    text: str
    percent: int | None
    our_fault: bool = False


@dataclass(frozen=True)
class Turn:
    """Whose turn it is, why, and what this position may do about it."""

    is_mine: bool
    heading: str
    text: str
    why: str
    choices: tuple[Choice, ...]
    due: DueMark | None = None  # until when whose turn it is should act


@dataclass(frozen=True)
class GuessRow:
    what: str
    value: str
    reason: str


@dataclass(frozen=True)
class PathStep:
    """One square on the path of a number."""

    title: str
    text: str
    at: datetime | None = None
    hash: str = ""


@dataclass(frozen=True)
class HandInPage:
    """Context of desk/handins/page.html."""

    seat: Seat
    handin: HandIn
    due: DueMark | None
    steps: tuple[Step, ...]
    line: ProgressLine | None
    verdict: str
    refusal: str
    rules: tuple[RuleRow, ...]
    total_errors: int
    sheet: Sheet | None
    pages: ListPage[int] | None
    shown: str
    guesses: tuple[GuessRow, ...]
    may_pin: bool
    warnings: tuple[str, ...]
    turn: Turn | None
    changes: tuple[ChangeRow, ...]
    path: tuple[PathStep, ...]
    history: tuple[Happening, ...]
    has_workbook: bool
    may_correct: bool
    may_unmask: bool
    is_masked: bool
    filtered: bool


def handin_page(
    handin: HandIn, place: Seat, *, number: int = 1, chosen: Chosen = EVERYTHING, is_unmasked: bool = False
) -> HandInPage:
    """Everything the page shows. Reads the report's side file, never the data engine."""
    run = handin.runs.select_related("contract").first()
    report: Mapping[str, Any] = run.report if run else {}
    contract = contracts.load(run.contract.path.parent) if run else None
    sheet, pages = None, None
    if run is not None and run.path is not None and contract is not None and handin.rows_bad:
        offset = (max(number, 1) - 1) * _ROWS
        sheet = sheet_of(run.path, report, contract, offset=offset, limit=_ROWS, chosen=chosen, is_unmasked=is_unmasked)
        pages = Paginator(range(sheet.total), _ROWS).get_page(number)
    is_done = handin.stage not in (HandInState.RECEIVED, HandInState.CHECKING)
    rules = rule_rows(run.path, report, contract) if run and run.path and contract and sheet else ()
    mine = handin.dataset.unit_code == chain.unit_code(place.actor) or handin.position == place.actor.position
    personal = sheet.has_masked if sheet else False
    return HandInPage(
        seat=place,
        handin=handin,
        due=due_mark(handin.due_at, place.now, place.calendar) if handin.due_at and handin.stage.is_open else None,
        steps=_steps(handin),
        line=None if is_done else progress_of(handin, place.now),
        verdict=_verdict(handin, rules),
        refusal=_refusal(handin, run),
        rules=rules,
        total_errors=sum(row.count for row in rules),
        sheet=sheet,
        pages=pages,
        shown=_shown(sheet, handin),
        guesses=tuple(_guess(guess) for guess in report.get("guesses", ())),
        may_pin=place.actor.may("catalogue.change-contract", handin.dataset, place.now),
        warnings=tuple(str(warning.get("message", "")) for warning in report.get("warnings", ())),
        turn=_turn(handin, place),
        changes=rows_of(handin.changes.for_reading(), place),
        path=_path(handin, run),
        history=history(_entries(handin)),
        has_workbook=sheet is not None,
        may_correct=handin.stage.may_be_corrected and (mine or place.sees_all),
        may_unmask=personal and place.actor.may("catalogue.unmask", handin, place.now),
        is_masked=personal and not is_unmasked,
        filtered=bool(chosen),
    )


def progress_of(handin: HandIn, now: datetime) -> ProgressLine:
    """How far the check is, from its job."""
    job = Job.objects.about(reference(handin)).select_related("task").first()
    if job is None:
        return ProgressLine(True, _("Waiting for the check"), None)
    if job.is_over and handin.stage in (HandInState.RECEIVED, HandInState.CHECKING):
        return ProgressLine(False, "", None, our_fault=True)
    if job.done and job.total:
        text = _("%(done)s of %(total)s rows") % {"done": count_text(job.done), "total": count_text(job.total)}
        return ProgressLine(True, text, job.percent)
    return ProgressLine(True, job.says() or _("Being checked"), job.percent)


def _steps(handin: HandIn) -> tuple[Step, ...]:
    state = handin.stage
    wrong = {
        HandInState.REFUSED: _("Cannot be used"),
        HandInState.NEEDS_CORRECTION: _("Needs correction"),
        HandInState.RETURNED: _("Returned"),
    }
    reached = {
        HandInState.RECEIVED: 1,
        HandInState.CHECKING: 1,
        HandInState.REFUSED: 1,
        HandInState.NEEDS_CORRECTION: 1,
        HandInState.AWAITING_CONFIRMATION: 2,
        HandInState.AWAITING_REVIEW: 3,
        HandInState.AWAITING_ENDORSEMENT: 3,
        HandInState.APPROVED: 4,
        HandInState.PUBLISHED: 5,
    }.get(state, 2 if handin.checked_at else 1)
    is_with_pembina = state == HandInState.AWAITING_ENDORSEMENT
    reviewed = _("With the pembina data") if is_with_pembina else _("Reviewed")
    names = [_("Received"), _("Checked"), _("Confirmed"), reviewed, _("Published")]
    times = [handin.received_at, handin.checked_at, handin.confirmed_at, None, None]
    if state == HandInState.PUBLISHED:
        times[4] = handin.closed_at
    made = []
    for place, name in enumerate(names):
        if place < reached:
            made.append(Step(name, "is-done", at=times[place]))
        elif place == reached and state in wrong:
            made.append(Step(wrong[state], "is-wrong", is_now=True))
        else:
            made.append(Step(name, is_now=place == reached and state.is_open))
    return tuple(made)


def _verdict(handin: HandIn, rules: Sequence[RuleRow]) -> str:
    if handin.stage == HandInState.RETURNED:
        return handin.verdict
    if handin.rows is None:
        return ""
    bad, good = handin.rows_bad or 0, handin.rows_good or 0
    if handin.stage == HandInState.NEEDS_CORRECTION:
        text = _("Nothing is lost, but nothing is published either: more rows are wrong than the contract allows.")
        current = handin.dataset.current
        return text + (" " + _("Version %(n)s stays.") % {"n": current.number} if current else "")
    if not bad:
        return ngettext("The one row is good.", "All %(n)s rows are good.", good) % {"n": count_text(good)}
    text = ngettext(
        "Nothing is lost. The good rows go on; %(n)s row is kept until it is corrected.",
        "Nothing is lost. The good rows go on; %(n)s rows are kept until they are corrected.",
        bad,
    ) % {"n": count_text(bad)}
    most = max(rules, key=lambda row: row.count, default=None)
    if most and most.count > 1 and most.column:
        text += " " + _("Most of it is in %(column)s: %(rule)s.") % {"column": most.column, "rule": most.title.lower()}
    return text


def _refusal(handin: HandIn, run: Run | None) -> str:
    """The one sentence of a file that cannot be used, in the language of the page where its parts were kept."""
    if handin.stage != HandInState.REFUSED:
        return ""
    refused = run.report.get("refused", {}) if run else {}
    try:
        parts = [sentence(refused[key]) % refused.get("data", {}) for key in ("text", "advice") if refused.get(key)]
    except (KeyError, ValueError, TypeError):
        parts = []
    return " ".join(parts) or handin.verdict


def _shown(sheet: Sheet | None, handin: HandIn) -> str:
    if sheet is None:
        return ""
    return _("%(shown)s of %(total)s wrong rows") % {
        "shown": count_text(len([row for row in sheet.rows if row.is_wrong])),
        "total": count_text(sheet.total),
    }


def _guess(guess: Mapping[str, Any]) -> GuessRow:
    value = guess.get("value")
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    named = {
        ",": _("comma"),
        ";": _("semicolon"),
        "\t": _("tab"),
        "|": _("bar"),
        ".": _("point"),
        "down": _("the value fills every row"),
    }
    return GuessRow(guess_name(str(guess.get("what", ""))), named.get(text, text), str(guess.get("reason", "")))


def _turn(handin: HandIn, place: Seat) -> Turn | None:
    may = choices(handin, place)
    if not handin.stage.is_open:
        text = _("It is published. It can be taken out of sight again, with a reason that everybody reads.")
        return Turn(False, _("Published"), text, "", may) if may else None
    is_mine = handin.turn in reach(place.actor).positions
    own = chain.own_reason(handin, by=place.actor)
    if handin.stage in (HandInState.RECEIVED, HandInState.CHECKING):
        return Turn(False, _("Received. You may leave this page."), _("The check goes on by itself."), "", may)
    whose = holding(handin.turn, place.now)
    heading = _("Your turn") if is_mine else _("The turn of %(position)s") % {"position": whose.title}
    why = " ".join(part for part in (turn_text(handin), whose.text) if part)
    text = {
        HandInState.AWAITING_CONFIRMATION: _("The head of the agency says whether the figures are right."),
        HandInState.AWAITING_REVIEW: _("Walidata checks form and principles, and publishes."),
        HandInState.AWAITING_ENDORSEMENT: _("Priority data: the pembina data looks at them again before they appear."),
        HandInState.APPROVED: _("Nothing stands against publishing it."),
        HandInState.NEEDS_CORRECTION: _("Download the marked workbook, correct it, hand it in again."),
        HandInState.RETURNED: _("Correct what is written above, then hand it in again."),
        HandInState.REFUSED: _("Save the file anew as the sentence above says, then hand it in again."),
    }[handin.stage]
    stands_in_the_way = own and (is_mine or handin.turn_reason == "same-person")
    if stands_in_the_way and handin.stage.awaits_decision:
        text = f"{text} {sentence(own)}"
    due = due_mark(handin.step_due_at, place.now, place.calendar) if handin.step_due_at else None
    return Turn(is_mine, heading, text, why, may, due)


def _path(handin: HandIn, run: Run | None) -> tuple[PathStep, ...]:
    """Source, copy, check, confirmation, publication: with time and hash. Only what has happened."""
    steps = [
        PathStep(_("Source"), handin.file_name, None),
        PathStep(_("Snapshot"), handin.receipt, handin.received_at, handin.snapshot[:16]),
    ]
    if run is not None and run.finished_at:
        engine = _("contract %(number)s, engine %(release)s") % {"number": run.contract.number, "release": run.release}
        steps.append(PathStep(_("Check"), engine, run.finished_at, run.contract.sha256[:16]))
    if handin.confirmed_at:
        steps.append(PathStep(_("Confirmation"), handin.confirmed_by, handin.confirmed_at))
    version = handin.version
    if version is not None and version.published_at:
        text = _("version %(n)s, %(status)s") % {"n": version.number, "status": version.get_status_display()}
        steps.append(PathStep(_("Publication"), text, version.published_at))
    return tuple(steps)


def _entries(handin: HandIn) -> list[Entry]:
    subjects = [reference(handin), *(reference(version) for version in handin.versions.all())]
    return list(Entry.objects.filter(subject__in=subjects).order_by("-id")[:60])
