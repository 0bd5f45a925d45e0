"""The regions of Indonesia, both code systems, and the code lists made of them."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from mapalus.apps.directory import actions, regions
from mapalus.apps.directory.models import Region
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.errors import NotFound
from tests.apps.directory.conftest import NOW

pytestmark = pytest.mark.slow


def test_whole_country_is_known() -> None:
    assert Counter(record.level for record in regions.records()) == {1: 38, 2: 514, 3: 7_285, 4: 83_762}


@pytest.fixture
def one_province(monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole country is loaded where the sample province is built."""
    near = [one for one in regions.records() if one.level <= 2 or one.code.startswith("71.")]
    monkeypatch.setattr(regions, "records", lambda **_more: near)


@pytest.mark.django_db
def test_regions_are_read_and_read_again(one_province: None) -> None:
    assert actions.load_regions(Region, by=PLATFORM, now=NOW) == Region.objects.count() == 2_562
    minut = Region.objects.get(code="71.06")
    assert (minut.name, minut.kind, minut.parent_id) == ("Kabupaten Minahasa Utara", "kabupaten", "71")
    assert Region.objects.within("71").filter(level=4).count() == 1_839
    assert Region.objects.get(code="71.07").bps_code == "7109"
    assert Region.objects.get(code="71.08").bps_code == "7107"
    assert Region.objects.get(code="11.01").bps_code == ""
    Region.objects.filter(code="71.06").update(name="salah")
    Region.objects.create(code="99.99", name="Dihapus", level=2, kind="kabupaten", list_version="lama")
    actions.load_regions(Region, by=PLATFORM, now=NOW)
    minut.refresh_from_db()
    assert minut.name == "Kabupaten Minahasa Utara"
    assert Region.objects.get(code="99.99").valid_to == NOW.date()
    assert not Region.objects.valid_on(NOW.replace(month=12).date()).filter(code="99.99").exists()


def test_bps_codes_come_from_the_table_alone() -> None:
    known = [record for record in regions.records() if record.bps_code]
    assert len(known) == 68
    assert all(record.level <= 2 for record in known)


def test_forms_may_name_a_district_as_they_do() -> None:
    found = {line.code: line for line in regions.code_list("wilayah-kabkota", province="71")}
    assert len(found) == 15
    assert found["71.06"].label == "Kabupaten Minahasa Utara"
    assert {"Kab. Minahasa Utara", "Minahasa Utara", "Minut"} <= set(found["71.06"].aliases)
    assert {"Kep. Sitaro", "Sitaro", "Kab. Kep. Siau Tagulandang Biaro"} <= set(found["71.09"].aliases)
    assert found["71.71"].aliases == ("Manado",)


@pytest.mark.parametrize("name", regions.CODE_LISTS)
def test_no_alias_names_two(name: str) -> None:
    lines = regions.code_list(name, province="71")
    aliases = [alias.casefold() for line in lines for alias in line.aliases]
    assert len(aliases) == len(set(aliases))
    assert len({line.code for line in lines}) == len(lines)


def test_gorontalo_is_a_kabupaten_a_kota_and_a_province() -> None:
    found = {line.code: line.aliases for line in regions.code_list("wilayah-prov-kabkota", province="75")}
    assert "Gorontalo" not in [alias for aliases in found.values() for alias in aliases]
    assert "Kab. Gorontalo" in found["75.01"]


def test_written_list_reads_as_a_reference(tmp_path: Path) -> None:
    path = tmp_path / "opd.csv"
    assert regions.write_code_list("opd", path, province="71") == 50
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[4] == {"code": "01.04", "label": "Biro Perekonomian", "aliases": "Biro Perekonomian"}


def test_unknown_list_is_refused() -> None:
    with pytest.raises(NotFound):
        regions.code_list("planet", province="71")
