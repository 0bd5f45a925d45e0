"""Values of every public indicator as a dataset of its own, open and versioned: `indikator-<code>`.

Handed in as a file like any, so it has versions, downloads, an API and an origin; each row names the versions of the
datasets it came from. What changes in quick succession is published once: a look a minute, the longest unpublished
first, a limited number at a time.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.db.models import F
from django.utils import timezone

from mapalus.apps.catalogue import actions, contracts, counted, deciding
from mapalus.apps.catalogue.indicators import declared_of
from mapalus.apps.catalogue.models import Dataset, Indicator, Standing, Version
from mapalus.apps.catalogue.readings import Point, points
from mapalus.apps.directory.models import Region
from mapalus.apps.jobs.job import job
from mapalus.apps.jobs.schedule import schedule
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine import clock
from mapalus.engine.data.indicator import Declaration
from mapalus.engine.data.indicator.periods import parsed
from mapalus.engine.data.strict_yaml import dump_yaml
from mapalus.engine.errors import Problem
from mapalus.engine.text import slug

__all__ = ["COLUMNS", "PREFIX", "THEME", "declare", "keep", "keep_values", "name_of"]

log = structlog.get_logger()
PREFIX, THEME = "indikator-", "Indikator"
COLUMNS = (
    "periode", "kode_wilayah", "wilayah", "dimensi", "nilai", "pembilang", "penyebut", "status", "satuan", "target",
    "keadaan", "versi_sumber", "dihitung",
)  # fmt: skip
_AT_ONCE = 10
_KEPT = 60  # versions: an indicator of a stream may change every minute
_TITLES = {
    "periode": "Periode", "kode_wilayah": "Kode wilayah", "wilayah": "Wilayah", "dimensi": "Rincian", "nilai": "Nilai",
    "pembilang": "Pembilang", "penyebut": "Penyebut", "status": "Status angka", "satuan": "Satuan", "target": "Target",
    "keadaan": "Keadaan", "versi_sumber": "Versi sumber", "dihitung": "Dihitung pada",
}  # fmt: skip
_CLOSED = "Data yang menjadi dasar indikator ini tidak lagi terbuka."
_NOTHING = "Data yang menjadi dasar indikator ini ditarik."
_NUMBERS = ("nilai", "pembilang", "penyebut", "target")


def name_of(code: str) -> str:
    """The name of the dataset of an indicator."""
    return f"{PREFIX}{slug(code)}"


@job()
def keep_values() -> int:
    """Publish what changed since it was last published. How many versions came of it."""
    now = clock.now()
    waiting = Standing.objects.exclude(kept=F("digest")).exclude(digest="")
    seen = Indicator.objects.visible_to(None)
    for one in Indicator.objects.exclude(pk__in=seen.values("pk")):
        _take_back(one, reason=_CLOSED, now=now)
    some = waiting.filter(indicator__in=seen).select_related("indicator__dataset__unit").order_by("changed_at")
    return sum(keep(row.indicator, digest=row.digest, now=now) for row in some[:_AT_ONCE])


def keep(indicator: Indicator, *, digest: str, now: datetime) -> bool:
    """Publish the values of one as they are now; whether there is a new version."""
    version: Version | None = None
    try:
        rows, period = _rows(indicator, now=now)
        if rows:
            dataset = _dataset(indicator, now=now)
            version = counted.publish(dataset, columns=COLUMNS, rows=rows, period=period, now=now)
        else:
            _take_back(indicator, reason=_NOTHING, now=now)
    except Problem as problem:
        log.error("indicator_not_kept", indicator=indicator.code, problem=str(problem))
    # What could not be published is not tried again until it changes.
    Standing.objects.filter(indicator=indicator).update(kept=digest)
    return version is not None


def _take_back(indicator: Indicator, *, reason: str, now: datetime) -> None:
    """What was published of its values goes out of sight; once its data are there again, so are they."""
    published = Version.objects.published().filter(dataset__name=name_of(indicator.code))
    some = list(published.select_related("dataset").order_by("-number"))
    for version in some:
        deciding.withdraw(version, reason=reason, by=PLATFORM, now=now)
    if some:
        Standing.objects.filter(indicator=indicator).update(kept="")


def _dataset(indicator: Indicator, *, now: datetime) -> Dataset:
    known = Dataset.objects.select_related("contract", "current").filter(name=name_of(indicator.code)).first()
    return known or declare(indicator, now=now)


def declare(indicator: Indicator, *, now: datetime) -> Dataset:
    """Enter its dataset in the data list: whoever makes what it stands on answers for it."""
    source, name = indicator.dataset, name_of(indicator.code)
    fields = [
        {"name": column, "title": _TITLES[column], "type": _kind(column)} for column in COLUMNS
    ]  # fmt: skip
    contract = {
        "name": name,
        "title": f"Indikator: {indicator.title}",
        "description": f"Semua nilai indikator {indicator.code} menurut periode dan wilayah, dengan versi sumbernya.",
        "licenses": [{"name": source.license or "CC-BY-4.0"}],
        "schema": {"fields": fields},
        "mapalus": {
            "counted": f"indicator-{indicator.code}",
            "unit": source.unit_code,
            "producer": f"pos:{source.producer_code}",
            "classification": "terbuka",
            "cadence": "lainnya",
            "due": "setiap ada yang berubah",
            "title_en": f"Indicator: {indicator.title_en or indicator.title}",
            "themes": [THEME],
            "satuan": indicator.unit or "nilai",
            "bad_rows": "reject",
            "retention": {"versions": _KEPT},
        },
    }
    with tempfile.TemporaryDirectory(prefix="mapalus-kontrak-") as folder:
        path = Path(folder) / f"{name}.yml"
        path.write_text(dump_yaml(contract), encoding="utf-8")
        kept = contracts.keep(path, dataset=name)
    made = actions.declare_dataset(source.unit, kept=kept, by=PLATFORM, now=now)
    return Dataset.objects.select_related("contract", "current").get(pk=made.pk)


def _kind(column: str) -> str:
    if column in _NUMBERS:
        return "number"
    return "datetime" if column == "dihitung" else "string"


def _rows(indicator: Indicator, *, now: datetime) -> tuple[list[list[str]], str]:
    """The dataset's rows without the time of counting, and the newest period."""
    declared = declared_of(indicator.code)
    found = points(indicator, now=now)
    names = dict(Region.objects.filter(code__in={one.region for one in found}).values_list("code", "name"))
    whole = Region.objects.filter(code=settings.PROVINCE_CODE).values_list("name", flat=True).first() or ""
    sources = _sources(indicator, found)
    rows = [
        [
            one.period, one.region or settings.PROVINCE_CODE, names.get(one.region, "") if one.region else whole,
            one.dimension, _written(one.value), _written(one.numerator), _written(one.denominator), one.status,
            indicator.unit, _written(_target(declared, one)), _state(one), sources.get(one.version_id, ""),
        ]
        for one in found
    ]  # fmt: skip
    periods = [one.period for one in found if one.period]
    return rows, periods[-1] if periods else timezone.localtime(now).date().isoformat()


