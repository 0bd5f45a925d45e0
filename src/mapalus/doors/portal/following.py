"""What an applicant may read of a case of his own, in words: state, who holds it, every clock, the story."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from mapalus.apps.cases import lists, reading
from mapalus.apps.cases.models import Case, CaseAct
from mapalus.apps.cases.packs import calendar_of, here, pack_of, process_of
from mapalus.apps.cases.telling import said
from mapalus.apps.cases.who import APPLICANT, Applicant
from mapalus.apps.directory.models import Position
from mapalus.doors.portal import drafts
from mapalus.doors.ui import figures
from mapalus.doors.ui.parts import Clock, Day
from mapalus.engine.deadlines import Why
from mapalus.engine.errors import NotFound
from mapalus.engine.flow import DueOf, Notify, Process, Transition
from mapalus.engine.forms import Field, FieldType
from mapalus.engine.packs.pack import Pack
from mapalus.engine.workdays import Calendar

__all__ = [
    "ClockWords",
    "Told",
    "clocks",
    "followed",
    "holder",
    "is_apart",
    "let_follow",
    "marked",
    "own_case",
    "public_story",
    "shown_value",
    "story",
]

_SESSION = "followed"  # keys of cases whose code was given in this browser
_MOST = 20
_APART, _HOUR = "pelapor", 3600
_CELLS = 40


def followed(request: HttpRequest) -> list[int]:
    """Cases that this browser may follow without an account."""
    return [int(key) for key in request.session.get(_SESSION, [])]


def let_follow(request: HttpRequest, case: Case) -> None:
    """Remember in this browser that the code of this case was given, or that it was begun here."""
    if is_apart(case):
        return  # a session may be an account's, now or later: see `marked`
    keys = [key for key in followed(request) if key != case.pk]
    request.session[_SESSION] = [*keys, case.pk][-_MOST:]


def is_apart(case: Case) -> bool:
    """Whether nothing may lead from this case to an account."""
    return pack_of(case.pack).auth.by_code_only


def marked(response: HttpResponse, case: Case) -> HttpResponse:
    """For a case that no account may be tied to: the browser itself keeps, for an hour, that its code was given."""
    if is_apart(case):
        said = signing.dumps(case.pk, salt=_APART)
        response.set_cookie(
            _APART,
            said,
            max_age=_HOUR,
            path="/layanan/",
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response


def _mark_of(request: HttpRequest) -> int:
    try:
        return int(signing.loads(request.COOKIES.get(_APART, ""), salt=_APART, max_age=_HOUR))
    except (signing.BadSignature, ValueError, TypeError):
        return 0


def own_case(request: HttpRequest, number: str) -> tuple[Case, Applicant]:
    """The case of this number, if it is one's own. Raises `NotFound`, whether or not there is such a number."""
    case = Case.objects.select_related("pack").defer("pack__files").filter(number=number).first()
    if case is None:
        raise NotFound
    if is_apart(case):
        by = Applicant(case=case.pk if _mark_of(request) == case.pk else None)
    else:
        by = drafts.applicant(request, case=case.pk if case.pk in followed(request) else None)
    if not Case.objects.visible_to(by).filter(pk=case.pk).exists():
        raise NotFound
    return case, by


# --- words -----------------------------------------------------------------------------------------------------------


def shown_value(pack: Pack, name: str, value: Any) -> str:
    """An answer as people read it."""
    return _said(pack, pack.form.by_name[name], value) if name in pack.form.by_name else str(value)


def _said(pack: Pack, item: Field, value: Any) -> str:
    language = get_language() or "id"
    if isinstance(value, list) and item.type is not FieldType.MULTICHOICE:
        return ", ".join(_said(pack, item, one) for one in value)
    if item.type is FieldType.TABLE and isinstance(value, Mapping):
        return " · ".join(
            _said(pack, column, value[column.name]) for column in item.fields if value.get(column.name) is not None
        )
    if isinstance(value, Mapping):
        return str(value.get("name") or _point(value))
    match item.type:
        case FieldType.DATE:
            return figures.day(date.fromisoformat(str(value)[:10]), language=language)
        case FieldType.DATETIME:
            moment = datetime.fromisoformat(str(value))
            return figures.moment(moment, language=language, zone=timezone.get_current_timezone())
        case FieldType.MONEY:
            return figures.rupiah(value, language=language)
        case FieldType.NUMBER | FieldType.INTEGER:
            return figures.number(value, language=language)
        case FieldType.AREA:
            return lists.named(lists.REGION, [str(value)]).get(str(value), str(value))
        case FieldType.CHOICE if item.options_from.startswith("ref:"):
            return lists.named(item.options_from, [str(value)]).get(str(value), str(value))
    return said(pack, item.name, value) if item.name in pack.form.by_name else str(value)


def _point(value: Mapping[str, Any]) -> str:
    if "lat" in value:
        return f"{value['lat']}, {value['lon']}"
    return _("a shape on the map") if "coordinates" in value else ""


def holder(case: Case) -> str:
    """With whom it is: a position, never a name; `you` where the applicant has the turn."""
    if case.is_final:
        return ""
    if case.turn:
        return Position.objects.filter(code=case.turn).values_list("title", flat=True).first() or case.turn
    state = process_of(pack_of(case.pack)).states[case.state]
    return _("you") if state.turn == APPLICANT else ""


