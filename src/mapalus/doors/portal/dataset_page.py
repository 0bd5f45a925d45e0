"""Everything the page of a dataset shows, gathered into one value. Templates ask no questions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mapalus.apps.catalogue.models import Dataset, FigureStatus, HandIn, Version
from mapalus.apps.catalogue.use import Use, used
from mapalus.apps.directory.boundaries import outlines_within
from mapalus.doors.portal import findings, summaries
from mapalus.doors.portal.forum import DecisionLine, decisions_on
from mapalus.doors.portal.origins import OriginLine, origins
from mapalus.doors.portal.regions import surface
from mapalus.doors.portal.summaries import Summary
from mapalus.doors.portal.table import Table
from mapalus.doors.ui import figures
from mapalus.doors.ui.charts import BarChart, LineChart
from mapalus.doors.ui.context import province_name
from mapalus.doors.ui.maps import Choropleth
from mapalus.doors.ui.parts import Step
from mapalus.engine.text import translate

__all__ = ["DatasetPage", "Download", "FieldLine", "QualityLine", "VersionLine", "describe"]

MERGED = 60  # versions whose figures make one series
SHOWN_VERSIONS = 12

# Table Schema type -> the word people use
TYPES = {
    "string": gettext_lazy("text"),
    "integer": gettext_lazy("whole number"),
    "number": gettext_lazy("number"),
    "boolean": gettext_lazy("yes or no"),
    "date": gettext_lazy("date"),
    "time": gettext_lazy("time of day"),
    "datetime": gettext_lazy("date and time"),
    "year": gettext_lazy("year"),
    "yearmonth": gettext_lazy("month"),
    "duration": gettext_lazy("length of time"),
    "geopoint": gettext_lazy("point"),
    "geojson": gettext_lazy("shape"),
}
QUALITY = {
    "completeness": gettext_lazy("Complete"),
    "validity": gettext_lazy("Valid"),
    "uniqueness": gettext_lazy("Unique"),
    "consistency": gettext_lazy("Consistent"),
    "timeliness": gettext_lazy("In time"),
}


@dataclass(frozen=True)
class FieldLine:
    """One column: name, what it means, what is in it."""

    name: str
    title: str
    type: str
    meaning: str
    unit: str
    standard: tuple[tuple[str, str], ...]  # konsep, definisi, ... as far as told
    is_masked: bool
    is_suppressed: bool
    filled: float | None  # percent
    least: str
    most: str
    distinct: int | None
    top: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class QualityLine:
    title: str
    percent: float | None
    meaning: str
    note: str


@dataclass(frozen=True)
class VersionLine:
    version: Version
    change: str
    is_shown: bool
    is_current: bool


@dataclass(frozen=True)
class Download:
    format: str
    title: str
    href: str
    note: str


@dataclass(frozen=True)
class DatasetPage:
    """Context of portal/dataset.html. Without `version` there is nothing to read, and `why_not` says why."""

    dataset: Dataset
    version: Version | None
    is_current: bool
    why_not: str  # empty, planned, restricted
    status: FigureStatus | None
    line: LineChart | None
    bar: BarChart | None
    map: Choropleth | None
    source: str
    table: Table | None
    fields: tuple[FieldLine, ...]
    standard: tuple[tuple[str, str], ...]
    quality: tuple[QualityLine, ...]
    versions: tuple[VersionLine, ...]
    more_versions: int
    withdrawn: Sequence[Version]  # taken out of sight: what stays is number, day and reason
    downloads: tuple[Download, ...]
    path: tuple[Step, ...]
    data_url: str
    api_url: str
    citation: str
    linked_data: SafeString
    is_overdue: bool
    coming: str  # of what is overdue: how far a hand-in for it has come
    taken: int  # how often its files were taken this month; programs and robots not counted
    read: int  # how often programs read its rows this month
    decisions: Sequence[DecisionLine]  # of the Forum Satu Data, in force
    origins: tuple[OriginLine, ...]  # the systems behind it

    @property
    def is_provisional(self) -> bool:
        return self.status is not None and self.status is not FigureStatus.FINAL

    @property
    def period(self) -> str:
        return figures.period(self.version.period, language=_language()) if self.version else ""

    @property
    def map_source(self) -> SafeString:
        """The source line of the map, with the way to why."""
        return format_html('{} · <a href="#mengapa">{}</a>', self.source, _("Why this number?"))


def _language() -> str:
    return translation.get_language() or "id"


def describe(
    dataset: Dataset,
    *,
    version: Version | None,
    versions: Sequence[Version],
    withdrawn: Sequence[Version],
    table: Table | None,
    now: datetime,
    origin: str,
) -> DatasetPage:
    """The page of a dataset as anybody may read it. `origin` is scheme and host, for addresses people copy."""
    said = (summaries.summary(version) if version else None) or Summary()
    line, bar, tiles = _finding(version, versions)
    address = f"{origin}/data/{dataset.name}"
    today = timezone.localtime(now).date()
    use = used([dataset.pk], since=today.replace(day=1), until=today).get(dataset.pk, Use())
    return DatasetPage(
        dataset=dataset,
        version=version,
        is_current=version is not None and dataset.current is not None and version.pk == dataset.current.pk,
        why_not="" if version else _why_not(dataset),
        status=FigureStatus(version.status) if version else None,
        line=line,
        bar=bar,
        map=tiles,
        source=_source(dataset, version, now),
        table=table,
        fields=tuple(_field(one, said) for one in said.fields),
        standard=_standard({**_marks(dataset), "unit": ""}),
        quality=_quality(said),
        versions=_version_lines(dataset, version, versions),
        more_versions=max(0, len(versions) - SHOWN_VERSIONS),
        withdrawn=withdrawn,
        downloads=_downloads(dataset, version, said),
        path=_path(version, said) if version else (),
        data_url=f"{address}.csv",
        api_url=f"{origin}/api/3/action/package_show?id={dataset.name}",
        citation=_citation(dataset, version, address),
        linked_data=_linked_data(dataset, version, address),
        is_overdue=dataset.is_overdue(now),
        coming=_coming(dataset) if dataset.is_overdue(now) else "",
        taken=use.files,
        read=use.api,
        decisions=decisions_on(dataset),
        origins=origins(dataset),
    )


def _coming(dataset: Dataset) -> str:
    found = HandIn.objects.coming_for([dataset]).get(dataset.pk)
    return str(found.in_public) if found else ""


def _marks(dataset: Dataset) -> Mapping[str, Any]:
    """What the contract adds to the standard; `unit` there names the agency."""
    descriptor: Mapping[str, Any] = dataset.contract.descriptor if dataset.contract else {}
    resource: Mapping[str, Any] = next(iter(descriptor.get("resources") or ()), {})
    marks: Mapping[str, Any] = resource.get("mapalus") or descriptor.get("mapalus") or {}
    return marks


def _why_not(dataset: Dataset) -> str:
    if not dataset.is_open and not dataset.is_counted_openly:
        return "restricted"
    return "planned"


def _finding(
    version: Version | None, versions: Sequence[Version]
) -> tuple[LineChart | None, BarChart | None, Choropleth | None]:
    """The chart and the map. The current version is told with all before it; an old one as it stood then."""
    if version is None:
        return None, None, None
    upto = [one for one in versions if one.number <= version.number][:MERGED]
    measure = findings.choose(summaries.merged(upto))
    if measure is None:
        return None, None, None
    here = surface()
    provisional = FigureStatus(version.status) is not FigureStatus.FINAL
    line = findings.by_period(measure, here, provisional=provisional)
    tiles = findings.region_areas(
        measure, here, outlines=outlines_within(settings.PROVINCE_CODE), provisional=provisional
    )
    bar = None if tiles else findings.by_region(measure, here)
    return line, bar, tiles


def _source(dataset: Dataset, version: Version | None, now: datetime) -> str:
    if version is None or version.published_at is None:
        return ""
    age = figures.ago(version.published_at, now=now, language=_language(), zone=timezone.get_current_timezone())
    return f"{dataset.unit.short} · " + _("version %(number)s") % {"number": version.number} + f" · {age}"


def _standard(marks: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Standar data, as far as the contract tells it; in both spellings of the keys."""
    wanted = (
        (_("Concept"), ("konsep", "concept")),
        (_("Definition"), ("definisi", "definition")),
        (_("Classification"), ("klasifikasi", "classified_by")),
        (_("Measure"), ("ukuran", "measure")),
        (_("Unit"), ("satuan", "unit")),
    )
    told = ((title, next((str(marks[key]) for key in keys if marks.get(key)), "")) for title, keys in wanted)
    return tuple((title, text) for title, text in told if text)


