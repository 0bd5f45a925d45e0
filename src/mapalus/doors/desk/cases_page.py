"""The page of a case: one context, made of what `apps/cases` lets this position read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from mapalus.apps.cases.models import Audience, Case, CaseFile, CaseFollower, CaseLink, LinkKind, Remark
from mapalus.apps.cases.packs import here, pack_of, process_of
from mapalus.apps.cases.reading import Seen, possible, read
from mapalus.apps.directory.models import Region, Unit
from mapalus.apps.letters.models import Letter
from mapalus.doors.desk.cases_asking import Asked, asked_for
from mapalus.doors.desk.cases_clocks import ClockShown, clocks_of
from mapalus.doors.desk.cases_words import Story, TurnLine, channel_text, story, turn_line, value_text
from mapalus.doors.desk.complaints import Advice, advice
from mapalus.doors.desk.due import DueMark, due_mark
from mapalus.doors.desk.offering import names_of
from mapalus.doors.desk.problems import said
from mapalus.doors.desk.rail import Seat
from mapalus.engine import pictures
from mapalus.engine.errors import NotFound
from mapalus.engine.flow import Possible

__all__ = ["ActLink", "Blocked", "CasePage", "Shown", "case_page", "find_case"]


@dataclass(frozen=True)
class Shown:
    """One value. `is_masked`: it is personal and was not opened."""

    name: str
    label: str
    text: str
    is_masked: bool = False
    is_opened: bool = False
    is_staff: bool = False


@dataclass(frozen=True)
class ActLink:
    """A way on: to a page that asks."""

    address: str
    text: str
    until: datetime | None = None


@dataclass(frozen=True)
class Blocked:
    text: str
    why: str


@dataclass(frozen=True)
class FileShown:
    address: str
    file: CaseFile
    is_picture: bool


@dataclass(frozen=True)
class Tie:
    """Another case and what it is to this one."""

    text: str
    case: Case
    address: str


@dataclass(frozen=True)
class LetterShown:
    """A letter that an act of the case set off."""

    number: str
    about: str
    signer: str
    dated_on: date
    address: str  # of its file; empty while it is made, or where its personal values were not opened
    is_closed: bool  # there is a file, and it is not for these eyes yet


def _letters(case: Case, place: Seat, files: frozenset[int]) -> tuple[LetterShown, ...]:
    return tuple(
        LetterShown(
            number=one.number,
            about=one.about,
            signer=one.signer_label,
            dated_on=one.dated_on,
            address=reverse("desk:case-file", args=[case.number, one.file_id]) if one.file_id in files else "",
            is_closed=one.file_id is not None and one.file_id not in files,
        )
        for one in Letter.objects.visible_to(place.actor).filter(case=case)
    )


@dataclass(frozen=True)
class CasePage:
    """Context of desk/cases/page.html."""

    seat: Seat
    seen: Seen
    service: str
    version: str
    due: DueMark | None
    turn: TurnLine
    clocks: tuple[ClockShown, ...]
    main: Asked | None
    more: tuple[ActLink, ...]
    blocked: tuple[Blocked, ...]
    manage: tuple[ActLink, ...]
    values: tuple[Shown, ...]
    staff: tuple[Shown, ...]
    has_masked: bool
    story: tuple[Story, ...]
    remarks: tuple[Remark, ...]
    audiences: tuple[tuple[str, str], ...]
    files: tuple[FileShown, ...]
    letters: tuple[LetterShown, ...]
    ties: tuple[Tie, ...]
    unit: str
    region: str
    channel: str
    is_following: bool
    may_write: bool
    advice: Advice | None  # proposals beside a complaint
    remark: str = ""  # what was typed when it could not be kept
    remark_error: str = ""
    opened_error: str = ""

    @property
    def case(self) -> Case:
        return self.seen.case


def find_case(number: str, place: Seat) -> Case:
    """A case this position may see. Raises `NotFound`."""
    found = (
        Case.objects.visible_to(place.actor).select_related("pack").defer("pack__files").filter(number=number).first()
    )
    if found is None:
        raise NotFound(number=number)
    return found


def case_page(
    case: Case,
    place: Seat,
    *,
    opened: Mapping[str, Any] | None = None,
    remark: str = "",
    remark_error: str = "",
    opened_error: str = "",
) -> CasePage:
    """Everything this position may read, and what it can do. `opened`: personal values opened for this answer only."""
    seen = read(case, by=place.actor)
    pack = pack_of(case.pack)
    process = process_of(pack)
    turn = turn_line(case, by=place.actor, now=place.now)
    acts = possible(case, by=place.actor, now=place.now)
    free = [one for one in acts if one.blocked is None]
    main = asked_for(case, free[0].transition, prefix="utama") if free and turn.is_mine else None
    shown = _values(seen, opened or {})
    return CasePage(
        seat=place,
        seen=seen,
        service=here(pack, "title"),
        version=case.pack.version,
        due=due_mark(case.due_at, place.now, place.calendar) if case.due_at and not case.is_final else None,
        turn=turn,
        clocks=clocks_of(case, now=place.now),
        main=main,
        more=tuple(_link(case, one, process) for one in (free[1:] if main else free)),
        blocked=tuple(_blocked(one, process) for one in acts if one.blocked is not None),
        manage=_manage(case, turn, place),
        values=tuple(one for one in shown if not one.is_staff),
        staff=tuple(one for one in shown if one.is_staff),
        has_masked=any(one.is_masked for one in shown),
        story=story(list(seen.acts), process),
        remarks=tuple(seen.remarks),
        audiences=tuple((value, str(label)) for value, label in reversed(Audience.choices)),
        files=tuple(_file(case, one) for one in seen.files),
        letters=_letters(case, place, frozenset(one.pk for one in seen.files)),
        ties=tuple(_tie(case, one) for one in seen.links),
        unit=Unit.objects.filter(pk=case.unit).values_list("name", flat=True).first() or case.unit,
        region=Region.objects.filter(pk=case.region).values_list("name", flat=True).first() or case.region,
        channel=channel_text(case.channel),
        is_following=CaseFollower.objects.filter(case=case, position=place.actor.position).exists(),
        may_write=place.actor.may("cases.remark", case, place.now),
        advice=advice(case, place) if turn.is_mine else None,
        remark=remark,
        remark_error=remark_error,
        opened_error=opened_error,
    )


def _link(case: Case, one: Possible, process: Any) -> ActLink:
    transition = process.transitions[one.transition]
    address = reverse("desk:case-act", kwargs={"number": case.number, "act": one.transition})
    return ActLink(address, here(transition, "label") or one.transition, one.until)


def _blocked(one: Possible, process: Any) -> Blocked:
    transition = process.transitions[one.transition]
    return Blocked(here(transition, "label") or one.transition, said(one.problem) if one.problem else "")


def _manage(case: Case, turn: TurnLine, place: Seat) -> tuple[ActLink, ...]:
    """What can be done with the case beside the acts of its pack."""

    def way(slug: str, text: str) -> ActLink:
        return ActLink(reverse("desk:case-manage", kwargs={"number": case.number, "slug": slug}), text)

    ways = []
    may = place.actor.may
    if (turn.is_mine or turn.is_given) and not case.is_final and may("cases.assign", case, place.now):
        ways.append(way("tugaskan", _("Take back or assign to another") if turn.is_given else _("Assign")))
    if turn.is_mine and case.turn_of and may("cases.return", case, place.now):
        ways.append(way("serahkan-kembali", _("Give back to who assigned it")))
    if turn.is_mine and not case.is_final:
        if may("cases.merge", case, place.now):
            ways.append(way("gabungkan", _("Merge as a duplicate")))
        if may("cases.split", case, place.now):
            ways.append(way("pisahkan", _("Split")))
    if may("cases.link", case, place.now):
        ways.append(way("kaitkan", _("Link to another case")))
    return tuple(ways)


def _values(seen: Seen, opened: Mapping[str, Any]) -> list[Shown]:
    form = pack_of(seen.case.pack).form
    names = names_of(form, {**seen.case.values, **opened})
    rows = []
    for one in seen.values:
        field = form.by_name[one.name]
        is_staff = field.by == "staff"
        if one.is_masked and one.name in opened:
            text = value_text(field, opened[one.name], names) or _("not given")
            rows.append(Shown(one.name, one.label, text, is_opened=True, is_staff=is_staff))
        elif one.is_masked:
            rows.append(Shown(one.name, one.label, "•••", is_masked=True, is_staff=is_staff))
        elif text := value_text(field, one.raw, names):
            rows.append(Shown(one.name, one.label, text, is_staff=is_staff))
    return rows


def _file(case: Case, file: CaseFile) -> FileShown:
    address = reverse("desk:case-file", kwargs={"number": case.number, "pk": file.pk})
    return FileShown(address, file, bool(file.sha256) and file.media_type in pictures.KINDS)


def _tie(case: Case, link: CaseLink) -> Tie:
    other = link.target if link.origin_id == case.pk else link.origin
    forward = link.origin_id == case.pk
    text = {
        LinkKind.DUPLICATE: (_("Duplicate of"), _("Has the duplicate")),
        LinkKind.PART: (_("Part of"), _("Has the part")),
        LinkKind.RELATED: (_("Related to"), _("Related to")),
        LinkKind.APPEAL: (_("Objection to"), _("Has the objection")),
        LinkKind.CONVERTED: (_("Made from"), _("Became")),
    }[LinkKind(link.kind)][0 if forward else 1]
    return Tie(text, other, reverse("desk:case", kwargs={"number": other.number}))
