"""Catalogues as real portals write them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mapalus.engine.errors import Misconfigured, Problem, Refused
from mapalus.engine.harvest.connector import Vanished
from tests.connectors.served import Request, Response
from tests.connectors.variants import Answer, brought, fails, offered, rows

PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""
BLANK = (
    PREFIXES
    + """<https://x.go.id> a dcat:Catalog ; dcat:dataset
 [ a dcat:Dataset ; dct:identifier "b" ; dct:title "Dua" ; dcat:distribution [ dcat:accessURL <https://x.go.id/2> ;
   dcat:mediaType <https://www.iana.org/assignments/media-types/text/csv> ] ],
 [ a dcat:Dataset ; dct:identifier "a" ; dct:title "Satu" ; dct:publisher [ a foaf:Agent ] ] .
"""
)


def says(body: str | bytes, kind: str = "text/turtle") -> Answer:
    text = body.encode() if isinstance(body, str) else body
    return lambda request: Response(200, text, {"Content-Type": kind})


def test_datasets_without_an_address_are_the_same_each_time(tmp_path: Path) -> None:
    first = brought("dcat", says(BLANK), tmp_path / "a", address="{url}/c.ttl")
    assert [(row["id"], row["iri"], row["publisher"]) for row in rows(first)] == [("a", "a", ""), ("b", "b", "")]
    again = brought("dcat", says(BLANK), tmp_path / "b", address="{url}/c.ttl")
    assert first is not None
    assert again is not None
    assert first.path.read_bytes() == again.path.read_bytes()
    assert [(one.key, one.format) for one in offered("dcat", says(BLANK), address="{url}/c.ttl")] == [
        ("b#https://x.go.id/2", "CSV")
    ]


FORMATS = [
    ('dct:format "CSV"', "CSV"), ('dcat:mediaType "text/csv"', "CSV"),
    ('dcat:mediaType "text/csv; charset=utf-8"', "CSV"),
    ("dct:format <http://publications.europa.eu/resource/authority/file-type/XLSX>", "XLSX"),
    ("dcat:mediaType <http://www.iana.org/assignments/media-types/application/geo+json>", "GEOJSON"),
    ('dcat:mediaType "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"', "XLSX"),
    ('dct:format [ a dct:MediaTypeOrExtent ; rdfs:label "CSV" ]', "CSV"),
    ('dcat:mediaType "application/vnd.ms-excel"', "XLS"), ('dct:format "text/tab-separated-values"', "TSV"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "format_"), FORMATS)
def test_a_format_is_said_in_many_ways(said: str, format_: str) -> None:
    """Portals of CKAN give linked files as an access address only: the format says that it is one."""
    text = (
        PREFIXES
        + f"""<https://x.go.id/d> a dcat:Dataset ; dct:title "Satu" ; dcat:distribution <https://x.go.id/r> .
    <https://x.go.id/r> dcat:accessURL <https://x.go.id/unduh?id=3> ; {said} ."""
    )
    (one,) = offered("dcat", says(text), address="{url}/c.ttl")
    assert (one.format, one.options) == (format_, {"address": "https://x.go.id/unduh?id=3"})


@pytest.mark.parametrize(("titles", "title"), [
    ('"Schools"@en, "Sekolah"@id', "Sekolah"), ('"Schools"@en-GB, "Sekolah"@id-ID', "Sekolah"),
    ('"Schools"@en, "Ecoles"@fr', "Schools"), ('"Ecoles"@fr, "Sekolah"', "Sekolah"), ('"Ecoles"@fr', "Ecoles"),
])  # fmt: skip
def test_one_language_is_chosen(tmp_path: Path, titles: str, title: str) -> None:
    text = PREFIXES + f"<https://x.go.id/d> a dcat:Dataset ; dct:title {titles} ."
    assert rows(brought("dcat", says(text), tmp_path, address="{url}/c"))[0]["title"] == title


ONE = {"@id": "https://x.go.id/d/1", "@type": "Dataset", "title": "Satu", "identifier": "1"}
DCAT = {"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/"}
JSON_LD = {
    "graph": {"@context": DCAT, "@graph": [{"@id": "https://x.go.id", "@type": "dcat:Catalog"},
              {"@id": "https://x.go.id/d/1", "@type": ["dcat:Dataset"], "dct:title": "Satu", "dct:identifier": "1"}]},
    "remote context": {"@context": "https://x.go.id/dcat.jsonld", "@type": "Catalog", "dataset": ONE},
    "contexts in a list": {"@context": ["https://x.go.id/c.jsonld", DCAT], "@id": "https://x.go.id", "@type":
                           "dcat:Catalog", "dcat:dataset": [{"@id": "https://x.go.id/d/1", "@type": "dcat:Dataset",
                            "dct:title": [{"@value": "One", "@language": "en"}, {"@value": "Satu", "@language": "id"}],
                            "dct:identifier": "1"}]},
    "expanded": [{"@id": "https://x.go.id/d/1", "@type": ["http://www.w3.org/ns/dcat#Dataset"],
                  "http://purl.org/dc/terms/title": [{"@value": "Satu"}],
                  "http://purl.org/dc/terms/identifier": [{"@value": "1"}]}],
    "data.json": {"conformsTo": "x", "dataset": [{"@type": "dcat:Dataset", "identifier": "1", "title": "Satu",
                  "distribution": None, "publisher": None, "keyword": "satu"}]},
}  # fmt: skip


@pytest.mark.parametrize("name", list(JSON_LD))
@pytest.mark.parametrize("kind", ["application/ld+json", "application/json", "text/plain"])
def test_json_ld_comes_in_every_shape(tmp_path: Path, name: str, kind: str) -> None:
    body = json.dumps(JSON_LD[name])
    found = rows(brought("dcat", says(body, kind), tmp_path, address="{url}/catalog"))
    assert [(row["id"], row["title"]) for row in found] == [("1", "Satu")]


def _numbered(number: int) -> str:
    return PREFIXES + f'<https://x.go.id/d/{number}> a dcat:Dataset ; dct:title "Data {number}" .\n'


HYDRA = "@prefix hydra: <http://www.w3.org/ns/hydra/core#> .\n"


@pytest.mark.parametrize("paging", ["header", "view", "collection", "absolute elsewhere"])
def test_pages_are_followed_however_they_are_said(tmp_path: Path, paging: str) -> None:
    def answer(request: Request) -> Response:
        number = int(request.query.get("page", 1))
        text, headers = _numbered(number), {"Content-Type": "text/turtle"}
        if number < 3:
            following = f"/c.ttl?page={number + 1}"
            if paging == "header":
                headers["Link"] = f'<{following}>; rel="next", </c.ttl>; rel="first"'
            elif paging == "view":
                text += HYDRA + f"<#v> a hydra:PartialCollectionView ; hydra:next <{following}> ."
            elif paging == "collection":
                text += HYDRA + f'<#v> a hydra:PagedCollection ; hydra:nextPage "{following}" ; hydra:totalItems 3 .'
            else:
                text += HYDRA + f"<#v> hydra:next <https://portal.go.id{following}> ."
        return Response(200, text.encode(), headers)

    assert len(rows(brought("dcat", answer, tmp_path, address="{url}/c.ttl"))) == 3


@pytest.mark.parametrize(("answer", "kind"), [
    (Response(200, b"<!DOCTYPE html><html>", {"Content-Type": "text/html"}), Refused),
    (Response(200, b"", {"Content-Type": "text/turtle"}), Refused),
    (Response(200, b'{"@context": {}, "error": "x"}', {"Content-Type": "application/ld+json"}), Refused),
    (Response(200, b"@prefix dcat: <x", {"Content-Type": "text/turtle"}), Refused),
    (Response(404), Vanished), (Response(403), Misconfigured),
    (Response(200, b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"), Refused),
])  # fmt: skip
def test_what_is_no_catalogue(tmp_path: Path, answer: Response, kind: type[Problem]) -> None:
    fails(kind, "dcat", lambda request: answer, tmp_path, address="{url}/c.ttl")


def test_what_opens_the_catalogue_opens_its_own_files_and_no_others() -> None:
    own = (
        PREFIXES
        + """<https://x.go.id/d> a dcat:Dataset ; dct:title "Satu" ; dcat:distribution <https://x.go.id/a>,
    <https://x.go.id/b> . <https://x.go.id/a> dcat:downloadURL <{here}/1.csv> .
    <https://x.go.id/b> dcat:downloadURL <https://lain.go.id/2.csv> ."""
    )

    def answer(request: Request) -> Response:
        here = f"http://{request.headers['host']}"
        return Response(200, own.replace("{here}", here).encode(), {"Content-Type": "text/turtle"})

    found = offered("dcat", answer, address="{url}/c.ttl", auth="header", auth_name="X-Key", secret="KUNCI")
    given = {"auth": "header", "auth_name": "X-Key", "secret": "KUNCI"}
    assert [{name: one.options[name] for name in one.options if name != "address"} for one in found] == [given, {}]


HUB = {
    "conformsTo": "https://project-open-data.cio.gov/v1.1/schema",
    "dataset": [
        {"identifier": "https://x.go.id/1", "title": "Sekolah", "distribution": [
            {"title": "Layanan", "accessURL": "https://gis.x.go.id/arcgis/rest/services/S/FeatureServer/0?f=json"},
            {"title": "CSV", "format": "CSV", "accessURL": "https://x.go.id/api/download/v1/items/1/csv?layers=0"},
            {"title": "Halaman", "format": "Web Page", "accessURL": "https://x.go.id/datasets/1"}]},
        {"identifier": "2", "title": "Rahasia", "accessLevel": "non-public",
         "distribution": [{"downloadURL": "https://x.go.id/r.csv"}]},
        {"identifier": "3", "title": "Tanpa berkas", "distribution": None, "keyword": None},
        {"identifier": "4", "distribution": {"downloadURL": "https://x.go.id/s.xlsx"}},
    ],
}  # fmt: skip


def test_a_portal_of_maps_offers_its_layers_and_files_and_not_what_is_closed() -> None:
    found = offered("dcat", says(json.dumps(HUB), "application/json"), address="{url}/data.json")
    assert [(one.connector, one.options["address"], one.title) for one in found] == [
        ("arcgis", "https://gis.x.go.id/arcgis/rest/services/S/FeatureServer/0", "Sekolah: Layanan"),
        ("http", "https://x.go.id/api/download/v1/items/1/csv?layers=0", "Sekolah: CSV"),
        ("http", "https://x.go.id/s.xlsx", "4"),
    ]


@pytest.mark.parametrize("kind", ["text/turtle", "text/plain", "application/octet-stream", "application/x-turtle"])
def test_turtle_is_known_by_what_it_says_and_may_begin_with_a_mark_of_its_order(kind: str) -> None:
    body = (
        PREFIXES
        + "<https://x.go.id/d> a dcat:Dataset ; dcat:distribution [ dcat:downloadURL <https://x.go.id/f.csv> ] ."
    )
    (one,) = offered("dcat", says(b"\xef\xbb\xbf" + body.encode(), kind), address="{url}/katalog")
    assert one.title == "https://x.go.id/d"
