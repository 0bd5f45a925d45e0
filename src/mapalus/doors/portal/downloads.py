"""The rows of a published version as a file, streamed; what is masked never gets here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mapalus.apps.catalogue import use
from mapalus.apps.catalogue.models import Dataset, FigureStatus, Version
from mapalus.apps.catalogue.numbered import public_version
from mapalus.doors.portal.ranges import file_or_part
from mapalus.doors.portal.workbooks import workbook
from mapalus.engine.data.export import Format, Meta, export, media_type
from mapalus.engine.data.lake import VersionFolder

__all__ = ["download"]

PARQUET = "application/vnd.apache.parquet"


@login_not_required
@require_safe
def download(request: HttpRequest, name: str, kind: str) -> HttpResponseBase:
    """`/data/<name>.<format>?version=N`; without a version the present one."""
    dataset = Dataset.objects.visible_to(None).for_reading().filter(name=name).first()
    if dataset is None:
        raise Http404
    version = public_version(dataset, request.GET.get("version", ""))
    mark = f'"{name}-{version.number}-{kind}"'
    if request.headers.get("If-None-Match") == mark:
        return HttpResponse(status=304)
    response = _file(request, dataset, version, kind, mark)
    if request.method == "GET" and request.headers.get("Range", "bytes=0-").startswith("bytes=0-"):
        use.count(dataset.pk, kind, agent=request.headers.get("User-Agent", ""))
    prefix = "contoh-" if settings.SAMPLE_DATA else ""
    response.headers["Content-Disposition"] = f'attachment; filename="{prefix}{name}-v{version.number}.{kind}"'
    response.headers["ETag"] = mark
    response.headers["Cache-Control"] = "public, no-cache"
    response.headers["Access-Control-Allow-Origin"] = "*"
    if version.published_at:
        response.headers["Last-Modified"] = http_date(version.published_at.timestamp())
    return response


def _file(request: HttpRequest, dataset: Dataset, version: Version, kind: str, mark: str) -> HttpResponseBase:
    folder = VersionFolder(version.path)
    if kind == "parquet":
        return _opened(request, folder.published, PARQUET, mark)
    if kind == Format.XLSX:
        return _opened(request, workbook(folder.rows, meta=_meta(dataset, version)), media_type(Format.XLSX), mark)
    # a CSV begins with its header, as its readers expect; `?metadata=1` puts the notice before it as a comment
    line = request.GET.get("metadata") == "1"
    chunks: Iterator[bytes] = export(folder.rows, Format(kind), meta=_meta(dataset, version), notice_line=line)
    return StreamingHttpResponse(chunks, content_type=media_type(Format(kind)))


def _opened(request: HttpRequest, path: Path, content_type: str, mark: str) -> HttpResponseBase:
    try:
        return file_or_part(request, path, content_type=content_type, mark=mark)
    except OSError:
        raise Http404 from None


def _meta(dataset: Dataset, version: Version) -> Meta:
    published = version.published_at.astimezone(timezone.get_current_timezone()) if version.published_at else None
    return Meta(
        title=dataset.title_here,
        notice=_("sample data") if settings.SAMPLE_DATA else "",
        facts={
            _("Agency"): str(dataset.unit),
            _("Version"): str(version.number),
            _("Period"): version.period,
            _("Status of the figures"): str(FigureStatus(version.status).label),
            _("Published"): published.isoformat(timespec="minutes") if published else "",
            _("License"): dataset.license,
        },
    )
