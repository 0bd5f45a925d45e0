"""What an actor may read of a case, for pages, API and exports: one place decides, doors show what they are given.

seen = read(case, by=actor, now=now)          # raises NotFound for whoever may see nothing
seen.values                                   # those of his level; personal ones masked
possible(case, by=actor, now=now)             # the acts that are open to him, with what they ask
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mapalus.apps.cases import personal
from mapalus.apps.cases.held import hands_in, looked_at
from mapalus.apps.cases.models import Audience, Case, CaseAct, CaseFile, CaseLink, Remark
from mapalus.apps.cases.packs import here, pack_of, process_of
from mapalus.apps.cases.sight import Level, level_of
from mapalus.apps.cases.telling import said
from mapalus.apps.cases.turns import handles
from mapalus.apps.cases.who import Applicant
from mapalus.engine.errors import NotFound
from mapalus.engine.flow import AppealOf, DueOf, Possible, appeal_of, dues
from mapalus.engine.flow import possible as open_acts
from mapalus.engine.forms import By, Field
from mapalus.engine.packs.pack import Pack
from mapalus.engine.ports import Actor

__all__ = ["Seen", "Value", "appeal", "code_of", "explained", "possible", "read", "state_label", "with_code"]

_AUDIENCES = {
    Level.PUBLIC: (Audience.PUBLIC,),
    Level.APPLICANT: (Audience.PUBLIC, Audience.APPLICANT),
    Level.INTERNAL: tuple(Audience),
}


@dataclass(frozen=True)
class Value:
    """One answer as it is shown. `raw` is None where it is masked."""

    name: str
    label: str
    text: str
    raw: Any = None
    is_masked: bool = False


@dataclass(frozen=True)
class Seen:
    """A case as far as one may read it."""

    case: Case
    level: Level
    title: str
    state: str  # in words, for this reader
    values: tuple[Value, ...]
    acts: Sequence[CaseAct]
    remarks: Sequence[Remark]
    files: Sequence[CaseFile]
    links: Sequence[CaseLink]
    place: tuple[float, float] | None  # latitude, longitude
    may_unmask: bool = False


def read(case: Case, *, by: Actor | None) -> Seen:
    """The case at the level of this reader. Raises `NotFound` where there is none."""
    level = level_of(case, by)
    if level == Level.NONE:
        raise NotFound
    pack = pack_of(case.pack)
    audiences = _AUDIENCES[level]
    own = personal.read(case).values if level == Level.APPLICANT else {}
    is_known = level == Level.INTERNAL and by is not None and handles(case, by) and not case.is_anonymous
    shown_files = case.files.filter(audience__in=audiences)
    return Seen(
        case=case,
        level=level,
        title=case.public_title if level == Level.PUBLIC else case.title,
        state=state_label(case, level),
        values=tuple(_values(pack, case, own, level)),
        acts=tuple(case.acts.filter(audience__in=audiences)),
        remarks=tuple(case.remarks.filter(audience__in=audiences)),
        files=tuple(shown_files if level != Level.INTERNAL or is_known else shown_files.filter(is_personal=False)),
        links=tuple(_links(case, by)),
        place=_place(pack, case, level),
        may_unmask=is_known,
    )


def state_label(case: Case, level: Level) -> str:
    """The state in words: officials read the pack's own, others the public one where there is one."""
    state = process_of(pack_of(case.pack)).states[case.state]
    public = here(state, "public") if level < Level.INTERNAL else ""
    return public or here(state, "label")


def _values(pack: Pack, case: Case, own: Mapping[str, Any], level: Level) -> list[Value]:
    found = []
    for field in pack.form.fields:
        label = here(field, "label")
        if field.name in own:
            found.append(Value(field.name, label, said(pack, field.name, own[field.name]), own[field.name]))
        elif field.name in case.values and (field.is_public or level >= _needed(field)):
            value = case.values[field.name]
            found.append(Value(field.name, label, said(pack, field.name, value), value))
        elif field.is_personal and level == Level.INTERNAL and not case.is_anonymous:
            found.append(Value(field.name, label, "•••", is_masked=True))
    return found


def _needed(field: Field) -> Level:
    """From which level on an internal value is read: what officials fill in for themselves is not the applicant's."""
    return Level.INTERNAL if field.by is By.STAFF else Level.APPLICANT


def _place(pack: Pack, case: Case, level: Level) -> tuple[float, float] | None:
    if case.latitude is None or case.longitude is None:
        return None
    is_public = any(
        field.is_public and case.values.get(field.name) for field in pack.form.fields if field.type == "point"
    )
    return (case.latitude, case.longitude) if is_public or level >= Level.APPLICANT else None


def _links(case: Case, by: Actor | None) -> list[CaseLink]:
    """Ties to cases this reader may see as well; others are not named."""
    rows = [*case.links.select_related("origin", "target"), *case.linked_from.select_related("origin", "target")]
    ends = {row.target_id if row.origin_id == case.pk else row.origin_id for row in rows}
    seen = set(Case.objects.visible_to(by).filter(pk__in=ends).values_list("pk", flat=True))
    return [row for row in rows if (row.target_id if row.origin_id == case.pk else row.origin_id) in seen]


def possible(case: Case, *, by: Actor, now: datetime) -> tuple[Possible, ...]:
    """The acts this one's roles allow from here, blocked ones with the reason; none for who may not see the case."""
    if level_of(case, by) < Level.APPLICANT:
        return ()
    on = looked_at(case)
    found = open_acts(on.process, on.situation, who=hands_in(on, by=by, now=now), now=now, calendar=on.calendar)
    return found if by.may("cases.take", case, now) else ()


def appeal(case: Case, *, by: Actor, now: datetime) -> AppealOf | None:
    """The objection that is open to the applicant now; None where the state has none, or for anybody else."""
    if not isinstance(by, Applicant) or level_of(case, by) < Level.APPLICANT:
        return None
    on = looked_at(case)
    return appeal_of(on.process, on.situation, now=now, calendar=on.calendar)


def explained(case: Case, *, now: datetime) -> tuple[DueOf, ...]:
    """How each clock of the case stands, day by day."""
    on = looked_at(case)
    return dues(on.process, on.situation, now=now, calendar=on.calendar, explain=True)


def code_of(case: Case, *, by: Actor) -> str:
    """The code by which the case is followed, for the applicant himself; empty for anybody else."""
    if not isinstance(by, Applicant) or level_of(case, by) < Level.APPLICANT:
        return ""
    return personal.read(case).code


def with_code(code: str, number: str = "") -> Case | None:
    """The case of this code, and of this number where one is given. Both are compared whole, in constant time."""
    digest = personal.code_digest(code)
    case = Case.objects.filter(code_digest=digest).select_related("pack").defer("pack__files").first()
    said = "".join(letter for letter in number.upper() if letter.isalnum())
    real = "".join(letter for letter in (case.number if case else "").upper() if letter.isalnum())
    is_right = hmac.compare_digest(said.encode(), real.encode()) if said else True
    return case if case is not None and is_right and code.strip() else None
