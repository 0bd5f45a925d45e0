"""The published rows of a dataset, or of one version of it, as a file, streamed; what is masked never gets here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mapalus.apps.catalogue import use
from mapalus.apps.catalogue.models import Dataset, FigureStatus, Version
from mapalus.apps.catalogue.numbered import public_version
from mapalus.apps.catalogue.reading_tokens import Reader, readable, reader_of
from mapalus.apps.catalogue.serving import served
from mapalus.doors.portal.ranges import file_or_part
from mapalus.doors.portal.workbooks import workbook
from mapalus.engine import clock
from mapalus.engine.data.export import Format, Meta, export, media_type
from mapalus.engine.data.lake import VersionFolder
from mapalus.engine.data.served import Served, moment, newest_rows

__all__ = ["download"]

_WORDED = (Format.XLSX, Format.JSON, Format.GEOJSON)  # say what they are in the reader's language
PARQUET = "application/vnd.apache.parquet"


@dataclass(frozen=True)
class _Asked:
    """A file that is asked for. `through`: the last batch of a stream that is in it; 0: it is the version alone."""

    dataset: Dataset
    version: Version
    rows: Served
    kind: str
    through: int = 0
    newer: int = 0  # rows that came since the version and are not in it
    is_present: bool = False  # not asked for by a number
    is_noted: bool = False  # a CSV that begins with what the others say of themselves

    @property
    def name(self) -> str:
        since = f"-{self.through}" if self.through else ""
        return f"{self.dataset.name}-v{self.version.number}{since}.{self.kind}"

    @property
    def mark(self) -> str:
        since = f"-{self.through}" if self.through else ""
        has_words = self.is_noted or self.kind in _WORDED
        words = f"-{'noted-' if self.is_noted else ''}{get_language()}" if has_words else ""
        return f'"{self.dataset.name}-{self.version.number}-{self.kind}{since}{words}"'

    @property
    def changed_at(self) -> int | None:
        """When what is downloaded became as it is, in seconds; None: it grows."""
        published = self.version.published_at
        if published is None or self.through:
            return None
        # an earlier version may be the present one again: that is news, although its rows are old
        became = max(published, self.dataset.changed_at or published) if self.is_present else published
        return int(became.timestamp())


@login_not_required
@require_safe
def download(request: HttpRequest, name: str, kind: str) -> HttpResponseBase:
    """`/data/<name>.<format>`: the present rows, with what a stream has brought since; `?version=N`: that version.

    Parquet is written with a version and holds what it held then: `Mapalus-Newer-Rows` says how many rows have come.
    """
    reader = reader_of(request.headers, now=clock.now())
    dataset = readable(reader).for_reading().filter(name=name).first()
    if dataset is None:
        raise Http404
    asked = _asked(dataset, request.GET.get("version", ""), kind, reader)
    is_noted = kind == Format.CSV and request.GET.get("metadata") == "1"
    asked = replace(asked, is_present="version" not in request.GET, is_noted=is_noted)
    is_known = get_conditional_response(request, etag=asked.mark, last_modified=asked.changed_at)
    if is_known is not None:  # the reader has it, or asks for what is no more
        return _told(is_known, asked, reader)
    response = _file(request, asked)
    if request.method == "GET" and request.headers.get("Range", "bytes=0-").startswith("bytes=0-"):
        use.count(dataset.pk, kind, agent=request.headers.get("User-Agent", ""), token=reader.token.pk if reader else 0)
    prefix = "contoh-" if settings.SAMPLE_DATA else ""
    response.headers["Content-Disposition"] = f'attachment; filename="{prefix}{asked.name}"'
    if asked.newer:
        response.headers["Mapalus-Newer-Rows"] = str(asked.newer)
    return _told(response, asked, reader)


def _told(response: HttpResponseBase, asked: _Asked, reader: Reader | None) -> HttpResponseBase:
    """What a cache must know, of a file as of the news that it is still the same."""
    response.headers["ETag"] = asked.mark
    response.headers["Cache-Control"] = "private, no-cache" if reader else "public, no-cache"
    if reader:
        patch_vary_headers(response, ["Authorization", "X-CKAN-API-Key"])
    if asked.is_noted or asked.kind in _WORDED:
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
    response.headers["Access-Control-Allow-Origin"] = "*"
    if asked.changed_at is not None:
        response.headers["Last-Modified"] = http_date(asked.changed_at)
    return response


def _asked(dataset: Dataset, number: str, kind: str, reader: Reader | None) -> _Asked:
    version = public_version(dataset, number, reader=reader)
    alone = served(version, is_present=False)
    if number:
        return _Asked(dataset, version, alone, kind)
    rows = served(version, is_present=True)
    if kind == "parquet":
        return _Asked(dataset, version, alone, kind, newer=newest_rows(rows))
    through = moment(rows)
    if through and kind == Format.XLSX:
        # A workbook of a large table takes its time: within a minute everybody gets the one that was made first.
        through = int(clock.now().timestamp()) // 60
    return _Asked(dataset, version, rows if through else alone, kind, through)


def _file(request: HttpRequest, asked: _Asked) -> HttpResponseBase:
    kind = asked.kind
    if kind == "parquet":
        return _opened(request, VersionFolder(asked.version.path).published, PARQUET, asked.mark)
    if kind == Format.XLSX:
        path = workbook(asked.rows, meta=_meta(asked), mark=str(asked.through))
        return _opened(request, path, media_type(Format.XLSX), asked.mark)
    # a CSV begins with its header, as its readers expect; `?metadata=1` puts the notice before it as a comment
    chunks: Iterator[bytes] = export(asked.rows, Format(kind), meta=_meta(asked), notice_line=asked.is_noted)
    return StreamingHttpResponse(chunks, content_type=media_type(Format(kind)))


def _opened(request: HttpRequest, path: Path, content_type: str, mark: str) -> HttpResponseBase:
    try:
        return file_or_part(request, path, content_type=content_type, mark=mark)
    except OSError:
        raise Http404 from None


def _meta(asked: _Asked) -> Meta:
    dataset, version = asked.dataset, asked.version
    since = {_("Rows since that version"): str(newest_rows(asked.rows))} if asked.through else {}
    published = version.published_at.astimezone(timezone.get_current_timezone()) if version.published_at else None
    return Meta(
        title=dataset.title_here,
        notice=_("sample data") if settings.SAMPLE_DATA else "",
        facts={
            _("Agency"): str(dataset.unit),
            _("Version"): str(version.number),
            **since,
            _("Period"): version.period,
            _("Status of the figures"): str(FigureStatus(version.status).label),
            _("Published"): published.isoformat(timespec="minutes") if published else "",
            _("License"): dataset.license,
        },
    )
