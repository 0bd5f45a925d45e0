"""The data list, and the page of one dataset."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import overload
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mapalus.apps.catalogue import use
from mapalus.apps.catalogue.indicator_datasets import THEME
from mapalus.apps.catalogue.models import Cadence, Classification, Dataset, HandIn, HandInState, Version
from mapalus.apps.catalogue.numbered import public_version, withdrawn_of
from mapalus.apps.catalogue.origins import Origin, origin_of
from mapalus.apps.catalogue.overview import Entry, Overview, present
from mapalus.doors.portal.caching import kept_while_same
from mapalus.doors.portal.dataset_page import DatasetPage, describe
from mapalus.doors.portal.table import Table, table
from mapalus.engine import clock
from mapalus.engine.bitsets import Order

__all__ = [
    "Choice", "DatasetList", "Facet", "Listed", "OriginPage", "Row", "dataset", "datasets", "newest", "origin",
    "row_of", "rows_of",
]  # fmt: skip

PER_PAGE = 20


@dataclass(frozen=True)
class Row:
    """One dataset in a list: the dataset, and whether its rows may be read by everybody."""

    dataset: Dataset
    is_readable: bool
    is_overdue: bool  # and nothing for it is on its way
    coming: str  # of what is overdue: how far a hand-in for it has come
    is_fresh: bool  # published within the last week

    @property
    def version(self) -> Version | None:
        return self.dataset.current if self.is_readable else None


@dataclass(frozen=True)
class Choice:
    """One value of a filter, how many datasets it leaves, and whether it is chosen."""

    value: str
    title: str
    count: int
    is_chosen: bool
    href: str  # the address with this choice taken, or taken back


@dataclass(frozen=True)
class Facet:
    name: str
    title: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class DatasetList:
    """Context of portal/datasets.html."""

    page: Page[Row]
    facets: tuple[Facet, ...]
    sort: str
    total: int
    found: int

    @property
    def is_filtered(self) -> bool:
        return any(choice.is_chosen for facet in self.facets for choice in facet.choices)


def row_of(dataset: Dataset, *, is_readable: bool, coming: HandInState | None = None) -> Row:
    moment = clock.now()
    is_late = dataset.is_overdue(moment)
    published = dataset.current.published_at if dataset.current else None
    return Row(
        dataset=dataset,
        is_readable=is_readable,
        is_overdue=is_late and coming is None,
        coming=str(coming.in_public) if is_late and coming else "",
        is_fresh=published is not None and moment - published < timedelta(days=7),
    )


def rows_of(entries: Sequence[Entry]) -> list[Row]:
    """Rows of the data list, in the order given. What everybody may know is asked of the database once more."""
    keys = [entry.pk for entry in entries]
    datasets = Dataset.objects.filter(pk__in=keys)
    readable = set(datasets.visible_to(None).values_list("pk", flat=True))
    known = {one.pk: one for one in datasets.known_to(None).for_lists()}
    coming = HandIn.objects.coming_for(known.values())
    there = [known[key] for key in keys if key in known]
    return [row_of(one, is_readable=one.pk in readable, coming=coming.get(one.pk)) for one in there]


# name of the filter in the address -> in the overview
_FILTERS = {
    "instansi": "unit",
    "tema": "theme",
    "prioritas": "priority",
    "jadwal": "cadence",
    "sifat": "classification",
}


def newest(catalogue: Overview) -> Order:
    """What was published last comes first, what was never published last; the datasets of indicators after all others.

    There is one for each indicator, with a new version whenever its number changes: they would be all one sees. The
    theme shows them together.
    """

    def key(one: Entry) -> tuple[bool, float]:
        return THEME in one.themes, -one.published_at.timestamp() if one.is_readable and one.published_at else 0.0

    return catalogue.order("newest", key)


def _by_title(catalogue: Overview) -> Order:
    language = _language()
    return catalogue.order(f"title {language}", lambda one: _title(one, language))


def _by_agency(catalogue: Overview) -> Order:
    language = _language()
    return catalogue.order(f"agency {language}", lambda one: (one.unit_name, _title(one, language)))


def _language() -> str:
    return "en" if (get_language() or "id").startswith("en") else "id"


def _title(entry: Entry, language: str) -> str:
    return (entry.title_en if entry.title_en and language == "en" else entry.title).casefold()


_SORTS: dict[str, Callable[[Overview], Order]] = {"terbaru": newest, "judul": _by_title, "instansi": _by_agency}


def _titles(name: str) -> str:
    return {
        "instansi": _("Agency"),
        "tema": _("Theme"),
        "prioritas": _("Priority data"),
        "jadwal": _("Cadence"),
        "sifat": _("Access"),
    }[name]


def _facets(catalogue: Overview, chosen: Mapping[str, str], asked: QueryDict) -> tuple[Facet, ...]:
    """Each filter counts what the other filters leave, so no choice leads to nothing."""
    facets = []
    agencies = dict(catalogue.stamp[2])
    for name, kind in _FILTERS.items():
        others = _fitting(catalogue, {key: value for key, value in chosen.items() if key != name})
        choices = [
            Choice(
                value=value,
                title=_value_title(name, value, agencies),
                count=count,
                is_chosen=chosen.get(name) == value,
                href=_href(asked, name, "" if chosen.get(name) == value else value),
            )
            for value, count in catalogue.counts(kind, others).items()
        ]
        if choices:
            facets.append(Facet(name, _titles(name), tuple(sorted(choices, key=lambda one: one.title.casefold()))))
    return tuple(facets)


def _href(asked: QueryDict, name: str, value: str) -> str:
    kept = {key: asked[key] for key in asked if key not in (name, "page")}
    query = urlencode({**kept, **({name: value} if value else {})})
    return f"?{query}" if query else "."


def _value_title(name: str, value: str, agencies: Mapping[str, str]) -> str:
    if name == "instansi":
        return agencies.get(value, value)
    if name == "jadwal":
        return str(Cadence(value).label).capitalize()
    if name == "sifat":
        return str(Classification(value).label).capitalize()
    return _("Only priority data") if name == "prioritas" else value.capitalize()


def _fitting(catalogue: Overview, chosen: Mapping[str, str]) -> int:
    """What everybody may know of and every choice leaves, as bits."""
    found = catalogue.known
    for name, value in chosen.items():
        found &= catalogue.having(_FILTERS[name], value)
    return found


class Listed(Sequence[Row]):
    """The datasets found, in order; only a page of them is ever read."""

    def __init__(self, catalogue: Overview, found: int, order: Order) -> None:
        self.catalogue, self.found, self.order = catalogue, found, order

    def __len__(self) -> int:
        return self.found.bit_count()

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> list[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | list[Row]:
        if isinstance(place, int):
            return self[place : place + 1][0]
        start, stop, _step = place.indices(len(self))
        return rows_of([self.catalogue.at(number) for number in self.order.part(self.found, start, stop)])


@login_not_required
@require_safe
@kept_while_same
def datasets(request: HttpRequest) -> HttpResponse:
    """Every dataset that is open, restricted or planned; filters and order in the address."""
    catalogue = present()
    chosen = {name: value for name in _FILTERS if (value := request.GET.get(name, ""))}
    sort = request.GET.get("urut", "terbaru")
    sort = sort if sort in _SORTS else "terbaru"
    found = Listed(catalogue, _fitting(catalogue, chosen), _SORTS[sort](catalogue))
    listing = DatasetList(
        page=Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        facets=_facets(catalogue, chosen, request.GET),
        sort=sort,
        total=catalogue.known.bit_count(),
        found=len(found),
    )
    return render(request, "portal/datasets.html", {"listing": listing})


@login_not_required
@require_safe
@kept_while_same
def dataset(request: HttpRequest, name: str) -> HttpResponse:
    """One dataset: what it says, where it comes from, how good it is, how to take it; `?version=` for an old one."""
    found = Dataset.objects.known_to(None).for_reading().filter(name=name).first()
    if found is None:
        raise Http404
    if request.method == "GET":
        use.count(found.pk, use.PAGE, agent=request.headers.get("User-Agent", ""))
    versions = list(Version.objects.visible_to(None).filter(dataset=found).order_by("-number")[:100])
    withdrawn = list(Version.objects.taken_from_public().filter(dataset=found)[:20])
    version = _asked(request.GET.get("version", ""), found, versions, withdrawn)
    page: DatasetPage = describe(
        found,
        version=version,
        versions=versions,
        table=_table(request.GET, version, found),
        now=clock.now(),
        origin=request.build_absolute_uri("/").rstrip("/"),
        withdrawn=withdrawn,
    )
    return render(request, "portal/dataset.html", {"page": page})


@dataclass(frozen=True)
class OriginPage:
    """Context of portal/origin.html. The name of the file is not told: it is the agency's own."""

    dataset: Dataset
    version: Version
    row: int
    origin: Origin | None


