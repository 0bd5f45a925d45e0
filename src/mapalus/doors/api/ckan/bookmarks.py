"""Addresses of CKAN that people and readers of feeds have kept: lists, groups, and the feed of what is new."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from urllib.parse import urlencode
from xml.sax.saxutils import escape, quoteattr

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from mapalus.apps.catalogue.models import Dataset
from mapalus.doors.api.ckan import search
from mapalus.doors.api.open import identifier, open_datasets, open_to_all, site
from mapalus.engine.errors import NotFound
from mapalus.engine.text import slug

__all__ = ["datasets", "feed", "group", "organizations"]

_NEWEST = 20  # in a feed


@open_to_all
def datasets(request: HttpRequest) -> HttpResponseBase:
    """`/dataset?q=&organization=`: the list of the portal, asked the same."""
    names = {"q": "q", "organization": "instansi", "groups": "tema"}
    given = {ours: request.GET[theirs] for theirs, ours in names.items() if request.GET.get(theirs)}
    if "tema" in given:
        given["tema"] = _themes().get(given["tema"], given["tema"])
    return redirect("/data/" + (f"?{urlencode(given)}" if given else ""))


@open_to_all
def organizations(request: HttpRequest) -> HttpResponseBase:
    return redirect("/instansi/")


@open_to_all
def group(request: HttpRequest, name: str | None = None) -> HttpResponseBase:
    """`/group/<name>`: the datasets of a theme."""
    if not name:
        return redirect("/data/")
    theme = _themes().get(name)
    if theme is None:
        raise NotFound(message=name)
    return redirect(f"/data/?{urlencode({'tema': theme})}")


def _themes() -> dict[str, str]:
    return {slug(theme): theme for entry in search.entries() for theme in entry.themes}


@open_to_all
def feed(request: HttpRequest) -> HttpResponse:
    """`/feeds/dataset.atom`: what was changed last, the newest first (RFC 4287)."""
    newest = search.keys(sort="metadata_modified desc, id desc")[:_NEWEST]
    there = {one.pk: one for one in open_datasets().filter(pk__in=newest)}
    rows = [there[key] for key in newest if key in there]
    body = "".join(_lines(rows, site(request)))
    return HttpResponse(body, content_type="application/atom+xml; charset=utf-8")


def _lines(rows: list[Dataset], home: str) -> Iterator[str]:
    latest = _moment(rows[0]) if rows else "1970-01-01T00:00:00Z"
    yield '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
    yield f"<title>Mapalus</title>\n<id>{escape(home)}/feeds/dataset.atom</id>\n<updated>{latest}</updated>\n"
    yield f'<link rel="self" href={quoteattr(home + "/feeds/dataset.atom")}/>\n'
    yield f'<link rel="alternate" href={quoteattr(home + "/data/")}/>\n'
    for one in rows:
        yield (
            f"<entry><title>{escape(_clean(one.title))}</title><id>urn:uuid:{identifier('dataset', one.name)}</id>"
            f"<link href={quoteattr(f'{home}/data/{one.name}/')}/><updated>{_moment(one)}</updated>"
            f"<author><name>{escape(_clean(str(one.unit)))}</name></author>"
            f"<summary>{escape(_clean(one.description))}</summary></entry>\n"
        )
    yield "</feed>\n"


def _clean(text: str) -> str:
    return "".join(letter if letter >= " " or letter in "\t\n" else " " for letter in text)


def _moment(dataset: Dataset) -> str:
    return dataset.changed_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
