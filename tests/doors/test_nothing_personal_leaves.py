"""No door lets a personal value or a small count out: every public address of a dataset, in every format.

One dataset has a NIK, names, addresses, a column that stays with the producer, and counts below the threshold. Each
address is found in the table of addresses, so a door that is added later is walked through, too.
"""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from mapalus.apps.catalogue import actions, checking, differences, indicators
from mapalus.apps.catalogue.models import Dataset, FigureStatus, Indicator, Version
from mapalus.apps.catalogue.readings import points
from mapalus.apps.directory.models import Unit
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.data.indicator import declaration_of
from tests.apps.catalogue.cast import NOW, contract, kept_bytes, people

pytestmark = pytest.mark.slow
NAME = "bantuan-keluarga"
CONTRACT = f"""
name: {NAME}
title: Bantuan Keluarga
description: Penerima bantuan menurut wilayah.
licenses: [{{name: CC-BY-4.0}}]
schema:
  fields:
    - {{name: kode_wilayah, title: Kode wilayah, constraints: {{required: true}}, mapalus: {{role: region}}}}
    - {{name: nik, title: NIK, type: string, mapalus: {{personal: spesifik}}}}
    - {{name: nama, title: Nama, type: string, mapalus: {{personal: pribadi}}}}
    - {{name: alamat, title: Alamat, type: string, mapalus: {{personal: pribadi}}}}
    - {{name: catatan, title: Catatan, type: string, mapalus: {{published: false}}}}
    - {{name: tahun, title: Tahun, type: integer, mapalus: {{role: period}}}}
    - {{name: jiwa, title: Jiwa, type: integer, mapalus: {{unit: jiwa, role: measure}}}}
mapalus:
  producer: pos:dinkes.kabid-p2p
  cadence: tahunan
  suppress: 5000
"""
# each is found in no other place of the program
SECRETS = ("7171016612950", "Rahasiawati", "Tersembunyi", "Mawargelap", "Kenangagelap", "terlarang-xq")
SMALL = ("4321", "4137", "4.321", "4.137", "4,321", "4,137")  # counts below the threshold
OPEN = "98765"


def rows(extra: str = "") -> str:
    head = "Kode wilayah,NIK,Nama,Alamat,Catatan,Tahun,Jiwa\n"
    return head + "".join(
        f"71.{n:02},{nik},{name},{street},terlarang-xq{n},{2020 + n},{count}\n"
        for n, (nik, name, street, count) in enumerate(
            [
                ("7171016612950001", "Rahasiawati Contoh", "Jl. Mawargelap 7", 4321),
                ("7171016612950002", "Tersembunyi Sampel", "Jl. Kenangagelap 8", 4137),
                ("7171016612950003", "Rahasiawati Palsu", f"Jl. Mawargelap 9{extra}", 98765),
            ],
            start=1,
        )
    )