@login_not_required
@require_safe
def origin(request: HttpRequest, name: str, row: int) -> HttpResponse:
    """`/data/<name>/baris/<id>/`: the file a row was handed in with, by its hash, and its row there."""
    found = Dataset.objects.visible_to(None).for_reading().filter(name=name).first()
    if found is None:
        raise Http404
    number = request.GET.get("version", "")
    version = public_version(found, number)
    page = OriginPage(found, version, row, origin_of(version, row, is_present=not number))
    return render(request, "portal/origin.html", {"page": page})


def _table(asked: QueryDict, version: Version | None, dataset: Dataset) -> Table | None:
    if version is None:
        return None
    is_present = not asked.get("version") and version.pk == getattr(dataset.current, "pk", None)
    return table(version, asked=asked.get("q", ""), page=asked.get("hal", ""), is_present=is_present)


def _asked(number: str, dataset: Dataset, versions: Sequence[Version], withdrawn: Sequence[Version]) -> Version | None:
    if number:
        asked = next((one for one in versions if str(one.number) == number), None)
        if asked is None:
            raise next((withdrawn_of(one) for one in withdrawn if str(one.number) == number), Http404())
        return asked
    current = next((one for one in versions if one.pk == getattr(dataset.current, "pk", None)), None)
    return current or (versions[0] if versions else None)
