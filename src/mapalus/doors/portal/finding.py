"""The one search box: datasets by title, meaning, columns and agency, and the agencies themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mapalus.apps.cases import reading
from mapalus.apps.cases.models import Case
from mapalus.apps.cases.search import matching as search_cases
from mapalus.apps.cases.sight import Level
from mapalus.apps.catalogue import remembered
from mapalus.apps.catalogue.models import Dataset
from mapalus.apps.catalogue.overview import Entry, Overview, present
from mapalus.doors.portal.caching import kept_while_same
from mapalus.doors.portal.datasets import Row, rows_of
from mapalus.doors.portal.services import known_services, matching
from mapalus.engine.search import Document, Index, words

__all__ = ["Group", "Result", "Results", "index_of", "search"]

MOST = 40


@dataclass(frozen=True)
class Result:
    href: str
    title: SafeString  # with the words asked for marked
    facts: str
    row: Row | None = None


@dataclass(frozen=True)
class Group:
    """Results of one kind."""

    title: str
    results: tuple[Result, ...]


@dataclass(frozen=True)
class Results:
    """Context of portal/search.html."""

    question: str
    groups: tuple[Group, ...]

    @property
    def count(self) -> int:
        return sum(len(group.results) for group in self.groups)


def _document(dataset: Dataset) -> Document:
    descriptor = dataset.contract.descriptor if dataset.contract else {}
    schemas = [descriptor, *descriptor.get("resources", ())]
    fields = [field for one in schemas for field in (one.get("schema") or {}).get("fields", ())]
    columns = " ".join(f"{field.get('name', '')} {field.get('title', '')}".replace("_", " ") for field in fields)
    return Document(
        dataset.name,
        {
            6.0: f"{dataset.title} {dataset.title_en} {dataset.name}",
            3.0: f"{dataset.unit} {' '.join(map(str, dataset.themes))}",
            2.0: columns,
            1.0: f"{dataset.description} {dataset.description_en} {dataset.national_link}",
        },
    )


_kept: tuple[Overview, Index] = Overview(), Index()
_lock = Lock()
_AT_ONCE = 500  # datasets
_MADE_BY = (__name__, "mapalus.engine.search", "mapalus.engine.bitsets")


def index_of(catalogue: Overview) -> Index:
    """What everybody may know, by words; what changed since the last question is read anew."""
    global _kept
    before, index = _kept
    if before is not catalogue:
        with _lock:
            before, index = _kept
            if not len(index) and len(catalogue.entries) >= remembered.WORTH:
                index = _first(catalogue)
            else:
                changed, gone = catalogue.since(before)
                dropped = [entry.name for entry in (*gone, *(one for one in changed if not one.is_known))]
                dropped += [one.name for new in changed if (one := before.entries.get(new.pk)) and one.name != new.name]
                index = _changed(index, changed, dropped)
            _kept = catalogue, index
    return index


def _first(catalogue: Overview) -> Index:
    """Of a process: what one before it kept, and what was written since; else all of it, kept for the next."""
    found = remembered.recall("words", made_by=_MADE_BY)
    units = catalogue.stamp[2]
    if found is None or found[0] != units:
        index = _changed(Index(), list(catalogue.entries.values()), [])
    else:
        index, revisions = Index.unpacked(found[2]), found[1]
        changed = catalogue.other_than(revisions)
        known = catalogue.by_name
        dropped = [name for name in index.keys if not ((entry := known.get(name)) and entry.is_known)]
        index = _changed(index, changed, dropped)
        if len(changed) < remembered.WORTH:
            return index
    remembered.keep("words", (units, dict(catalogue.revisions), index.packed()), made_by=_MADE_BY)
    return index


def _changed(index: Index, changed: Sequence[Entry], dropped: Sequence[str]) -> Index:
    if not changed and not dropped:
        return index
    return index.changed(put=_documents([entry.pk for entry in changed if entry.is_known]), drop=dropped)


def _documents(keys: Sequence[int]) -> Iterator[Document]:
    known = Dataset.objects.known_to(None).select_related("unit", "contract").defer("contract__text")
    for start in range(0, len(keys), _AT_ONCE):
        for dataset in known.filter(pk__in=keys[start : start + _AT_ONCE]):
            yield _document(dataset)


@lru_cache(maxsize=4)
def _agencies(units: tuple[tuple[str, str], ...]) -> Index:
    return Index.of(Document(code, {1.0: f"{name} {code}"}) for code, name in units)


@lru_cache(maxsize=256)
def _marked(title: str, question: str) -> SafeString:
    """The title with each word that begins like a word of the question marked."""
    asked = [word for word in words(question) if len(word) > 1]
    parts = []
    for word in title.split(" "):
        plain = words(word)
        hit = plain and any(
            plain[0].startswith(one) or (len(plain[0]) > 3 and one.startswith(plain[0])) for one in asked
        )
        parts.append(f"<mark>{escape(word)}</mark>" if hit else escape(word))
    return mark_safe(" ".join(parts))  # noqa: S308 - every word escaped


@login_not_required
@require_safe
@kept_while_same
def search(request: HttpRequest) -> HttpResponse:
    """Answers grouped by kind; an empty question leads to the data list."""
    question = " ".join(request.GET.get("q", "")[:200].split())
    groups = _answers(present(), question) if question else ()
    return render(request, "portal/search.html", {"results": Results(question, groups)})


def _answers(catalogue: Overview, question: str) -> tuple[Group, ...]:
    hits = [catalogue.by_name.get(hit.key) for hit in index_of(catalogue).search(question, limit=MOST)]
    data = tuple(
        Result(f"/data/{row.dataset.name}/", _marked(row.dataset.title_here, question), str(row.dataset.unit), row)
        for row in rows_of([entry for entry in hits if entry is not None])
    )
    counts = catalogue.counts("unit", catalogue.known)
    units = {code: name for code, name in catalogue.stamp[2] if code in counts}
    near = _agencies(tuple(units.items())).search(question)
    agencies = tuple(
        Result(
            f"/instansi/{hit.key}/",
            _marked(units[hit.key], question),
            _("%(count)s datasets") % {"count": counts[hit.key]},
        )
        for hit in near[:5]
    )
    services = tuple(
        Result(one.href, _marked(one.title, question), " · ".join(filter(None, (one.fee, one.promise))))
        for one in matching(known_services(), question, limit=8)
    )
    groups = (
        Group(_("Services"), services),
        Group(_("Data"), data),
        Group(_("Complaints"), _published(question)),
        Group(_("Agencies"), agencies),
    )
    return tuple(group for group in groups if group.results)


# Packs whose published cases have pages of their own: who else has told it, what was answered.
_PAGES = {"aduan": "/aduan/", "permohonan-informasi": "/ppid/jawaban/"}


def _published(question: str) -> tuple[Result, ...]:
    """Cases everybody may read, by their public words."""
    found = search_cases(Case.objects.published(), question, is_public=True).select_related("pack")
    return tuple(
        Result(
            f"{_PAGES.get(case.pack_name, '/layanan/kasus/')}{case.number}/",
            _marked(case.public_title, question),
            f"{case.number} · {reading.state_label(case, Level.PUBLIC)}",
        )
        for case in found.defer("situation", "pack__files").order_by("-published_at")[:10]
    )