# --- clocks ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ClockWords:
    """One clock, drawn and explained day by day."""

    clock: Clock
    days: tuple[tuple[date, str], ...]
    legal_basis: str
    is_running: bool


def clocks(case: Case, *, now: datetime) -> tuple[ClockWords, ...]:
    """Every clock of the case that has begun; those that run first."""
    pack = pack_of(case.pack)
    process = process_of(pack)
    found = [_clock(case, pack, process, one, now=now) for one in reading.explained(case, now=now)]
    return tuple(sorted(found, key=lambda one: not one.is_running))


def _clock(case: Case, pack: Pack, process: Process, one: DueOf, *, now: datetime) -> ClockWords:
    language = get_language() or "id"
    declared = process.clocks[one.clock]
    calendar = calendar_of(pack)
    today = calendar.local_date(now)
    state, word, sentence = _state(case, process, one, now=now, today=today, left=_left(one, calendar, today))
    return ClockWords(
        clock=Clock(here(declared, "label") or _("Time limit"), state, word, sentence, _cells(one, today)),
        days=tuple((told.day, told.say(language=language)) for told in one.story),
        legal_basis=declared.legal_basis,
        is_running=one.is_running,
    )


def _left(one: DueOf, calendar: Calendar, today: date) -> int:
    """Working days that are left, today not among them; negative: how many it is late."""
    day = one.due.day if one.due is not None else None
    if day is None:
        return 0
    if day < today:
        return -calendar.between(day, today)
    counted = sum(1 for told in one.story if told.number and today < told.day <= day)
    return counted or calendar.between(today, day)


def _state(case: Case, process: Process, one: DueOf, *, now: datetime, today: date, left: int) -> tuple[str, str, str]:
    if not one.is_running:
        return ("late", _("Done, but late"), "") if one.is_late else ("good", _("Done in time"), "")
    if one.is_paused:
        where = process.states[case.state]
        why = here(where, "public") or here(where, "label")
        return "none", _("Standing still"), _("The time stands while the case is here: %(state)s.") % {"state": why}
    if one.due is None or one.due.at is None:
        return "none", _("Not fixed yet"), _("The limit is known once the case has been looked at.")
    until = _until(one.due.at)
    if one.is_late:
        days = ngettext("%(count)s working day late", "%(count)s working days late", max(1, -left)) % {
            "count": max(1, -left)
        }
        return "late", days, _("It was due by %(until)s. It has gone up to the superior.") % {"until": until}
    if one.due.day == today:
        return "soon", _("Ends today"), _("By %(until)s at the latest.") % {"until": until}
    word = ngettext("%(count)s working day left", "%(count)s working days left", left) % {"count": left}
    return ("soon" if left <= 1 else "none"), word, _("By %(until)s at the latest.") % {"until": until}


def _until(moment: datetime) -> str:
    zone, language = timezone.get_current_timezone(), get_language() or "id"
    day = figures.day(moment.astimezone(zone).date(), language=language, form="weekday")
    return f"{day}, {figures.clock(moment, language=language, zone=zone)}"


def _cells(one: DueOf, today: date) -> Sequence[Day]:
    """One cell per working day; a pause is hatched, what is beyond the limit red."""
    due = one.due.day if one.due is not None else None
    cells = []
    for told in one.story:
        if told.why is Why.PAUSED:
            cells.append(Day("paused"))
        elif told.number:
            over = due is not None and told.day > due
            past = "over" if over else "done"
            cells.append(Day("today" if told.day == today and one.is_running else past if told.day <= today else ""))
    return cells[-_CELLS:]


# --- story -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """One line of the story, newest first."""

    at: datetime
    what: str
    who: str
    text: str = ""
    is_own: bool = False


def story(case: Case, seen: reading.Seen) -> tuple[Told, ...]:
    """What happened, as far as it concerns the applicant; a reason is told where the applicant was told of the act."""
    process = process_of(pack_of(case.pack))
    lines = [_line(process, act) for act in seen.acts]
    lines += [
        Told(
            one.at,
            _("Message"),
            "" if one.position == APPLICANT else one.actor_label,
            one.text,
            one.position == APPLICANT,
        )
        for one in seen.remarks
    ]
    return tuple(sorted(lines, key=lambda line: line.at, reverse=True))


def public_story(seen: reading.Seen) -> tuple[Told, ...]:
    """What everybody may read of it: when it came, what was said in public, when it ended."""
    case = seen.case
    lines = [Told(case.received_at, _("Sent"), "")]
    lines += [Told(one.at, _("Message"), one.actor_label, one.text) for one in seen.remarks]
    if case.closed_at is not None:
        lines.append(Told(case.closed_at, seen.state, ""))
    return tuple(sorted(lines, key=lambda line: line.at, reverse=True))


def _line(process: Process, act: CaseAct) -> Told:
    transition = process.transitions.get(act.act)
    is_own = act.position == APPLICANT
    if act.kind == "open":
        what = _("Sent")
    elif transition is not None:
        what = here(transition, "label")
    elif act.kind == "take" and act.act == "appeal":
        what = _("Objection raised")
    else:
        what = act.label or act.act
    tells = is_own or transition is None or _tells_applicant(process, transition)
    return Told(act.at, what, "" if is_own else act.actor_label, act.reason if tells else "", is_own)


def _tells_applicant(process: Process, transition: Transition) -> bool:
    return any(isinstance(effect, Notify) and effect.to == APPLICANT for effect in transition.effects)
