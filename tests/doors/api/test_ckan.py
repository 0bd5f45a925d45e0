"""The Action API answers as CKAN does, and never more than what is open and published."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from mapalus.apps.catalogue.models import Dataset
from mapalus.engine.plain_xml import read_xml
from tests.doors.api.conftest import AT, Province

OPEN = ["penduduk", "stunting"]
SHUT = ["anak", "belum", "ditarik"]


def ask(client: Client, action: str, **data: Any) -> Any:
    answer = client.get(f"/api/3/action/{action}", data)
    body = json.loads(answer.content)
    assert answer.status_code == 200, body
    assert body["success"] is True
    assert body["help"].endswith(f"/api/3/action/help_show?name={action}")
    return body["result"]


def refuse(client: Client, action: str, **data: Any) -> tuple[int, dict[str, Any]]:
    answer = client.post(f"/api/action/{action}", json.dumps(data), content_type="application/json")
    body = json.loads(answer.content)
    assert body["success"] is False
    return answer.status_code, body["error"]


def streamed(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def resource_id(client: Client, name: str = "penduduk") -> str:
    package = ask(client, "package_show", id=name)
    return str(next(one["id"] for one in package["resources"] if one["datastore_active"]))


def test_only_open_published_datasets_are_listed_anywhere(client: Client, province: Province) -> None:
    assert ask(client, "package_list") == OPEN
    assert sorted(one["name"] for one in ask(client, "package_search")["results"]) == OPEN
    assert sorted(one["name"] for one in ask(client, "current_package_list_with_resources")) == OPEN
    for name in SHUT:
        status, error = refuse(client, "package_show", id=name)
        assert (status, error["__type"]) == (404, "Not Found Error")
        assert refuse(client, "datastore_search", resource_id=name)[0] == 404
        assert client.get(f"/datastore/dump/{name}").status_code == 404
        assert client.get(f"/dataset/{name}.ttl").status_code == 404


def test_package_show_has_the_keys_of_ckan_and_the_sample_mark(client: Client, province: Province) -> None:
    package = ask(client, "package_show", id="stunting")
    keys = (
        "id name title notes url version author author_email maintainer maintainer_email license_id license_title "
        "isopen owner_org organization private state type creator_user_id metadata_created metadata_modified "
        "num_resources num_tags resources tags groups extras relationships_as_subject relationships_as_object"
    )
    assert set(keys.split()) <= set(package)
    assert "data contoh" in package["notes"]
    assert package["version"] == "2"
    assert package["metadata_modified"] == "2026-03-04T01:30:00.000000"
    assert package["organization"]["name"] == "dinkes"
    assert [one["format"] for one in package["resources"]] == ["CSV", "XLSX", "JSON", "Parquet"]
    assert package["resources"][0]["url"] == "http://testserver/data/stunting.csv"
    assert ask(client, "package_show", id=package["id"]) == package, "by its identifier"
    assert ask(client, "resource_show", id=package["resources"][1]["id"]) == package["resources"][1]


def test_without_sample_data_nothing_is_marked(client: Client, province: Province, settings: Any) -> None:
    settings.SAMPLE_DATA = False
    assert "data contoh" not in json.dumps(ask(client, "package_show", id="stunting"))


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"q": "stunting"}, ["stunting"]),
        ({"q": "*:*"}, OPEN),
        ({"q": "*"}, OPEN),
        ({"q": "title:penduduk"}, ["penduduk"]),
        ({"q": "juml*"}, ["penduduk"]),
        ({"q": "balita OR jumlah"}, OPEN),
        ({"q": "balita AND jumlah"}, []),
        ({"q": '"stunting balita"'}, ["stunting"]),
        ({"q": '"balita stunting"'}, []),
        ({"q": "-stunting"}, ["penduduk"]),
        ({"q": "NOT stunting"}, ["penduduk"]),
        ({"fq": "organization:dinkes"}, ["stunting"]),
        ({"fq": "organization:dinkes OR organization:bappeda"}, OPEN),
        ({"fq": "-organization:dinkes"}, ["penduduk"]),
        ({"fq": "groups:kesehatan"}, ["stunting"]),
        ({"fq": "-groups:kesehatan"}, ["penduduk"]),
        ({"fq": "organization:(dinkes OR bappeda) AND res_format:CSV"}, OPEN),
        ({"fq": "organization:dinkes OR organization:bappeda name:penduduk"}, ["penduduk"]),
        ({"fq": "metadata_modified:[2026-03-04T00:00:00.000000Z TO *]"}, ["stunting"]),
        ({"fq": "metadata_modified:[2026-03-04T01:30:00Z TO *]"}, ["stunting"]),
        ({"fq": "metadata_modified:{2026-03-04T01:30:00Z TO *]"}, []),
        ({"fq": "metadata_modified:[* TO NOW]"}, OPEN),
        ({"fq": "+organization:dinkes +res_format:XLSX"}, ["stunting"]),
        ({"fq": "extras_satuan:jiwa"}, OPEN),
        ({"fq": 'license_id:"CC-BY-4.0"'}, OPEN),
        ({"fq": ["organization:dinkes", "name:penduduk"]}, []),
        ({"fq": "tags:penduduk"}, OPEN),
    ],
)
def test_package_search_reads_what_harvesters_send(
    client: Client, province: Province, asked: dict[str, Any], names: list[str]
) -> None:
    result = ask(client, "package_search", **asked)
    assert sorted(one["name"] for one in result["results"]) == names
    assert result["count"] == len(names)


def test_harvester_pages_until_a_page_is_empty(client: Client, province: Province) -> None:
    pages = []
    for start in range(4):
        result = ask(client, "package_search", rows=1, start=start, sort="id asc")
        pages.append([one["id"] for one in result["results"]])
        assert result["count"] == 2
    assert [len(page) for page in pages] == [1, 1, 0, 0]
    assert pages[0] < pages[1], "by identifier"


def test_facets_count_all_hits_not_the_page(client: Client, province: Province) -> None:
    result = ask(client, "package_search", rows=0, **{"facet.field": '["organization", "groups", "res_format"]'})
    assert result["facets"]["organization"] == {"bappeda": 1, "dinkes": 1}
    item = result["search_facets"]["organization"]["items"][1]
    assert item == {"name": "dinkes", "display_name": "Dinas Kesehatan", "count": 1}
    assert ask(client, "package_search", rows=0)["facets"] == {}


@pytest.mark.parametrize(
    "asked",
    [{"q": "("}, {"q": "a)"}, {"q": '"a'}, {"fq": "metadata_modified:[a TO"}, {"sort": "x asc"}, {"nonsense": "1"}],
)
def test_searches_that_cannot_be_read_are_refused(client: Client, province: Province, asked: dict[str, Any]) -> None:
    status, error = refuse(client, "package_search", **asked)
    assert (status, error["__type"]) == (400, "Search Query Error")


def test_organizations_groups_tags_and_licences(client: Client, province: Province) -> None:
    assert ask(client, "organization_list") == ["bappeda", "dinkes"]
    whole = ask(client, "organization_list", all_fields="true")
    assert [(one["name"], one["package_count"]) for one in whole] == [("bappeda", 1), ("dinkes", 1)]
    one = ask(client, "organization_show", id="dinkes", include_datasets="true")
    assert [package["name"] for package in one["packages"]] == ["stunting"]
    assert one["users"] == []
    assert ask(client, "group_list") == ["kependudukan", "kesehatan"]
    assert ask(client, "group_show", id="kesehatan")["package_count"] == 1
    assert ask(client, "tag_list") == ["penduduk"]
    assert "CC-BY-4.0" in [licence["id"] for licence in ask(client, "license_list")]
    assert ask(client, "package_autocomplete", q="stun")[0]["name"] == "stunting"
    assert ask(client, "resource_search", query="format:parquet")["count"] == 2
    assert "search" in ask(client, "help_show", name="package_search").lower()
    assert refuse(client, "organization_show", id="x")[1]["__type"] == "Not Found Error"
    assert ask(client, "status_show")["ckan_version"]


def test_datastore_search_gives_masked_rows_with_their_total(client: Client, province: Province) -> None:
    rid = resource_id(client)
    result = ask(client, "datastore_search", resource_id=rid, limit=2)
    assert result["total"] == 4
    assert [field["id"] for field in result["fields"]][:3] == ["_id", "kode_wilayah", "tahun"]
    assert result["records"][0]["nama"] == "S••• W••••"
    assert result["records"][1]["jiwa"] is None, "below five"
    assert "Siti" not in json.dumps(result)
    assert result["_links"]["next"].endswith("limit=2&offset=2")
    some = ask(client, "datastore_search", resource_id=rid, limit=1, fields="tahun, kode_wilayah")
    assert [field["id"] for field in some["fields"]] == list(some["records"][0]) == ["tahun", "kode_wilayah"]
    types = {field["id"]: field["type"] for field in result["fields"]}
    assert (types["tahun"], types["persen"], types["aktif"], types["tanggal"]) == ("int4", "numeric", "bool", "date")


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ({"filters": {"kode_wilayah": "71.01"}}, [1, 3]),
        ({"filters": {"kode_wilayah": ["71.01", "71.72"]}}, [1, 3, 4]),
        ({"filters": {"persen": {"gte": 4}}}, [2, 4]),
        ({"filters": {"tahun": 2023, "aktif": True}}, [1]),
        ({"q": "layanan"}, [1, 2]),
        ({"q": {"uraian": "jembatan"}}, [3]),
        ({"sort": "persen desc", "fields": ["_id"]}, [4, 2, 1, 3]),
        ({"sort": "kode_wilayah, tahun desc", "limit": 1}, [3]),
        ({"offset": 3}, [4]),
        ({"limit": 0}, []),
    ],
)
def test_datastore_search_finds(client: Client, province: Province, asked: dict[str, Any], ids: list[int]) -> None:
    posted = client.post(
        "/api/action/datastore_search",
        json.dumps({"resource_id": resource_id(client), **asked}),
        content_type="application/json",
    )
    assert [one["_id"] for one in posted.json()["result"]["records"]] == ids
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in asked.items()}
    if "fields" not in asked:
        got = client.get("/api/3/action/datastore_search?" + urlencode({"resource_id": resource_id(client), **texts}))
        assert [one["_id"] for one in got.json()["result"]["records"]] == ids


def test_datastore_search_says_no_as_ckan_does(client: Client, province: Province) -> None:
    rid = resource_id(client)
    assert refuse(client, "datastore_search", resource_id=rid, filters={"x": 1}) == (
        409,
        {"filters": ["Unknown field: x"], "__type": "Validation Error"},
    )
    assert refuse(client, "datastore_search", resource_id=rid, limit=-1)[0] == 409
    assert refuse(client, "datastore_search", resource_id=rid, nonsense=1)[0] == 409
    assert refuse(client, "datastore_search", resource_id=rid, total_estimation_threshold="x")[0] == 409
    assert refuse(client, "datastore_search", resource_id=rid, filters="{")[1]["__type"] == "Validation Error"
    assert refuse(client, "datastore_search")[1]["__type"] == "Validation Error"
    assert refuse(client, "datastore_search", resource_id="none")[1]["__type"] == "Not Found Error"
    assert ask(client, "datastore_search", resource_id=rid, limit=99999999)["limit"] == 32000


def test_record_formats_info_and_dump(client: Client, province: Province) -> None:
    rid = resource_id(client)
    lists = ask(
        client, "datastore_search", resource_id=rid, records_format="lists", fields="kode_wilayah,tahun", limit=1
    )
    assert lists["records"] == [["71.01", 2023]]
    text = ask(client, "datastore_search", resource_id=rid, records_format="csv", fields="kode_wilayah,tahun", limit=1)
    assert text["records"] == "71.01,2023\n"
    info = ask(client, "datastore_info", id=rid)
    assert info["meta"]["count"] == 4
    assert info["fields"][0]["id"] == "kode_wilayah"
    dump = client.get(f"/datastore/dump/{rid}")
    lines = streamed(dump).decode().splitlines()
    assert lines[0].startswith("_id,kode_wilayah,tahun")
    assert len(lines) == 5
    assert "'=cmd|calc" in lines[4], "defused"
    for kind in ("json", "xml", "tsv"):
        assert b"71.72" in streamed(client.get(f"/datastore/dump/{rid}?format={kind}"))
    assert client.get(f"/datastore/dump/{rid}?format=exe").status_code == 409


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ('{"id": "penduduk"}', "application/json"),
        ('{"id": "penduduk"}', "text/plain"),
        ("id=penduduk", "application/x-www-form-urlencoded"),
        ('{"id": "penduduk"}=1', "application/x-www-form-urlencoded"),
        ("%7B%22id%22%3A%20%22penduduk%22%7D", "application/x-www-form-urlencoded"),
    ],
)
def test_bodies_of_every_age_are_read(client: Client, province: Province, body: str, kind: str) -> None:
    answer = client.post("/api/3/action/package_show", body, content_type=kind)
    assert answer.json()["result"]["name"] == "penduduk"


def test_unknown_action_and_bad_json_are_bare_texts(client: Client, province: Province) -> None:
    answer = client.get("/api/3/action/no_such_thing")
    assert (answer.status_code, answer.json()) == (400, "Bad request: Action name not known: no_such_thing")
    for body in ("{", "[1]", '{"a":' * 5000):
        bad = client.post("/api/3/action/package_show", body, content_type="application/json")
        assert bad.status_code == 400
        assert isinstance(bad.json(), str)


def test_addresses_of_ckan_lead_to_the_portal(client: Client, province: Province) -> None:
    rid = resource_id(client)
    assert client.get("/dataset/penduduk").headers["Location"] == "/data/penduduk/"
    assert client.get("/organization/dinkes").headers["Location"] == "/instansi/dinkes/"
    assert client.get(f"/dataset/penduduk/resource/{rid}").headers["Location"] == "/data/penduduk/"
    file = client.get(f"/dataset/penduduk/resource/{rid}/download/x.csv")
    assert file.headers["Location"] == "/data/penduduk.csv"
    assert client.get("/dataset/anak").status_code == 404
    assert client.get("/api/3").json() == {"version": 3}
    assert client.get("/api/util/status").json()["site_title"]


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "leads"), [
    ("/dataset", "/data/"), ("/dataset/?q=air&organization=dinkes", "/data/?q=air&instansi=dinkes"),
    ("/dataset?groups=kependudukan", "/data/?tema=Kependudukan"), ("/organization/", "/instansi/"),
    ("/group/kependudukan", "/data/?tema=Kependudukan"), ("/group", "/data/"),
])  # fmt: skip
def test_lists_and_groups_that_were_bookmarked_lead_to_the_portal(
    client: Client, province: Province, address: str, leads: str
) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.headers["Location"]) == (302, leads)


@pytest.mark.django_db
def test_the_feed_of_what_is_new_is_well_formed_and_open_only(client: Client, province: Province) -> None:
    Dataset.objects.filter(name="penduduk").update(title="A & <b> \x07")
    root = read_xml(client.get("/feeds/dataset.atom").content)
    links = [one.first("link").attributes["href"] for one in root.all("entry")]  # type: ignore[union-attr]
    assert sorted(link.rpartition("/data/")[2] for link in links) == ["penduduk/", "stunting/"]


@pytest.mark.django_db
@pytest.mark.parametrize(("asked", "status"), [
    ("site_read", 200), ("tag_show?id=penduduk", 200), ("tag_show?id=x", 404), ("tag_search?query=pend", 200),
    ("tag_autocomplete?q=pend", 200), ("format_autocomplete?q=cs", 200), ("organization_autocomplete?q=din", 200),
    ("group_autocomplete?q=kes", 200), ("group_package_show?id=kesehatan", 200), ("vocabulary_list", 200),
    ("tag_list?vocabulary_id=x", 404), ("datastore_search", 409),
])  # fmt: skip
def test_what_older_clients_ask_besides(client: Client, province: Province, asked: str, status: int) -> None:
    answer = client.get(f"/api/3/action/{asked}")
    assert answer.status_code == status
    assert answer.json()["success"] is (status == 200)


def test_answers_may_be_read_from_any_page_and_jsonp_works(client: Client, province: Province) -> None:
    answer = client.get("/api/3/action/package_list?callback=show")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.content.decode().startswith("/**/show({")
    assert (
        client.get("/api/3/action/package_list?callback=<script>")
        .headers["Content-Type"]
        .startswith("application/json")
    )
    assert client.options("/api/3/action/package_list").status_code == 204


def test_a_withdrawn_version_is_gone_at_once(client: Client, province: Province) -> None:
    assert ask(client, "package_show", id="penduduk")
    dataset = province.dataset("penduduk")
    dataset.state, dataset.changed_at = "withdrawn", AT + timedelta(days=9)
    dataset.save()
    assert refuse(client, "package_show", id="penduduk")[0] == 404


def test_sql_reads_open_resources_and_nothing_else(client: Client, province: Province) -> None:
    known = resource_id(client)
    rows = ask(client, "datastore_search", resource_id=known, limit=2, sort="_id")["records"]
    found = ask(client, "datastore_search_sql", sql=f'SELECT * FROM "{known}" ORDER BY _id LIMIT 2')
    assert found["records"] == rows
    assert found["fields"][0] == {"id": "_id", "type": "int"}
    counted = ask(client, "datastore_search_sql", sql="SELECT count(*) AS n FROM penduduk a JOIN stunting b ON 1 = 1")
    assert counted["fields"] == [{"id": "n", "type": "int4"}]
    assert counted["records"][0]["n"] > 0
    for name in SHUT:
        status, error = refuse(client, "datastore_search_sql", sql=f'SELECT * FROM "{name}"')
        assert (status, error["__type"], list(error)) == (409, "Validation Error", ["sql", "__type"])
    assert refuse(client, "datastore_search_sql", sql="DROP TABLE penduduk")[0] == 409
    assert refuse(client, "datastore_search_sql")[0] == 409