def _field(one: Mapping[str, Any], said: Summary) -> FieldLine:
    marks: Mapping[str, Any] = one.get("mapalus") or {}
    profile = said.profile.get(str(one["name"]), {})
    count, missing = int(profile.get("count") or 0), int(profile.get("missing") or 0)
    unit = str(marks.get("satuan") or marks.get("unit") or "")
    distinct = profile.get("distinct")
    top = [(value, number) for value, number in profile.get("top") or [] if value is not None and int(number) > 1]
    return FieldLine(
        name=str(one["name"]),
        title=str(one.get("title") or one["name"]),
        type=str(TYPES.get(str(one.get("type")), str(one.get("type", "")))),
        meaning=str(one.get("description") or marks.get("definisi") or marks.get("definition") or ""),
        unit=unit,
        standard=tuple(
            pair for pair in _standard({**marks, "satuan": "", "unit": "", "definisi": "", "definition": ""})
        ),
        is_masked=bool(one.get("masked")),
        is_suppressed=bool(one.get("suppressed")),
        filled=100 * count / (count + missing) if count + missing else None,
        least=_said(profile.get("min"), one),
        most=_said(profile.get("max"), one),
        distinct=distinct if distinct != 1 else None,
        top=tuple((_said(value, one), int(number)) for value, number in top[:3]) if distinct != 1 else (),
    )


