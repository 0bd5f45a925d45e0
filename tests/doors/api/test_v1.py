"""The province's own API: documented by its OpenAPI document, open data only, problems as RFC 9457."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from mapalus.apps.catalogue.measuring import declare_indicator, measure
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.data.indicator import declaration_of
from mapalus.engine.data.indicator.frame import framed_of
from tests.doors.api.conftest import AT, Province

V1 = "/api/v1"


def get(client: Client, path: str, **data: Any) -> Any:
    answer = client.get(V1 + path, data)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_datasets_are_listed_filtered_and_paged(client: Client, province: Province) -> None:
    every = get(client, "/datasets")
    assert [one["name"] for one in every["items"]] == ["penduduk", "stunting"]
    assert every["items"][0]["notice"] == "data contoh"
    assert [one["name"] for one in get(client, "/datasets", agency="dinkes")["items"]] == ["stunting"]
    assert [one["name"] for one in get(client, "/datasets", theme="kesehatan")["items"]] == ["stunting"]
    assert [one["name"] for one in get(client, "/datasets", q="balita")["items"]] == ["stunting"]
    assert get(client, "/datasets", limit=1, offset=1)["count"] == 2


def test_one_dataset_tells_fields_files_quality_and_versions(client: Client, province: Province) -> None:
    one = get(client, "/datasets/stunting")
    assert (one["version"], one["rows"]) == (2, 4)
    fields = {field["name"]: field for field in one["fields"]}
    assert fields["nama"]["masked"] is True
    assert fields["jiwa"] == {
        "name": "jiwa",
        "title": "jiwa",
        "type": "integer",
        "description": "",
        "unit": "jiwa",
        "masked": False,
        "suppressed": True,
    }
    assert one["quality"]["validity"]["value"] == 0.8
    assert [file["format"] for file in one["files"]] == ["CSV", "XLSX", "JSON", "Parquet"]
    assert [version["number"] for version in get(client, "/datasets/stunting/versions")] == [2, 1]


def test_rows_are_filtered_sorted_and_masked(client: Client, province: Province) -> None:
    found = get(
        client, "/datasets/penduduk/rows", filters='{"tahun": {"gte": 2024}}', sort="persen desc", fields="persen,nama"
    )
    assert found["rows"] == [{"persen": 12.5, "nama": "A••"}, {"persen": 3.0, "nama": None}]
    assert (found["total"], found["version"], found["notice"]) == (2, 1, "data contoh")
    assert get(client, "/datasets/stunting/rows", version=1, q="layanan")["total"] == 2


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        ("/datasets/anak", 404, None),
        ("/datasets/anak/rows", 404, None),
        ("/datasets/belum/versions", 404, None),
        ("/datasets/stunting/rows?version=9", 404, None),
        ("/datasets/stunting/rows?filters={", 422, "filters"),
        ("/datasets/stunting/rows?sort=x", 422, "sort"),
        ("/datasets/stunting/rows?limit=x", 422, "limit"),
        ("/datasets/stunting/rows?limit=99999999", 422, "limit"),
        ("/datasets?q=(", 400, None),
        ("/agencies/x", 404, None),
        ("/indicators/x", 404, None),
        ("/nonsense", 404, None),
    ],
)
def test_problems_are_rfc_9457(client: Client, province: Province, path: str, status: int, field: str | None) -> None:
    answer = client.get(V1 + path)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    body = json.loads(answer.content)
    assert body["status"] == status
    assert body["detail"]
    assert (field in body["fields"]) if field else not body["fields"]


def test_agencies_and_indicators(client: Client, province: Province) -> None:
    assert [(one["code"], one["datasets"]) for one in get(client, "/agencies")] == [("bappeda", 1), ("dinkes", 1)]
    assert get(client, "/agencies/dinkes")["name"] == "Dinas Kesehatan"
    for name in ("stunting", "anak"):
        dataset = province.dataset(name)
        said = declaration_of(
            {"code": f"I-{name}", "title": name, "unit": "persen", "dataset": dataset.name, "value": {"count": "rows"}},
            file="uji",
        )
        declare_indicator(dataset, declaration=said, by=PLATFORM, now=AT)
        for version in dataset.versions.order_by("number"):
            columns: list[list[Any]] = [[float(version.number)], [None], [None], [1], [-1], [-1], [0], [0]]
            frame = framed_of([("2024", "", "")], columns, (0,))
            measure(version, declared=[said], measures={(said.code, ""): frame}, by=PLATFORM, now=AT)
    assert [one["code"] for one in get(client, "/indicators")] == ["I-stunting"]
    values = get(client, "/indicators/I-stunting")["values"]
    assert [(one["period"], one["value"], one["version"]) for one in values] == [("2024", 2.0, 2)]


def test_openapi_document_and_its_page(client: Client, province: Province) -> None:
    document = get(client, "/openapi.json")
    assert document["openapi"].startswith("3.1")
    assert "/api/v1/datasets/{name}/rows" in document["paths"]
    page = client.get("/api/v1/docs")
    text = page.content.decode()
    assert page.status_code == 200
    for path in document["paths"]:
        assert path in text
    assert "https://cdn" not in text
