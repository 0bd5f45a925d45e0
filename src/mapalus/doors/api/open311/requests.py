"""Complaints as GeoReport shows them: what everybody may read, and of the rest only that it exists.

A report is not shown before an official looked at it. Until then its number answers with category, times and who has
it, so that whoever filed it can follow; its text, place and picture come with publication. Secret and restricted ones
do not exist here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.http import QueryDict

from mapalus.apps.cases.models import Audience, Case, CaseAct, CaseClock
from mapalus.apps.cases.packs import here, pack_of
from mapalus.apps.directory.models import Unit
from mapalus.doors.api.open311.categories import Intake, Service, intakes, service
from mapalus.doors.api.open311.rendering import Fault

__all__ = ["LARGEST", "found", "one", "updates"]

LARGEST = 1000
_SPAN = timedelta(days=90)
_STATES = ("open", "closed")
# Our states by what they are, in the words other servers know; the rest follows from open and closed.
_EXTENDED = {"turn": "IN_PROGRESS", "new": "OPEN", "paused": "ACTION_SCHEDULED", "final": "CLOSED"}


def found(asked: QueryDict, *, now: datetime) -> list[dict[str, Any]]:
    """The list. Raises `Fault` (400) for what the standard does not allow."""
    known = {intake.pack.name: intake for intake in intakes()}
    if wanted := asked.get("service_request_id", ""):
        numbers = _words(wanted)[:LARGEST]
        rows: Iterable[Case] = _reachable(known).filter(number__in=numbers).order_by("-received_at", "-pk")
        return _shown(rows, known, extended=_is_true(asked, "extensions"))
    start, end = _span(asked, now)
    chosen = _reachable(known).published().filter(received_at__gte=start, received_at__lte=end)
    if statuses := _statuses(asked):
        chosen = chosen.filter(is_final="closed" in statuses)
    if codes := asked.get("service_code", ""):
        chosen = chosen.filter(_of_services(codes))
    size = min(_number(asked, "page_size", LARGEST), LARGEST)
    first = (_number(asked, "page", 1) - 1) * size
    return _shown(
        chosen.order_by("-received_at", "-pk")[first : first + size], known, extended=_is_true(asked, "extensions")
    )


def one(number: str, asked: QueryDict) -> list[dict[str, Any]]:
    """A list with the one report. Raises `Fault` (404)."""
    known = {intake.pack.name: intake for intake in intakes()}
    rows = list(_reachable(known).filter(number=number))
    if not rows:
        raise Fault(404, f"There is no service request {number[:80]}.")
    return _shown(rows, known, extended=_is_true(asked, "extensions"))


def updates(asked: QueryDict, *, now: datetime) -> list[dict[str, Any]]:
    """What happened to published reports and may be read by everybody: the extension `servicerequestupdates`."""
    known = {intake.pack.name: intake for intake in intakes()}
    start, end = _span(asked, now)
    acts = (
        CaseAct.objects.filter(
            case__in=_reachable(known).published(), audience=Audience.PUBLIC, at__gte=start, at__lte=end
        )
        .select_related("case__pack")
        .order_by("at", "pk")[:LARGEST]
    )
    return [
        {
            "update_id": f"{act.case.number}/{act.number}",
            "service_request_id": act.case.number,
            "status": "closed" if _is_final(act, known) else "open",
            "description": act.label,
            "updated_datetime": act.at,
            "media_url": None,
        }
        for act in acts
    ]


def _of_services(text: str) -> Q:
    """Those of these categories; each pack keeps its category in a field of its own."""
    chosen = Q(pk__in=[])
    for word in _words(text)[:100]:
        asked = service(word)
        chosen |= Q(pack_name=asked.intake.pack.name, **{f"values__{asked.intake.category}": asked.code})
    return chosen


def _reachable(known: Mapping[str, Intake]) -> Any:
    return (
        Case.objects.filter(pack_name__in=list(known), is_secret=False, is_restricted=False)
        .select_related("pack")
        .defer("pack__files")
    )


def _is_final(act: CaseAct, known: Mapping[str, Intake]) -> bool:
    process = known[act.case.pack_name].pack.process
    state = process.states.get(act.to) if process else None
    return state is not None and state.is_final


def _shown(rows: Iterable[Case], known: Mapping[str, Intake], *, extended: bool) -> list[dict[str, Any]]:
    cases = list(rows)
    keys = [case.pk for case in cases]
    dues = _promised(cases, known)
    last = dict(CaseAct.objects.filter(case__in=keys).order_by("case", "number").values_list("case", "at"))
    units = dict(Unit.objects.filter(code__in={case.unit for case in cases}).values_list("code", "name"))
    names = {(one.intake.pack.name, one.code): one for one in _all_services(known)}
    return [
        _request(case, known[case.pack_name], names, dues.get(case.pk), last.get(case.pk), units, extended=extended)
        for case in cases
    ]


def _promised(cases: Iterable[Case], known: Mapping[str, Intake]) -> dict[int, datetime]:
    """The furthest limit of each case; how long it may wait in one state for the reporter is no promise."""
    packs = {case.pk: case.pack_name for case in cases}
    dues: dict[int, datetime] = {}
    rows = CaseClock.objects.filter(case__in=list(packs)).values_list("case", "name", "due_at")
    for key, name, due in rows:
        process = known[packs[key]].pack.process
        clock = process.clocks.get(name) if process else None
        if due is not None and clock is not None and not clock.while_in:
            dues[key] = max(due, dues.get(key, due))
    return dues


def _all_services(known: Mapping[str, Intake]) -> Iterable[Service]:
    for intake in known.values():
        for option in intake.pack.form.field(intake.category).options:
            yield Service(intake, option.value, here(option, "label"))


def _request(
    case: Case,
    intake: Intake,
    names: Mapping[tuple[str, str], Service],
    due: datetime | None,
    last: datetime | None,
    units: Mapping[str, str],
    *,
    extended: bool,
) -> dict[str, Any]:
    code = str(case.values.get(intake.category) or "")
    category = names.get((intake.pack.name, code))
    state = _state(case)
    told = case.is_published
    said: dict[str, Any] = {
        "service_request_id": case.number,
        "status": "closed" if case.is_final else "open",
        "status_notes": here(state, "public") or here(state, "label") if state else None,
        "service_name": category.name if category else None,
        "service_code": code,
        "description": _text(case, intake) if told else None,
        "agency_responsible": units.get(case.unit),
        "service_notice": None,
        "requested_datetime": case.received_at,
        "updated_datetime": case.closed_at or last,
        "expected_datetime": due,
        "address": case.values.get(intake.address) if told else None,
        "address_id": None,
        "zipcode": None,
        "lat": case.latitude if told else None,
        "long": case.longitude if told else None,
        "media_url": None,
    }
    if extended:
        said["extended_attributes"] = {
            "state": case.state,
            "extended_status": _extended(case),
            "agency_position": case.turn or None,
            "overdue": any(_late(case)),
            "area_code": case.region or None,
        }
    return said


def _late(case: Case) -> Iterable[bool]:
    return CaseClock.objects.filter(case=case).values_list("is_late", flat=True)


def _extended(case: Case) -> str:
    if case.is_final:
        return _EXTENDED["final"]
    if case.is_pausing:
        return _EXTENDED["paused"]
    return _EXTENDED["turn"] if case.version > 1 else _EXTENDED["new"]


def _state(case: Case) -> Any:
    process = pack_of(case.pack).process
    return process.states.get(case.state) if process else None


def _text(case: Case, intake: Intake) -> str | None:
    parts = [str(case.values.get(name) or "") for name in (intake.title, intake.description)]
    text = "\n".join(part for part in parts if part)
    return text[:4000] or None


# --- arguments


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _is_true(asked: QueryDict, name: str) -> bool:
    return asked.get(name, "").lower() in ("true", "1", "yes")


def _number(asked: QueryDict, name: str, default: int) -> int:
    text = asked.get(name, "")
    if not text:
        return default
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:9]) <= 1_000_000:
        raise Fault(400, f"{name} must be a natural number.")
    return int(text)


def _statuses(asked: QueryDict) -> set[str]:
    """Empty where both, or neither, are asked for."""
    chosen = set(_words(asked.get("status", "").lower()))
    if wrong := chosen - set(_STATES):
        raise Fault(400, f"status is open or closed, not {', '.join(sorted(wrong))[:80]}.")
    return chosen if len(chosen) == 1 else set()


def _span(asked: QueryDict, now: datetime) -> tuple[datetime, datetime]:
    start, end = (_moment(asked, name) for name in ("start_date", "end_date"))
    if start is None and end is None:
        return now - _SPAN, now
    if start is None:
        assert end is not None
        start = end - _SPAN
    end = end if end is not None else min(start + _SPAN, max(now, start))
    if end < start:
        raise Fault(400, "end_date is before start_date.")
    if end - start > _SPAN:
        raise Fault(400, "At most 90 days can be asked for at once.")
    return start, end


def _moment(asked: QueryDict, name: str) -> datetime | None:
    text = asked.get(name, "")
    if not text:
        return None
    try:
        # A plus sign that was not encoded arrives as a blank.
        moment = datetime.fromisoformat(text.strip().replace(" ", "+", 1) if "T" in text else text.strip())
    except ValueError:
        raise Fault(400, f"{name} must be a date of ISO 8601 with a zone, such as 2026-11-20T08:00:00+08:00.") from None
    if moment.tzinfo is None:
        raise Fault(400, f"{name} must name its zone, such as 2026-11-20T08:00:00+08:00.")
    return moment.astimezone(UTC)
