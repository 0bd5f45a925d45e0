"""Rows of a stream are in every answer of every door from the moment they are acknowledged; `?version=N` has none."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.http import FileResponse, StreamingHttpResponse
from django.test import Client

from tests.apps.catalogue.streaming import Taking, begun, body, line

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NAME = "dbd-mingguan"
SQL = quote(f'SELECT kode_wilayah, kasus, pelapor FROM "{NAME}" ORDER BY 1')
PRESENT = (
    f"/data/{NAME}.csv",
    f"/data/{NAME}.json",
    f"/data/{NAME}.ndjson",
    f"/data/{NAME}.geojson",
    f"/datastore/dump/{NAME}",
    f"/datastore/dump/{NAME}?format=tsv&sort=kasus desc",
    f"/datastore/dump/{NAME}?format=json",
    f"/datastore/dump/{NAME}?format=xml&distinct=true&fields=kode_wilayah",
    f"/api/3/action/datastore_search?resource_id={NAME}",
    f"/api/3/action/datastore_search_sql?sql={SQL}",
    f"/api/v1/datasets/{NAME}/rows",
    f"/data/{NAME}/",
)


@pytest.fixture
def taking(tmp_path: Path, settings: Any) -> Iterator[Taking]:
    settings.DATA_DIR = tmp_path / "data"
    dataset, key, _secret = begun(tmp_path)
    lane = Taking(dataset, key, scratch=tmp_path / "scratch")
    lane.follow()
    lane.send(body(line("71.71", 45, 777), line("71.73", 45, 3, name="Rahasia Contoh")))
    yield lane
    lane.close()


def read(address: str) -> bytes:
    answer = Client().get(address)
    assert answer.status_code == 200, (address, answer.content[:300])
    return answer.getvalue() if isinstance(answer, StreamingHttpResponse | FileResponse) else answer.content


def wholly(answer: Any) -> Any:
    """An answer read to its end; closing it unread would close the test's own connection with it."""
    assert answer.getvalue()
    return answer


def test_every_door_gives_the_same_rows(taking: Taking) -> None:
    import openpyxl

    for address in PRESENT:
        said = read(address).decode()
        assert "71.73" in said, address
        assert "Rahasia" not in said
        assert "71.71" in said
        if "fields=" not in address:
            assert "777" in said, address
            assert ">41<" not in said
    sheet = openpyxl.load_workbook(io.BytesIO(read(f"/data/{NAME}.xlsx"))).worksheets[0]
    assert sorted((row[0], row[3]) for row in sheet.iter_rows(min_row=2, values_only=True)) == [
        ("71.71", 777), ("71.72", 12), ("71.73", 3),
    ]  # fmt: skip
    info = json.loads(read(f"/api/3/action/datastore_info?id={NAME}"))
    assert info["result"]["meta"]["count"] == 3


def test_a_version_asked_for_by_its_number_is_that_version(taking: Taking) -> None:
    for address in PRESENT:
        if "_sql" not in address:
            said = read(f"{address}{'&' if '?' in address else '?'}version=1").decode()
            assert "71.73" not in said, address
    by_sign = read(f"/api/3/action/datastore_search?resource_id={NAME}@1").decode()
    assert "71.73" not in by_sign


def test_a_file_that_one_has_is_sent_again_once_rows_came(taking: Taking) -> None:
    client = Client()
    first = client.get(f"/data/{NAME}.csv")
    mark = first.headers["ETag"]
    assert first.headers["Content-Disposition"].endswith(f'{NAME}-v1-1.csv"')
    assert client.get(f"/data/{NAME}.csv", headers={"If-None-Match": mark}).status_code == 304
    taking.send(body(line("71.74", 45, 1)))
    assert client.get(f"/data/{NAME}.csv", headers={"If-None-Match": mark}).status_code == 200
    present, fixed = (wholly(client.get(f"/data/{NAME}.parquet{query}")) for query in ("", "?version=1"))
    assert present.headers["Mapalus-Newer-Rows"] == "3"
    assert "Mapalus-Newer-Rows" not in fixed.headers
