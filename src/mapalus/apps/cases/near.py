"""Reports like one that is being told: asked of an index by place or by day, then compared word by word.

Bounded whatever the number of cases: at most `_MOST` candidates are looked at, those of a small square (index
`case_place`) or, without a place, the newest ones of the same area.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from mapalus.apps.cases.description import district_of
from mapalus.apps.cases.lessons import words_of
from mapalus.apps.cases.models import Case, CaseLink, LinkKind
from mapalus.apps.cases.models.case import CaseQuerySet
from mapalus.apps.cases.packs import pack_of, process_of
from mapalus.engine.forms import FieldType
from mapalus.engine.packs.pack import Pack
from mapalus.engine.ports import Actor
from mapalus.engine.similar import DAYS, METRES, Likeness, Told, box, similar

__all__ = ["Near", "area_at", "like_case", "like_values", "tellers"]

_MOST = 200
_SAME_PLACE = 1500  # metres within which a neighbour's report tells the area


@dataclass(frozen=True)
class Near:
    """A case that may be the same, why, and how many have told it."""

    case: Case
    likeness: Likeness
    tellers: int


def like_values(pack: Pack, values: Mapping[str, Any], *, now: datetime) -> tuple[Near, ...]:
    """For an applicant before he sends: only what everybody may read."""
    return _like(_told("", pack, values, now), pack.name, Case.objects.published().open(), now=now)


def like_case(case: Case, *, by: Actor) -> tuple[Near, ...]:
    """For an official before he merges: what he may open, still open, or closed so lately that it may be the same."""
    told = _told(str(case.pk), pack_of(case.pack), case.values, case.received_at)
    rows = Case.objects.visible_to(by).exclude(pk=case.pk).filter(is_restricted=case.is_restricted)
    return _like(told, case.pack_name, rows, now=case.received_at)


def area_at(place: tuple[float, float]) -> str:
    """The area of a point, as far as reports that everybody may read and that lie near it agree on it; else empty.

    No boundaries are needed, and nothing is guessed across one: two neighbours of different districts tell nothing.
    """
    south, west, north, east = box(place, metres=_SAME_PLACE)
    rows = Case.objects.published().filter(
        latitude__gte=south, latitude__lte=north, longitude__gte=west, longitude__lte=east
    )
    rows = rows.exclude(region="").select_related("pack").defer("situation", "pack__files")
    codes = {code for case in rows[:_MOST] if (code := _finest(case))}
    if not codes:
        return ""
    shared = [parts[0] for parts in zip(*(code.split(".") for code in codes), strict=False) if len(set(parts)) == 1]
    return ".".join(shared) if len(shared) > 1 else ""


def _finest(case: Case) -> str:
    fields = pack_of(case.pack).form.fields
    found = (str(case.values.get(one.name) or "") for one in fields if one.type is FieldType.AREA and one.is_public)
    return next(filter(None, found), case.region)


def tellers(case: Case) -> int:
    """How many people told it: itself, and what was merged into it."""
    return 1 + CaseLink.objects.filter(target=case, kind=LinkKind.DUPLICATE).count()


def _like(new: Told, pack_name: str, rows: CaseQuerySet, *, now: datetime) -> tuple[Near, ...]:
    span = timedelta(days=DAYS)
    rows = rows.filter(pack_name=pack_name, received_at__gte=now - span, received_at__lte=now + span)
    rows = rows.exclude(state="digabung").select_related("pack").defer("situation", "pack__files")
    if new.place is not None:
        south, west, north, east = box(new.place, metres=METRES)
        rows = rows.filter(latitude__gte=south, latitude__lte=north, longitude__gte=west, longitude__lte=east)
    elif new.area:
        rows = rows.filter(region=new.area).order_by("-received_at")
    else:
        return ()
    found = {str(case.pk): case for case in rows[:_MOST]}
    known = [_told(key, pack_of(case.pack), case.values, case.received_at) for key, case in found.items()]
    likes = similar(new, known)
    return tuple(Near(found[like.key], like, tellers(found[like.key])) for like in likes)


def _told(key: str, pack: Pack, values: Mapping[str, Any], at: datetime) -> Told:
    fields = [field for field in pack.form.fields if field.is_public and field.name in pack.form.step_of]
    point = next((values.get(one.name) for one in fields if one.type is FieldType.POINT), None)
    place = None
    if isinstance(point, Mapping) and point.get("lat") is not None and point.get("lon") is not None:
        place = (float(point["lat"]), float(point["lon"]))
    routing = process_of(pack).routing
    return Told(
        key=key,
        words=frozenset(word for word in words_of(pack, values) if ":" not in word),
        at=at,
        place=place,
        area=district_of(next((str(values.get(one.name) or "") for one in fields if one.type is FieldType.AREA), "")),
        topic=str(values.get(routing.source) or "") if routing else "",
    )
