"""What differs between two versions of a dataset, row by row and cell by cell, as everybody may read it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mapalus.apps.catalogue.differences import ready
from mapalus.apps.catalogue.models import Dataset, Version
from mapalus.apps.catalogue.numbered import public_version
from mapalus.engine.data.changes import Changed, Kind, Summary, page, stream, summary
from mapalus.engine.data.export import defused

__all__ = ["Cell", "DifferencePage", "Line", "difference", "difference_file"]

PER_PAGE = 50


@dataclass(frozen=True)
class Cell:
    """One cell of a row that differs. `before` stands only where the cell changed."""

    value: object
    before: object
    is_changed: bool


@dataclass(frozen=True)
class Line:
    kind: str
    title: str
    look: str  # of its mark
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Choice:
    title: str
    count: int
    href: str
    is_here: bool


@dataclass(frozen=True)
class DifferencePage:
    """Context of portal/difference.html. Without `summary` it is being worked out: the page asks again by itself."""

    dataset: Dataset
    old: Version
    new: Version
    versions: Sequence[Version]
    summary: Summary | None
    kinds: tuple[Choice, ...] = ()
    fields: tuple[Choice, ...] = ()
    columns: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    total: int = 0
    first: int = 0
    before: str = ""
    after: str = ""
    files: tuple[tuple[str, str], ...] = ()  # format, address


def _words() -> dict[Kind, tuple[str, str]]:
    return {
        Kind.CHANGED: (_("changed"), "soon"),
        Kind.ADDED: (_("added"), "good"),
        Kind.REMOVED: (_("removed"), "late"),
    }


@login_not_required
@require_safe
def difference(request: HttpRequest, name: str) -> HttpResponse:
    """`/data/<name>/beda/?dari=1&ke=2`: without numbers, the version before and the present one."""
    dataset, old, new, versions = _asked(request, name)
    path = ready(old, new)
    if path is None:
        waiting = DifferencePage(dataset, old, new, versions, None)
        return render(request, "portal/difference.html", {"page": waiting}, status=202)
    return render(request, "portal/difference.html", {"page": _page(request, dataset, old, new, versions, path)})


@login_not_required
@require_safe
def difference_file(request: HttpRequest, name: str, kind: str) -> HttpResponseBase:
    """The same as a file, streamed: CSV with one line per changed cell or row, or NDJSON-like JSON of rows."""
    _dataset, old, new, _versions = _asked(request, name)
    path = ready(old, new)
    if path is None:
        response = HttpResponse(_("It is being worked out; ask again in a moment."), status=202)
        response.headers["Retry-After"] = "2"
        return response
    chosen, changed = _chosen(request)
    known, rows = summary(path), stream(path, kind=chosen, changed=changed)
    chunks = _csv(known, rows) if kind == "csv" else _json(known, rows)
    media = "text/csv; charset=utf-8" if kind == "csv" else "application/json; charset=utf-8"
    answer = StreamingHttpResponse(chunks, content_type=media)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}-v{old.number}-v{new.number}.{kind}"'
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


def _asked(request: HttpRequest, name: str) -> tuple[Dataset, Version, Version, Sequence[Version]]:
    dataset = Dataset.objects.visible_to(None).for_reading().filter(name=name).first()
    if dataset is None:
        raise Http404
    versions = list(Version.objects.visible_to(None).filter(dataset=dataset).order_by("-number")[:100])
    new = public_version(dataset, request.GET.get("ke", ""))
    wanted = request.GET.get("dari", "")
    if wanted:
        return dataset, public_version(dataset, wanted), new, versions
    before = next((one for one in versions if one.number < new.number), None)
    if before is None:
        raise Http404
    return dataset, before, new, versions


def _chosen(request: HttpRequest) -> tuple[Kind | None, str]:
    asked = request.GET.get("jenis", "")
    return (Kind(asked) if asked in set(Kind) else None), request.GET.get("kolom", "")


def _page(
    request: HttpRequest, dataset: Dataset, old: Version, new: Version, versions: Sequence[Version], path: Path
) -> DifferencePage:
    known = summary(path)
    kind, changed = _chosen(request)
    asked = request.GET.get("hal", "")
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 8 else 1
    number = max(1, number)
    found = page(path, kind=kind, changed=changed, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    base = {"dari": old.number, "ke": new.number}

    def at(**more: object) -> str:
        return "?" + urlencode({**base, **{key: value for key, value in more.items() if value}})

    here = {"jenis": kind.value if kind else "", "kolom": changed}
    words = _words()
    kinds = [Choice(_("all"), sum(known.counts[one] for one in Kind), at(), not kind and not changed)]
    is_here = "" if changed else kind
    kinds += [Choice(words[one][0], known.counts[one], at(jenis=one.value), one is is_here) for one in Kind]
    return DifferencePage(
        dataset=dataset,
        old=old,
        new=new,
        versions=versions,
        summary=known,
        kinds=tuple(kinds),
        fields=tuple(
            Choice(known.titles.get(name, name), count, at(kolom=name), name == changed)
            for name, count in known.fields.items()
        ),
        columns=tuple(known.titles.get(name, name) for name in known.columns),
        lines=tuple(_line(known, row) for row in found.rows),
        total=found.total,
        first=(number - 1) * PER_PAGE + 1,
        before=at(**here, hal=number - 1) if number > 1 else "",
        after=at(**here, hal=number + 1) if number * PER_PAGE < found.total else "",
        files=tuple((kind_.upper(), f"/data/{dataset.name}/beda.{kind_}{at(**here)}") for kind_ in ("csv", "json")),
    )


def _line(known: Summary, row: Changed) -> Line:
    title, look = _words()[row.kind]
    values = row.new if row.new is not None else row.old or {}
    cells = tuple(Cell(values.get(name), (row.old or {}).get(name), name in row.fields) for name in known.columns)
    return Line(row.kind.value, title, look, cells)


def _csv(known: Summary, rows: Iterator[Changed]) -> Iterator[bytes]:
    """One line per changed cell; one per row that came or went, with the row as JSON."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(["kind", *known.by, "field", "old", "new"])
    for row in rows:
        values = row.new if row.new is not None else row.old or {}
        key = [defused(values.get(name)) for name in known.by]
        if row.kind is Kind.CHANGED and row.old is not None and row.new is not None:
            for name in row.fields:
                writer.writerow([row.kind.value, *key, name, defused(row.old[name]), defused(row.new[name])])
        else:
            told = json.dumps(values, ensure_ascii=False)
            gone = row.kind is Kind.REMOVED
            writer.writerow([row.kind.value, *key, "", told if gone else "", "" if gone else told])
        if buffer.tell() > 64 * 1024:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _json(known: Summary, rows: Iterator[Changed]) -> Iterator[bytes]:
    head = {"old": known.old, "new": known.new, "by": known.by, "counts": known.counts, "fields": known.fields}
    yield (json.dumps(head, ensure_ascii=False)[:-1] + ', "rows": [').encode()
    between = "\n"
    for row in rows:
        said = {"kind": row.kind.value, "fields": row.fields, "old": row.old, "new": row.new}
        yield (between + json.dumps(said, ensure_ascii=False)).encode()
        between = ",\n"
    yield b"\n]}\n"
