"""A published table in the order that e-Walidata (SIPD-RI) takes in: nobody types the same figures a second time."""

from __future__ import annotations

import re

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_safe

from mapalus.apps.catalogue.models import Dataset, EntryState, PlanEntry, Version
from mapalus.apps.catalogue.numbered import public_version
from mapalus.apps.catalogue.serving import served
from mapalus.engine.data.export import Format, media_type
from mapalus.engine.data.profiles import profile
from mapalus.engine.data.profiles.returning import as_csv, as_workbook, returned

__all__ = ["e_walidata"]

_PROFILE = "sipd-ewalidata"


@login_not_required
@require_safe
def e_walidata(request: HttpRequest, name: str, kind: str) -> HttpResponseBase:
    """`/data/<name>/e-walidata.<csv|xlsx>`: a line for each row; what all have in common comes from the yearly plan."""
    dataset = Dataset.objects.visible_to(None).for_reading().filter(name=name).first()
    found = profile(_PROFILE)
    if dataset is None or found is None:
        raise Http404
    version = public_version(dataset, request.GET.get("version", ""))
    lines = returned(served(version, is_present=False), found, known=_known(dataset, version))
    response: HttpResponseBase
    if kind == Format.XLSX:
        sheet = "Data contoh" if settings.SAMPLE_DATA else "Data"
        response = HttpResponse(as_workbook(lines, sheet_name=sheet), content_type=media_type(Format.XLSX))
    else:
        response = StreamingHttpResponse(as_csv(lines, found), content_type=media_type(Format.CSV))
    prefix = "contoh-" if settings.SAMPLE_DATA else ""
    file = f"{prefix}{dataset.name}-v{version.number}-e-walidata.{kind}"
    response.headers["Content-Disposition"] = f'attachment; filename="{file}"'
    response.headers["Cache-Control"] = "public, no-cache"
    return response


def _known(dataset: Dataset, version: Version) -> dict[str, str]:
    """What the rows do not say themselves."""
    decided = PlanEntry.objects.visible_to(None).filter(dataset=dataset, state=EntryState.DECIDED)
    entry = decided.order_by("-plan__year", "-pk").first()
    year = re.search(r"\d{4}", version.period)
    known = {
        "kode_dssd": entry.element_code if entry else "",
        "uraian": entry.title if entry else dataset.title_here,
        "satuan": entry.counted_in if entry else "",
        "tahun": year[0] if year else "",
        "produsen": str(dataset.unit.name),
    }
    return {name: value for name, value in known.items() if value}