def _sources(indicator: Indicator, found: Sequence[Point]) -> Mapping[int, str]:
    """What each value came from; with several datasets, the versions of all that went into it now."""
    pks = {one.version_id for one in found}
    others = Standing.objects.filter(indicator=indicator).values_list("versions", flat=True).first() or []
    known = Version.objects.filter(pk__in={*pks, *others}).select_related("dataset").order_by("dataset__name", "number")
    names = {row.pk: (row.dataset.name, f"{row.dataset.name} v{row.number}") for row in known}
    newest = dict(names.values())
    return {
        pk: "; ".join([names[pk][1], *(told for name, told in newest.items() if name != names[pk][0])])
        for pk in pks
        if pk in names
    }


def _target(declared: Declaration | None, one: Point) -> float | None:
    year = parsed(one.period)
    return declared.target_of(one.region, year.year if year else 0) if declared else None


def _state(one: Point) -> str:
    if one.is_suppressed:
        return "tidak ditampilkan"
    if one.is_conflicting:
        return "selisih"
    if one.is_incomplete:
        return "tidak lengkap"
    return "" if one.value is not None else "tidak ada data"


def _written(value: float | None) -> str:
    return "" if value is None else f"{value:.12g}"


def follow_values() -> None:
    """Declare the look a minute."""
    schedule("catalogue.indicator-datasets", keep_values, every=timedelta(minutes=1))