def _said(value: Any, one: Mapping[str, Any]) -> str:
    if value is None:
        return ""
    return figures.number(value, language=_language()) if one.get("type") in ("integer", "number") else str(value)


def _quality(said: Summary) -> tuple[QualityLine, ...]:
    lines = []
    for name, title in QUALITY.items():
        figure = said.quality.get(name)
        if figure is None:
            continue
        value = figure.get("value")
        lines.append(
            QualityLine(
                title=str(title),
                percent=None if value is None else 100 * float(value),
                meaning=translate(str(figure.get("definition", "")), language=_language()),
                note=_quality_note(name, figure),
            )
        )
    return tuple(lines)


def _quality_note(name: str, figure: Mapping[str, Any]) -> str:
    count, of = figure.get("count"), figure.get("of")
    if figure.get("value") is None:
        return _("nothing to measure it by")
    if name == "timeliness":
        late = int((figure.get("detail") or {}).get("days_late") or 0)
        return _("%(days)s days late") % {"days": late} if late else _("on or before the due day")
    short = int(of or 0) - int(count or 0)
    if short == 0:
        return _("none missing") if name == "completeness" else ""
    number = figures.number(short, language=_language())
    if name == "completeness":
        return _("%(number)s empty cells") % {"number": number}
    return _("%(number)s rows held back") % {"number": number}


def _version_lines(dataset: Dataset, shown: Version | None, versions: Sequence[Version]) -> tuple[VersionLine, ...]:
    return tuple(
        VersionLine(
            version=one,
            change=_change(one),
            is_shown=shown is not None and one.pk == shown.pk,
            is_current=dataset.current is not None and one.pk == dataset.current.pk,
        )
        for one in versions[:SHOWN_VERSIONS]
    )


def _change(version: Version) -> str:
    """What came with a version: its period, else the difference to the version before, in words."""
    said = summaries.summary(version)
    language = _language()
    rows = figures.number(version.rows_good, language=language)
    if version.period:
        period = figures.period(version.period, language=language)
        return f"{period}, " + _("%(rows)s rows") % {"rows": rows}
    difference = said.difference if said else None
    if not difference:
        return _("%(rows)s rows") % {"rows": rows}
    if not difference.get("by"):
        by = int(difference["rows_after"]) - int(difference["rows_before"])
        return _("%(change)s rows") % {"change": figures.change(by, language=language)}
    parts = [
        (_("%(number)s rows new"), difference.get("added")),
        (_("%(number)s corrected"), difference.get("changed")),
        (_("%(number)s gone"), difference.get("removed")),
    ]
    told = [text % {"number": figures.number(number, language=language)} for text, number in parts if number]
    return ", ".join(told) or _("no row changed")


