"""An independent client reads the province over the network."""

from __future__ import annotations

from typing import Any

import pytest
from ckanapi import NotFound, RemoteCKAN, ValidationError

from tests.doors.api.conftest import Province

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def remote(transactional_db: None, live_server: Any, province: Province) -> Any:
    with RemoteCKAN(live_server.url, user_agent="tests") as ckan:
        yield ckan


def test_ckanapi_lists_searches_and_reads_rows(remote: Any) -> None:
    assert remote.action.package_list() == ["penduduk", "stunting"]
    found = remote.action.package_search(q="stunting", rows=5)
    assert (found["count"], found["results"][0]["name"]) == (1, "stunting")
    package = remote.action.package_show(id="penduduk")
    resource = next(one for one in package["resources"] if one["datastore_active"])
    rows = remote.action.datastore_search(
        resource_id=resource["id"], filters={"kode_wilayah": "71.72"}, sort="tahun desc"
    )
    assert (rows["total"], rows["records"][0]["tahun"]) == (1, 2024)
    assert remote.action.organization_show(id="dinkes")["title"] == "Dinas Kesehatan"


def test_ckanapi_understands_our_errors(remote: Any) -> None:
    with pytest.raises(NotFound):
        remote.action.package_show(id="anak")
    with pytest.raises(ValidationError) as caught:
        remote.action.datastore_search(resource_id="penduduk", filters={"x": 1})
    assert caught.value.error_dict["filters"] == ["Unknown field: x"]


def test_ckanapi_by_get(remote: Any) -> None:
    with RemoteCKAN(remote.address, get_only=True) as ckan:
        assert ckan.action.package_search(fq="organization:dinkes")["count"] == 1
