"""A publication on which 1,000 indicators stand: 15 regions x 10 years each, worked out and stored.

    mapalus bench indicators [--indicators N] [--form wide|long|both] [--repeats N]

Wide: a column for each; long: a row for each (`where: {kode: X}`). Wall seconds of what the worker does for one
publication, the values stored and the act in the ledger, beside the plain way: each indicator asked and each value
written as a row of its own. Then what 24 readings cost, warm.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.province import AGENCY, PRODUCER, dataset, province

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
CONTRACT = {
    "name": "uji", "title": "Uji", "schema": {"fields": [{"name": "kode_wilayah", "type": "string"}]},
    "mapalus": {"unit": AGENCY, "producer": f"pos:{PRODUCER}", "cadence": "tahunan", "classification": "terbuka"},
}  # fmt: skip
REGIONS = [f"71.{number:02}" for number in range(1, 16)]
YEARS = range(2016, 2026)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--indicators", type=int, default=1000)
    parser.add_argument("--form", choices=("wide", "long", "both"), default="both")
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args(arguments)
    forms = ("wide", "long") if options.form == "both" else (options.form,)
    print(f"{'':<44}{'wall s':>9}{'CPU s':>9}")
    worst = 0.0
    with province() as folder:
        for form in forms:
            worst = max(worst, _bench(form, options.indicators, options.repeats, folder))
    return int(worst > 2.0)


def _bench(form: str, count: int, repeats: int, folder: Path) -> float:
    from mapalus.apps.catalogue import indicators
    from mapalus.apps.catalogue.models import Dataset
    from mapalus.engine.data.indicator import declaration_of

    path = folder / "uji.yml"
    path.write_text(json.dumps(CONTRACT), encoding="utf-8")
    made = dataset(f"uji-{form}", path)
    declared = tuple(declaration_of(_said(form, number), file="uji") for number in range(count))
    indicators.declarations = lambda: declared  # type: ignore[assignment]
    indicators._declare(declared, now=NOW)
    wall, cpu = [], []
    for number in range(repeats + 1):
        version = _version(made, form, count, number + 1, folder)
        Dataset.objects.filter(pk=made.pk).update(current=version)
        began, worked = time.perf_counter(), time.process_time()
        outcome = indicators.work_out_version(version, now=NOW + timedelta(minutes=number))
        wall.append(time.perf_counter() - began)
        cpu.append(time.process_time() - worked)
        assert len(outcome.changed) == count, len(outcome.changed)
        assert outcome.values == count * (len(REGIONS) + 1) * len(YEARS), outcome.values
    told = statistics.median(wall[1:])
    print(f"{count:,} indicators, {form:<27}{told:>9.2f}{statistics.median(cpu[1:]):>9.2f}")
    _peer(form, declared, version, count)
    _readings(declared)
    return told


def _said(form: str, number: int) -> dict[str, Any]:
    value = {"sum": f"k{number}"} if form == "wide" else {"sum": "nilai", "where": {"kode": f"K{number}"}}
    return {"code": f"{form}-{number}", "title": f"Uji {number}", "dataset": f"uji-{form}", "unit": "orang",
            "value": value, "period": "tahun", "region": "kode_wilayah"}  # fmt: skip


def _version(made: Any, form: str, count: int, number: int, folder: Path) -> Any:
    import duckdb

    from mapalus.apps.catalogue.models import Run, Version

    place = folder / "lake" / made.name / f"v{number}"
    place.mkdir(parents=True)
    regions = ", ".join(f"('{code}')" for code in REGIONS)
    base = f"(VALUES {regions}) r(kode_wilayah), range({YEARS[0]}, {YEARS[-1] + 1}) y(tahun)"
    value = f"((hash(kode_wilayah, tahun, {{}}, {number}) % 100000) / 7)::DOUBLE"
    if form == "wide":
        columns = ", ".join(f"{value.format(n)} AS k{n}" for n in range(count))
        select = f"SELECT row_number() OVER () + 1 AS _row, kode_wilayah, tahun, {columns} FROM {base}"
    else:
        select = (
            f"SELECT row_number() OVER () + 1 AS _row, kode_wilayah, tahun, 'K' || n AS kode,"
            f" {value.format('n')} AS nilai FROM {base}, range({count}) k(n)"
        )
    duckdb.sql(f"COPY ({select}) TO '{place / 'data.parquet'}' (FORMAT parquet)")
    run = Run.objects.create(
        dataset=made, contract=made.contract, snapshot=f"{number:064x}", number=number, release="0", state="done",
        started_at=NOW,
    )  # fmt: skip
    return Version.objects.create(
        dataset=made, number=number, folder=str(place), contract=made.contract, run=run, snapshot=f"{number:064x}",
        period="2025", rows_good=1, rows_bad=0, created_at=NOW, published_at=NOW,
    )  # fmt: skip


def _peer(form: str, declared: Sequence[Any], version: Any, count: int) -> None:
    """The plain way, of a fiftieth of them: a question for each, a row for each value."""
    from django.db import connection, transaction

    from mapalus.engine.data.indicator import measure

    some = declared[: max(count // 50, 1)]
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS peer_value (code varchar(40), version bigint, period varchar(40),"
            " region varchar(13), value double precision, row_count bigint, UNIQUE (code, version, period, region))"
        )
    began = time.perf_counter()
    for one in some:
        found = measure(one, data=version.path / "data.parquet")
        lines = [(one.code, version.pk, value.period, value.region, value.value, value.rows) for value in found]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany("INSERT INTO peer_value VALUES (%s, %s, %s, %s, %s, %s)", lines)
    told = (time.perf_counter() - began) / len(some) * count
    print(f"  one by one, a row per value (projected){told:>14.1f}")


def _readings(declared: Sequence[Any]) -> None:
    from mapalus.apps.catalogue.readings import read

    codes = [one.code for one in declared[:24]]
    told = _median(lambda: read(codes, actor=None)) * 1000
    print(f"  24 readings, ms{told:>38.1f}")


def _median(act: Callable[[], object]) -> float:
    act()
    found = []
    for _number in range(15):
        began = time.perf_counter()
        act()
        found.append(time.perf_counter() - began)
    return statistics.median(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