def _downloads(dataset: Dataset, version: Version | None, said: Summary) -> tuple[Download, ...]:
    if version is None:
        return ()
    query = f"?version={version.number}"
    kinds = [
        ("xlsx", "Excel", _("to open on a computer")),
        ("csv", "CSV", _("UTF-8, comma, for any program")),
        ("json", "JSON", _("for developers")),
        ("parquet", "Parquet", _("for analysis")),
    ]
    if any(one.get("type") in ("geopoint", "geojson") for one in said.fields):
        kinds.append(("geojson", "GeoJSON", _("for maps")))
    size = said.size.get("published.parquet") or said.size.get("data.parquet")
    return tuple(
        Download(
            format=kind,
            title=title,
            href=f"/data/{dataset.name}.{kind}{query}",
            note=f"{figures.bytes_(size, language=_language())} · {note}" if kind == "parquet" and size else note,
        )
        for kind, title, note in kinds
    )


def _path(version: Version, said: Summary) -> tuple[Step, ...]:
    """Source, copy, check, approval, publication: each with its proof."""
    language, zone = _language(), timezone.get_current_timezone()
    handin = version.handin

    def at(value: datetime | None) -> str:
        return figures.moment(value, language=language, zone=zone) if value else ""

    number = figures.number
    checked = _("%(rows)s rows, %(bad)s held back") % {
        "rows": number(version.rows, language=language),
        "bad": number(version.rows_bad, language=language),
    }
    steps = [
        Step(
            _("Source"), handin.label if handin else _("connected system"), at(handin.received_at if handin else None)
        ),
        Step(
            _("Original copy"),
            _("kept whole, never changed"),
            f"{version.snapshot[:6]}…{version.snapshot[-4:]}",
            version.snapshot,
        ),
        Step(_("Checked"), checked, _("contract %(number)s") % {"number": version.contract.number}),
    ]
    if handin and handin.confirmed_at:
        steps.append(Step(_("Confirmed"), handin.confirmed_by, at(handin.confirmed_at)))
    steps.append(Step(_("Published"), _("version %(number)s") % {"number": version.number}, at(version.published_at)))
    return tuple(steps)


def _citation(dataset: Dataset, version: Version | None, address: str) -> str:
    if version is None or version.published_at is None:
        return ""
    return _("%(agency)s (%(year)s). %(title)s, version %(number)s. Mapalus %(province)s. %(address)s") % {
        "agency": dataset.unit,
        "year": version.published_at.astimezone(timezone.get_current_timezone()).year,
        "title": dataset.title,
        "number": version.number,
        "province": province_name(settings.PROVINCE_CODE),
        "address": f"{address}/?version={version.number}",
    }


def _linked_data(dataset: Dataset, version: Version | None, address: str) -> SafeString:
    """schema.org description for search engines; a data block, so no script runs."""
    said: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": dataset.title,
        "description": dataset.description or dataset.title,
        "url": f"{address}/",
        "inLanguage": "id",
        "isAccessibleForFree": True,
        "creator": {"@type": "GovernmentOrganization", "name": str(dataset.unit)},
        "spatialCoverage": province_name(settings.PROVINCE_CODE),
        "keywords": list(dataset.themes),
        "license": dataset.license,
    }
    if version is not None and version.published_at is not None:
        said["version"] = str(version.number)
        said["dateModified"] = version.published_at.isoformat()
        said["distribution"] = [
            {"@type": "DataDownload", "encodingFormat": kind, "contentUrl": f"{address}.{ending}"}
            for ending, kind in (("csv", "text/csv"), ("json", "application/json"))
        ]
    text = json.dumps(said, ensure_ascii=False)
    for sign, written in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(sign, written)
    return mark_safe(text)  # noqa: S308 - escaped above
