"""Our own connectors harvest our own catalogue: a district's portal that runs this software is read as any other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mapalus.connectors import ckan, dcat
from mapalus.engine.errors import Problem
from mapalus.engine.harvest.connector import Surroundings, Vanished
from tests.doors.api.conftest import Province

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def address(transactional_db: None, live_server: Any, province: Province) -> str:
    return str(live_server.url)


def _around() -> Surroundings:
    return Surroundings(secret=str, allowed=("127.0.0.1", "localhost"))


def _resources(address: str) -> dict[str, Any]:
    shelf = ckan.connector.shelf({"address": address}, _around())
    assert shelf is not None
    shelf.check()
    return {f"{one.metadata['package']['name']}/{one.format}": one for one in shelf.offered()}  # type: ignore[index]


def test_the_list_is_read_and_only_what_is_published_is_in_it(address: str) -> None:
    offered = _resources(address)
    assert {name.partition("/")[0] for name in offered} == {"penduduk", "stunting"}
    one = offered["penduduk/CSV"]
    assert one.title
    assert one.publisher
    assert one.changed_at is not None


def test_rows_come_in_pages_as_they_are_in_the_file(address: str, tmp_path: Path) -> None:
    one = next(one for name, one in _resources(address).items()
               if name.startswith("penduduk/") and one.metadata["resource"]["datastore_active"])  # fmt: skip
    (tmp_path / "a").mkdir()
    rows = ckan.connector.open({**one.options, "page": 2}, _around()).harvest(mark="", into=tmp_path / "a")
    assert rows is not None
    found = [json.loads(line) for line in rows.path.read_text().splitlines()]
    (tmp_path / "b").mkdir()
    whole = ckan.connector.open(one.options, _around()).harvest(mark="", into=tmp_path / "b")
    assert whole is not None
    assert found == [json.loads(line) for line in whole.path.read_text().splitlines()]
    assert len(found) == int(whole.facts["records"]) > 2
    assert ckan.connector.open(one.options, _around()).harvest(mark=whole.mark, into=tmp_path / "b") is None


def test_files_come_too_and_what_is_hidden_is_not_there(address: str, tmp_path: Path) -> None:
    one = _resources(address)["penduduk/CSV"]
    file = ckan.connector.open({**one.options, "via": "file"}, _around()).harvest(mark="", into=tmp_path)
    assert file is not None
    assert file.path.read_bytes().startswith((b"\xef\xbb\xbf", b"kode", b"tahun"))
    with pytest.raises(Vanished):
        ckan.connector.open({"address": address, "resource": "anak"}, _around()).check()


@pytest.mark.parametrize("form", ["ttl", "jsonld", "xml"])
def test_the_catalogue_says_the_same_in_every_form(address: str, tmp_path: Path, form: str) -> None:
    options = {"address": f"{address}/catalog.{form}"}
    found = dcat.connector.open(options, _around()).harvest(mark="", into=tmp_path)
    assert found is not None
    rows = [json.loads(line) for line in found.path.read_text().splitlines()]
    assert len(rows) == 2
    assert all(row["title"] and row["publisher"] and row["license"] for row in rows)
    shelf = dcat.connector.shelf(options, _around())
    assert shelf is not None
    assert {one.format for one in shelf.offered()} >= {"CSV"}


def test_a_portal_that_is_none_is_told(address: str) -> None:
    with pytest.raises(Problem):
        ckan.connector.open({"address": f"{address}/tidak/ada", "resource": "x"}, _around()).check()
