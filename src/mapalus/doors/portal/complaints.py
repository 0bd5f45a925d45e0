"""Complaints as everybody may read them, after moderation: the list, the map, and how agencies answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Page, Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mapalus.apps.cases import near, reading
from mapalus.apps.cases.models import Case, LinkKind
from mapalus.apps.cases.models.case import CaseQuerySet
from mapalus.apps.cases.packs import current, here, pack_of
from mapalus.apps.cases.sight import Level
from mapalus.apps.directory.models import Unit
from mapalus.doors.portal import complaints_figures, services_similar
from mapalus.doors.portal.complaints_figures import AgencyFigures, Counts
from mapalus.doors.portal.datasets import Choice, Facet
from mapalus.doors.portal.regions import names, surface
from mapalus.doors.ui.tilemaps import TileMap, tile_map
from mapalus.engine import clock
from mapalus.engine.errors import NotFound
from mapalus.engine.packs.pack import Pack

__all__ = ["PACK", "ComplaintList", "Row", "complaints", "like_it", "list_of", "rows_of"]

PACK = "aduan"
PER_PAGE = 20
CATEGORY, REGION, UNIT, STATE = "kategori", "wilayah", "instansi", "keadaan"
FILTERS = (STATE, CATEGORY, REGION, UNIT)
OPEN, CLOSED, LATE = "terbuka", "selesai", "terlambat"


@dataclass(frozen=True)
class Row:
    """One complaint in the list."""

    case: Case
    title: str
    state: str  # in words, as everybody reads it
    look: str  # good, late, none: the shape beside it
    place: str
    agency: str
    category: str
    tellers: int  # how many people told it


@dataclass(frozen=True)
class ComplaintList:
    """Context of portal/complaints/list.html."""

    rows: tuple[Row, ...]
    page: Page[Case]
    map: TileMap
    facets: tuple[Facet, ...]
    agencies: tuple[AgencyFigures, ...]
    counts: Counts
    question: str
    found: int
    near_title: str  # of the region that is chosen

    @property
    def is_filtered(self) -> bool:
        return bool(self.question) or any(one.is_chosen for facet in self.facets for one in facet.choices)


@login_not_required
@require_safe
def complaints(request: HttpRequest) -> HttpResponse:
    """All that may be shown, newest first; filters and words in the address."""
    now = clock.now()
    pack = _pack()
    if pack is None:
        return render(request, "portal/complaints/none.html")
    chosen = {name: value for name in FILTERS if (value := request.GET.get(name, "")[:60])}
    question = request.GET.get("q", "").strip()[:200]
    found = _filtered(list_of(), chosen, question, now=now)
    pages = Paginator(found, PER_PAGE)
    page = pages.get_page(request.GET.get("page"))
    counts = complaints_figures.counts(now=now)
    listing = ComplaintList(
        rows=tuple(rows_of(list(page.object_list), now=now)),
        page=page,
        map=_map(counts, chosen.get(REGION, ""), request.GET),
        facets=_facets(pack, counts, chosen, request.GET),
        agencies=complaints_figures.agencies(now=now),
        counts=counts,
        question=question,
        found=pages.count,
        near_title=names().get(chosen.get(REGION, ""), ""),
    )
    return render(request, "portal/complaints/list.html", {"listing": listing})


def _pack() -> Pack | None:
    try:
        return pack_of(current(PACK))
    except NotFound:
        return None


def list_of() -> CaseQuerySet:
    """What everybody may read of complaints; a duplicate stands with the one it was merged with."""
    return Case.objects.published().filter(pack_name=PACK).exclude(state="digabung")


def _filtered(rows: CaseQuerySet, chosen: Mapping[str, str], question: str, *, now: datetime) -> CaseQuerySet:
    if value := chosen.get(CATEGORY):
        rows = rows.filter(values__kategori=value)
    if value := chosen.get(REGION):
        rows = rows.filter(region=value)
    if value := chosen.get(UNIT):
        rows = rows.filter(unit=value)
    match chosen.get(STATE):
        case "terbuka":
            rows = rows.filter(is_final=False)
        case "selesai":
            rows = rows.filter(is_final=True)
        case "terlambat":
            rows = rows.overdue(now)
    if question:
        from mapalus.apps.cases.search import matching

        rows = matching(rows, question, is_public=True)
    return rows.for_list().order_by("-published_at", "-pk")


def rows_of(cases: Sequence[Case], *, now: datetime) -> list[Row]:
    """What a page of the list shows, in three further queries."""
    units = dict(Unit.objects.filter(code__in={case.unit for case in cases}).values_list("code", "name"))
    told = dict(
        Case.objects.filter(pk__in=[case.pk for case in cases], linked_from__kind=LinkKind.DUPLICATE)
        .order_by()
        .values_list("pk")
        .annotate(count=Count("linked_from"))
    )
    return [_row(case, units, told, now=now) for case in cases]


def _row(case: Case, units: Mapping[str, str], told: Mapping[int, int], *, now: datetime) -> Row:
    look = "good" if case.is_final else "late" if case.is_overdue(now) else "none"
    where = ", ".join(filter(None, (str(case.values.get("tempat") or ""), names().get(case.region, ""))))
    return Row(
        case=case,
        title=case.public_title,
        state=reading.state_label(case, Level.PUBLIC),
        look=look,
        place=where,
        agency=str(case.values.get("instansi_luar") or units.get(case.unit, "")),
        category=category_of(pack_of(case.pack), str(case.values.get("kategori") or "")),
        tellers=1 + told.get(case.pk, 0),
    )


def category_of(pack: Pack, code: str) -> str:
    field = pack.form.by_name.get("kategori")
    option = field.choices.get(code) if field else None
    return here(option, "label") if option else code


# --- map and filters -------------------------------------------------------------------------------------------------


def _map(counts: Counts, chosen: str, asked: QueryDict) -> TileMap:
    ground = surface()
    return tile_map(
        title=_("Where it was told"),
        subtitle=_("complaints shown, per kabupaten/kota"),
        places=ground.places,
        names=ground.names,
        values={code: float(count) for code, count in counts.regions.items()},
        unit=_("complaints"),
        nothing=_("no complaint"),
        language=get_language() or "id",
        href=lambda code: _href(asked, REGION, "" if code == chosen else code),
        here=chosen,
    )


def _href(asked: QueryDict, name: str, value: str) -> str:
    kept = {key: asked[key] for key in asked if key not in (name, "page")}
    query = urlencode({**kept, **({name: value} if value else {})})
    return f"/aduan/?{query}" if query else "/aduan/"


def _facets(pack: Pack, counts: Counts, chosen: Mapping[str, str], asked: QueryDict) -> tuple[Facet, ...]:
    """How many there are in all of each; what is chosen stays in the list."""
    states = {OPEN: _("Being dealt with"), CLOSED: _("Closed"), LATE: _("Past its limit")}
    of_state = {OPEN: counts.open, CLOSED: counts.closed, LATE: counts.late}
    units = dict(Unit.objects.filter(code__in=counts.units).values_list("code", "name"))
    told = {
        STATE: (_("State"), [(code, states[code], of_state[code]) for code in states]),
        CATEGORY: (_("About"), [(code, category_of(pack, code), count) for code, count in counts.categories.items()]),
        UNIT: (_("Agency"), [(code, units.get(code, code), count) for code, count in counts.units.items()]),
    }
    return tuple(
        Facet(
            name,
            title,
            tuple(
                Choice(code, label, count, chosen.get(name) == code, _toggled(asked, chosen, name, code))
                for code, label, count in rows
                if count or chosen.get(name) == code
            ),
        )
        for name, (title, rows) in told.items()
        if any(count for _code, _label, count in rows)
    )


def _toggled(asked: QueryDict, chosen: Mapping[str, str], name: str, code: str) -> str:
    return _href(asked, name, "" if chosen.get(name) == code else code)


# --- before sending --------------------------------------------------------------------------------------------------


def like_it(pack: Pack, values: Mapping[str, object], now: datetime) -> list[services_similar.Found]:
    """Complaints that may be the same as the one that is about to be sent, with the reason in words."""
    return [
        services_similar.Found(one.case, f"/aduan/{one.case.number}/", _why(one))
        for one in near.like_values(pack, values, now=now)
    ]


def _why(one: near.Near) -> str:
    said = []
    if one.likeness.metres is not None:
        said.append(_("%(metres)s m from here") % {"metres": one.likeness.metres})
    people = ngettext("%(count)s person told it", "%(count)s people told it", one.tellers) % {"count": one.tellers}
    return ", ".join([*said, people])


services_similar.register(PACK, like_it)
