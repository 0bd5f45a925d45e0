"""`/catalog.<format>` and `/dataset/<name>.<format>`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from mapalus.apps.catalogue.models import Dataset
from mapalus.apps.catalogue.overview import Overview, present
from mapalus.apps.directory.models import Region
from mapalus.doors.api.ckan import search as ckan_search
from mapalus.doors.api.ckan.solr import BadQuery
from mapalus.doors.api.open import find, open_datasets, open_to_all, site
from mapalus.engine import bitsets, clock

if TYPE_CHECKING:
    from rdflib import Graph

__all__ = ["FORMATS", "catalog", "dataset"]

FORMATS = {  # suffix -> (rdflib's name, media type)
    "ttl": ("turtle", "text/turtle; charset=utf-8"),
    "jsonld": ("json-ld", "application/ld+json; charset=utf-8"),
    "rdf": ("pretty-xml", "application/rdf+xml; charset=utf-8"),
    "xml": ("pretty-xml", "application/rdf+xml; charset=utf-8"),
    "n3": ("n3", "text/n3; charset=utf-8"),
}
PER_PAGE = 100


class _Wrong(Exception):
    """What ckanext-dcat answers with 409 and a sentence."""


@open_to_all
def catalog(request: HttpRequest, suffix: str) -> HttpResponseBase:
    """The whole catalogue, 100 datasets a page, most recently modified first."""
    try:
        page = _page(request.GET.get("page", "1"))
        known, found = _found(request)
    except (_Wrong, BadQuery) as error:
        return HttpResponse(str(error), status=409, content_type="text/plain; charset=utf-8")
    mark = _mark(request, known.stamp, hex(found))  # an expression may depend on the time
    if request.headers.get("If-None-Match") == mark:
        return HttpResponse(status=304)
    total = found.bit_count()
    pages = max(1, -(-total // PER_PAGE))
    address = f"{site(request)}{request.path}"
    name = _province()

    def make() -> Graph:
        from mapalus.doors.api.dcat.graph import catalogue  # late: it brings rdflib

        return catalogue(
            _datasets(known, found, page),
            site=site(request),
            title=f"Katalog Data {name}",
            publisher=f"Pemerintah {name}",
            address=address,
            page=page,
            pages=pages,
            total=total,
            per_page=PER_PAGE,
        )

    return _answer(_Made(mark, make), suffix, mark)


@open_to_all
def dataset(request: HttpRequest, name: str, suffix: str) -> HttpResponseBase:
    """One dataset."""
    found = find(name)
    if found is None:
        return HttpResponse("Dataset not found", status=404, content_type="text/plain; charset=utf-8")
    mark = _mark(request, found.pk, found.revision, found.unit.name)

    def make() -> Graph:
        from mapalus.doors.api.dcat.graph import one_dataset  # late: it brings rdflib

        return one_dataset(found, site=site(request))

    return _answer(_Made(mark, make), suffix, mark)


class _Made:
    """A graph to make, known by the mark of what it would say."""

    def __init__(self, mark: str, make: Callable[[], Graph]) -> None:
        self.mark, self.make = mark, make

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Made) and other.mark == self.mark

    def __hash__(self) -> int:
        return hash(self.mark)


def _answer(made: _Made, suffix: str, mark: str) -> HttpResponse:
    response = HttpResponse(_serialized(made, suffix), content_type=FORMATS[suffix][1])
    response.headers["ETag"] = mark
    response.headers["Cache-Control"] = "public, max-age=60"
    return response


@lru_cache(maxsize=64)
def _serialized(made: _Made, suffix: str) -> bytes:
    graph = made.make()
    if suffix == "jsonld":
        return graph.serialize(format="json-ld", encoding="utf-8", auto_compact=True)
    return graph.serialize(format=FORMATS[suffix][0], encoding="utf-8")


def _page(text: str) -> int:
    if not text.isdecimal() or int(text[:9]) < 1:
        raise _Wrong("Page param must be a positive integer starting in 1")
    return int(text[:9])


def _found(request: HttpRequest) -> tuple[Overview, int]:
    """The open datasets asked for, as bits of the overview."""
    catalogue = present()
    found = catalogue.readable
    for asked in (request.GET.get("q", ""), request.GET.get("fq", "")):
        if asked:
            catalogue, matched = ckan_search.matching(asked, now=clock.now())
            found &= matched
    since = request.GET.get("modified_since", "")
    if since:
        limit = _moment(since)
        found &= bitsets.of(number for number in bitsets.numbers(found) if catalogue.at(number).modified_at >= limit)
    return catalogue, found


def _datasets(catalogue: Overview, found: int, page: int) -> list[Dataset]:
    """Those of one page, most recently modified first."""
    order = catalogue.order("modified", lambda one: (-one.modified_at.timestamp(), -one.pk))
    numbers = order.part(found, (page - 1) * PER_PAGE, page * PER_PAGE)
    keys = [catalogue.at(number).pk for number in numbers]
    there = {one.pk: one for one in open_datasets().filter(pk__in=keys)}
    return [there[key] for key in keys if key in there]


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise _Wrong("Wrong modified_since: use an ISO date") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _mark(request: HttpRequest, *states: object) -> str:
    parts = [request.get_full_path(), site(request), str(settings.SAMPLE_DATA), *map(str, states)]
    return f'"{hashlib.sha256("|".join(parts).encode()).hexdigest()[:32]}"'


def _province() -> str:
    region = Region.objects.filter(code=settings.PROVINCE_CODE).first()
    return str(region) if region else f"Provinsi {settings.PROVINCE_CODE}"
