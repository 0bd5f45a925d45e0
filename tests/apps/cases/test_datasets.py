"""Cases become a published dataset: those that may be shown, never another one, and not longer than they may."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mapalus.apps.cases import actions, datasets
from mapalus.apps.cases.models import Case, PackVersion
from mapalus.apps.catalogue.models import Dataset, Version
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.packs.loader import load_texts
from tests.apps.cases import cast
from tests.apps.cases.cast import CITIZEN, NOW, VALUES, opened, verified

pytestmark = pytest.mark.slow
DAY = timedelta(days=1)
CONTRACT = """
name: aduan-uji-terbuka
title: Aduan uji
resources:
  - name: aduan
    path: aduan.csv
    schema:
      primaryKey: [nomor]
      fields:
        - {name: nomor, type: string}
        - {name: judul, type: string}
        - {name: kategori, type: string}
        - {name: keadaan, type: string}
        - {name: diterima, type: date}
        - {name: selesai, type: date}
        - {name: tenggat, type: date}
        - {name: hari, type: integer}
        - {name: terlambat, type: boolean}
        - {name: instansi, type: string}
mapalus:
  producer: pos:kominfo.kabid
  cadence: bulanan
  rows:
    from: cases
    columns: {nomor: $number, judul: judul, kategori: kategori, keadaan: $state_public, diterima: $received_on,
              selesai: $closed_on, tenggat: $due_on, hari: $working_days, terlambat: $is_late, instansi: $unit}
    where: kategori = 'jalan'
    hold_days: 1
"""
COUNTS = """
name: jumlah-aduan-uji
title: Jumlah aduan uji
schema:
  fields:
    - {name: kategori, type: string}
    - {name: judul, type: string}
    - {name: jumlah, type: integer}
mapalus:
  producer: pos:kominfo.kabid
  rows: {from: cases, columns: {kategori: kategori, judul: judul, jumlah: $count}, by: [kategori], min_group: 3}
"""


@pytest.fixture
def service(pack: PackVersion, tmp_path: Path, settings: Any) -> PackVersion:
    """The pack of the tests, with two datasets."""
    settings.DATA_DIR = tmp_path / "data"
    files = {**pack.files, "datasets/aduan-uji-terbuka.yml": CONTRACT, "datasets/jumlah-aduan-uji.yml": COUNTS}
    files["pack.yml"] = files["pack.yml"].replace("version: 1.0.0", "version: 1.1.0")
    made = actions.load_pack(load_texts(files), by=PLATFORM, now=NOW)
    assert datasets.declare_all(now=NOW) == 2
    return made


def rows(name: str = "aduan-uji-terbuka") -> list[tuple[Any, ...]]:
    version = current(name)
    found: list[tuple[Any, ...]] = []
    if version is not None:
        import duckdb

        with duckdb.connect() as connection:
            path = str(version.path / "data.parquet")
            found = connection.execute("select * exclude (_row) from read_parquet(?) order by 1", [path]).fetchall()
    return found


def current(name: str = "aduan-uji-terbuka") -> Version | None:
    return Dataset.objects.get(name=name).current


def later(days: int = 1) -> datetime:
    return NOW + days * DAY


def test_a_published_case_appears_after_its_days_of_hold(service: PackVersion) -> None:
    case = verified(opened(service, judul='Lubang; "besar", di\tdepan sekolah\nlagi'))
    assert datasets.fill_all(now=NOW + timedelta(hours=1))
    assert current() is None
    datasets.fill_all(now=later())
    (row,) = rows()
    assert row[:3] == (case.number, case.values["judul"], "jalan")
    assert row[4] == datetime(2026, 11, 2, tzinfo=UTC).date()
    assert row[8:] == (False, "pupr")


def test_unpublished_secret_and_restricted_cases_never_do(service: PackVersion) -> None:
    shown = verified(opened(service))
    opened(service)
    secret, restricted = verified(opened(service)), verified(opened(service))
    Case.objects.filter(pk=secret.pk).update(is_published=False, is_secret=True)
    Case.objects.filter(pk=restricted.pk).update(is_restricted=True)
    datasets.fill_all(now=later())
    assert [row[0] for row in rows()] == [shown.number]


def test_the_condition_of_the_pack_decides(service: PackVersion) -> None:
    verified(opened(service, kategori="kesehatan"))
    assert all(filled.version is None for filled in datasets.fill_all(now=later()))


def test_nothing_is_published_anew_where_nothing_changed(service: PackVersion) -> None:
    verified(opened(service))
    datasets.fill_all(now=later())
    first = current()
    datasets.fill_all(now=later() + timedelta(hours=1))
    assert current() == first
    verified(opened(service), now=later())
    datasets.fill_all(now=later(3))
    second = current()
    assert second is not None
    assert first is not None
    assert (second.number, second.rows_good) == (first.number + 1, 2)


def test_what_may_no_longer_be_shown_leaves_every_version(service: PackVersion) -> None:
    gone, stays = verified(opened(service)), verified(opened(service))
    datasets.fill_all(now=later())
    Case.objects.filter(pk=gone.pk).update(is_published=False)
    assert [filled.withdrawn for filled in datasets.fill_all(now=later(), is_thorough=False)] == [1, 0]
    assert [row[0] for row in rows()] == [stays.number]
    Case.objects.filter(pk=stays.pk).update(is_published=False)
    datasets.fill_all(now=later(2))
    assert current() is None
    Case.objects.filter(pk=stays.pk).update(is_published=True)
    datasets.fill_all(now=later(2))
    assert [row[0] for row in rows()] == [stays.number]


def test_small_groups_are_not_counted_openly(service: PackVersion) -> None:
    for _time in range(3):
        verified(opened(service))
    for _time in range(2):
        verified(opened(service, kategori="kesehatan"))
    datasets.fill_all(now=later())
    assert rows("jumlah-aduan-uji") == [("jalan", None, 3)]


def test_a_pack_takes_over_no_dataset_of_an_agency(service: PackVersion) -> None:
    contract = Dataset.objects.get(name="aduan-uji-terbuka").contract
    assert contract is not None
    descriptor = {**contract.descriptor, "mapalus": {}}
    for resource in descriptor["resources"]:
        resource.get("mapalus", {}).pop("rows", None)
    type(contract).objects.filter(pk=contract.pk).update(descriptor=descriptor, sha256="0" * 64)
    assert datasets.declare_all(now=later()) == 0


def test_personal_values_of_an_earlier_version_stay_hidden(service: PackVersion) -> None:
    """A field that a later version calls public was promised otherwise to whoever filled it in before."""
    made = actions.open_case(service, values={**VALUES, "judul": "Aduan lama di sini"}, by=CITIZEN, now=NOW).case
    verified(made)
    files = {**service.files}
    files["pack.yml"] = files["pack.yml"].replace("version: 1.1.0", "version: 1.2.0")
    files["datasets/aduan-uji-terbuka.yml"] = CONTRACT.replace("judul: judul", "judul: telepon")
    files["form.yml"] = _public(files["form.yml"], "telepon")
    actions.load_pack(load_texts(files), by=PLATFORM, now=NOW)
    assert datasets.declare_all(now=NOW) == 1
    datasets.fill_all(now=later())
    assert [row[1] for row in rows()] == [None]
    assert "0812" not in str(rows())
    assert cast.VALUES["nama"] not in str(rows())


def _public(form: str, name: str) -> str:
    import re

    made = re.sub(rf"(\b{name}:[^}}]*?privacy: )personal", r"\1public", form, count=1, flags=re.DOTALL)
    assert made != form
    return made