@pytest.fixture
def dataset(db: None, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """Two published versions, by the path of every file, and an indicator over them."""
    settings.DATA_DIR = tmp_path / "data"
    (tmp_path / "data").mkdir()
    people()
    made = actions.declare_dataset(
        Unit.objects.get(pk="dinkes"), kept=contract(tmp_path, CONTRACT), by=PLATFORM, now=NOW
    )
    descriptor = {"code": "BAN-01", "title": "Penerima", "dataset": NAME, "value": {"sum": "jiwa"},
                  "region": "kode_wilayah", "period": "tahun"}  # fmt: skip
    declaration = declaration_of(descriptor, file="uji")
    for number, text in enumerate((rows(), rows(" blok B"))):
        handin = actions.hand_in(
            made, snapshot=kept_bytes(text), file_name="bantuan.csv", period=f"202{number + 4}", key=f"k{number}",
            by=PLATFORM, now=NOW,
        )  # fmt: skip
        checking.check(handin, now=NOW)
        handin.refresh_from_db()
        actions.publish(handin, status=FigureStatus.FINAL, by=PLATFORM, now=NOW)
    monkeypatch.setattr(indicators, "declarations", lambda: (declaration,))
    first, second = Version.objects.filter(dataset=made).order_by("number")
    for version in (first, second):
        indicators.work_out_version(version, now=NOW)
    differences.work_out(first, second)
    return made


def addresses() -> Iterator[str]:
    """Every public address that names a dataset, filled for this one."""
    given = {
        "name": (NAME,), "resource_id": (NAME, f"{NAME}-csv"), "id": (NAME,), "dataset": (NAME,),
        "kind": ("csv", "tsv", "xlsx", "json", "ndjson", "parquet", "geojson", "yaml", "odcs.yaml", "odcs.json",
                 "schema.json", "table.json", "datapackage-1.json"),
        "suffix": ("ttl", "jsonld", "rdf", "xml"), "form": ("ms-keg", "ms-var", "ms-ind"),
        "ending": ("json", "csv", "xlsx"), "number": ("1", "2"), "old": ("1",), "new": ("2",), "row": ("1", "2"),
        "rest": ("", "download/x.csv"), "fmt": ("json",), "version": ("2",),
    }  # fmt: skip
    for path, names in _patterns(get_resolver()):
        if not set(names) & {"name", "resource_id", "dataset"} or not set(names) <= set(given):
            continue
        yield from _filled(path, names, given)


def _patterns(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            if one.namespace not in ("desk", "signin", "admin"):
                yield from _patterns(one, f"{namespace}{one.namespace}:" if one.namespace else namespace)
        elif isinstance(one, URLPattern) and one.name:
            yield f"{namespace}{one.name}", tuple(one.pattern.regex.groupindex)


def _filled(name: str, names: tuple[str, ...], given: dict[str, tuple[str, ...]]) -> Iterator[str]:
    from itertools import product

    from django.urls import NoReverseMatch, reverse

    for values in product(*(given[one] for one in names)):
        try:
            yield reverse(name, kwargs=dict(zip(names, values, strict=True)))
        except NoReverseMatch:
            continue


ASKED = [
    "/", "/data/", "/cari?q=bantuan", "/cari?q=Rahasiawati", "/sitemap.xml", "/catalog.ttl", "/catalog.jsonld",
    "/catalog.xml", "/daftar-data/", "/instansi/dinkes/", "/ppid/dikecualikan/", "/papan/", "/api/v1/openapi.json",
    "/api/v1/datasets", f"/api/v1/datasets/{NAME}", f"/api/v1/datasets/{NAME}/rows",
    f"/api/v1/datasets/{NAME}/rows?q=Rahasiawati", f"/data/{NAME}/?q=Rahasiawati", f"/data/{NAME}/?version=1",
    f"/data/{NAME}/beda/?dari=1&ke=2", f"/api/v1/datasets/{NAME}/differences?from=1&to=2", "/events",
    "/papan/mengapa/BAN-01/",
    f"/api/3/action/package_show?id={NAME}", "/api/3/action/package_search?q=Rahasiawati",
    "/api/3/action/package_search?q=bantuan", f"/datastore/dump/{NAME}", f"/datastore/dump/{NAME}?format=json",
]  # fmt: skip
SQL = [
    'SELECT * FROM "{0}"', 'SELECT max(jiwa), min(jiwa), sum(jiwa), avg(jiwa) FROM "{0}"',
    'SELECT count(*) FROM "{0}" WHERE nama LIKE \'Rahasiawati%\'', 'SELECT nama, nik, alamat FROM "{0}"',
    'SELECT catatan FROM "{0}"', 'SELECT jiwa FROM "{0}" WHERE jiwa < 5000', 'SELECT * FROM t', "SELECT * FROM f",
    "SELECT * FROM v", "SELECT sql FROM sqlite_master",
]  # fmt: skip


def content(response: Any) -> str:
    """What came, unpacked to text: workbooks and Parquet files as well."""
    raw = b"".join(response.streaming_content) if response.streaming else response.content
    if raw[:2] == b"\x1f\x8b":
        raw = gzip.decompress(raw)
    if raw[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(raw)) as book:
            return "\n".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
    if raw[:4] == b"PAR1":
        return _parquet(raw)
    return str(raw.decode("utf-8", "replace"))


def _parquet(raw: bytes) -> str:
    import tempfile

    import duckdb

    with tempfile.NamedTemporaryFile(suffix=".parquet") as file, duckdb.connect() as connection:
        file.write(raw)
        file.flush()
        found = connection.execute("SELECT * FROM read_parquet(?)", [file.name]).fetchall()
    return repr(found) + raw.decode("latin-1")  # also what statistics of the file tell


def leaks(text: str) -> list[str]:
    return [secret for secret in (*SECRETS, *SMALL) if secret in text]


def walk(client: Client) -> dict[str, str]:
    """Every address with what it says."""
    found: dict[str, str] = {}
    for address in dict.fromkeys([*addresses(), *ASKED]):
        response = client.get(address, HTTP_HOST="localhost")
        assert response.status_code < 500, address
        # the word one has asked for is said back; that is no leak
        found[address] = content(response).replace("q=Rahasiawati", "").replace("q=rahasiawati", "")
    return found


def test_no_public_address_lets_a_personal_value_or_a_small_count_out(client: Client, dataset: Dataset) -> None:
    found = walk(client)
    told = {address: leaks(text) for address, text in found.items() if "cari" not in address and "?q=" not in address}
    assert {address: what for address, what in told.items() if what} == {}
    shown = [address for address, text in found.items() if OPEN in text or "98.765" in text]
    assert {f"/data/{NAME}.{kind}" for kind in ("csv", "json", "ndjson", "parquet", "xlsx")} <= set(shown)
    assert f"/api/v1/datasets/{NAME}/rows" in shown  # the doors do show what is open
    assert len(found) > 60
    assert "4.321" not in found["/papan/mengapa/BAN-01/"]


def test_an_indicator_shows_no_count_that_its_dataset_leaves_out(dataset: Dataset) -> None:
    shown = [one for one in points(Indicator.objects.get(code="BAN-01"), now=NOW) if one.version == 2]
    assert {one.region: one.value for one in shown if one.region} == {"71.01": None, "71.02": None, "71.03": 98765.0}
    assert not any("4321" in str(one) for one in shown)


def test_nobody_is_found_by_a_name_or_a_number(client: Client, dataset: Dataset) -> None:
    for word in ("Rahasiawati", "7171016612950001", "Mawargelap", "terlarang-xq1"):
        answer = client.get(f"/api/3/action/datastore_search?resource_id={NAME}&q={word}").json()
        assert answer["result"]["total"] == 0
        answer = client.get(f"/api/v1/datasets/{NAME}/rows?q={word}").json()
        assert not leaks(json.dumps(answer.get("rows", answer.get("records", []))))
    for column, value in (("nama", "Rahasiawati Contoh"), ("nik", "7171016612950001"), ("jiwa", "4321")):
        filters = quote(json.dumps({column: value}))
        answer = client.get(f"/api/3/action/datastore_search?resource_id={NAME}&filters={filters}").json()
        assert answer["result"]["total"] == 0
    assert "Rahasiawati" not in client.get("/cari?q=Mawargelap").content.decode()


def test_no_question_in_sql_gets_past_the_mask(client: Client, dataset: Dataset) -> None:
    shown = client.get(f"/api/3/action/package_show?id={NAME}").json()["result"]["resources"]
    resources = [one["id"] for one in shown] or [NAME]
    for resource in resources[:2]:
        for sql in SQL:
            query = urlencode({"sql": sql.format(resource)})
            response = client.get(f"/api/3/action/datastore_search_sql?{query}")
            assert response.status_code < 500, sql
            body = response.json()
            records = json.dumps(body.get("result", {}).get("records", []) if body.get("success") else [])
            assert leaks(records) == [], sql
            if "LIKE" in sql and body.get("success"):
                assert '"0"' in records or ": 0" in records


def test_what_is_kept_for_serving_holds_no_secret_either(dataset: Dataset) -> None:
    """What the web process reads: if it is not there, no door can let it out."""
    dataset.refresh_from_db()
    assert dataset.current is not None
    folder = dataset.current.path
    for name in ("version.json", "rows.sqlite", "published.parquet"):
        raw = (folder / name).read_bytes()
        assert [secret for secret in SECRETS if secret.encode() in raw] == [], name
    assert leaks((folder / "version.json").read_text(encoding="utf-8")) == []


def test_restricted_rows_are_at_no_public_address(client: Client, dataset: Dataset) -> None:
    ground = {
        "article": "UU 14/2008 Pasal 17 huruf h", "test": "UK-01/PPID/CONTOH", "until": "2099-01-01", "dik": "DIK 1",
    }  # fmt: skip
    from tests.apps.catalogue.cast import actor

    actions.restrict(dataset, classification="tertutup", ground=ground, reason="Memuat NIK",
                     by=actor("diskominfo.kabid-statistik"), now=NOW)  # fmt: skip
    for address, text in walk(client).items():
        assert OPEN not in text, address
        assert "98.765" not in text, address
