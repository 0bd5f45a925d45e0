"""The contract of a dataset in every form others read, and its statistical metadata (MS-Keg, MS-Var, MS-Ind)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from mapalus.apps.catalogue import dependents, releases
from mapalus.apps.catalogue.dependents import Dependent
from mapalus.apps.catalogue.models import ContractVersion, Dataset, Indicator, Restriction, Version
from mapalus.engine import clock
from mapalus.engine.data.contract import Contract
from mapalus.engine.data.evolution import differences
from mapalus.engine.data.exchange.convert import ENDINGS, convert
from mapalus.engine.data.exchange.frictionless import published_package
from mapalus.engine.data.exchange.statistics import Form, is_recommendation, is_survey, ms, recommendation_of
from mapalus.engine.data.lake import VersionFolder

__all__ = ["MetadataPage", "contract_file", "metadata", "package", "statistics_file"]

_FORMS = {
    "yaml": ("mapalus", "yaml"), "json": ("mapalus", "json"), "odcs.yaml": ("odcs", "yaml"),
    "odcs.json": ("odcs", "json"), "schema.json": ("json-schema", "json"), "table.json": ("table-schema", "json"),
    "datapackage-1.json": ("frictionless-1", "json"),
}  # fmt: skip


@dataclass(frozen=True)
class ReleaseLine:
    """One version of the contract as everybody may know it."""

    version: ContractVersion
    is_current: bool
    changes: tuple[str, ...]


@dataclass(frozen=True)
class MetadataPage:
    """Context of portal/metadata.html."""

    dataset: Dataset
    contract: ContractVersion | None
    forms: tuple[Form, ...]
    is_survey: bool
    recommendation: str
    is_recommended: bool
    restriction: Restriction | None
    is_over: bool
    releases: tuple[ReleaseLine, ...]
    dependents: tuple[Dependent, ...]


def _known(name: str) -> tuple[Dataset, ContractVersion]:
    found = Dataset.objects.known_to(None).for_reading().filter(name=name).first()
    if found is None or found.contract is None:
        raise Http404
    return found, found.contract


def _indicators(dataset: Dataset) -> Sequence[Mapping[str, Any]]:
    found = Indicator.objects.visible_to(None).filter(dataset=dataset)
    return [{**one.declaration, "title": one.title, "unit": one.unit, "code": one.code} for one in found]


@login_not_required
@require_safe
def contract_file(request: HttpRequest, name: str, kind: str) -> HttpResponse:
    """`/data/<name>/kontrak.<form>`: the contract in force."""
    dataset, version = _known(name)
    form, ending = _FORMS[kind]
    address = request.build_absolute_uri(f"/data/{name}.csv")
    release = version.release or releases.FIRST
    file = convert(releases.read(version), form, ending=ending, version=release, address=address)
    return _file(file.content, file.ending, f"{name}.kontrak.{kind}", dataset)


@login_not_required
@require_safe
def statistics_file(request: HttpRequest, name: str, form: str, ending: str) -> HttpResponse:
    """`/data/<name>/ms-keg.<ending>` and its like."""
    dataset, version = _known(name)
    address = request.build_absolute_uri(f"/data/{name}/")
    file = convert(
        releases.read(version), form, ending=ending, address=address, agency=dataset.unit.name,
        indicators=_indicators(dataset),
    )  # fmt: skip
    return _file(file.content, file.ending, f"{name}.{form}.{ending}", dataset)


@login_not_required
@require_safe
def package(request: HttpRequest, name: str) -> HttpResponse:
    """`/data/<name>/datapackage.json`: what describes the published CSV, column by column."""
    dataset, contract = _known(name)
    version = Version.objects.visible_to(None).filter(pk=dataset.current.pk).first() if dataset.current else None
    if version is None:
        raise Http404
    import json

    document = published_package(
        releases.read(contract),
        shown=VersionFolder(version.path).summary["fields"],
        path=request.build_absolute_uri(f"/data/{name}.csv?version={version.number}"),
        version=str(version.number),
        licence={"name": dataset.license} if dataset.license else None,
    )
    text = json.dumps(document, ensure_ascii=False, indent=2)
    return _file(text.encode(), "json", f"{name}.datapackage.json", dataset)


def _file(content: bytes, ending: str, name: str, dataset: Dataset) -> HttpResponse:
    response = HttpResponse(content, content_type=ENDINGS[ending])
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@login_not_required
@require_safe
def metadata(request: HttpRequest, name: str) -> HttpResponse:
    """The forms of BPS as people read them, the versions of the contract, the ground of a restriction."""
    dataset, version = _known(name)
    read = releases.read(version)
    restriction = Restriction.objects.in_force().filter(dataset=dataset).first()
    recommendation = recommendation_of(version.descriptor)
    page = MetadataPage(
        dataset=dataset,
        contract=version,
        forms=_filled(read, dataset, request.build_absolute_uri(f"/data/{name}/")),
        is_survey=is_survey(version.descriptor),
        recommendation=recommendation,
        is_recommended=is_recommendation(recommendation),
        restriction=restriction,
        is_over=restriction is not None and restriction.is_over(timezone.localtime(clock.now()).date()),
        releases=_releases(dataset),
        dependents=tuple(one for one in dependents.of(dataset) if one.kind not in ("consumer", "sender", "reader")),
    )
    return render(request, "portal/metadata.html", {"page": page})


def _filled(read: Contract, dataset: Dataset, address: str) -> tuple[Form, ...]:
    write = partial(ms, read, agency=dataset.unit.name, address=address)
    return write("ms-keg"), write("ms-var"), write("ms-ind", indicators=_indicators(dataset))


def _releases(dataset: Dataset) -> tuple[ReleaseLine, ...]:
    listed = list(dataset.contracts.order_by("number"))[-12:]
    read = [releases.read(one) for one in listed]
    language = translation.get_language()
    lines = []
    for n, one in enumerate(listed):
        found = differences(read[n - 1], read[n]) if n else ()
        told = tuple(each.say(language=language) for each in found)
        lines.append(ReleaseLine(one, one.pk == dataset.contract_id, told))
    return tuple(reversed(lines))
